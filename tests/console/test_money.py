"""Invoices, credit notes and payments as a bookkeeper handles them: lists, lines, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit

LINES: list[dict[str, Any]] = [
    {"description": "Lamp hire, three days", "quantity": "3", "unit_price": "125.5", "account_code": "200"},
    {"description": "Delivery", "quantity": "1", "unit_price": "1000", "account_code": "200", "discount_percent": "10"},
]


@pytest.fixture
def invoiced(acme: Desk) -> Desk:
    acme.organization("hall", "Village Hall")
    acme("PUT", "/products/lamp", {"code": "LAMP", "name": "Stage lamp", "sale": {"price": "125.5"}})
    body = {"number": "INV-7", "organization_id": "hall", "issue_date": "2026-11-20", "currency": "GBP", "lines": LINES}
    acme("PUT", "/invoices/i7", {**body, "status": "draft", "total": "1531.80"})
    acme("PUT", "/invoices/unnumbered", {"organization_id": "hall", "status": "draft"})
    return acme


def right(locator: Any) -> bool:
    return bool(locator.evaluate("cell => getComputedStyle(cell).textAlign") in ("end", "right"))


def test_a_list_names_the_customer_and_aligns_amounts(visit: Visit, invoiced: Desk) -> None:
    page = visit.go("records/invoices")
    row = page.get_by_role("row").filter(has_text="INV-7")
    expect(row.get_by_role("link", name="Village Hall")).to_be_visible()
    amount = row.get_by_role("cell", name="£1,531.80").first
    assert right(amount)
    expect(page.get_by_role("link", name="unnumbered")).to_be_visible()
    visit.picture("invoices")


def test_an_invoice_shows_its_lines_as_a_table(visit: Visit, invoiced: Desk) -> None:
    page = visit.go("records/invoices/i7")
    lines = page.get_by_role("table", name="Lines")
    expect(lines.get_by_role("row")).to_have_count(3)
    expect(lines.get_by_role("row").nth(2)).to_contain_text("Account code 200")
    expect(lines).not_to_contain_text("Tax code")
    for amount in ("£125.50", "£376.50", "£900.00"):  # a price, and what each line comes to, discount taken off
        assert right(lines.get_by_role("cell", name=amount))
    expect(page.get_by_text("Lines together")).to_have_count(0)  # it has a total of its own
    visit.picture("invoice")
    page.get_by_role("link", name="Village Hall").click()
    expect(page.get_by_role("heading", name="Village Hall", level=1)).to_be_visible()


def test_lines_that_are_not_those_of_the_totals_say_what_they_come_to(visit: Visit, invoiced: Desk) -> None:
    line = {"description": "Stage lamp", "quantity": "11", "unit_price": "48.5"}
    totals = {"subtotal": "1013.80", "total": "1216.56", "tax_mode": "exclusive", "currency": "GBP"}
    invoiced("PUT", "/invoices/edited", {"number": "INV-E", "organization_id": "hall", "lines": [line], **totals})
    sums = visit.go("records/invoices/edited").locator(".sums")
    expect(sums).to_contain_text("Lines together£533.50")
    expect(sums).to_contain_text("Subtotal£1,013.80")


def test_a_draft_is_made_and_gets_another_line(visit: Visit, invoiced: Desk) -> None:
    page = visit.go("records/invoices/new")
    page.get_by_label("Number").fill("INV-8")
    customer = page.get_by_role("combobox", name=re.compile("^Organization"))
    customer.fill("Village")
    page.get_by_role("option", name=re.compile("Village Hall")).click()
    page.get_by_label("Status").select_option("Draft")
    page.get_by_role("button", name="Add a line").click()
    line = page.get_by_role("group", name="Lines")
    line.get_by_label("Description").fill("Stage lamp")
    line.get_by_label("Quantity").fill("2")
    line.get_by_label("Unit price").fill("10.25")
    product = line.get_by_role("combobox", name="Product")
    product.fill("LAMP")
    line.get_by_role("option", name=re.compile("LAMP")).click()
    visit.picture("invoice-form", full_page=True)
    page.get_by_label("Your CRM's id").fill("i8")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="INV-8", level=1)).to_be_visible()
    expect(page.locator(".sums")).to_contain_text("Lines together£20.50")
    made = invoiced("GET", "/invoices/i8")
    assert (made["organization_id"], made["status"]) == ("hall", "draft")
    assert [(each["product_id"], each["quantity"], each["unit_price"]) for each in made["lines"]] == [
        ("lamp", "2", "10.25")
    ]
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Add a line").click()
    page.get_by_role("group", name="Lines").get_by_label("Description").last.fill("Delivery")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table", name="Lines").get_by_role("row")).to_have_count(3)
    first, second = invoiced("GET", "/invoices/i8")["lines"]
    assert first["id"] == made["lines"][0]["id"] != second["id"]


def test_an_invoice_about_nobody_says_what_is_missing(visit: Visit, invoiced: Desk) -> None:
    page = visit.go("records/invoices/new")
    page.get_by_label("Number").fill("INV-9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("combobox", name=re.compile("^Organization"))).to_be_focused()
    expect(page.get_by_role("combobox", name="Linked contact")).to_have_count(0)


def test_invoices_are_sent_and_a_credit_note_is_set_against_one(visit: Visit, invoiced: Desk) -> None:
    line = {"description": "A day's work", "quantity": "2", "unit_price": "50.00", "account_code": "200"}
    said = {"organization_id": "hall", "issue_date": "2026-11-20", "tax_mode": "none", "status": "approved"}
    invoiced("PUT", "/invoices/live", {**said, "number": "INV-20", "lines": [line]})
    invoiced("PUT", "/credit-notes/back", {**said, "number": "CN-20", "lines": [{**line, "quantity": "1"}]})
    invoiced.job("export-organizations", ids=["hall"])
    invoiced.until("hall", "linked")
    page = visit.go("records/invoices/live")
    page.get_by_role("button", name="Send to Xero").click()
    page.get_by_role("dialog").get_by_role("button", name="Send to Xero").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    visit.go("records/credit-notes/back")
    page.get_by_role("button", name="Send to Xero").click()
    page.get_by_role("dialog").get_by_role("button", name="Send to Xero").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    visit.go("records/credit-notes/back")
    page.get_by_role("button", name="Allocate").click()
    invoice = page.get_by_role("combobox", name="Invoice")
    invoice.fill("INV-20")
    page.get_by_role("option", name=re.compile("INV-20")).click()
    page.get_by_label("Amount").fill("30")
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_text("It goes to Xero by itself")).to_be_visible()
    invoiced.settle()
    visit.go("records/credit-notes/back")
    table = page.get_by_role("table", name="Set against invoices")
    expect(table).to_contain_text("30.00")
    expect(table.get_by_role("link", name="INV-20")).to_be_visible()
    visit.picture("credit-note", full_page=True)
    table.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    invoiced.settle()
    visit.go("records/credit-notes/back")
    expect(page.get_by_text("Nothing is set against an invoice yet")).to_be_visible()
    visit.go("records/invoices")
    for name in ("Send all live invoices", "Update all invoice balances"):
        expect(page.get_by_role("button", name=name)).to_be_enabled()


def test_a_code_that_is_not_mapped_is_mapped_from_the_error(visit: Visit, invoiced: Desk) -> None:
    line = {"description": "Work", "quantity": "1", "unit_price": "10.00", "account_code": "Odd group"}
    said = {"organization_id": "hall", "issue_date": "2026-11-20", "tax_mode": "none", "number": "INV-30"}
    invoiced("PUT", "/invoices/odd", {**said, "lines": [line, {**line, "account_code": "Sales"}]})
    invoiced.job("export-organizations", ids=["hall"])
    invoiced.job("send-invoices", ids=["odd"])
    page = visit.go("records/invoices/odd")
    page.get_by_role("button", name="Say what the code is in Xero").click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("combobox", name="In Xero: Odd group")
    field.fill("Sales")
    dialog.get_by_role("option", name=re.compile("^Sales 200")).click()
    dialog.get_by_role("button", name="Say what the code is in Xero").click()
    expect(dialog).to_have_count(0)
    invoiced.settle()
    visit.go("records/invoices/odd")
    page.get_by_role("button", name="Say what the code is in Xero").click()
    expect(dialog.get_by_role("combobox", name="In Xero: Sales")).to_have_value("")
    dialog.get_by_role("button", name="Probably Sales: take it").click()
    expect(dialog.get_by_role("combobox", name="In Xero: Sales")).to_have_value("Sales")
    dialog.get_by_role("button", name="Say what the code is in Xero").click()
    expect(dialog).to_have_count(0)
    mapped = {item["from"]: item["to"] for item in invoiced("GET", "/mappings/account")["items"]}
    assert mapped == {"Odd group": "200", "Sales": "200"}
    invoiced("PUT", "/mappings/account", {"items": []})
    invoiced("DELETE", "/invoices/odd?force=true&reason=test")


@pytest.fixture
def paying(invoiced: Desk) -> Iterator[Desk]:
    """Documents and payments go to the ledger by themselves."""
    invoiced("PATCH", "/settings", {"auto_export": True, "payments_to_ledger": True})
    invoiced.job("export-organizations", ids=["hall"])
    yield invoiced
    invoiced("PATCH", "/settings", {"auto_export": None, "payments_to_ledger": None, "lock_after_transfer": None})


def paid_and_edited(desk: Desk, number: str) -> None:
    """An invoice that was paid from here and edited afterwards."""
    line = {"description": "A day's work", "quantity": "2", "unit_price": "50.00", "account_code": "200"}
    said = {"organization_id": "hall", "issue_date": "2026-11-20", "tax_mode": "none", "number": f"INV-{number}"}
    desk("PUT", f"/invoices/i{number}", {**said, "lines": [line]})
    desk.settle()
    paid = {"document_id": f"i{number}", "date": "2026-11-21", "amount": "40.00", "method": "090"}
    desk("PUT", f"/payments/p{number}", paid)
    desk.settle()
    desk("PUT", f"/invoices/i{number}", {**said, "lines": [{**line, "unit_price": "65.00"}]})
    desk.settle()


def test_a_paid_invoice_is_edited_by_lifting_the_payment(visit: Visit, paying: Desk) -> None:
    paid_and_edited(paying, "40")
    page = visit.go("records/invoices/i40")
    expect(page.get_by_text("money stands on the invoice in Xero")).to_be_visible()
    page.get_by_role("button", name="Credit it in full").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("by a credit note over £100.00")).to_be_visible()
    expect(dialog.get_by_label("Number of the new invoice")).to_have_value("INV-40-R")
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Lift our payment").click()
    steps = dialog.get_by_role("listitem")
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_contain_text("Our payment of £40.00")
    expect(steps.nth(1)).to_contain_text("it then comes to £130.00")
    visit.picture("safe-edit")
    dialog.get_by_role("button", name="Update it so").click()
    expect(page.get_by_text("It is under way")).to_be_visible()
    paying.settle()
    visit.go("records/invoices/i40")
    expect(page.get_by_text("money stands on the invoice in Xero")).to_have_count(0)
    now = paying("GET", "/invoices/i40")
    assert (now["sync"]["state"], now["total"], now["amount_outstanding"]) == ("linked", "130.00", "90.00")
    visit.go("records/payments/p40")  # it has the currency of what it pays
    expect(page.get_by_role("heading", name="21 Nov 2026 · £40.00", level=1)).to_be_visible()
    page.get_by_role("link", name="Payments").click()
    expect(page.get_by_role("cell", name="£40.00")).to_be_visible()
    [row] = [row for row in paying.ledger()["invoices"] if row["InvoiceNumber"] == "INV-40"]
    assert (row["Total"], row["AmountDue"]) == (130.0, 90.0)


def test_an_edit_of_a_locked_invoice_is_issued_anew(visit: Visit, paying: Desk) -> None:
    paid_and_edited(paying, "41")
    paying("PATCH", "/settings", {"lock_after_transfer": True})
    page = visit.go("records/invoices/i41/edit")
    page.get_by_role("textbox", name="Reference").fill("as agreed")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Credit it in full, and issue a new one").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(4)
    visit.picture("issued-anew")
    dialog.get_by_role("button", name="Credit and re-issue").click()
    expect(page.get_by_text("Credited and issued anew")).to_be_visible()
    paying.settle()
    [new] = [row for row in paying.ledger()["invoices"] if row["InvoiceNumber"] == "INV-41-R"]
    assert (new["Total"], new["Reference"]) == (130.0, "as agreed")


def test_payments_are_asked_for_now(visit: Visit, invoiced: Desk) -> None:
    page = visit.go("transfer")
    page.get_by_role("button", name="Import payments").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="What will happen")).to_be_visible()
    dialog.get_by_role("button", name="Import payments").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    expect(page.get_by_role("heading", name="Import of payments", level=1)).to_be_visible()


def test_products_are_brought_from_the_ledger(visit: Visit, invoiced: Desk) -> None:
    page = visit.go("transfer")
    page.get_by_role("button", name="Import products").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="What will happen")).to_be_visible()
    dialog.get_by_role("button", name="Import products").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    expect(page.get_by_role("heading", name="Import of products", level=1)).to_be_visible()
