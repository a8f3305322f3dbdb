"""Purchase orders: always paged, four decimals by nature, and a create that updates silently (facts/xero.md §4.6)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from local.xero.books import Books, Row
from local.xero.dates import calendar_date, moment
from local.xero.errors import Refused
from local.xero.kinds import shown
from local.xero.kinds.base import Work
from local.xero.kinds.contacts import CONTACTS
from local.xero.kinds.documents import (
    AUTHORISED,
    DELETED,
    DRAFT,
    HEADER,
    SUBMITTED,
    Documents,
    Read,
    Type,
    choice,
    day,
    text,
)
from local.xero.kinds.lines import Policy
from local.xero.messages import Json

BILLED = "BILLED"
DELETED_TEXTS = ("PurchaseOrder status change is invalid", "Deleted PurchaseOrders cannot be updated")
SENT_TEXT = "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."
ORDER = "PURCHASEORDER"
_PLACES = 4
_LONGEST_INSTRUCTIONS = 500
_DELIVERY = ("DeliveryAddress", "AttentionTo", "Telephone", "DeliveryInstructions")


class PurchaseOrders(Documents):
    name: ClassVar[str] = "purchase_orders"
    singular: ClassVar[str] = "purchase_order"
    segment: ClassVar[str] = "PurchaseOrders"
    id_field: ClassVar[str] = "PurchaseOrderID"
    number_field: ClassVar[str] = "PurchaseOrderNumber"
    noun: ClassVar[str] = "PurchaseOrder"
    scope: ClassVar[str] = "accounting.invoices"
    error_flag: ClassVar[str] = "HasErrors"
    types: ClassVar[Mapping[str, Type]] = {ORDER: Type(False, "rate", "purchase_order_prefix")}
    readers: ClassVar[Mapping[str, Read]] = {
        **{name: reader for name, reader in HEADER.items() if name != "Url"},
        "PurchaseOrderNumber": text,
        "DeliveryDate": day,
        "ExpectedArrivalDate": day,
        **dict.fromkeys(_DELIVERY, text),
        "Status": choice(DRAFT, SUBMITTED, AUTHORISED, BILLED, DELETED),
    }
    creatable: ClassVar[tuple[str, ...]] = (DRAFT, SUBMITTED, AUTHORISED, BILLED)
    lockable: ClassVar[bool] = False
    makes_contacts: ClassVar[bool] = False
    paging: ClassVar[str] = "always"
    conditions: ClassVar[bool] = False
    fields: ClassVar[frozenset[str]] = frozenset(
        (*readers, "PurchaseOrderID", "SubTotal", "TotalTax", "Total", "HasAttachments", "UpdatedDateUTC")
    ) - {"LineItems"}

    def locate(self, books: Books, key: str) -> Row | None:
        return books.tables[self.name].get(key) or books.tables[self.name].find("number", key.casefold())

    def narrowed(self, work: Work, rows: list[Row], parameters: Mapping[str, str]) -> list[Row]:
        status = parameters.get("status", "").upper()
        first = calendar_date(parameters.get("datefrom")) or date.min
        last = calendar_date(parameters.get("dateto")) or date.max
        return [row for row in rows if status in ("", row.fields["Status"]) and first <= row.fields["Date"] <= last]

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        """A number that is live turns even a create into an update, reported as success (§4.6, measured)."""
        given = {**self.read(work, sent), "Type": ORDER}
        number = given.get("PurchaseOrderNumber", "").casefold()
        named = work.table(self.name).find("number", number) if number else None
        row = named if verb == "PUT" else self._meant(work, given, id) or named
        if row is None:
            return self._create(work, given)
        if row is named and row.fields["Status"] == DELETED and not (id or given.get(self.id_field)):
            raise Refused(*DELETED_TEXTS)  # known by its number alone: the answer has the all-zero GUID
        return self._update(work, row, given)

    def _update(self, work: Work, row: Row, given: Json) -> Row:
        """No table of statuses is published: only DELETED is an end. Renumbering in the same call frees the number."""
        if row.fields["Status"] == DELETED:
            raise Refused(*DELETED_TEXTS, id=row.id)
        self._contact_usable(work, row)
        return self._changed(work, row, given)

    def _complete(self, work: Work, fields: Json, type: Type) -> None:
        super()._complete(work, fields, type)
        if fields.get("SentToContact") and fields["Status"] not in (AUTHORISED, BILLED):
            fields["SentToContact"] = False
            work.warnings.append(SENT_TEXT)

    def _policy(self, work: Work, fields: Json, type: Type) -> Policy:
        approved = fields["Status"] != DRAFT
        mode = fields["LineAmountTypes"]
        return Policy(False, mode, approved, type.discounts, _PLACES, accounts=False)

    def _wrong(self, work: Work, fields: Json, old: Row | None) -> Iterator[str]:
        yield from super()._wrong(work, fields, old)
        if len(fields.get("DeliveryInstructions") or "") > _LONGEST_INSTRUCTIONS:
            yield f"DeliveryInstructions must not be longer than {_LONGEST_INSTRUCTIONS} characters."

    @property
    def taken_text(self) -> str:
        return "Order number must be unique"

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action == "create":
            return [self._create(work, {**self.read(work, fields, person=True), "Type": ORDER})]
        row = self.existing(work, id)
        if action == "edit":
            return [self._update(work, row, self.read(work, fields, person=True))]
        if action in ("approve", "bill", "void", "delete"):
            status = {"approve": AUTHORISED, "bill": BILLED}.get(action, DELETED)
            return [self._update(work, row, {"Status": status})]
        return super().person(work, action, id, fields)

    def seeded(self, work: Work, sent: Json) -> Row:
        given, stamp = {**self.read(work, sent), "Type": ORDER}, moment(sent.get("UpdatedDateUTC"))
        return self._create(work, given, id=self.seed_id(work, sent), stamp=stamp)

    # Answers.

    def whole(self, work: Work, row: Row) -> Json:
        return self._shown(work, row, CONTACTS.in_document(work, row.fields["ContactID"], short=True))

    def single(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        return {**self._shown(work, row, contact), **shown.files(work, row.id)}

    def written(self, work: Work, row: Row) -> Json:
        told = self._shown(work, row, CONTACTS.in_document(work, row.fields["ContactID"]))
        return {name: value for name, value in told.items() if name != "HasAttachments"}

    def _shown(self, work: Work, row: Row, contact: Json) -> Json:
        fields = row.fields
        told: Json = {"PurchaseOrderID": row.id, "PurchaseOrderNumber": fields["PurchaseOrderNumber"]}
        told |= shown.dated(fields, "Date", "DeliveryDate", "ExpectedArrivalDate")
        told |= {**shown.filled(fields, *_DELIVERY), "HasErrors": False, "IsDiscounted": bool(fields["TotalDiscount"])}
        told |= {"TotalDiscount": float(fields["TotalDiscount"]), "SentToContact": bool(fields.get("SentToContact"))}
        told |= {"Reference": fields["Reference"] or "", "Type": ORDER, "CurrencyRate": float(fields["CurrencyRate"])}
        told |= {"CurrencyCode": fields["CurrencyCode"], "Contact": contact, **self.theme(work, fields)}
        told |= {"Status": fields["Status"], "LineAmountTypes": fields["LineAmountTypes"]}
        told["LineItems"] = shown.lines(fields, _PLACES)
        told |= {name: float(fields[name]) for name in ("SubTotal", "TotalTax", "Total")}
        told |= {"UpdatedDateUTC": fields["UpdatedDateUTC"], "HasAttachments": shown.has_files(work, row.id)}
        return told
