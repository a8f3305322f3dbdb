"""How documents look on the wire, in parts: dates, lines, totals, and documents inside other documents.

Which parts an answer has, and their order, are those of recorded answers (shared/xero/README.md).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from local.xero.books import Row
from local.xero.dates import date_string, iso_utc, wire_date
from local.xero.kinds.base import Work
from local.xero.kinds.contacts import CONTACTS
from local.xero.kinds.settlement import CREDITS, allocations_from, allocations_to, payments_of
from local.xero.messages import Json

# An invoice inside another document has these, empty, whatever it has of its own.
_NONE: Json = {"Payments": [], "CreditNotes": [], "Prepayments": [], "Overpayments": []}
_QUIET: Json = {"HasErrors": False, "IsDiscounted": False}
# Types of credits as an invoice inside a payment has them (facts/xero.md §4.2).
INVOICE_TYPE = {
    "ACCRECCREDIT": "ACCRECCREDIT",
    "ACCPAYCREDIT": "ACCPAYCREDIT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENT",
}
_SEGMENT = {"credit_notes": "CreditNotes", "prepayments": "Prepayments", "overpayments": "Overpayments"}


def number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def dated(fields: Json, *names: str) -> Json:
    """`DateString` before `Date`, nothing where there is no date."""
    told: Json = {}
    for name in names:
        day: date | None = fields.get(name)
        if day:
            told |= {f"{name}String": date_string(day), name: wire_date(day)}
    return told


def day(fields: Json, *names: str) -> Json:
    """Dates without their string."""
    return {name: wire_date(fields[name]) for name in names if fields.get(name)}


def lines(fields: Json, places: int, *, written: bool = False) -> list[Json]:
    """Answers to writes carry an error list on each line (§6)."""
    shown = [line.show(places) for line in fields["LineItems"]]
    return [{**line, "ValidationErrors": []} for line in shown] if written else shown


def totals(fields: Json) -> Json:
    told = {name: float(fields[name]) for name in ("SubTotal", "TotalTax", "Total")}
    return {**told, "TotalDiscount": float(fields["TotalDiscount"])} if fields.get("TotalDiscount") else told


def stamped(row: Row) -> Json:
    return {"UpdatedDateUTC": row.fields["UpdatedDateUTC"], "UpdatedDateUTCString": iso_utc(row.updated)}


def filled(fields: Json, *names: str) -> Json:
    """What holds something, numbers as JSON has them."""
    return {name: number(fields[name]) for name in names if fields.get(name) not in (None, "")}


def has_files(work: Work, id: str) -> bool:
    return work.table("attachments").has("document", id)


def files(work: Work, id: str) -> Json:
    """The list of attachments, where there are any."""
    found = [attachment(row) for row in work.table("attachments").find_all("document", id)]
    return {"Attachments": found} if found else {}


def attachment(row: Row) -> Json:
    names = ("AttachmentID", "FileName", "Url", "MimeType", "ContentLength")
    online = {"IncludeOnline": True} if row.fields["IncludeOnline"] else {}
    return {**{name: row.fields[name] for name in names}, **online}


def payments(work: Work, id: str) -> list[Json]:
    """Payments inside the document they pay; deleted ones are gone from there."""
    return [
        {
            "PaymentID": row.id,
            **({"BatchPaymentID": row.fields["BatchPaymentID"]} if row.fields.get("BatchPaymentID") else {}),
            "Date": wire_date(row.fields["Date"]),
            "Amount": float(row.fields["Amount"]),
            "Reference": row.fields["Reference"],
            "CurrencyRate": float(row.fields["CurrencyRate"]),
            "HasAccount": False,
            "HasValidationErrors": False,
        }
        for row in payments_of(work, id)
    ]


def credits(work: Work, invoice: str) -> dict[str, list[Json]]:
    """Credit notes, prepayments and overpayments applied to an invoice."""
    told: dict[str, list[Json]] = {name: [] for name in _SEGMENT.values()}
    for row in allocations_to(work, invoice):
        kind, id_field = row.fields["CreditKind"], CREDITS[row.fields["CreditKind"]]
        credit = work.table(kind).get(row.fields["CreditID"])
        if credit is None:
            continue
        shown: Json = {id_field: credit.id, "ID": credit.id}
        if kind == "credit_notes":
            shown |= {"CreditNoteNumber": credit.fields["CreditNoteNumber"], "HasErrors": False}
        shown |= {"AppliedAmount": float(row.fields["Amount"]), **dated(credit.fields, "Date")}
        told[_SEGMENT[kind]].append({**shown, "LineItems": [], "Total": float(credit.fields["Total"])})
    return told


def allocations(work: Work, credit: str) -> list[Json]:
    """Of a credit: which invoices it is applied to."""
    return [
        {**allocation(row), "Invoice": {**_brief(work, row.fields["InvoiceID"]), **_NONE, **_QUIET, "LineItems": []}}
        for row in allocations_from(work, credit)
    ]


def allocation(row: Row) -> Json:
    return {"AllocationID": row.id, "Amount": float(row.fields["Amount"]), "Date": wire_date(row.fields["Date"])}


def _brief(work: Work, invoice: str) -> Json:
    row = work.table("invoices").get(invoice)
    return {"InvoiceID": invoice, "InvoiceNumber": row.fields["InvoiceNumber"] if row else ""}


def head(row: Row, id_field: str, number_field: str) -> Json:
    """How a payment names what it pays: credits too look like invoices there."""
    type = str(row.fields["Type"])
    named = str(row.fields.get(number_field) or "")
    return {"Type": INVOICE_TYPE.get(type, type), "InvoiceID": row.id, "InvoiceNumber": named}


def in_payment_list(work: Work, row: Row, head: Json) -> Json:
    contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
    told = {**head, **_NONE, **_QUIET, "Contact": contact, "LineItems": []}
    return {**told, "CurrencyCode": row.fields["CurrencyCode"]}


def in_payment(work: Work, row: Row, head: Json) -> Json:
    """With its lines and what is due, as in the answer to a payment."""
    fields = row.fields
    contact = CONTACTS.in_document(work, fields["ContactID"], short=True)
    due = fields.get("AmountDue", fields.get("RemainingCredit"))
    told = {**head, "Reference": fields.get("Reference", ""), "Payments": payments(work, row.id)}
    told |= {"Prepayments": [], "Overpayments": [], "AmountDue": number(due)}
    told |= {
        "AmountPaid": number(fields.get("AmountPaid", Decimal(0))),
        "SentToContact": bool(fields.get("SentToContact")),
    }
    told |= {"CurrencyRate": float(fields["CurrencyRate"]), **_QUIET}
    told["Contact"] = {name: contact[name] for name in ("ContactID", "Name", "ContactPersons", "HasValidationErrors")}
    told |= {
        **dated(fields, "Date", "DueDate"),
        "Status": fields["Status"],
        "LineAmountTypes": fields["LineAmountTypes"],
    }
    told |= {"LineItems": lines(fields, work.places, written=True), **totals(fields), **stamped(row)}
    return {**told, "CurrencyCode": fields["CurrencyCode"], **day(fields, "FullyPaidOnDate")}
