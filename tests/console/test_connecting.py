"""Connecting a company by clicking: consent, status, re-authorise, disconnect; guide D's way out and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit, press, reach

FERNHILL = "Fernhill Trading Demo (NZ)"


@pytest.fixture(scope="module")
def connecting(stack: Any) -> Iterator[Desk]:
    with Desk(stack, "connecting") as desk:
        desk.create()
        yield desk


def consent(page: Any) -> None:
    """On the ledger's own page."""
    page.get_by_role("button", name=f"Allow access to {FERNHILL}").click()


def test_a_company_is_connected_re_authorised_and_disconnected(visit: Visit, connecting: Desk) -> None:
    page = visit.go(company="connecting")
    expect(page.get_by_role("button", name="Import contacts")).to_have_count(0)
    visit.go("records/invoices", company="connecting")
    expect(page.get_by_role("button", name="Send all live invoices")).to_have_count(0)
    page.get_by_role("button", name="Connect to Xero").click()
    consent(page)
    expect(page.get_by_text("Connected to Xero.")).to_be_visible()
    expect(page).to_have_url(re.compile("/companies/connecting/connection"))
    expect(page.get_by_role("heading", name=FERNHILL)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("calls to Xero are left today"))).to_be_visible()

    page.get_by_role("button", name="Re-authorise").click()
    consent(page)
    expect(page.get_by_role("heading", name=FERNHILL)).to_be_visible()

    page.get_by_role("button", name="Disconnect").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Records, links and the history stay")
    dialog.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("heading", name="Disconnected from Xero")).to_be_visible()
    expect(page.get_by_text(f"paired with {FERNHILL}")).to_be_visible()


def test_the_addresses_to_enter_in_the_ledgers_app_can_be_copied(visit: Visit, connecting: Desk) -> None:
    page = visit.go("connection", company="connecting")
    if not page.get_by_label("Redirect address", exact=True).is_visible():
        page.get_by_text("Setting up the Xero app").click()
    expect(page.get_by_label("Redirect address", exact=True)).to_have_value(re.compile(r"/oauth/xero/callback$"))
    expect(page.get_by_label("Webhook address", exact=True)).to_have_value(re.compile(r"/webhooks/xero$"))


def test_declining_the_consent_is_told_with_what_to_do(visit: Visit, stack: Any) -> None:
    with Desk(stack, "declining") as desk:
        desk.create()
    page = visit.go("connection", company="declining")
    page.get_by_role("button", name="Connect to Xero").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("left without allowing access")
    expect(page.get_by_role("button", name="Connect to Xero")).to_be_visible()


def test_a_company_is_connected_by_keyboard_alone(visit: Visit, stack: Any) -> None:
    with Desk(stack, "keyboard") as desk:
        desk.create()
        desk.opened(books := "Keyboard Books")
    page = visit.go("connection", company="keyboard")
    press(page, "Connect to Xero")
    page.get_by_role("heading", name="Allow access?").wait_for()
    press(page, f"Allow access to {books}")
    expect(page.get_by_text("Connected to Xero.")).to_be_visible()
    expect(page.get_by_role("heading", name=books)).to_be_visible()
    reach(page, "Re-authorise")
    press(page, "Disconnect")
    expect(page.get_by_role("dialog")).to_contain_text(f"Disconnect from {books}?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Disconnect")).to_be_focused()
    page.get_by_role("heading", level=1).focus()  # where somebody who was led here begins
    press(page, "Import/Export")
    expect(page.get_by_role("button", name="Import contacts")).to_be_visible()


def test_who_gave_access_to_several_chooses_one_and_is_led_on(visit: Visit, stack: Any) -> None:
    with Desk(stack, "choosing") as desk, httpx.Client(timeout=60) as browser:
        desk.create()
        desk.opened("Choosing Books")
        asked = desk("POST", "/connection")["authorize_url"]
        browser.get(browser.get(f"{asked}&auto=all").headers["location"])
    page = visit.go("connection", company="choosing")
    page.get_by_role("radio", name="Choosing Books").check()
    page.get_by_role("button", name="Pair with this organisation").click()
    expect(page.get_by_role("heading", name="Choosing Books")).to_be_visible()
    page.get_by_role("link", name="Import/Export", exact=True).click()
    expect(page.get_by_role("button", name="Import contacts")).to_be_visible()


def test_where_the_ledger_no_longer_accepts_the_connection_every_page_says_so(visit: Visit, stack: Any) -> None:
    with Desk(stack, "lapsed") as desk:
        desk.create()
        desk.connect("Lapsed Books")
        now = desk("GET", "/connection")
    lapsed = {**now, "state": "needs_reconnect", "last_error": "The ledger no longer accepts the connection."}
    visit.page.route("**/lapsed/connection", lambda route: route.fulfill(json=lapsed))
    page = visit.go("transfer", company="lapsed")
    expect(page.get_by_role("heading", name="The connection has to be re-authorised")).to_be_visible()
    expect(page.get_by_text("records wait until you re-authorise")).to_be_visible()
    visit.go("connection", company="lapsed")
    expect(page.get_by_text("Xero no longer accepts the connection.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Re-authorise")).to_be_enabled()
