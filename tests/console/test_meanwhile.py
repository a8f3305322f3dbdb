"""What is under way while somebody goes on is not begun twice, taken back, led elsewhere or silent when it fails."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


class Held:
    """Requests to an address that have not been answered yet."""

    def __init__(self, page: Any, address: str, method: str = "POST") -> None:
        self.page, self.routes = page, list[Any]()
        page.route(
            address, lambda route: self.routes.append(route) if route.request.method == method else route.continue_()
        )

    def wait(self) -> None:
        while not self.routes:
            self.page.wait_for_timeout(50)

    def go_on(self) -> None:
        self.wait()
        for route in self.routes:
            route.continue_()
        self.page.wait_for_timeout(1000)  # whatever comes of it has come


def test_what_is_carried_out_is_not_dropped_by_leaving_its_dialog(visit: Visit, acme: Desk) -> None:
    acme.organization("sent", "Sent Limited")
    page = visit.go("records/organizations/sent")
    page.get_by_role("button", name="Send to Xero").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="What will happen")).to_be_visible()
    dropped: list[str] = []
    page.on("request", lambda request: dropped.append(request.url) if request.url.endswith("/cancel") else None)
    held = Held(page, "**/apply")
    dialog.get_by_role("button", name="Send to Xero").click()
    held.wait()
    for _ in range(3):  # it cannot be called back any more
        page.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_disabled()
    expect(dialog).to_be_visible()
    visit.turn("settings")
    expect(dialog).to_have_count(0)
    held.go_on()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    assert dropped == []
    acme.until("sent", "linked")


def test_what_was_begun_in_a_dialog_that_was_left_closes_no_other(visit: Visit, acme: Desk) -> None:
    acme.organization("first", "First Limited")
    page = visit.go("records/organizations/first")
    page.get_by_role("button", name="Change id…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your CRM's id").fill("second")
    held = Held(page, re.compile(":rename$"))
    dialog.get_by_role("button", name="Change id…").click()
    held.wait()
    visit.turn("settings")
    page.locator("header").get_by_label("Company").select_option("New company…")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill("Half Typed")
    held.go_on()
    expect(dialog.get_by_label("Name")).to_have_value("Half Typed")
    expect(dialog.get_by_label("Name")).to_be_focused()
    expect(page).to_have_url(re.compile("/settings"))


def test_what_takes_a_while_leads_nobody_away_who_has_gone_elsewhere(visit: Visit, acme: Desk) -> None:
    page = visit.go("mappings")
    held = Held(page, "**/jobs")
    page.get_by_role("button", name="Read Xero's lists again").click()
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    held.go_on()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()


def test_a_look_is_begun_once_and_says_when_it_cannot_be(visit: Visit, acme: Desk) -> None:
    page = visit.go("comparison")
    held = Held(page, "**/jobs")
    look = page.get_by_role("button", name="Look first")
    look.dblclick()
    held.wait()
    look.click()
    assert len(held.routes) == 1
    held.routes.pop().abort()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")


def test_a_plan_that_cannot_be_discarded_says_so(visit: Visit, acme: Desk) -> None:
    plan = acme.job("export-organizations", dry_run=True)
    page = visit.go(f"jobs/{plan['id']}")
    page.route("**/cancel", lambda route: route.abort())
    page.get_by_role("button", name="Discard the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")


@pytest.fixture
def signed_in(visit: Visit, stack: Any, acme: Desk) -> Any:
    """As somebody whose session ends when they are refused, and cannot be renewed by itself."""
    page = visit.page
    page.goto(f"{stack.url}/#/companies/{acme.company}")
    page.get_by_role("link", name="Administrator").click()
    page.get_by_role("heading", level=1).wait_for()
    return page


def test_what_was_typed_in_a_dialog_is_there_after_signing_in_again(signed_in: Any) -> None:
    page = signed_in
    page.get_by_label("Company").select_option("New company…")
    page.get_by_role("dialog").get_by_label("Name").fill("Half Typed")
    json = {"content_type": "application/json"}
    page.route("**/v1/**", lambda route: route.fulfill(status=401, body='{"message": "Unauthorized"}', **json))
    page.context.route("**/token", lambda route: route.fulfill(status=400, body='{"error": "invalid_grant"}', **json))
    ended = page.get_by_role("dialog", name="Your session has ended")  # the page keeps itself up to date
    ended.get_by_role("button", name="Later").click()
    expect(ended).to_have_count(0)
    page.unroute("**/v1/**")
    typed = page.get_by_role("dialog").get_by_label("Name")
    expect(typed).to_have_value("Half Typed")
    expect(typed).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
