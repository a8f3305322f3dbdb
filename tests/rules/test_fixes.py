"""The fixes that an error offers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.kinds.money_documents import Invoice, Line
from ledgerlink.kinds.payment import Payment
from ledgerlink.kinds.product import Product
from ledgerlink.reasons import REASONS
from ledgerlink.rules.fixes import fixes_of
from ledgerlink.state.link import Link, SyncError
from ledgerlink.state.record import Record
from ledgerlink.state.settlement import Settlement, SettlingPart
from tests.support.builders import DOCUMENT_ID, NOON, a_link, a_record


def wrong(code: str, **fields: str) -> Link:
    error = SyncError(code=code, message="no", since=NOON, **fields)
    return a_link(state="error", reason=code, error=error)


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("name_taken", ["link_to_holder", "edit", "retry"]),
        ("account_number_taken", ["link_to_holder", "edit", "retry"]),
        ("reference_taken", ["link_to_holder", "retry"]),
        ("several_matches", ["link"]),
        ("linked_elsewhere", ["link"]),
        ("contact_gone", ["unlink_and_create", "retry"]),
        ("archived_in_ledger", ["retry"]),
        ("currency_not_subscribed", ["retry", "edit"]),
        ("missing_scope", ["retry"]),
        ("field_too_long", ["edit", "retry"]),
        ("refused_by_ledger", ["edit", "retry"]),
    ],
)
def test_each_error_offers_what_can_mend_it(code: str, fixes: list[str]) -> None:
    assert code in REASONS
    assert [fix.id for fix in fixes_of(a_record(), wrong(code))] == fixes


def test_params_are_ready_to_be_sent_back() -> None:
    [link, edit, _] = fixes_of(a_record(), wrong("name_taken", holder=DOCUMENT_ID))
    assert link.params == {"document_id": DOCUMENT_ID}
    assert edit.params == {"fields": {"name": "Hall & Sons Ltd"}}


def test_what_is_mapped_wrongly_is_mapped_from_the_error_for_its_side() -> None:
    invoice = a_record(Invoice(organization_id="o1"), kind="invoices")  # type: ignore[arg-type]
    link = wrong("mapping_inactive", field="lines.1.tax_code")
    error = link.error and link.error.model_copy(update={"message": "lines.1.tax_code: 'VAT20' is mapped to 'Old'"})
    offered = fixes_of(invoice, link.model_copy(update={"error": error}))
    assert [fix.id for fix in offered] == ["map", "edit", "refresh_and_retry"]
    assert offered[0].params == {"mapping": "tax", "from": "VAT20", "to": None, "side": "sales"}


def said(code: str, text: str, field: str = "") -> Link:
    link = wrong(code, field=field)
    assert link.error is not None
    return link.model_copy(update={"error": link.error.model_copy(update={"details": (text,)})})


def an_invoice(*accounts: str) -> Record:
    lines = tuple(Line(account_code=account, tax_code="VAT20") for account in accounts)
    return a_record(Invoice(organization_id="o1", lines=lines), kind="invoices")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accounts", "code", "text", "source"),
    [
        (("260", "200"), "account_archived", "Account code '260' has been archived", "260"),
        (("rent", "200"), "account_not_valid", "Account code '630' is not a valid code", None),
        (("rent", "rent"), "account_not_valid", "Account code '630' is not a valid code", "rent"),
        (("200",), "tax_not_valid", "Tax rate must be Active", "VAT20"),
    ],
)
def test_what_the_ledger_takes_no_more_is_mapped_to_something_else(
    accounts: tuple[str, ...], code: str, text: str, source: str | None
) -> None:
    offered = fixes_of(an_invoice(*accounts), said(code, text))
    assert [fix.id for fix in offered] == ["refresh_and_retry", "map", "edit"]
    assert offered[1].params["from"] == source


def test_the_tax_rate_that_cannot_stand_on_its_account_is_that_of_the_line() -> None:
    offered = fixes_of(
        an_invoice("200", "630"), said("tax_not_for_account", "20% cannot stand on account 630", "lines.2.tax_code")
    )
    assert offered[1].params == {"mapping": "tax", "from": "VAT20", "to": None, "side": "sales"}


def test_nothing_is_mapped_where_nothing_is_said() -> None:
    payment = a_record(Payment(date=NOON.date(), amount=Decimal(1)), kind="payments")  # type: ignore[arg-type]
    offered = fixes_of(payment, said("payment_method_not_mapped", "method: is needed", "method"))
    assert [fix.id for fix in offered] == ["edit", "retry"]


def test_a_payment_that_the_ledger_refused_is_mended_at_its_method_or_document() -> None:
    content = Payment(date=NOON.date(), amount=Decimal(1), method="bank", document_id="i1")
    payment = a_record(content, kind="payments")  # type: ignore[arg-type]
    [to_map, edit, _] = fixes_of(payment, said("mapping_inactive", "The Account for the payment could not be found"))
    assert (to_map.params["from"], edit.params) == ("bank", {"fields": {"method": "bank"}})
    [edit, _] = fixes_of(payment, said("document_not_open", "Payments can only be made against Authorised documents"))
    assert edit.params == {"fields": {"document_id": "i1"}}


@pytest.mark.parametrize(
    ("parts", "ways"),
    [
        ([("payment", "Bank LL-p1")], ["lift_payment", "credit_and_reissue"]),
        ([("payment", "Bank LL-p1"), ("payment", "by cheque")], ["credit_and_reissue"]),
        ([("payment", "Bank LL-p1"), ("credit_note", "")], ["credit_and_reissue"]),
    ],
)
def test_a_payment_is_lifted_only_where_nothing_else_stands_on_the_invoice(
    parts: list[tuple[Any, str]], ways: list[str]
) -> None:
    paid = tuple(
        SettlingPart(sort=sort, id=str(n), amount=Decimal(10), reference=text) for n, (sort, text) in enumerate(parts)
    )
    money = Settlement(status="approved", total=Decimal(100), outstanding=Decimal(70), parts=paid)
    waits = {"state": "skipped", "reason": "paid_document", "document_id": "d1", "settlement": money, "number": "N-1"}
    assert [fix.id for fix in fixes_of(an_invoice("200"), a_link(kind="invoices", **waits))] == ways


def test_what_was_voided_there_is_voided_here_by_one_press() -> None:
    [only] = fixes_of(an_invoice("200"), wrong("void_in_ledger"))
    assert (only.id, only.params) == ("edit", {"fields": {"status": "void"}})


def test_a_code_of_the_ledgers_own_is_not_mapped() -> None:
    link = wrong("mapping_unknown", field="inventory_account_code")
    offered = fixes_of(a_record(Product(code="X"), kind="products"), link)  # type: ignore[arg-type]
    assert [fix.id for fix in offered] == ["edit", "refresh_and_retry"]


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("document_not_editable", ["number"]),
        ("tax_not_for_account", ["lines"]),
        ("currency_not_subscribed", ["currency"]),
    ],
)
def test_what_the_ledger_refused_opens_the_field_that_mends_it(code: str, fields: list[str]) -> None:
    offered = fixes_of(a_record(Invoice(organization_id="o1"), kind="invoices"), wrong(code))  # type: ignore[arg-type]
    [edit] = [fix for fix in offered if fix.id == "edit"]
    assert list(edit.params["fields"]) == fields


def test_the_field_that_is_wrong_is_the_one_to_edit() -> None:
    [edit, _] = fixes_of(a_record(), wrong("field_too_long", field="addresses.billing.line1"))
    assert list(edit.params["fields"]) == ["addresses"]
    [edit, _] = fixes_of(an_invoice("200"), wrong("totals_differ", field="total"))
    assert (edit.label, edit.params) == ("Change: Total", {"fields": {"total": None}})
    [edit, _] = fixes_of(a_record(), wrong("too_strange", field="record"))
    assert edit.params == {"fields": {}}
