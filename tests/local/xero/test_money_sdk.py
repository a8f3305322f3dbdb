"""Xero's own Python SDK, unmodified, on every resource of the money side."""

import datetime as dt
from typing import Any

import pytest
from xero_python import accounting as models
from xero_python.accounting import AccountingApi
from xero_python.exceptions import AccountingBadRequestException

from tests.local.xero.rig import ZERO, Rig

pytestmark = pytest.mark.loopback

DAY = dt.date(2026, 11, 1)


@pytest.fixture
def tenant(xero: Rig) -> str:
    return str(xero.organisations[0])


def a_line(**changes: Any) -> Any:
    return models.LineItem(
        **{"description": "Hire", "quantity": 1.0, "unit_amount": 100.0, "account_code": "200", **changes}
    )


def an_invoice(*lines: Any, **changes: Any) -> Any:
    made = {
        "type": "ACCREC",
        "contact": models.Contact(name="Ada"),
        "status": "AUTHORISED",
        "date": DAY,
        "due_date": DAY,
    }
    return models.Invoice(**{**made, "line_items": list(lines or [a_line()]), **changes})


def invoice(accounting: AccountingApi, tenant: str, **changes: Any) -> Any:
    (made,) = accounting.create_invoices(tenant, models.Invoices(invoices=[an_invoice(**changes)])).invoices
    return made


def test_invoices_are_created_read_changed_and_voided(accounting: AccountingApi, tenant: str) -> None:
    made = invoice(accounting, tenant)
    assert (made.invoice_number, float(made.total), made.date) == ("INV-0001", 120.0, DAY)
    (read,) = accounting.get_invoice(tenant, made.invoice_id).invoices
    assert (read.line_items[0].tax_type, read.contact.name, str(read.status)) == ("OUTPUT2", "Ada", "AUTHORISED")
    changed = models.Invoices(invoices=[models.Invoice(invoice_id=made.invoice_id, reference="r")])
    assert accounting.update_or_create_invoices(tenant, changed).invoices[0].reference == "r"
    voided = models.Invoices(invoices=[models.Invoice(status="VOIDED")])
    assert str(accounting.update_invoice(tenant, made.invoice_id, voided).invoices[0].status) == "VOIDED"
    assert accounting.get_online_invoice(tenant, made.invoice_id).online_invoices[0].online_invoice_url


def test_pages_filters_and_a_batch_of_invoices(accounting: AccountingApi, tenant: str) -> None:
    batch = models.Invoices(
        invoices=[an_invoice(invoice_number=f"S{number}") for number in range(5)] + [an_invoice(line_items=[])]
    )
    answers = accounting.create_invoices(tenant, batch, summarize_errors=False, unitdp=4).invoices
    assert [each.status_attribute_string for each in answers] == ["OK"] * 5 + ["ERROR"]
    assert (answers[-1].invoice_id, answers[-1].validation_errors[0].message) == (
        ZERO,
        "One or more line items must be specified",
    )
    page = accounting.get_invoices(tenant, page=2, page_size=2, order="InvoiceNumber ASC", summary_only=True)
    assert ([each.invoice_number for each in page.invoices], page.pagination.item_count) == (["S2", "S3"], 5)
    assert len(accounting.get_invoices(tenant, invoice_numbers=["S1", "S4"]).invoices) == 2
    assert len(accounting.get_invoices(tenant, statuses=["DRAFT"]).invoices) == 0
    assert len(accounting.get_invoices(tenant, where='Status=="AUTHORISED" AND AmountDue>100').invoices) == 5
    assert accounting.get_invoices(tenant, if_modified_since=dt.datetime(2027, 1, 1, tzinfo=dt.UTC)).invoices == []


def test_a_refused_invoice_is_the_sdks_own_exception(accounting: AccountingApi, tenant: str) -> None:
    with pytest.raises(AccountingBadRequestException) as refused:
        accounting.create_invoices(tenant, models.Invoices(invoices=[an_invoice(a_line(account_code="999"))]))
    assert refused.value.reason == "Account code '999' is not a valid code for this document."


