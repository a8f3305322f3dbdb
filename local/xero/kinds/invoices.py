"""Invoices: sales (ACCREC) with unique numbers and discounts, bills (ACCPAY) with neither (facts/xero.md §4.2)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.xero.books import Books, Row
from local.xero.errors import Refused
from local.xero.kinds import shown
from local.xero.kinds.base import Work
from local.xero.kinds.contacts import CONTACTS
from local.xero.kinds.documents import (
    AUTHORISED,
    DELETED,
    DRAFT,
    HEADER,
    PAID,
    SUBMITTED,
    VOIDED,
    Read,
    Type,
    choice,
    day,
    text,
)
from local.xero.kinds.posted import Posted
from local.xero.messages import Json
from local.xero.money import ZERO
from local.xero.terms import due_by

STATUSES = (DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED)
SALE, BILL = "ACCREC", "ACCPAY"


class Invoices(Posted):
    name: ClassVar[str] = "invoices"
    singular: ClassVar[str] = "invoice"
    segment: ClassVar[str] = "Invoices"
    id_field: ClassVar[str] = "InvoiceID"
    number_field: ClassVar[str] = "InvoiceNumber"
    noun: ClassVar[str] = "Invoice"
    scope: ClassVar[str] = "accounting.invoices"
    category: ClassVar[str] = "INVOICE"
    types: ClassVar[Mapping[str, Type]] = {SALE: Type(True, "both", "invoice_prefix"), BILL: Type(False)}
    readers: ClassVar[Mapping[str, Read]] = {
        **HEADER,
        "Type": choice(SALE, BILL),
        "InvoiceNumber": text,
        "DueDate": day,
        "ExpectedPaymentDate": day,
        "PlannedPaymentDate": day,
        "Status": choice(*STATUSES),
    }
    editable_when_paid: ClassVar[frozenset[str]] = frozenset(
        (
            *("Reference", "DueDate", "InvoiceNumber", "BrandingThemeID", "Contact", "Url", "LineItems"),
            *("SentToContact", "PlannedPaymentDate"),
        )
    )
    fields: ClassVar[frozenset[str]] = frozenset(
        (
            *readers,
            *("InvoiceID", "SubTotal", "TotalTax", "Total", "AmountDue", "AmountPaid", "AmountCredited"),
            *("FullyPaidOnDate", "HasAttachments", "UpdatedDateUTC"),
        )
    ) - {"LineItems"}
    searched: ClassVar[tuple[str, ...]] = ("InvoiceNumber", "Reference")
    filters: ClassVar[Mapping[str, str]] = {
        "IDs": "",
        "InvoiceNumbers": "numbers",
        "ContactIDs": "contact",
        "Statuses": "status",
    }
    forcing: ClassVar[frozenset[str]] = frozenset(("summaryOnly", "Statuses"))
    optimised: ClassVar[frozenset[str]] = frozenset(
        (
            *("Status", "Contact.ContactID", "Contact.Name", "Contact.ContactNumber", "Reference", "InvoiceNumber"),
            *("InvoiceID", "Type", "AmountPaid", "Date", "DueDate", "AmountDue"),
        )
    )

    def locate(self, books: Books, key: str) -> Row | None:
        """`GET /Invoices/{InvoiceNumber}` works as well."""
        table = books.tables[self.name]
        return table.get(key) or table.find("number", key.casefold()) or table.find("numbers", key.casefold())

    def narrowed(self, work: Work, rows: list[Row], parameters: Mapping[str, str]) -> list[Row]:
        if parameters.get("createdbymyapp", "").lower() != "true":
            return rows
        return [row for row in rows if row.fields["_app"] == work.app]

    def _by_number(self, work: Work, given: Json) -> Row | None:
        """A POST without an id edits the document of that number instead of failing (§4.2, a setting)."""
        number, table = (given.get("InvoiceNumber") or "").casefold(), work.table(self.name)
        if not number:
            return None
        if given.get("Type", SALE) == SALE:
            found = table.find("number", number) if work.settings.post_matches_number else None
            free = found and found.fields["Status"] == DELETED and work.settings.deleted_number_free
            return None if free else found
        contact = _known_contact(work, given.get("Contact")) if work.settings.post_matches_bill_number else ""
        return table.find("bill", f"{contact}|{number}") if contact else None

    def _complete(self, work: Work, fields: Json, type: Type) -> None:
        super()._complete(work, fields, type)
        if type.sale:
            fields["PlannedPaymentDate"] = None
        else:
            fields["ExpectedPaymentDate"] = None
            if not work.settings.bill_reference_kept:
                fields["Reference"] = ""
        if fields["Status"] not in (AUTHORISED, PAID):
            fields["SentToContact"] = False  # can only be set once approved (§4.2)
        if not fields.get("DueDate"):
            fields["DueDate"] = _due(work, fields, type)

    def held_text(self, status: str) -> str:
        return (
            f"The status {status} cannot be applied to the invoice because it has payments or credit notes "
            "allocated to it."
        )

    @property
    def nothing_left(self) -> Json:
        return {"AmountDue": ZERO, "AmountPaid": ZERO, "AmountCredited": ZERO}

    # Answers.

    def whole(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
        return self._shown(work, row, contact, shown.lines(row.fields, work.places))

    def single(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        files = shown.files(work, row.id)
        return {**self._shown(work, row, contact, shown.lines(row.fields, work.places)), **files}

    def listed(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
        return self._shown(work, row, contact, [])

    def summary(self, work: Work, row: Row) -> Json:
        dropped = ("Payments", "LineItems", "HasAttachments", "CISDeduction")
        return {name: value for name, value in self.listed(work, row).items() if name not in dropped}

    def written(self, work: Work, row: Row) -> Json:
        """Without what a document has only later (recorded answers)."""
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        told = self._shown(work, row, contact, shown.lines(row.fields, work.places, written=True))
        left_out = ("Payments", "CreditNotes", "AmountCredited", "HasAttachments")
        return {name: value for name, value in told.items() if name not in left_out}

    def _shown(self, work: Work, row: Row, contact: Json, lines: list[Json]) -> Json:
        fields = row.fields
        told: Json = {"Type": fields["Type"], "InvoiceID": row.id, "InvoiceNumber": fields["InvoiceNumber"]}
        told |= {"Reference": fields["Reference"] or "", "Payments": shown.payments(work, row.id)}
        told |= shown.credits(work, row.id)
        told |= {name: float(fields[name]) for name in ("AmountDue", "AmountPaid", "AmountCredited")}
        if fields["Type"] == SALE:
            told["SentToContact"] = bool(fields.get("SentToContact"))
        told |= {"CurrencyRate": float(fields["CurrencyRate"]), "IsDiscounted": bool(fields["TotalDiscount"])}
        told |= {"HasAttachments": shown.has_files(work, row.id), "HasErrors": False, "Contact": contact}
        told |= {**shown.dated(fields, "Date", "DueDate"), **shown.filled(fields, "Url")}
        told |= shown.day(fields, "ExpectedPaymentDate", "PlannedPaymentDate")
        if fields["Type"] == SALE:
            told |= self.theme(work, fields)
        told |= {"Status": fields["Status"], "LineAmountTypes": fields["LineAmountTypes"], "LineItems": lines}
        told |= {**shown.totals(fields), **shown.stamped(row), "CurrencyCode": fields["CurrencyCode"]}
        return {**told, **shown.day(fields, "FullyPaidOnDate")}


def _known_contact(work: Work, sent: Any) -> str:
    """The id of the contact a bill names, "" where it would be a new one."""
    if not isinstance(sent, dict):
        return ""
    table = work.table("contacts")
    row = table.get(str(sent.get("ContactID") or "")) or table.find("number", str(sent.get("ContactNumber") or ""))
    row = row or table.find("name", str(sent.get("Name") or "").casefold())
    return row.id if row else ""


def _due(work: Work, fields: Json, type: Type) -> Any:
    """By the contact's terms, else the organisation's, else on its date (approximate)."""
    contact = work.table("contacts").get(fields["ContactID"])
    side = "Sales" if type.sale else "Bills"
    for terms in (contact.fields.get("PaymentTerms") if contact else None, work.books.organisation["PaymentTerms"]):
        if terms and terms.get(side):
            return due_by(fields["Date"], terms[side])
    if work.settings.due_date_missing == "refuse" and fields["Status"] in (SUBMITTED, AUTHORISED) and not work.seeding:
        raise Refused("Due Date cannot be empty.")
    return fields["Date"]
