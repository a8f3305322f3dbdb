"""Payments, credits and what is left of a document, as Xero shows them on it (``facts/xero.md §4.2-4.4``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerlink.adapters.xero.dates import moment
from ledgerlink.state.settlement import LedgerStatus, Settlement, SettlingPart

from .base import Element

STATUSES: dict[str, LedgerStatus] = {
    "DRAFT": "draft",
    "SUBMITTED": "awaiting_approval",
    "AUTHORISED": "approved",
    "PAID": "paid",
    "VOIDED": "void",
    "DELETED": "void",
}
_CREDITS = (
    ("CreditNotes", "credit_note", "CreditNoteID"),
    ("Prepayments", "prepayment", "PrepaymentID"),
    ("Overpayments", "overpayment", "OverpaymentID"),
)


def settlement_of(element: Element) -> Settlement:
    """Of an invoice, bill, credit note, prepayment or overpayment, from a read or from the answer to a write."""
    left = element.get("AmountDue") if "AmountDue" in element else element.get("RemainingCredit")
    return Settlement.model_construct(
        status=STATUSES.get(str(element.get("Status") or "").upper(), "draft"),
        total=amount(element.get("Total")),
        outstanding=amount(left),
        contact=str((element.get("Contact") or {}).get("ContactID") or "").lower(),
        # Answers to writes leave the payments out (recorded answers): then nothing is known of them.
        parts=tuple(_parts(element)) if "Payments" in element else None,
    )


def _parts(element: Element) -> Iterator[SettlingPart]:
    """In an order of our own, so that the same things listed differently are the same."""
    found = [_part("payment", each, "PaymentID", each.get("Amount")) for each in element.get("Payments") or ()]
    for name, sort, id_field in _CREDITS:
        found += [_part(sort, each, id_field, each.get("AppliedAmount")) for each in element.get(name) or ()]
    for each in element.get("Allocations") or ():
        part = _part("allocation", each, "AllocationID", each.get("Amount"))
        invoice = str((each.get("Invoice") or {}).get("InvoiceID") or "").lower()
        found.append(part.model_copy(update={"document_id": invoice, "id": part.id or invoice}))
    return iter(sorted(found, key=lambda part: (part.sort, part.id, part.amount)))


def _part(sort: Any, each: Element, id_field: str, value: Any) -> SettlingPart:
    return SettlingPart.model_construct(
        sort=sort,
        id=str(each.get(id_field) or "").lower(),
        amount=amount(value),
        date=day(each.get("Date")),
        reference=" ".join(str(each.get("Reference") or "").split()),
        document_id="",
    )


def amount(value: Any) -> Decimal:
    """Money to the cent; what is missing is nothing."""
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))


def day(value: object) -> date | None:
    """A calendar date: the day of the moment Xero writes, never shifted by a zone (``facts/xero.md §3.5``); or one of
    ours, as sent."""
    found = moment(value)
    if found is not None:
        return found.date()
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
