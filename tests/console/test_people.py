"""Who may do what in the console: signing in, a viewer who can only look, an administrator's companies and settings."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def test_signing_in_goes_over_the_issuer_and_back_to_where_one_was(visit: Visit, stack: Any, acme: Desk) -> None:
    page = visit.page
    page.goto(f"{stack.url}/#/companies/{acme.company}/settings")
    page.get_by_role("link", name="Finance").click()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    expect(page.get_by_text("Finance", exact=True)).to_be_visible()
    assert "code=" not in page.url
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "eyJ" not in kept  # no token is stored anywhere


def typed(visit: Visit, stack: Any, acme: Desk, name: str) -> Any:
    """A new organization as an administrator who signed in has begun to type it."""
    page = visit.page
    page.goto(f"{stack.url}/#/companies/{acme.company}/records/organizations/new")
    page.get_by_role("link", name="Administrator").click()
    page.get_by_label("Name").first.fill(name)
    return page


def test_a_session_that_ends_while_somebody_works_is_renewed_and_nothing_typed_is_lost(
    visit: Visit, stack: Any, acme: Desk
) -> None:
    page = typed(visit, stack, acme, "Typed Before")
    page.route(f"**/v1/companies/{acme.company}/organizations/*", once_401())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Typed Before", level=1)).to_be_visible()


def test_who_puts_signing_in_off_is_left_in_peace_and_signs_in_when_it_suits(
    visit: Visit, stack: Any, acme: Desk
) -> None:
    page = typed(visit, stack, acme, "Half Typed")
    ended: list[str] = []  # the token that is no longer taken; nor is the one that renews it

    def answer(route: Any) -> None:
        token = route.request.headers.get("authorization", "")
        ended.append(token)
        if token == ended[0]:
            route.fulfill(status=401, content_type="application/json", body='{"message": "Unauthorized"}')
        else:
            route.continue_()

    def grant(route: Any) -> None:
        if "grant_type=refresh_token" in (route.request.post_data or ""):
            route.fulfill(status=400, content_type="application/json", body='{"error": "invalid_grant"}')
        else:
            route.continue_()

    page.route("**/v1/**", answer)
    page.context.route("**/token", grant)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_role("button", name="Later").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here")
    again = page.get_by_role("button", name="Sign in again")
    expect(again).to_be_visible()  # the page has been read anew since then
    expect(dialog).to_have_count(0)
    again.click()
    with page.context.expect_page() as opened:
        dialog.get_by_role("button", name="Sign in again").click()
    opened.value.get_by_role("link", name="Administrator").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("Name").first).to_have_value("Half Typed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Half Typed", level=1)).to_be_visible()


def once_401() -> Any:
    seen: list[str] = []

    def answer(route: Any) -> None:
        if route.request.method == "PUT" and not seen:
            seen.append(route.request.url)
            route.fulfill(status=401, content_type="application/json", body='{"message": "Unauthorized"}')
        else:
            route.continue_()

    return answer


def test_a_viewer_sees_everything_and_can_press_nothing_that_changes(visit: Visit, stack: Any, acme: Desk) -> None:
    acme.organization("looked-at", "Looked At")
    page = visit.go(role="viewer")
    expect(page.get_by_text("You can look at everything")).to_be_visible()
    for name in ("Import contacts", "Export organizations"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    page.get_by_role("tab", name="Xero connection").click()
    for name in ("Re-authorise", "Disconnect"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    visit.go("records/organizations/looked-at", role="viewer")
    expect(page.get_by_role("button", name="Delete")).to_be_disabled()
    expect(page.get_by_role("checkbox", name="Do not export")).to_be_disabled()
    visit.go("settings", role="viewer")
    expect(page.get_by_label("Enable Integration")).to_be_disabled()
    visit.go("records/organizations/new", role="viewer")
    page.get_by_label("Name").first.fill("Sneaky")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    refused = page.evaluate(
        """async (company) => { const { token } = await (await fetch('/local/token', {method: 'POST',
             body: JSON.stringify({role: 'viewer', companies: ['*']})})).json();
             const headers = {authorization: 'Bearer ' + token};
             const answer = await fetch(`/v1/companies/${company}/connection`, {method: 'DELETE', headers});
             return answer.status; }""",
        acme.company,
    )
    assert refused == 403


def test_settings_are_explained_saved_at_once_and_given_back_to_the_profile(visit: Visit, acme: Desk) -> None:
    page = visit.go()
    page.get_by_role("tab", name="Settings").click()
    box = page.get_by_label("Sync Invoice Item Descriptions")
    box.uncheck()
    expect(page.get_by_text("Saved: Sync Invoice Item Descriptions")).to_be_visible()
    assert acme("GET", "/settings")["sync_item_descriptions"]["value"] is False
    page.locator("#sync_item_descriptions").get_by_role("button", name="Back to the profile").click()
    expect(box).to_be_checked()
    stock = page.locator(".card", has=page.get_by_role("heading", name="Later: stock"))
    expect(stock.get_by_label("Sync Inventory with Xero")).to_be_visible()
    expect(page.locator(".card").filter(has=page.get_by_role("heading", name="Payments"))).to_contain_text(
        "made in Xero"
    )
    page.get_by_label("Profile").select_option("Inventory")
    expect(page.get_by_text("The other profile changes these settings")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Send documents by themselves"))).to_contain_text("offon")


def test_an_administrator_makes_a_company_and_switches_between_them(visit: Visit, acme: Desk) -> None:
    page = visit.go()
    page.get_by_label("Company").select_option("New company…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Second Hand")
    dialog.get_by_role("button", name="Create company").click()
    expect(page).to_have_url(re.compile("/companies/second-hand/"))
    page.get_by_label("Company").select_option(acme.name)
    expect(page).to_have_url(re.compile(f"/companies/{acme.company}"))


def test_a_company_that_is_not_there_is_told_with_a_way_on(visit: Visit, acme: Desk) -> None:
    page = visit.go(company="nobodys")
    expect(page.get_by_role("heading", name=re.compile("no company “nobodys”"))).to_be_visible()
    expect(page.get_by_role("link", name=acme.name)).to_be_visible()


def test_the_crms_webhook_gets_a_secret_that_is_shown_once(visit: Visit, acme: Desk) -> None:
    page = visit.go("crm-webhook")
    page.get_by_role("button", name="New secret").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="New secret").click()
    expect(dialog.get_by_label("Secret", exact=True)).to_have_value(re.compile("whsec_"))
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("whsec_")).to_have_count(0)
    expect(page.get_by_text("There is none yet")).to_have_count(0)
    visit.go("crm-webhook", role="finance")
    expect(page.get_by_role("button", name="New secret")).to_be_disabled()


def test_settings_come_all_at_once_and_move_nothing(visit: Visit, acme: Desk) -> None:
    page = visit.go("settings")
    expect(page.get_by_role("heading", name="E-mail to you")).to_be_visible()
    moved = """() => new Promise((told) => {
        let sum = 0;
        new PerformanceObserver((seen) => seen.getEntries().forEach((each) => { sum += each.value; }))
            .observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => setTimeout(() => told(sum))); })"""
    assert page.evaluate(moved) < 0.02
