"""Credit notes: as invoices, without discounts; their worth is allocated or refunded (facts/xero.md §4.3)."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from local.xero.books import Books, Row
from local.xero.dates import iso_utc
from local.xero.kinds import credits, shown
from local.xero.kinds.base import Work
from local.xero.kinds.contacts import CONTACTS
from local.xero.kinds.documents import DELETED, HEADER, Read, Type, choice, day, text
from local.xero.kinds.invoices import STATUSES
from local.xero.kinds.posted import Posted
from local.xero.messages import Json
from local.xero.money import ZERO

SALE, SUPPLIER = "ACCRECCREDIT", "ACCPAYCREDIT"
_UNWRITABLE = ("Url", "SentToContact")


class CreditNotes(Posted):
    name: ClassVar[str] = "credit_notes"
    singular: ClassVar[str] = "credit_note"
    segment: ClassVar[str] = "CreditNotes"
    id_field: ClassVar[str] = "CreditNoteID"
    number_field: ClassVar[str] = "CreditNoteNumber"
    noun: ClassVar[str] = "Credit Note"
    scope: ClassVar[str] = "accounting.invoices"
    category: ClassVar[str] = "CREDITNOTE"
    types: ClassVar[Mapping[str, Type]] = {SALE: Type(True, "", "credit_note_prefix"), SUPPLIER: Type(False)}
    readers: ClassVar[Mapping[str, Read]] = {
        **{name: reader for name, reader in HEADER.items() if name not in _UNWRITABLE},
        "Type": choice(SALE, SUPPLIER),
        "CreditNoteNumber": text,
        "DueDate": day,
        "Status": choice(*STATUSES),
    }
    fields: ClassVar[frozenset[str]] = frozenset(
        (
            *readers,
            *("CreditNoteID", "SubTotal", "TotalTax", "Total", "RemainingCredit", "AppliedAmount"),
            *("FullyPaidOnDate", "HasAttachments", "UpdatedDateUTC"),
        )
    ) - {"LineItems"}
    optimised: ClassVar[frozenset[str]] = frozenset(
        (
            *("Status", "Date", "Reference", "Type", "CreditNoteID"),
            *("Contact.ContactID", "Contact.Name", "Contact.ContactNumber"),
        )
    )

    def locate(self, books: Books, key: str) -> Row | None:
        table = books.tables[self.name]
        return table.get(key) or table.find("number", key.casefold()) or table.find("numbers", key.casefold())

    def _by_number(self, work: Work, given: Json) -> Row | None:
        number = (given.get("CreditNoteNumber") or "").casefold()
        if not number or given.get("Type", SALE) != SALE or not work.settings.post_matches_number:
            return None
        found = work.table(self.name).find("number", number)
        free = found and found.fields["Status"] == DELETED and work.settings.deleted_number_free
        return None if free else found

    def _complete(self, work: Work, fields: Json, type: Type) -> None:
        super()._complete(work, fields, type)
        if not type.sale and not work.settings.bill_reference_kept:
            fields["Reference"] = ""

    def _wrong(self, work: Work, fields: Json, old: Row | None) -> Iterator[str]:
        yield from super()._wrong(work, fields, old)
        stock_only = fields["Type"] == SUPPLIER and fields["LineItems"] and not fields["Total"]
        if stock_only and not work.settings.zero_total_supplier_credit:
            yield "The Total for this document must be greater than zero."

    @property
    def nothing_left(self) -> Json:
        return {"RemainingCredit": ZERO, "AppliedAmount": ZERO}

    def event_data(self, row: Row) -> Json:
        return event_data(row)

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action not in ("allocate", "deallocate"):
            return super().person(work, action, id, fields)
        credits.by_person(work, self.name, self.existing(work, id), action, fields)
        return [self.existing(work, id)]

    def seeded(self, work: Work, sent: Json) -> Row:
        row = super().seeded(work, sent)
        for each in sent.get("Allocations") or ():
            credits.allocate(work, self.name, self.existing(work, row.id), each)
        return self.existing(work, row.id)

    # Answers.

    def whole(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
        return self._shown(work, row, contact, shown.lines(row.fields, work.places))

    def single(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        told = self._shown(work, row, contact, shown.lines(row.fields, work.places))
        return {**told, **shown.files(work, row.id)}

    def listed(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
        return self._shown(work, row, contact, [])

    def written(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        told = self._shown(work, row, contact, shown.lines(row.fields, work.places, written=True))
        del told["HasAttachments"]
        return told

    def _shown(self, work: Work, row: Row, contact: Json, lines: list[Json]) -> Json:
        fields = row.fields
        told: Json = {"CreditNoteID": row.id, "CreditNoteNumber": fields["CreditNoteNumber"]}
        told |= {"Payments": shown.payments(work, row.id), "ID": row.id, "CurrencyRate": float(fields["CurrencyRate"])}
        told |= {"Type": fields["Type"], "Reference": fields["Reference"] or ""}
        told |= {name: float(fields[name]) for name in ("RemainingCredit", "AppliedAmount")}
        told |= {"Allocations": shown.allocations(work, row.id), "HasAttachments": shown.has_files(work, row.id)}
        told |= {"HasErrors": False, "Contact": contact, **shown.dated(fields, "Date", "DueDate")}
        if fields["Type"] == SALE:
            told |= self.theme(work, fields)
        told |= {"Status": fields["Status"], "LineAmountTypes": fields["LineAmountTypes"], "LineItems": lines}
        told |= {**shown.totals(fields), **shown.stamped(row), "CurrencyCode": fields["CurrencyCode"]}
        return {**told, **shown.day(fields, "FullyPaidOnDate")}


def event_data(row: Row) -> Json:
    """What events of credits tell besides the id (§5)."""
    told = {"Type": row.fields["Type"], "Status": row.fields["Status"]}
    return {**told, "UpdatedDateUTCString": iso_utc(row.updated)}