def test_payments_are_made_listed_and_deleted(accounting: AccountingApi, tenant: str) -> None:
    made = invoice(accounting, tenant)
    payment = models.Payment(
        invoice=models.Invoice(invoice_id=made.invoice_id), account=models.Account(code="090"), amount=50.0, date=DAY
    )
    (paid,) = accounting.create_payments(tenant, models.Payments(payments=[payment])).payments
    accounting.create_payment(tenant, payment)
    assert float(accounting.get_invoice(tenant, made.invoice_id).invoices[0].amount_due) == 20.0
    (gone,) = accounting.delete_payment(tenant, paid.payment_id, models.PaymentDelete(status="DELETED")).payments
    assert gone.status == "DELETED"
    assert sorted(each.status for each in accounting.get_payments(tenant).payments) == ["AUTHORISED", "DELETED"]
    assert accounting.get_payment(tenant, paid.payment_id).payments[0].payment_type == "ACCRECPAYMENT"


def test_credit_notes_are_allocated_and_taken_back(accounting: AccountingApi, tenant: str) -> None:
    made = invoice(accounting, tenant)
    note = models.CreditNote(
        type="ACCRECCREDIT", contact=models.Contact(name="Ada"), status="AUTHORISED", date=DAY, line_items=[a_line()]
    )
    (noted,) = accounting.create_credit_notes(tenant, models.CreditNotes(credit_notes=[note])).credit_notes
    allocation = models.Allocation(invoice=models.Invoice(invoice_id=made.invoice_id), amount=40.0, date=DAY)
    (applied,) = accounting.create_credit_note_allocation(
        tenant, noted.credit_note_id, models.Allocations(allocations=[allocation])
    ).allocations
    (read,) = accounting.get_credit_note(tenant, noted.credit_note_id).credit_notes
    assert (float(read.remaining_credit), float(read.allocations[0].amount)) == (80.0, 40.0)
    gone = accounting.delete_credit_note_allocations(tenant, noted.credit_note_id, applied.allocation_id)
    assert gone.is_deleted is True
    assert float(accounting.get_credit_notes(tenant, page=1).credit_notes[0].remaining_credit) == 120.0


@pytest.mark.parametrize("kind", ["prepayment", "overpayment"])
def test_prepayments_and_overpayments_are_read_and_allocated(
    accounting: AccountingApi, tenant: str, xero: Rig, kind: str
) -> None:
    made = invoice(accounting, tenant)
    (before,) = xero.person("create", kind, Contact={"Name": "Ada"}, amount=30)
    id = before[f"{kind.capitalize()}ID"]
    allocation = models.Allocation(invoice=models.Invoice(invoice_id=made.invoice_id), amount=30.0, date=DAY)
    create = getattr(accounting, f"create_{kind}_allocations")
    (applied,) = create(tenant, id, models.Allocations(allocations=[allocation])).allocations
    (read,) = getattr(getattr(accounting, f"get_{kind}")(tenant, id), f"{kind}s")
    assert (float(read.remaining_credit), str(read.status)) == (0.0, "PAID")
    assert len(getattr(getattr(accounting, f"get_{kind}s")(tenant, page=1), f"{kind}s")) == 1
    gone = getattr(accounting, f"delete_{kind}_allocations")(tenant, id, applied.allocation_id)
    assert gone.is_deleted is True


def test_purchase_orders_and_their_silent_update(accounting: AccountingApi, tenant: str, xero: Rig) -> None:
    (ada,) = xero.create({"Name": "Ada"})
    order = models.PurchaseOrder(
        contact=models.Contact(contact_id=ada["ContactID"]),
        purchase_order_number="P1",
        date=DAY,
        delivery_date=DAY,
        line_items=[a_line(account_code="429", discount_rate=10.0)],
    )
    ids = {
        accounting.create_purchase_orders(tenant, models.PurchaseOrders(purchase_orders=[order]))
        .purchase_orders[0]
        .purchase_order_id
        for _ in range(2)
    }
    assert len(ids) == 1
    (read,) = accounting.get_purchase_order_by_number(tenant, "P1").purchase_orders
    assert (float(read.sub_total), read.delivery_date) == (90.0, DAY)
    assert len(accounting.get_purchase_orders(tenant, status="DRAFT", date_from="2026-10-01").purchase_orders) == 1


