"""Payments and refunds in Xero: made by PUT, never edited, taken back by a status (``facts/xero.md §4.4``)."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from ledgerlink.adapters.xero.dates import moment
from ledgerlink.kinds.payment import PAYMENTS, PaidKind, Payment, ledger_reference, read_reference
from ledgerlink.ports import Outgoing
from ledgerlink.state.document import Document

from .base import Element, WireKind
from .settlement import amount, day

_TARGETS: dict[PaidKind, tuple[str, str]] = {
    "invoice": ("Invoice", "InvoiceID"),
    "bill": ("Invoice", "InvoiceID"),
    "credit_note": ("CreditNote", "CreditNoteID"),
    "supplier_credit_note": ("CreditNote", "CreditNoteID"),
    "prepayment": ("Prepayment", "PrepaymentID"),
    "overpayment": ("Overpayment", "OverpaymentID"),
}
_TYPES: dict[str, PaidKind] = {
    "ACCRECPAYMENT": "invoice",
    "ACCPAYPAYMENT": "bill",
    "ARCREDITPAYMENT": "credit_note",
    "APCREDITPAYMENT": "supplier_credit_note",
    "ARPREPAYMENTPAYMENT": "prepayment",
    "APPREPAYMENTPAYMENT": "prepayment",
    "AROVERPAYMENTPAYMENT": "overpayment",
    "APOVERPAYMENTPAYMENT": "overpayment",
}


def to_wire(outgoing: Outgoing) -> dict[str, Any]:
    """One payment. Taking one back names nothing but its status: Xero refuses anything beside it."""
    if outgoing.action == "archive":
        return {"Status": "DELETED"}
    content = cast(Payment, outgoing.content)
    name, id_field = _TARGETS[content.document_kind]
    return {
        name: {id_field: content.document_id},
        "Account": {"AccountID": content.method},
        "Date": content.date.isoformat(),
        "Amount": float(content.amount),  # exact: cents of at most ten digits
        "Reference": ledger_reference(content.reference, outgoing.reference),
    }


def path(outgoing: Outgoing) -> str:
    """One is taken back under its own address (facts §4.4)."""
    return f"/Payments/{outgoing.document_id}" if outgoing.action == "archive" else "/Payments"


def from_wire(element: Element, short_code: str) -> Document:
    """The payment in our words; its document and account by the ledger's ids."""
    updated_at = moment(element.get("UpdatedDateUTC"))
    if updated_at is None:
        raise ValueError("a payment without UpdatedDateUTC")
    content, mark = _said(element)
    id = str(element["PaymentID"]).lower()
    return Document.model_construct(
        type=PAYMENTS.document_type,
        id=id,
        kind=PAYMENTS.name,
        status="active" if content.status == "active" else "archived",
        updated_at=updated_at,
        reference=mark,
        merged_into="",
        content=content,
        outstanding=False,
        roles=(),
        url=_deep_link(id, short_code),
        fixed=_fixed(element),
        settlement=None,
    )


def _fixed(element: Element) -> str:
    """What a batch made cannot be deleted singly. Whether what is reconciled can is nowhere told (facts §8 no. 9): it
    is never tried, for the bank's line would lose what it was matched to."""
    if element.get("BatchPaymentID") or element.get("BatchPayment"):
        return "payment_in_batch"
    return "payment_reconciled" if element.get("IsReconciled") else ""


def content_of(element: Element) -> Payment:
    return _said(element)[0]


def _said(element: Element) -> tuple[Payment, str]:
    kind, document_id = _target(element)
    text, mark = read_reference(str(element.get("Reference") or ""))
    account = element.get("Account") or {}
    content = Payment.model_construct(
        document_kind=kind,
        document_id=document_id,
        date=cast(date, day(element.get("Date"))),
        amount=amount(element.get("Amount")),
        method=str(account.get("AccountID") or "").lower(),
        reference=text,
        status="reversed" if element.get("Status") == "DELETED" else "active",
    )
    return content, mark


def _target(element: Element) -> tuple[PaidKind, str]:
    """What is paid. Refunds may show it under Invoice, with a type that tells (recorded answers)."""
    by_type = _TYPES.get(str(element.get("PaymentType") or ""))
    for kind, (name, id_field) in _TARGETS.items():
        named = element.get(name)
        if isinstance(named, dict) and named.get(id_field):
            return by_type or kind, str(named[id_field]).lower()
    return by_type or "invoice", ""


def _deep_link(id: str, short_code: str) -> str:
    page = f"/Bank/ViewTransaction.aspx?bankTransactionID={id}"
    if not short_code:
        return f"https://go.xero.com{page}"
    return f"https://go.xero.com/organisationlogin/default.aspx?shortcode={short_code}&redirecturl={page}"


WIRE = WireKind(
    kind=PAYMENTS,
    endpoint="/Payments",
    envelope="Payments",
    id_field="PaymentID",
    key_field="Reference",
    category="",  # Xero sends no events of payments: they are polled, and seen on the documents they pay
    gone="payment_gone",
    to_wire=to_wire,
    from_wire=from_wire,
    content=content_of,
    unique={},
    url=_deep_link,
    unasked=frozenset({"includeArchived"}),
    ids_filter=False,
    path=path,
    path_key=False,
    read_key=lambda element: read_reference(str(element.get("Reference") or ""))[1],
)
