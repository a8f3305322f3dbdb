"""Guide D, its sales side: what goes by itself is seen in queue and history, found in lists, held back, corrected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.console.conftest import Desk, Visit, company_of

BOOKS = "Guide D Trading"
LINE = {"description": "Lamp", "quantity": "2", "unit_price": "50.00", "account_code": "200", "product_id": "lamp"}
SAID: dict[str, Any] = {
    "organization_id": "shop",
    "issue_date": "2026-11-20",
    "due_date": "2026-12-20",
    "tax_mode": "none",
    "status": "approved",
    "lines": [LINE],
}


@pytest.fixture(scope="module")
def inventory(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """An inventory business whose records go by themselves; the integration rests until a test turns it on."""
    with Desk(stack, company_of(request.module)) as desk:
        desk.create(profile="inventory", integration_enabled=False)
        desk.connect(BOOKS)
        desk.organization("shop", "Corner Shop", email="shop@corner.example")
        desk("PUT", "/products/lamp", {"code": "LAMP", "name": "Lamp", "sale": {"price": "50.00"}})
        desk("PUT", "/invoices/i1", {**SAID, "number": "INV-1"})
        yield desk


def test_the_queue_shows_what_is_to_be_synced_and_the_history_what_was(visit: Visit, inventory: Desk) -> None:
    page = visit.go("export-queue")
    row = page.get_by_role("row", name=re.compile("INV-1"))
    expect(row).to_contain_text("The integration is switched off")
    expect(row).to_contain_text("“Enable Integration”")
    visit.picture("guide-d-queue")
    page.get_by_role("tab", name="Settings").click()
    page.get_by_role("checkbox", name="Enable Integration").check()
    expect(page.get_by_text("Saved: Enable Integration")).to_be_visible()
    inventory.settle()
    page.get_by_role("tab", name="Export Queue").click()
    expect(page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    page.get_by_role("tab", name="Import/Export History").click()
    page.get_by_label("Direction").select_option("Export")
    for title in ("Corner Shop", "Lamp", "INV-1"):
        expect(page.get_by_role("link", name=re.compile(title)).first).to_be_visible()
    page.get_by_role("link", name=re.compile("INV-1")).first.click()
    expect(page.get_by_role("heading", name="INV-1", level=1)).to_be_visible()
    xero = page.locator("section.card", has=page.get_by_role("heading", name="Xero", exact=True))
    expect(xero).to_contain_text("Accounting Code")
    expect(xero).to_contain_text("Last Accounting Export Date")
    expect(page.get_by_role("link", name=re.compile("Open in Xero"))).to_be_visible()
    visit.picture("guide-d-record", full_page=True)


def test_lists_tell_what_is_synced_by_columns_and_filters(visit: Visit, inventory: Desk) -> None:
    inventory.organization("rest", "Never Synced", do_not_export={"on": True, "reason": "Staff"})
    code = inventory("GET", "/organizations/shop")["sync"]["accounting_code"]
    page = visit.go("records/organizations?cols=name")
    page.get_by_role("button", name="Columns").click()
    columns = ("Accounting Code", "Last Accounting Import Date", "Last Accounting Export Date")
    for name in columns:
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.keyboard.press("Escape")
    for name in columns:
        expect(page.get_by_role("columnheader", name=name)).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Corner Shop"))).to_contain_text(code[:8])
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Accounting Code").fill(code)
    page.get_by_label("Last Accounting Export Date: from").fill("2026-01-01")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Never Synced")).to_have_count(0)
    expect(page.get_by_role("link", name="Corner Shop")).to_be_visible()
    visit.picture("guide-d-list")
    page.get_by_role("button", name="Remove the filter Accounting Code").click()
    page.get_by_role("button", name="Remove the filter Last Accounting Export Date: from").click()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Linked", exact=True).select_option("No")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Never Synced")).to_be_visible()
    expect(page.get_by_role("link", name="Corner Shop")).to_have_count(0)


def test_an_invoice_is_kept_from_syncing_both_ways_with_reasons_that_the_list_shows(
    visit: Visit, inventory: Desk
) -> None:
    page = visit.go("records/invoices/i1")
    for name, reason in (("Do not export", "Under dispute"), ("Do not import", "Corrected here")):
        expect(page.get_by_role("checkbox", name=name)).not_to_be_checked()
        page.get_by_role("checkbox", name=name).check()
        page.get_by_label("Reason").last.fill(reason)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("tab", name="Invoices").click()
    page.get_by_role("button", name="Columns").click()
    for name in ("Do not export", "Do not export: reason", "Do not import", "Do not import: reason"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.keyboard.press("Escape")
    row = page.get_by_role("row", name=re.compile("INV-1"))
    for reason in ("Under dispute", "Corrected here"):
        expect(row.get_by_role("cell", name=reason)).to_be_visible()
    visit.go("records/invoices/i1")
    for name in ("Do not export", "Do not import"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_a_synced_record_is_not_deleted_and_a_sent_invoice_is_locked(visit: Visit, inventory: Desk) -> None:
    page = visit.go("records/organizations/shop", role="finance")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Delete Corner Shop?")).to_be_visible()
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be deleted")
    expect(dialog.get_by_role("button", name=re.compile("^Delete"))).to_have_count(0)  # that is the administrator's
    visit.picture("guide-d-delete")
    dialog.get_by_role("button", name="Cancel").click()
    assert inventory("GET", "/organizations/shop")["name"] == "Corner Shop"
    visit.go("settings")
    for name in ("Sync Inventory with Xero", "Lock invoices when transferred to Xero"):
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    visit.go("records/invoices/i1/edit")
    page.get_by_role("textbox", name="Reference").fill("Changed after it was sent")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("locked")
    expect(page.get_by_role("textbox", name="Reference")).to_have_value("Changed after it was sent")


def test_every_user_is_told_of_an_error_and_led_to_its_record(visit: Visit, inventory: Desk) -> None:
    inventory.contact("Taken By Another")
    inventory.organization("taken", "Taken By Another")
    inventory("PUT", "/invoices/i2", {**SAID, "number": "INV-2", "organization_id": "taken"})
    inventory.settle()
    page = visit.go("records/products", role="viewer")
    banner = page.get_by_role("region", name="Unresolved Errors")
    expect(banner).to_contain_text("1 record could not be synced")
    banner.get_by_role("button", name="View errors").click()
    expect(page.get_by_role("heading", name="Taken By Another", level=1)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("already has this name")
    expect(page.get_by_role("alert")).to_contain_text("Link this record to that contact")
    visit.picture("guide-d-error")
    visit.go()
    page.get_by_role("tab", name="Unresolved Errors").click()
    expect(page.get_by_role("link", name="Taken By Another")).to_be_visible()
    page.get_by_role("button", name="Change: Name").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Taken By Nobody")
    dialog.get_by_role("button", name="Change: Name").click()
    expect(page.get_by_role("heading", name="No unresolved errors")).to_be_visible()
    inventory.settle()
    assert {"INV-1", "INV-2"} == {each["InvoiceNumber"] for each in inventory.ledger()["invoices"]}


def test_payments_made_in_the_ledger_come_here(visit: Visit, inventory: Desk) -> None:
    id = next(each["InvoiceID"] for each in inventory.ledger()["invoices"] if each["InvoiceNumber"] == "INV-1")
    inventory.human("pay", "invoices", id, amount=30)
    page = visit.go("transfer")
    page.get_by_role("button", name="Import payments").click()
    page.get_by_role("dialog").get_by_role("button", name="Import payments").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    page.get_by_role("tab", name="Payments").click()
    row = page.get_by_role("row", name=re.compile("30.00"))
    expect(row.get_by_role("link", name=re.compile("INV-1"))).to_be_visible()
    row.get_by_role("link", name=re.compile("INV-1")).click()
    expect(page.locator(".facts.sums")).to_contain_text("70.00")


def test_the_connection_is_renewed_and_ended_and_what_was_synced_stays(visit: Visit, inventory: Desk) -> None:
    page = visit.go()
    page.get_by_role("tab", name="Xero connection").click()
    page.get_by_role("button", name="Re-authorise").click()
    page.get_by_role("button", name=f"Allow access to {BOOKS}").click()
    expect(page.get_by_text("Connected to Xero.")).to_be_visible()
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("heading", name="Disconnected from Xero")).to_be_visible()
    visit.picture("guide-d-disconnected")
    visit.go("records/invoices/i1")
    code = inventory("GET", "/invoices/i1")["sync"]["accounting_code"]
    expect(page.get_by_text(code)).to_be_visible()
