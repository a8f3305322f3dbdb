"""Credits and the invoices they are applied to: allocating and taking an allocation back (facts/xero.md §4.3, §4.4)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from local.xero.books import Row
from local.xero.errors import Refused, not_found
from local.xero.kinds.base import Work
from local.xero.kinds.documents import day, locked
from local.xero.kinds.settlement import ALLOCATIONS, AUTHORISED, allocations_from, reckon
from local.xero.messages import Json
from local.xero.money import ZERO, decimal, half_up

NOUN = {"credit_notes": "Credit Note", "prepayments": "Prepayment", "overpayments": "Overpayment"}
_FITS = {
    "ACCRECCREDIT": "ACCREC",
    "RECEIVE-PREPAYMENT": "ACCREC",
    "RECEIVE-OVERPAYMENT": "ACCREC",
    "ACCPAYCREDIT": "ACCPAY",
    "SPEND-PREPAYMENT": "ACCPAY",
    "SPEND-OVERPAYMENT": "ACCPAY",
}


def allocate(work: Work, kind: str, credit: Row, sent: Json) -> Row:
    """One element of a PUT of Allocations; raises Refused."""
    given = sent.get("Invoice")
    id = str(given.get("InvoiceID") or "") if isinstance(given, dict) else ""
    invoice = work.table("invoices").get(id) if id else None
    amount = half_up(decimal("Amount", sent.get("Amount") or 0))
    on = _date(work, credit, invoice, sent.get("Date"))
    complaints = list(_wrong(work, NOUN[kind], credit, invoice, amount, on))
    if complaints or invoice is None:
        raise Refused(*complaints)
    fields: Json = {"CreditKind": kind, "CreditID": credit.id, "InvoiceID": invoice.id, "Amount": amount, "Date": on}
    row = work.books.put(ALLOCATIONS, Row(work.ids.guid(), fields, work.stamp()), silent=True)
    reckon(work, kind, credit.id)
    reckon(work, "invoices", invoice.id)
    return row


def release(work: Work, kind: str, credit: Row, id: str) -> Row:
    """Takes an allocation back: both documents are open again. Raises the 404 of one that is not there."""
    row = work.table(ALLOCATIONS).get(id)
    if row is None or row.fields["CreditID"] != credit.id:
        raise not_found()
    for complaint in locked(work, row.fields["Date"]):
        raise Refused(complaint, id=credit.id)
    work.books.remove(ALLOCATIONS, row.id)
    reckon(work, kind, credit.id)
    reckon(work, "invoices", row.fields["InvoiceID"])
    return row


def by_person(work: Work, kind: str, credit: Row, action: str, fields: Json) -> None:
    """`allocate {invoice, amount?, date?}`, `deallocate {allocation?}`: all of them where none is named."""
    if action == "deallocate":
        named = fields.get("allocation")
        for row in [row for row in allocations_from(work, credit.id) if named in (None, row.id)]:
            release(work, kind, credit, row.id)
        return
    invoice = work.table("invoices").get(str(fields.get("invoice")))
    if invoice is None:
        raise not_found()
    most = min(credit.fields["RemainingCredit"], invoice.fields["AmountDue"])
    given = {"Invoice": {"InvoiceID": invoice.id}, "Amount": fields.get("amount", most), "Date": fields.get("date")}
    allocate(work, kind, credit, given)


def _date(work: Work, credit: Row, invoice: Row | None, sent: Any) -> date:
    """Xero's pages derive it, its OpenAPI file has it sent (§4.3)."""
    if sent and work.settings.allocation_date == "sent":
        return day("Date", sent)
    own: date = credit.fields["Date"]
    return max(own, invoice.fields["Date"]) if invoice else own


def _wrong(work: Work, noun: str, credit: Row, invoice: Row | None, amount: Decimal, on: date) -> Iterator[str]:
    if invoice is None:
        yield "The invoice to allocate to could not be found."
        return
    fields, target = credit.fields, invoice.fields
    if fields["Status"] != AUTHORISED:
        yield f"{noun} must be AUTHORISED to be allocated."
    if target["Status"] == "PAID":
        yield "The invoice you are trying to allocate to has already been paid off"
    elif target["Status"] != AUTHORISED:
        yield f"{noun} can only be allocated to an AUTHORISED invoice."
    if amount <= ZERO:
        yield "The amount to allocate must be greater than zero."
    if amount > fields["RemainingCredit"] or (amount > target["AmountDue"] and target["Status"] != "PAID"):
        yield f"{noun} cannot be allocated as amount is greater than amount outstanding"
    if _FITS[fields["Type"]] != target["Type"]:
        yield f"{noun} cannot be allocated to an incorrect invoice type"
    if fields["ContactID"] != target["ContactID"]:
        yield f"{noun} can only be allocated to an invoice of the same contact."
    if fields["CurrencyCode"] != target["CurrencyCode"]:
        yield f"{noun} can only be allocated to an invoice in the same currency."
    yield from locked(work, on)
