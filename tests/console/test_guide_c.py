"""Guide C in its own order: connect, bring clients over, map taxes, send invoices, update balances, correct errors."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.console.conftest import Desk, Visit, company_of

BOOKS = "Guide C Software"
SAID: dict[str, Any] = {
    "organization_id": "hall",
    "issue_date": "2026-11-20",
    "due_date": "2026-12-20",
    "status": "approved",
}
LINE = {
    "description": "Support, one day",
    "quantity": "2",
    "unit_price": "50.00",
    "account_code": "200",
    "tax_code": "Standard",
}


@pytest.fixture(scope="module")
def crm(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A company that keeps its clients in the CRM and its books in the ledger. It is not connected yet."""
    with Desk(stack, company_of(request.module)) as desk:
        desk.create(profile="crm")
        desk.organisation = desk.opened(BOOKS)
        yield desk


def carry_out(page: Any, name: str) -> None:
    """Press the button, and the one of the same name in the pop-up box, and wait for the end."""
    page.get_by_role("button", name=name).click()
    page.get_by_role("dialog").get_by_role("button", name=name).click()
    expect(page.get_by_text("Finished.")).to_be_visible()


def test_from_the_invoices_one_gets_to_the_connection_and_back(visit: Visit, crm: Desk) -> None:
    page = visit.go("records/invoices", role="finance")
    expect(page.get_by_role("button", name="Send all live invoices")).to_have_count(0)
    page.get_by_role("button", name="Connect to Xero").click()
    page.get_by_role("button", name=f"Allow access to {BOOKS}").click()
    expect(page.get_by_text("Connected to Xero.")).to_be_visible()
    expect(page.get_by_role("heading", name=BOOKS)).to_be_visible()
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_role("checkbox", name="Enable Integration")).to_be_checked()
    page.get_by_role("tab", name="Invoices").click()
    for name in ("Send all live invoices", "Update all invoice balances"):
        expect(page.get_by_role("button", name=name)).to_be_enabled()


def test_clients_are_taken_from_the_ledger_as_csv_and_brought_in_with_their_reference(
    visit: Visit, crm: Desk, tmp_path: Path
) -> None:
    document = crm.contact("Village Hall", EmailAddress="hall@village.example")
    crm.settle()
    page = visit.go("csv", role="finance")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download contacts in Xero").click()
    contacts = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    [contact] = [each for each in contacts if each["ContactID"] == document]
    assert contact["Name"] == "Village Hall"

    card = page.locator("section.card", has=page.get_by_role("heading", name="Bring organizations"))
    for text, told in (("", "1 to link"), ("accounts@village.example", "1 to update")):
        file = tmp_path / "clients.csv"
        columns = "id,name,email,Linked Xero contact"
        file.write_text(f"{columns}\nhall,Village Hall,{text or contact['Email']},{contact['ContactID']}\n")
        card.get_by_label("CSV file").set_input_files(file)
        card.get_by_role("button", name="Try out").click()
        expect(card).to_contain_text(told)
        card.get_by_role("button", name="Import organizations").click()
        expect(card).to_contain_text("Done: 1 row.")
        card.get_by_role("button", name="Another file").click()
    hall = crm("GET", "/organizations/hall")
    assert (hall["email"], hall["sync"]["accounting_code"]) == ("accounts@village.example", document)
    assert [each["Name"] for each in crm.ledger()["contacts"]].count("Village Hall") == 1


def test_tax_codes_are_associated_with_tax_rates(visit: Visit, crm: Desk) -> None:
    crm("PUT", "/invoices/i1", {**SAID, "number": "INV-1", "lines": [LINE]})
    page = visit.go("mappings/tax", role="finance")
    field = page.get_by_role("combobox", name="In Xero: Standard (sales)")
    field.fill("20%")
    page.get_by_role("option", name=re.compile("VAT on Income")).first.click()
    expect(page.get_by_text("Saved: Standard")).to_be_visible()


