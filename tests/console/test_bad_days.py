"""The hub is down, slow, or breaks half-way: the page says so, keeps what was typed, and offers the next step."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def test_a_hub_that_cannot_be_reached_is_told_and_what_was_typed_stays(visit: Visit, acme: Desk) -> None:
    page = visit.go("records/organizations/new")
    page.get_by_label("Name").first.fill("Typed While Down")
    page.get_by_label("Your CRM's id").fill("typed-down")
    page.route("**/v1/**", lambda route: route.continue_() if route.request.method == "GET" else route.abort())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_role("alert")).to_contain_text("may or may not have done")  # it may have broken on the way back
    expect(page.get_by_label("Name").first).to_have_value("Typed While Down")
    page.unroute("**/v1/**")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Typed While Down", level=1)).to_be_visible()


def test_a_hub_that_is_too_slow_is_not_taken_for_one_that_did_nothing(visit: Visit, acme: Desk) -> None:
    page = visit.go("records/organizations/new")
    page.get_by_label("Name").first.fill("Typed While Slow")
    page.route("**/organizations/*", lambda route: None)  # never answered
    page.evaluate(
        "() => { const wait = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = () => wait(500); }"
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("may or may not have done what you asked")
    expect(page.get_by_label("Name").first).to_have_value("Typed While Slow")
    page.unroute_all(behavior="ignoreErrors")
    page.close(run_before_unload=False)


def test_a_list_that_cannot_be_read_can_be_tried_again(visit: Visit, acme: Desk) -> None:
    page = visit.page
    page.route("**/organizations?*", lambda route: route.fulfill(status=503, body="upstream"))
    visit.go("records/organizations")
    expect(page.get_by_role("alert")).to_contain_text("The hub has a problem")
    expect(page.get_by_role("alert")).not_to_contain_text("may or may not")
    page.unroute("**/organizations?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_page_that_cannot_be_kept_up_to_date_says_why_and_stays(visit: Visit, acme: Desk) -> None:
    page = visit.go()
    expect(page.get_by_role("link", name=re.compile("in the export queue"))).to_be_visible()
    page.route("**/v1/**", lambda route: route.abort())
    expect(page.get_by_text("The hub cannot be reached. It is tried again by itself.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("in the export queue"))).to_be_visible()
    page.unroute("**/v1/**")
    expect(page.get_by_text("The page is not up to date.")).to_have_count(0)


def test_a_record_goes_on_being_read_once_the_hub_is_back_and_nothing_moved(visit: Visit, acme: Desk) -> None:
    acme("PATCH", "/settings", {"integration_enabled": False, "create_linked_contact_on_create": True})
    acme.organization("patient", "Patient Limited", email="before@patient.example")  # waits, and is looked at often
    page = visit.go("records/organizations/patient")
    told = page.get_by_text("before@patient.example")
    expect(told).to_be_visible()
    place = told.bounding_box()
    page.route("**/v1/**", lambda route: route.abort())
    expect(page.locator(".afloat").get_by_role("alert")).to_be_visible()
    assert told.bounding_box() == place
    visit.picture("hub-away")
    page.unroute("**/v1/**")
    acme("PATCH", "/organizations/patient", {"email": "after@patient.example"})
    expect(page.get_by_role("definition").filter(has_text="after@patient.example")).to_be_visible(timeout=60_000)
    expect(page.locator(".afloat")).to_have_count(0)
    acme("PATCH", "/settings", {"integration_enabled": None, "create_linked_contact_on_create": None})


def test_what_is_wrong_with_several_parts_of_a_page_stands_one_below_the_other(visit: Visit, acme: Desk) -> None:
    acme("PATCH", "/settings", {"integration_enabled": False, "create_linked_contact_on_create": True})
    acme.organization("several", "Several Limited")  # waits, and is looked at often
    page = visit.go("records/organizations/several")
    expect(page.get_by_role("heading", name="Several Limited")).to_be_visible()
    page.route("**/v1/**", lambda route: route.fulfill(status=503, body="upstream"))
    page.route("**/organizations/several", lambda route: route.abort())
    edge: Any = page.locator(".afloat")
    expect(edge).to_contain_text("The page is not up to date.", timeout=60_000)
    expect(edge).to_contain_text("The hub cannot be reached.", timeout=60_000)
    visit.picture("hub-down")
    upper, lower = (each.bounding_box() for each in edge.locator(".note").all())
    assert upper["y"] + upper["height"] <= lower["y"]
    page.unroute("**/v1/**")
    page.unroute("**/organizations/several")
    edge.get_by_role("button", name="Try again").last.click()
    expect(edge).to_have_count(0, timeout=60_000)
    acme("PATCH", "/settings", {"integration_enabled": None, "create_linked_contact_on_create": None})


def test_one_thing_that_befell_a_whole_page_is_told_once(visit: Visit, acme: Desk) -> None:
    page = visit.go()
    expect(page.get_by_role("heading", name="Last 30 days", exact=True)).to_be_visible()
    page.route("**/v1/**", lambda route: route.abort())
    edge: Any = page.locator(".afloat .note")
    expect(edge).to_contain_text("The page is not up to date.", timeout=60_000)
    page.unroute("**/v1/**")
    edge.get_by_role("button", name="Try again").click()
    expect(edge).to_have_count(0)


def test_leaving_a_form_asks_before_what_was_typed_is_lost(visit: Visit, acme: Desk) -> None:
    page = visit.go("records/organizations/new")
    page.get_by_label("Name").first.fill("Half Typed")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_label("Name").first).to_have_value("Half Typed")
    assert "not saved" in asked[0]
    page.close()


def test_a_job_that_failed_half_way_says_what_was_done_and_why_it_stopped(visit: Visit, acme: Desk) -> None:
    job: dict[str, Any] = {
        "id": "half",
        "kind": "import-contacts",
        "status": "failed",
        "dry_run": False,
        "started_by": "ada",
        "progress": {"total": 10, "done": 4, "created": 3, "failed": 1},
        "calls": {"needed": 5, "used": 2, "remaining_today": 9, "finishes_at": None},
        "email": {"to": "ada@acme.example", "status": "failed"},
        "started_at": "2026-01-05T10:00:00Z",
        "finished_at": "2026-01-05T10:01:00Z",
        "planned_at": None,
        "waiting_for": None,
        "error": "The ledger kept answering with an error.",
        "notes": [],
    }
    page = visit.page
    page.route("**/jobs/half", lambda route: route.fulfill(body=json.dumps(job), content_type="application/json"))
    page.route(
        "**/jobs/half/items*",
        lambda route: route.fulfill(body='{"items": [], "next": null}', content_type="application/json"),
    )
    visit.go("jobs/half")
    expect(page.get_by_text("what was done before stays")).to_be_visible()
    expect(page.get_by_text("Xero kept answering with an error.")).to_be_visible()
    expect(page.get_by_text(re.compile("could not be delivered"))).to_be_visible()
    job |= {"status": "running", "error": None, "finished_at": None, "waiting_for": "lost_answer", "stopping": True}
    visit.go()
    visit.go("jobs/half")
    expect(page.get_by_text("It is being stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_later_kind_appears_by_itself(visit: Visit, acme: Desk) -> None:
    told = acme.http.get("/v1/kinds").json()
    lines = {
        "name": "lines",
        "label": "Lines",
        "type": "list",
        "of": [{"name": "description", "label": "Description", "type": "text"}],
    }
    fields = [
        {"name": "number", "label": "Number", "type": "text", "required": True},
        {"name": "total", "label": "Total", "type": "money"},
        {"name": "issue_date", "label": "Issue date", "type": "date"},
        lines,
    ]
    columns = [
        {"name": "number", "label": "Number", "type": "text", "default": True},
        {"name": "total", "label": "Total", "type": "money", "default": True},
        {"name": "sync.state", "label": "State", "type": "state", "default": True},
    ]
    told["items"].append(
        {
            "name": "rosters",
            "singular": "roster",
            "plural": "rosters",
            "document_type": "roster",
            "fields": fields,
            "synced": [],
            "columns": columns,
            "filters": [],
            "sorts": ["title", "-title"],
            "actions": [
                {"name": "save"},
                {"name": "edit"},
                {"name": "update", "job": "update-invoices", "names": "records"},
            ],
        }
    )
    told["capabilities"]["jobs"] += ["send-invoices", "update-invoices"]
    told["capabilities"]["job_actions"] = ["apply", "cancel", "undo"]
    invoice = {
        "id": "1",
        "number": "INV-1",
        "total": "1234567.80",
        "currency": "EUR",
        "sync": {"state": "linked", "error": None},
    }
    page = visit.page
    page.route("**/v1/kinds", lambda route: route.fulfill(body=json.dumps(told), content_type="application/json"))
    page.route(
        f"**/{acme.company}/rosters*",
        lambda route: route.fulfill(
            body=json.dumps({"items": [invoice], "next": None}), content_type="application/json"
        ),
    )
    visit.go()
    expect(page.get_by_role("button", name="Send all live invoices")).to_be_enabled()
    expect(page.get_by_role("button", name="Update all invoice balances")).to_be_enabled()
    page.get_by_role("tab", name="Rosters").click()
    expect(page.get_by_role("cell", name="€1,234,567.80")).to_have_css("text-align", "end")
    page.get_by_role("checkbox", name="Choose INV-1").check()
    expect(page.get_by_role("button", name="Update from Xero")).to_be_enabled()


def test_a_first_load_that_takes_its_time_says_so(visit: Visit, acme: Desk) -> None:
    page = visit.page
    page.route("**/v1/kinds", lambda route: None)  # not answered yet
    page.goto(f"{acme.stack.url}/?as=admin&company={acme.company}")
    expect(page.get_by_role("status").filter(has_text="Loading…")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    visit.go()
    expect(page.get_by_text("Loading…")).to_have_count(0)
