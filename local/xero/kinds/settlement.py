"""What is paid, credited and left on invoices and credits, and PAID and back (facts/xero.md §4.2-4.4).

Payments and allocations are rows of their own; a document that one of them names is reckoned again from them.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from local.xero.books import Key, Row
from local.xero.dates import wire
from local.xero.kinds.base import Work
from local.xero.messages import Json
from local.xero.money import ZERO

AUTHORISED, PAID = "AUTHORISED", "PAID"
INVOICES = "invoices"
# Kinds whose rows are credits, and the field their answers give their id in.
CREDITS = {"credit_notes": "CreditNoteID", "prepayments": "PrepaymentID", "overpayments": "OverpaymentID"}
ALLOCATIONS = "allocations"


def allocation_keys(row: Row) -> Iterable[Key]:
    yield "invoice", row.fields["InvoiceID"]
    yield "credit", row.fields["CreditID"]


def payments_of(work: Work, id: str) -> list[Row]:
    """Those that count; deleted ones are kept but do not."""
    return [row for row in work.table("payments").find_all("document", id) if row.fields["Status"] == AUTHORISED]


def allocations_to(work: Work, invoice: str) -> list[Row]:
    return work.table(ALLOCATIONS).find_all("invoice", invoice)


def allocations_from(work: Work, credit: str) -> list[Row]:
    return work.table(ALLOCATIONS).find_all("credit", credit)


def is_settled(work: Work, id: str) -> bool:
    """Whether a payment or an allocation stands on the document, in part or in full."""
    on = work.table(ALLOCATIONS)
    return on.has("invoice", id) or on.has("credit", id) or bool(payments_of(work, id))


def reckoned(work: Work, kind: str, id: str, fields: Json) -> Json:
    """The fields with what is left and the status that follows."""
    return _invoice(work, id, fields) if kind == INVOICES else _credit(work, id, fields)


def reckon(work: Work, kind: str, id: str) -> Row:
    """After a payment or an allocation came or went: saves the document again. Whether Xero raises an event for it is
    not documented, so it is a setting (§5)."""
    row = work.table(kind).get(id)
    assert row is not None, "what is settled exists"
    silent = work.seeding or not (work.settings.payment_raises_invoice_event or kind != INVOICES)
    stamp = row.updated if work.seeding else work.stamp()
    fields = {**reckoned(work, kind, id, row.fields), "UpdatedDateUTC": wire(stamp)}
    return work.books.put(kind, Row(id, fields, stamp), silent=silent)


def _invoice(work: Work, id: str, fields: Json) -> Json:
    payments, credits = payments_of(work, id), allocations_to(work, id)
    paid, credited = _sum(payments), _sum(credits)
    due = fields["Total"] - paid - credited
    told = {"AmountPaid": paid, "AmountCredited": credited, "AmountDue": due}
    return {**fields, **told, **_status(work, fields, due, [*payments, *credits])}


def _credit(work: Work, id: str, fields: Json) -> Json:
    refunds, applied = payments_of(work, id), allocations_from(work, id)
    used = _sum(applied)
    left = fields["Total"] - used - _sum(refunds)
    told = {"AppliedAmount": used, "RemainingCredit": left}
    return {**fields, **told, **_status(work, fields, left, [*refunds, *applied])}


def _status(work: Work, fields: Json, left: Decimal, settling: list[Row]) -> Json:
    """PAID is the system's own status; it goes back to AUTHORISED with the payment (§4.2)."""
    if fields["Status"] not in (AUTHORISED, PAID):
        return {}
    nothing_ever = not settling and not work.settings.zero_total_is_paid
    if left != ZERO or nothing_ever:
        return {"Status": AUTHORISED, "FullyPaidOnDate": None}
    last: date = max((row.fields["Date"] for row in settling), default=fields["Date"])
    return {"Status": PAID, "FullyPaidOnDate": last}


def _sum(rows: Iterable[Row]) -> Decimal:
    return sum((row.fields["Amount"] for row in rows), ZERO)