def test_items_are_made_changed_and_deleted(accounting: AccountingApi, tenant: str) -> None:
    item = models.Item(code="TENT", name="Tent", sales_details=models.Purchase(unit_price=5.1234, account_code="200"))
    (made,) = accounting.create_items(tenant, models.Items(items=[item]), unitdp=4).items
    changed = models.Items(items=[models.Item(code="TENT", name="Big tent")])
    assert accounting.update_or_create_items(tenant, changed).items[0].item_id == made.item_id
    (read,) = accounting.get_item(tenant, made.item_id, unitdp=4).items
    assert (read.name, float(read.sales_details.unit_price)) == ("Big tent", 5.1234)
    accounting.delete_item(tenant, made.item_id)
    assert accounting.get_items(tenant).items == []


def test_reference_data(accounting: AccountingApi, tenant: str) -> None:
    assert {each.code for each in accounting.get_accounts(tenant).accounts} > {"200", "610", None}
    assert {each.tax_type for each in accounting.get_tax_rates(tenant).tax_rates} > {"OUTPUT2", "INPUT2"}
    assert accounting.get_branding_themes(tenant).branding_themes[0].sort_order == 0
    assert len(accounting.get_currencies(tenant).currencies) == 4
    (region,) = [
        each for each in accounting.get_tracking_categories(tenant).tracking_categories if each.name == "Region"
    ]
    option = models.TrackingOption(name="Centre")
    (added,) = accounting.create_tracking_options(tenant, region.tracking_category_id, option).options
    assert added.name == "Centre"
    account = models.Account(code="201", name="Tents", type=models.AccountType.REVENUE)
    (made,) = accounting.create_account(tenant, account).accounts
    archived = models.Accounts(accounts=[models.Account(status="ARCHIVED")])
    assert accounting.update_account(tenant, made.account_id, archived).accounts[0].status == "ARCHIVED"
    rate = models.TaxRate(
        name="Own", report_tax_type="OUTPUT", tax_components=[models.TaxComponent(name="VAT", rate=7.5)]
    )
    (own,) = accounting.create_tax_rates(tenant, models.TaxRates(tax_rates=[rate])).tax_rates
    assert own.tax_type == "TAX001"
    accounting.create_currency(tenant, models.Currency(code=models.CurrencyCode.SGD))
    assert {each.status for each in accounting.get_organisation_actions(tenant).actions} == {"ALLOWED"}


def test_files(accounting: AccountingApi, tenant: str) -> None:
    made = invoice(accounting, tenant)
    accounting.create_invoice_attachment_by_file_name(tenant, made.invoice_id, "a.pdf", b"%PDF-1", include_online=True)
    (listed,) = accounting.get_invoice_attachments(tenant, made.invoice_id).attachments
    assert (listed.file_name, listed.content_length, listed.include_online) == ("a.pdf", 6, True)
    path = accounting.get_invoice_attachment_by_file_name(tenant, made.invoice_id, "a.pdf", "application/pdf")
    with open(path, "rb") as file:
        assert file.read() == b"%PDF-1"


def test_bank_transactions_and_batches(accounting: AccountingApi, tenant: str, xero: Rig) -> None:
    spent = models.BankTransaction(
        type="SPEND",
        contact=models.Contact(name="Ada"),
        bank_account=models.Account(code="090"),
        line_items=[a_line(account_code="429")],
    )
    made = accounting.create_bank_transactions(tenant, models.BankTransactions(bank_transactions=[spent]))
    assert str(made.bank_transactions[0].line_amount_types).endswith("INCLUSIVE")
    assert len(accounting.get_bank_transactions(tenant, page=1).bank_transactions) == 1
    one = invoice(accounting, tenant)
    xero.person("create", "batch_payment", invoices=[one.invoice_id])
    (batch,) = accounting.get_batch_payments(tenant).batch_payments
    assert (float(batch.total_amount), len(batch.payments)) == (120.0, 1)
