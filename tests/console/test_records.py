"""Records as a user handles them: forms, holds with reasons, filters, columns, deleting, restoring."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def test_a_record_is_held_back_with_a_reason_and_found_by_that(visit: Visit, acme: Desk) -> None:
    acme.organization("held", "Held Back Limited")
    page = visit.go("records/organizations/held")
    expect(page.get_by_label("Reason")).to_have_count(0)
    page.get_by_role("checkbox", name="Do not export").check()
    page.get_by_label("Reason").fill("A private customer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert acme("GET", "/organizations/held")["do_not_export"] == {"on": True, "reason": "A private customer"}

    page.get_by_role("tab", name="Organizations").click()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Do not export").select_option("Yes")
    expect(page).to_have_url(re.compile("do_not_export=true"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Do not export: reason").check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("cell", name="A private customer")).to_be_visible()


def test_many_records_are_held_and_let_go_at_once(visit: Visit, acme: Desk) -> None:
    for n in (1, 2):
        acme.organization(f"many-{n}", f"Manyfold {n}")
    page = visit.go("records/organizations?q=Manyfold")
    row = page.get_by_role("row", name=re.compile("Manyfold 2"))
    expect(row).to_be_visible()
    before = row.bounding_box()
    page.get_by_role("checkbox", name="Choose all on this page").check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    assert row.bounding_box() == before  # nothing moves under the cursor
    page.get_by_role("button", name="Hold…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Do not import").check()
    dialog.get_by_label("Reason").fill("Year end")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    assert acme("GET", "/organizations/many-2")["do_not_import"]["reason"] == "Year end"


def test_a_record_is_made_edited_and_its_old_value_restored(visit: Visit, acme: Desk) -> None:
    page = visit.go("records/organizations/new")
    page.get_by_label("Name").first.fill("Made Here")
    page.get_by_label("E-mail").first.fill("first@made.example")
    page.get_by_label("Your CRM's id").fill("made-here")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Made Here", level=1)).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("E-mail").first.fill("second@made.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("second@made.example").first).to_be_visible()
    page.get_by_text("1 change").first.click()
    page.get_by_role("button", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.locator(".facts").first).to_contain_text("first@made.example")
    assert acme("GET", "/organizations/made-here")["email"] == "first@made.example"


def test_what_was_typed_survives_a_refusal_and_says_which_field(visit: Visit, acme: Desk) -> None:
    page = visit.go("records/organizations/new")
    page.get_by_label("Name").first.fill("   ")
    page.get_by_label("E-mail").first.fill("kept@typed.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("a name is needed")
    expect(page.get_by_label("E-mail").first).to_have_value("kept@typed.example")


def test_an_edit_that_somebody_overtook_shows_theirs_and_keeps_mine(visit: Visit, acme: Desk) -> None:
    acme.organization("raced", "Raced Limited", email="a@raced.example")
    page = visit.go("records/organizations/raced/edit")
    page.get_by_label("Account number").fill("R-77")
    acme("PATCH", "/organizations/raced", {"email": "theirs@raced.example"})
    page.get_by_role("button", name="Save").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Somebody changed this record")
    expect(alert).to_contain_text("theirs@raced.example")
    expect(page.get_by_label("Account number")).to_have_value("R-77")
    page.get_by_role("button", name="Put my changes on top").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Raced Limited", level=1, exact=True)).to_be_visible()
    now = acme("GET", "/organizations/raced")
    assert (now["email"], now["account_number"]) == ("theirs@raced.example", "R-77")


def test_a_synced_record_is_deleted_only_by_force_and_with_a_reason(visit: Visit, acme: Desk) -> None:
    document = acme.contact("Not To Delete")
    acme.organization("kept", "Not To Delete")
    acme("PUT", "/organizations/kept/link", {"document_id": document, "confirm": True})
    page = visit.go("records/organizations/kept")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_contain_text("synced with Xero and cannot be deleted")
    force = dialog.get_by_role("button", name="Delete anyway")
    expect(force).to_be_disabled()
    dialog.get_by_label("Reason").fill("Asked to be forgotten")
    force.click()
    expect(page.get_by_role("heading", name="Organizations", level=1)).to_be_visible()
    assert acme.http.get(f"/v1/companies/{acme.company}/organizations/kept").status_code == 404


def test_fields_are_cleared_on_both_sides_with_a_reason(visit: Visit, acme: Desk) -> None:
    acme.organization("cleared", "Cleared Limited", account_number="C-1", email="c@cleared.example")
    acme.job("export-organizations", ids=["cleared"])
    acme.until("cleared", "linked")
    page = visit.go("records/organizations/cleared")
    page.get_by_role("button", name="Clear fields…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Account number").check()
    dialog.get_by_label("Reason").fill("They asked for it")
    dialog.get_by_role("button", name="Clear 1 field").click()
    expect(page.locator(".facts").first).not_to_contain_text("C-1")
    assert acme("GET", "/organizations/cleared")["account_number"] == ""


def test_pages_are_turned_and_the_back_button_turns_them_back(visit: Visit, acme: Desk) -> None:
    items = [{"id": f"page-{n:03}", "name": f"Pagewise {n:03}"} for n in range(70)]
    acme("POST", "/organizations:batch", {"items": items})
    page = visit.go("records/organizations?q=Pagewise")
    expect(page.get_by_role("link", name="Pagewise 000")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("link", name="Pagewise 069")).to_be_visible()
    expect(page.get_by_text("Page 2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Pagewise 000")).to_be_visible()


def test_who_comes_back_to_a_list_finds_the_page_and_the_place_again(visit: Visit, acme: Desk) -> None:
    items = [{"id": f"place-{n:03}", "name": f"Placewise {n:03}"} for n in range(110)]
    acme("POST", "/organizations:batch", {"items": items})
    page = visit.go("records/organizations?q=Placewise")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("link", name="Placewise 080").click()
    expect(page.get_by_role("heading", name="Placewise 080", level=1)).to_be_visible()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    followed = page.get_by_role("link", name="Placewise 080")
    expect(followed).to_be_in_viewport()
    expect(followed).to_be_focused()
    followed.press("Enter")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("E-mail", exact=True).first.fill("new@place.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("new@place.example").first).to_be_visible()
    page.get_by_role("link", name="Organizations", exact=True).click()
    expect(followed).to_be_in_viewport()
    expect(page.get_by_text("Page 2")).to_be_visible()
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_role("link", name="Placewise 000")).to_be_visible()


def test_a_page_that_was_opened_by_its_address_has_no_way_back_out_of_the_console(visit: Visit, acme: Desk) -> None:
    items = [{"id": f"deep-{n:03}", "name": f"Deeply {n:03}"} for n in range(60)]
    acme("POST", "/organizations:batch", {"items": items})
    cursor = acme("GET", "/organizations?q=Deeply&limit=50")["next"]
    page = visit.go(f"records/organizations?q=Deeply&cursor={cursor}&page=2")
    expect(page.get_by_role("link", name="Deeply 059")).to_be_visible()
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    page.get_by_role("button", name="First").click()
    expect(page.get_by_role("link", name="Deeply 000")).to_be_visible()


def test_a_list_of_fifty_thousand_holds_one_page_and_stays_until_the_next_has_come(visit: Visit, acme: Desk) -> None:
    acme.organization("one", "Just One")
    one = acme("GET", "/organizations/one")
    held: list[Any] = []

    def answer(route: Any) -> None:
        cursor = int(parse_qs(urlsplit(route.request.url).query).get("cursor", ["0"])[0])
        items = [{**one, "id": f"r{n}", "name": f"Record {n:05}"} for n in range(cursor, cursor + 50)]
        body = json.dumps({"items": items, "next": str(cursor + 50) if cursor + 50 < 50_000 else None})
        if cursor == 100:
            held.append(lambda: route.fulfill(body=body, content_type="application/json"))
        else:
            route.fulfill(body=body, content_type="application/json")

    page = visit.page
    page.route("**/organizations?*", answer)
    visit.go("records/organizations")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(50)
    next_ = page.get_by_role("button", name="Next")
    next_.click()
    expect(page.get_by_role("link", name="Record 00050")).to_be_in_viewport()
    next_.click()
    expect(page.locator(".table-frame.dim")).to_be_visible()
    expect(rows).to_have_count(50)  # what was there, until what comes has come
    expect(next_).to_be_focused()
    held.pop()()
    expect(page.get_by_role("link", name="Record 00100")).to_be_in_viewport()
    for number in range(150, 400, 50):
        next_.click()
        expect(page.get_by_role("link", name=f"Record {number:05}")).to_be_in_viewport()
    expect(rows).to_have_count(50)
    expect(page.get_by_text("Page 8")).to_be_visible()


def test_a_search_goes_on_by_itself_where_an_answer_stopped_looking(visit: Visit, acme: Desk) -> None:
    """The API looks at so many records an answer; in a long list what fits may be further on."""
    acme.organization("one", "Just One")
    one, held = acme("GET", "/organizations/one"), list[Any]()

    def answer(route: Any) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        cursor = int(query.get("cursor", ["0"])[0])
        found = [] if cursor in (0, 4) else [{**one, "id": f"r{cursor}", "name": f"Found {cursor}"}]
        told = {"items": found, "next": str(cursor + 1) if cursor < 4 else None}
        held.append((query["limit"], lambda: route.fulfill(json=told)))

    page = visit.page
    page.route("**/organizations?*q=found*", answer)
    visit.go("records/organizations?q=found")

    def answered() -> str:
        while not held:
            page.wait_for_timeout(20)
        limit, go = held.pop()
        go()
        return str(limit[0])

    limits = []
    for told in ("None so far", "1 record so far", "2 records so far", "3 records so far"):
        limits.append(answered())
        expect(page.get_by_text(told)).to_be_visible()
        expect(page.get_by_text("Nothing matches")).to_have_count(0)
    limits.append(answered())
    expect(page.get_by_text("3 entries, that is all.")).to_be_visible()
    expect(page.get_by_text("so far")).to_have_count(0)
    expect(page.get_by_role("link", name="Found 3")).to_be_visible()
    assert limits == ["50", "50", "49", "48", "47"]


@pytest.mark.parametrize(
    ("zone", "day", "clock", "instant"),
    [
        ("Europe/Berlin", "2026-11-22", "00:00:00", "2026-11-21T23:00:00Z"),
        ("Europe/Berlin", "2026-03-29", "23:59:59.999", "2026-03-29T21:59:59.999Z"),  # the clocks went forward
        ("Pacific/Auckland", "2026-11-22", "00:00:00", "2026-11-21T11:00:00Z"),
        ("America/New_York", "2026-11-01", "00:00:00", "2026-11-01T04:00:00Z"),  # the clocks go back
        ("Asia/Kathmandu", "2026-01-01", "00:00:00", "2025-12-31T18:15:00Z"),
    ],
)
def test_a_day_in_a_filter_is_the_companys_day(
    visit: Visit, acme: Desk, zone: str, day: str, clock: str, instant: str
) -> None:
    code = """async ([zone, day, clock]) => {
        const format = await import('/console/core/format.js');
        format.setZone(zone);
        const instant = format.instantOf(day, clock);
        return [instant, format.dayOf(instant), format.instantOf('nonsense'), format.dayOf('nonsense')]; }"""
    assert visit.go("csv").evaluate(code, [zone, day, clock]) == [instant, day, "", ""]


def test_a_history_that_is_narrowed_to_nothing_does_not_say_that_nothing_happened(visit: Visit, acme: Desk) -> None:
    acme.organization("happened", "Happened Limited")
    page = visit.go("history")
    page.get_by_label("Since").fill("2027-01-31")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    assert "since=2027-01-30T23%3A00%3A00Z" in page.url  # midnight in Berlin
    expect(page.get_by_label("Since")).to_have_value("2027-01-31")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_text("Happened Limited").first).to_be_visible()