def test_chosen_invoices_go_into_the_drafts_and_come_back_with_what_was_paid(visit: Visit, crm: Desk) -> None:
    crm("PUT", "/invoices/i2", {**SAID, "number": "INV-2", "lines": [LINE], "status": "draft"})
    page = visit.go("records/invoices", role="finance")
    for number in ("INV-1", "INV-2"):
        page.get_by_role("checkbox", name=f"Choose {number}").check()
    visit.picture("guide-c-chosen")
    carry_out(page, "Send to Xero")
    there = {each["InvoiceNumber"]: each for each in crm.ledger()["invoices"]}
    assert {number: each["Status"] for number, each in there.items()} == {"INV-1": "DRAFT", "INV-2": "DRAFT"}
    id = there["INV-1"]["InvoiceID"]
    crm.human("edit", "invoices", id, Status="AUTHORISED")
    crm.human("pay", "invoices", id, amount=40)
    page.get_by_role("tab", name="Invoices").click()
    page.get_by_role("checkbox", name="Choose INV-1").check()
    carry_out(page, "Update from Xero")
    page.get_by_role("link", name="INV-1").click()
    facts = page.locator(".facts", has_text="Amount outstanding")
    expect(page.locator(".facts").first).to_contain_text("Part paid")
    expect(facts).to_contain_text("80.00")
    expect(page.locator(".facts").first).to_contain_text("Live")
    visit.picture("guide-c-part-paid", full_page=True)


def test_all_live_invoices_are_sent_and_all_balances_updated(visit: Visit, crm: Desk) -> None:
    crm("PUT", "/invoices/i3", {**SAID, "number": "INV-3", "lines": [LINE]})
    page = visit.go("transfer", role="finance")
    carry_out(page, "Send all live invoices")
    expect(page.get_by_role("link", name=re.compile("INV-3"))).to_be_visible()
    page.get_by_role("tab", name="Import/Export", exact=True).click()
    carry_out(page, "Update all invoice balances")
    page.get_by_role("tab", name="Organizations").click()
    page.get_by_role("link", name="Village Hall").click()
    expect(page.locator(".facts").first).to_contain_text("Balance")
    expect(page.locator(".facts").first).to_contain_text("80.00")


def test_a_product_that_cannot_go_is_named_and_no_invoice_goes_until_it_is_corrected(visit: Visit, crm: Desk) -> None:
    crm("PUT", "/products/lamp", {"code": "LAMP", "name": "Lamp", "sale": {"price": "10", "account_code": "Odd group"}})
    with_lamp = {**LINE, "product_id": "lamp"}
    crm("PUT", "/invoices/good", {**SAID, "number": "INV-4", "lines": [LINE]})
    crm("PUT", "/invoices/bad", {**SAID, "number": "INV-5", "lines": [with_lamp]})
    page = visit.go("records/invoices", role="finance")
    for number in ("INV-4", "INV-5"):
        page.get_by_role("checkbox", name=f"Choose {number}").check()
    page.get_by_role("button", name="Send to Xero").click()
    page.get_by_role("dialog").get_by_role("button", name="Send to Xero").click()
    expect(page.get_by_text("It did not finish")).to_be_visible()
    expect(page.locator(".note.bad")).to_contain_text("LAMP (An account code or revenue group means nothing in Xero)")
    expect(page.locator(".item", has_text="INV-4")).to_contain_text("Not done")
    visit.picture("guide-c-product", full_page=True)
    assert {each["InvoiceNumber"] for each in crm.ledger()["invoices"]} == {"INV-1", "INV-2", "INV-3"}
    page.get_by_role("button", name="View errors").click()
    page.get_by_role("button", name="Say what the code is in Xero").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="In Xero: Odd group").fill("Sales")
    dialog.get_by_role("option", name=re.compile("^Sales 200")).click()
    dialog.get_by_role("button", name="Say what the code is in Xero").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("tab", name="Import/Export", exact=True).click()
    carry_out(page, "Send all live invoices")
    assert {"INV-4", "INV-5"} <= {each["InvoiceNumber"] for each in crm.ledger()["invoices"]}


def test_credit_notes_go_into_the_drafts_too_and_only_finance_sends(visit: Visit, crm: Desk) -> None:
    crm("PUT", "/credit-notes/c1", {**SAID, "number": "CN-1", "lines": [LINE]})
    page = visit.go("records/credit-notes/c1", role="viewer")
    expect(page.get_by_role("button", name="Send to Xero")).to_be_disabled()
    visit.go("records/credit-notes/c1", role="finance")
    carry_out(page, "Send to Xero")
    [note] = crm.ledger()["credit_notes"]
    assert (note["CreditNoteNumber"], note["Status"]) == ("CN-1", "DRAFT")
