"""Contacts: unique names and numbers, archiving that only a person can take back, merging (facts/xero.md §4.1)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from local.xero.books import Books, Key, Row
from local.xero.dates import moment
from local.xero.errors import Refused, bad_data, not_found
from local.xero.ids import is_guid
from local.xero.kinds import contact_fields as wire_fields
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json
from local.xero.money import ZERO, half_up

ACTIVE, ARCHIVED = "ACTIVE", "ARCHIVED"
ARCHIVED_TEXT = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
ACCOUNT_NUMBER_TEXT = "The Account Number already exists. Please enter a different Account Number."
NO_CONTACT_TEXT = "A Contact must be specified for this type of transaction"
NO_KEY_TEXT = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
ARCHIVED_USE_TEXT = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes."
)
UNKNOWN_TEXT = "The Contact could not be found."
# Documents that stand on a contact.
DOCUMENTS = ("invoices", "credit_notes", "purchase_orders", "bank_transactions", "prepayments", "overpayments")
_CREDITS = ("credit_notes", "prepayments", "overpayments")
_SALES, _PURCHASES = "customer", "supplier"
NO_NAME_TEXT = "Contact Name cannot be empty."  # recorded, waynerobinson/xeroizer#380

# Dropped by an unpaged list, and by summaryOnly (§3.4).
_NOT_LISTED = frozenset(
    [
        "PaymentTerms",
        "SalesDefaultLineAmountType",
        "PurchasesDefaultLineAmountType",
        "SalesDefaultAccountCode",
        "BatchPayments",
        "PurchasesDefaultAccountCode",
        "SalesTrackingCategories",
        "PurchasesTrackingCategories",
        "MergedToContactID",
        "Balances",
        "AccountsReceivableTaxType",
        "AccountsPayableTaxType",
        "TrackingCategoryName",
        "TrackingCategoryOption",
    ]
)
_NOT_IN_SUMMARY = frozenset(
    [
        "Addresses",
        "Balances",
        "ContactGroups",
        "ContactPersons",
        "IsCustomer",
        "IsSupplier",
        "SalesDefaultAccountCode",
        "PurchasesDefaultAccountCode",
        "SalesTrackingCategories",
        "PurchasesTrackingCategories",
        "TrackingCategoryName",
        "TrackingCategoryOption",
    ]
)


class Contacts(Kind):
    name: ClassVar[str] = "contacts"
    singular: ClassVar[str] = "contact"
    segment: ClassVar[str] = "Contacts"
    id_field: ClassVar[str] = "ContactID"
    scope: ClassVar[str] = "accounting.contacts"
    category: ClassVar[str] = "CONTACT"
    filters: ClassVar[Mapping[str, str]] = {"IDs": ""}
    forcing: ClassVar[frozenset[str]] = frozenset(("summaryOnly",))
    optimised: ClassVar[frozenset[str]] = frozenset(("Name", "EmailAddress", "AccountNumber", "ContactID"))
    fields: ClassVar[frozenset[str]] = wire_fields.NAMES
    searched: ClassVar[tuple[str, ...]] = (
        *("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress"),
    )

    def keys(self, row: Row) -> Iterable[Key]:
        if row.fields["ContactStatus"] == ACTIVE:
            yield "name", row.fields["Name"].casefold()
        else:
            yield "archived name", row.fields["Name"].casefold()
        if row.fields.get("ContactNumber"):
            yield "number", row.fields["ContactNumber"]
        if row.fields.get("AccountNumber"):
            yield "account", row.fields["AccountNumber"]

    def locate(self, books: Books, key: str) -> Row | None:
        """`GET /Contacts/{ContactNumber}` exists beside the one by id (§3.4)."""
        table = books.tables[self.name]
        return table.get(key) or table.find("number", key)

    def archived(self, row: Row) -> bool:
        return bool(row.fields["ContactStatus"] != ACTIVE)

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        given = wire_fields.read(sent, null_clears=work.settings.null_clears)
        existing = self._meant(work, given, verb, id)
        if existing is None:
            return self._create(work, given)
        if self.archived(existing):
            raise Refused(ARCHIVED_TEXT, id=existing.id)
        merged = wire_fields.merge(existing.fields, given, replace_slots=work.settings.slots == "replace")
        return self._save(work, existing.id, merged, given)

    def _meant(self, work: Work, given: Json, verb: str, id: str | None) -> Row | None:
        """The contact an element updates: by id, else by ContactNumber, else by name. PUT only creates (§3.1)."""
        if verb == "PUT":
            return None
        table = work.books.tables[self.name]
        wanted = id or given.get("ContactID")
        if wanted:
            found = table.get(wanted)
            if found is None and (id or work.settings.post_unknown_id_is_404):
                raise not_found()
            if found is None:
                raise Refused("The Contact could not be found.")
            return found
        by_number = table.find("number", given["ContactNumber"]) if given.get("ContactNumber") else None
        if by_number or not given.get("Name") or not work.settings.post_matches_name:
            return by_number
        return table.find("name", given["Name"].casefold())

    def _create(self, work: Work, given: Json) -> Row:
        table = work.books.tables[self.name]
        held = table.find("number", given["ContactNumber"]) if given.get("ContactNumber") else None
        if held and self.archived(held) and work.settings.archived_number_blocks_create:
            raise Refused(ARCHIVED_TEXT)
        name = (given.get("Name") or "").casefold()
        if work.settings.archived_name_blocks_create and table.find("archived name", name):
            raise Refused(ARCHIVED_TEXT)
        fields = wire_fields.merge(wire_fields.BLANK, given, replace_slots=True)
        return self._save(work, work.ids.guid(), fields, given)

    def for_document(self, work: Work, sent: Any, *, create: bool = True) -> Row:
        """The contact a document names, made or updated by what the document says about it (§4.1). Raises Refused.

        Purchase orders never make one: `create` is False, and a name is not enough.
        """
        if not isinstance(sent, dict) or not sent:
            raise Refused(NO_CONTACT_TEXT)
        given = wire_fields.read(sent, null_clears=False)
        table = work.table(self.name)
        if given.get("ContactID"):
            row = table.get(given["ContactID"])
        elif given.get("ContactNumber"):
            row = table.find("number", given["ContactNumber"])
        elif given.get("Name") and create:
            row = table.find("name", given["Name"].casefold())
            given = {name: value for name, value in given.items() if not (row and name == "Name")}
        else:
            raise Refused(NO_KEY_TEXT if create else NO_CONTACT_TEXT)
        if row is None:
            if not create or given.get("ContactID") or not given.get("Name"):
                raise Refused(UNKNOWN_TEXT)
            return self._create(work, given)
        if self.archived(row) and not work.seeding:
            raise Refused(ARCHIVED_USE_TEXT)
        return self._as_embedded(work, row, given)

    def _as_embedded(self, work: Work, row: Row, given: Json) -> Row:
        if not work.settings.embedded_contact_updates or not given.keys() - {"ContactID"}:
            return row
        merged = wire_fields.merge(row.fields, given, replace_slots=work.settings.slots == "replace")
        if wire_fields.show({**merged, "ContactID": row.id}) == wire_fields.show(row.fields):
            return row  # read and sent back: nothing changes
        return self._save(work, row.id, merged, given)

    def _save(
        self,
        work: Work,
        id: str,
        fields: Json,
        given: Json,
        *,
        silent: bool = False,
        stamp: datetime | None = None,
    ) -> Row:
        name = wire_fields.tidy_name(fields.get("Name") or "", work.settings.name_spaces)
        fields = {**fields, "Name": name}
        known = work.books.tables[self.name].get(id)
        complaints = [
            *([] if name else [NO_NAME_TEXT]),
            *wire_fields.complaints(given, work.settings.name_spaces),
            *self._clashes(work, id, fields),
        ]
        if complaints:
            raise Refused(*complaints, id=known.id if known else None)
        return self.save(work, id, fields, silent=silent, stamp=stamp)

    def _clashes(self, work: Work, id: str, fields: Json) -> Iterable[str]:
        table = work.books.tables[self.name]

        def taken(index: str, value: str | None) -> bool:
            holder = table.find(index, value) if value else None
            return holder is not None and holder.id != id

        name, number = fields["Name"], fields.get("ContactNumber")
        if fields["ContactStatus"] == ACTIVE and taken("name", name.casefold()):
            yield (
                f"The contact name {name} is already assigned to another contact. "
                "The contact name must be unique across all active contacts."
            )
        if taken("number", number):
            yield (
                f"The contact number {number} is already assigned to another contact. "
                "The contact number must be unique across all contacts."  # approximate: no recording of this text
            )
        if taken("account", fields.get("AccountNumber")):
            yield ACCOUNT_NUMBER_TEXT

    def whole(self, work: Work, row: Row) -> Json:
        shown = {**self._shown(work, row), **_balances(work, row.id)}
        shown["HasAttachments"] = work.table("attachments").has("document", row.id)
        return {**shown, "HasValidationErrors": False}

    def _shown(self, work: Work, row: Row) -> Json:
        """IsCustomer and IsSupplier follow from the documents, and move no timestamp (§3.4, §4.1)."""
        shown = wire_fields.show(row.fields)
        shown["IsCustomer"] = shown["IsCustomer"] or _has(work, row.id, _SALES)
        shown["IsSupplier"] = shown["IsSupplier"] or _has(work, row.id, _PURCHASES)
        return shown

    def in_document(self, work: Work, id: str, *, short: bool = False) -> Json:
        """As documents show their contact: whole in answers of their own, by name in lists."""
        row = work.table(self.name).get(id)
        if row is None:
            return {}
        if short:
            empty: Json = {"Addresses": [], "Phones": [], "ContactGroups": [], "ContactPersons": []}
            return {"ContactID": row.id, "Name": row.fields["Name"], **empty, "HasValidationErrors": False}
        known = work.shown.get(id)
        if known is None or known[0] is not row:
            known = work.shown[id] = (row, self.written(work, row))
        return known[1]

    def value(self, work: Work, row: Row, path: tuple[str, ...]) -> Any:
        if path[0] in ("IsCustomer", "IsSupplier"):
            return self._shown(work, row)[path[0]]
        return super().value(work, row, path)

    def listed(self, work: Work, row: Row) -> Json:
        shown = {name: value for name, value in self.whole(work, row).items() if name not in _NOT_LISTED}
        return {**shown, "ContactPersons": []}

    def summary(self, work: Work, row: Row) -> Json:
        return {name: value for name, value in self.whole(work, row).items() if name not in _NOT_IN_SUMMARY}

    def written(self, work: Work, row: Row) -> Json:
        none_tracked: Json = {"SalesTrackingCategories": [], "PurchasesTrackingCategories": []}
        return {**none_tracked, **self._shown(work, row), "HasValidationErrors": False}

    def echo(self, sent: Json) -> Json:
        return wire_fields.echo(sent)

    def seeded(self, work: Work, sent: Json) -> Row:
        given = wire_fields.read(sent, null_clears=False)
        extra = {name: sent[name] for name in wire_fields.READ_ONLY if name in sent}
        id = sent.get("ContactID") or work.ids.guid()
        if not is_guid(id):
            raise bad_data(f"ContactID {id!r} is not a GUID")
        fields = {**wire_fields.merge(wire_fields.BLANK, given, replace_slots=True), **extra}
        return self._save(work, id.lower(), fields, given, silent=True, stamp=moment(sent.get("UpdatedDateUTC")))

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        acts: dict[str, Callable[[Work, Row, Json], list[Row]]]
        acts = {"edit": self._edit, "archive": self._archive, "restore": self._restore, "merge": self._merge}
        if action == "create":
            return [self._create(work, wire_fields.read(fields, null_clears=True))]
        if action not in acts:
            raise Refused(f"nobody can {action} a contact")
        row = self.locate(work.books, id)
        if row is None:
            raise not_found()
        return acts[action](work, row, fields)

    def _edit(self, work: Work, row: Row, fields: Json) -> list[Row]:
        given = wire_fields.read(fields, null_clears=True)
        return [self._save(work, row.id, wire_fields.merge(row.fields, given, replace_slots=False), given)]

    def _archive(self, work: Work, row: Row, _: Json) -> list[Row]:
        return [self._save(work, row.id, {**row.fields, "ContactStatus": ARCHIVED}, {})]

    def _restore(self, work: Work, row: Row, _: Json) -> list[Row]:
        if row.fields.get("MergedToContactID"):
            raise Refused("a merged contact cannot be restored", id=row.id)
        return [self._save(work, row.id, {**row.fields, "ContactStatus": ACTIVE}, {})]

    def _merge(self, work: Work, loser: Row, fields: Json) -> list[Row]:
        """The loser keeps its id and points to the winner, whose timestamp does not move (§3.4, §4.1)."""
        winner = self.locate(work.books, str(fields.get("into")))
        if winner is None:
            raise not_found()
        if winner.id == loser.id or self.archived(winner):
            raise Refused("a contact is merged into another, active contact", id=loser.id)
        merged: dict[str, Any] = {**loser.fields, "ContactStatus": ARCHIVED, "MergedToContactID": winner.id}
        silent = work.settings.merge_is_silent
        for name in DOCUMENTS:
            for row in work.table(name).find_all("contact", loser.id):
                moved = Row(row.id, {**row.fields, "ContactID": winner.id}, row.updated)
                work.books.put(name, moved, silent=True)
        return [self.save(work, loser.id, merged, silent=silent, stamp=loser.updated if silent else None), winner]


def _has(work: Work, id: str, side: str) -> bool:
    return any(work.table(name).has(side, id) for name in ("invoices", "credit_notes"))


def _balances(work: Work, id: str) -> Json:
    """What is owed on both sides, credits deducted, in the organisation's currency; nothing without documents."""
    sides = {}
    for name, side in (("AccountsReceivable", _SALES), ("AccountsPayable", _PURCHASES)):
        invoices = work.table("invoices").find_all(side, id)
        credits = [row for kind in _CREDITS for row in work.table(kind).find_all(side, id)]
        if not invoices and not credits:
            sides[name] = {"Outstanding": 0.0, "Overdue": 0.0}
            continue
        due = [row for row in invoices if row.fields["Status"] == "AUTHORISED"]
        late = [row for row in due if (row.fields.get("DueDate") or work.today()) < work.today()]
        left = sum((_in_base(row, "RemainingCredit") for row in credits if row.fields["Status"] == "AUTHORISED"), ZERO)
        outstanding = sum((_in_base(row, "AmountDue") for row in due), ZERO) - left
        overdue = sum((_in_base(row, "AmountDue") for row in late), ZERO)
        sides[name] = {"Outstanding": float(half_up(outstanding)), "Overdue": float(half_up(overdue))}
        sides["any"] = {}
    return {"Balances": {name: side for name, side in sides.items() if side}} if "any" in sides else {}


def _in_base(row: Row, name: str) -> Decimal:
    amount: Decimal = row.fields[name] / row.fields["CurrencyRate"]
    return amount


CONTACTS = Contacts()
