"""What invoices, credit notes, purchase orders and bank transactions have in common: contact, dates, lines, totals.

A document is read into typed fields, completed, checked as a whole so that all complaints are told at once, and saved.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from local.xero.books import Key, Row
from local.xero.dates import calendar_date, echoed, from_wire
from local.xero.errors import Refused, bad_data, not_found
from local.xero.ids import ZERO as NO_ID
from local.xero.kinds.base import Kind, Work
from local.xero.kinds.branding_themes import default_theme
from local.xero.kinds.contacts import ARCHIVED_USE_TEXT, CONTACTS
from local.xero.kinds.currencies import day_rate, odd, subscribed
from local.xero.kinds.lines import EXCLUSIVE, INCLUSIVE, NO_TAX, Line, Policy, Reader, retaxed, totals
from local.xero.messages import Json
from local.xero.money import ZERO, decimal, half_up

DRAFT, SUBMITTED, AUTHORISED, PAID, VOIDED, DELETED = "DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"
NO_LINES_TEXT = "One or more line items must be specified"
NEGATIVE_TEXT = "The Total for this document must be greater than or equal to zero."
_LONGEST = 255
Read = Callable[[str, Any], Any]


class Type(NamedTuple):
    """What one `Type` of document means."""

    sale: bool
    discounts: str = ""
    prefix: str = ""  # the setting with the prefix of its numbers; "" where numbers are the other side's and may repeat


def text(name: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise bad_data(f"Unexpected value encountered while reading text. Path '{name}'.")
    return str(value)


def day(name: str, value: Any) -> date:
    found = calendar_date(value)
    if found is None:
        raise bad_data(f"Could not convert string to DateTime: {value}. Path '{name}'.")
    return found


def flag(name: str, value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def rate(name: str, value: Any) -> Any:
    return half_up(decimal(name, value), 6)


def guid(name: str, value: Any) -> str:
    return text(name, value).lower()


def whole(name: str, value: Any) -> Any:
    """Read later, by who knows what it means."""
    return value


def choice(*allowed: str) -> Read:
    """One of these, in any case."""
    spelled = {each.casefold(): each for each in allowed}

    def read(name: str, value: Any) -> str:
        found = spelled.get(text(name, value).casefold())
        if found is None:
            raise bad_data(f"Error converting value \"{value}\" to type '{name}'. Path '{name}'.")
        return found

    return read


HEADER: Mapping[str, Read] = {
    "Contact": whole,
    "LineItems": whole,
    "Date": day,
    "LineAmountTypes": choice(EXCLUSIVE, INCLUSIVE, NO_TAX),
    "CurrencyCode": lambda name, value: text(name, value).upper(),
    "CurrencyRate": rate,
    "Reference": text,
    "BrandingThemeID": guid,
    "Url": text,
    "SentToContact": flag,
}
_CLEARABLE = (text, day, guid)


class Documents(Kind):
    error_flag: ClassVar[str] = "HasErrors"
    noun: ClassVar[str]  # in Xero's texts: Invoice
    number_field: ClassVar[str] = ""
    types: ClassVar[Mapping[str, Type]]
    readers: ClassVar[Mapping[str, Read]]
    mode: ClassVar[str] = EXCLUSIVE
    first_status: ClassVar[str] = DRAFT
    creatable: ClassVar[tuple[str, ...]] = (DRAFT, SUBMITTED, AUTHORISED)
    lockable: ClassVar[bool] = True  # by the organisation's lock dates
    makes_contacts: ClassVar[bool] = True

    # Keys.

    def keys(self, row: Row) -> Iterable[Key]:
        fields, contact = row.fields, row.fields["ContactID"]
        type = self.types.get(fields["Type"])
        yield "contact", contact
        yield "status", fields["Status"].casefold()
        yield ("customer" if type and type.sale else "supplier"), contact
        number = fields.get(self.number_field)
        if number:
            yield "numbers", number.casefold()
            yield ("number", number.casefold()) if type and type.prefix else ("bill", f"{contact}|{number.casefold()}")
        seen = set()
        for line in fields["LineItems"]:
            for key in (("account", line.account_id), ("item", line.item_id)):
                if key[1]:
                    seen.add(key)
            for each in line.tracking:
                seen |= {("tracking", each["TrackingCategoryID"]), ("tracking", each["TrackingOptionID"])}
        yield from seen

    # Reading an element.

    def read(self, work: Work, sent: Json, *, person: bool = False) -> Json:
        """Known fields, typed. Null is read as left out, unless it clears (§3.1 and the setting)."""
        given: Json = {}
        for name, value in sent.items():
            reader = self.readers.get(name)
            if reader is None:
                continue
            if value is not None and not (value == "" and reader in (day, guid)):
                given[name] = reader(name, value)
            elif reader in _CLEARABLE and (work.settings.null_clears or person):
                given[name] = "" if reader is text else None
        id = sent.get(self.id_field)
        if id and id != NO_ID:
            given[self.id_field] = text(self.id_field, id).lower()
        return given

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        given = self.read(work, sent)
        row = None if verb == "PUT" else self._meant(work, given, id)
        return self._create(work, given) if row is None else self._update(work, row, given)

    def _meant(self, work: Work, given: Json, id: str | None) -> Row | None:
        """What a POST updates: by id, else by number. PUT only creates (§3.1)."""
        table, wanted = work.table(self.name), id or given.get(self.id_field)
        if not wanted:
            return self._by_number(work, given)
        row = table.get(wanted)
        if row is None and id:
            raise not_found()
        if row is None:
            raise Refused(f"An existing {self.noun} with the specified {self.id_field} could not be found")
        if not id and given.get("Type", row.fields["Type"]) != row.fields["Type"]:
            raise Refused(f"An existing {self.noun} with the specified Type and {self.id_field} could not be found")
        return row

    def _by_number(self, work: Work, given: Json) -> Row | None:
        return None

    # Making and changing.

    def _create(self, work: Work, given: Json, *, id: str = "", stamp: datetime | None = None) -> Row:
        type = self._type(given)
        if type is None:
            raise Refused(f"The {self.noun} Type is not specified or is not valid.")
        complaints: list[str] = []
        status = given.get("Status") or self.first_status
        if status not in self.creatable and not work.seeding:
            complaints.append(f"{self.noun} not of valid status for creation")
        header = {name: value for name, value in given.items() if name not in ("Contact", "LineItems", self.id_field)}
        fields: Json = {**self.blank(work), **header, "Status": status, "_app": work.app}
        fields["ContactID"] = self._contact(work, given.get("Contact"), complaints)
        self._complete(work, fields, type)
        fields["LineItems"] = self._lines(work, fields, type, given.get("LineItems") or [], (), complaints)
        if not fields["LineItems"]:
            complaints.append(NO_LINES_TEXT)
        complaints += self._wrong(work, fields, None)
        if complaints:
            raise Refused(*complaints)
        fields[self.number_field] = fields.get(self.number_field) or self._next_number(work, type)
        return self._keep(work, id or work.ids.guid(), fields, None, stamp)

    @abstractmethod
    def _update(self, work: Work, row: Row, given: Json) -> Row:
        """Applies an element to a document that is there. Raises Refused."""

    def _changed(self, work: Work, row: Row, given: Json, *, stamp: datetime | None = None) -> Row:
        """The update itself: what is left out stays, empty `LineItems` and `Contact` too."""
        complaints: list[str] = []
        type = self.types[row.fields["Type"]]
        header = {name: value for name, value in given.items() if name not in _APART and name != self.id_field}
        fields = {**row.fields, **header}
        if given.get("Contact"):
            fields["ContactID"] = self._contact(work, given["Contact"], complaints) or row.fields["ContactID"]
        if "CurrencyCode" in header and "CurrencyRate" not in header:
            fields["CurrencyRate"] = None
        self._complete(work, fields, type)
        if given.get("LineItems"):
            sent, old = given["LineItems"], row.fields["LineItems"]
            fields["LineItems"] = self._lines(work, fields, type, sent, old, complaints)
        elif fields["LineAmountTypes"] != row.fields["LineAmountTypes"]:
            fields["LineItems"] = retaxed(work, row.fields["LineItems"], fields["LineAmountTypes"])
        elif fields["Status"] != row.fields["Status"] and self._approved(fields["Status"]):
            # Approving judges the lines as they are.
            same = [{"LineItemID": line.id} for line in row.fields["LineItems"]]
            self._lines(work, fields, type, same, row.fields["LineItems"], complaints)
        complaints += self._wrong(work, fields, row)
        if complaints:
            raise Refused(*complaints, id=row.id)
        return self._keep(work, row.id, fields, row, stamp)

    def _keep(self, work: Work, id: str, fields: Json, old: Row | None, stamp: datetime | None) -> Row:
        return self.save(work, id, fields, stamp=stamp)

    def blank(self, work: Work) -> Json:
        return {"Reference": "", "LineAmountTypes": self.mode, "CurrencyRate": None, self.number_field: ""}

    def _type(self, given: Json) -> Type | None:
        return self.types.get(given.get("Type", ""))

    def _approved(self, status: str) -> bool:
        return status in (SUBMITTED, AUTHORISED, PAID)

    def _contact(self, work: Work, sent: Any, complaints: list[str]) -> str:
        try:
            return CONTACTS.for_document(work, sent, create=self.makes_contacts).id
        except Refused as refusal:
            complaints += refusal.messages
            return ""

    def _complete(self, work: Work, fields: Json, type: Type) -> None:
        """What was left out: the date is today in the organisation's time zone, the rate the day's (§3.5, §4.2)."""
        fields["Date"] = fields.get("Date") or work.today()
        fields["CurrencyCode"] = fields.get("CurrencyCode") or work.base_currency
        if fields["CurrencyCode"] == work.base_currency or not fields.get("CurrencyRate"):
            fields["CurrencyRate"] = day_rate(work, fields["CurrencyCode"])

    def _lines(
        self, work: Work, fields: Json, type: Type, sent: Any, old: Iterable[Line], complaints: list[str]
    ) -> tuple[Line, ...]:
        return Reader(work, self._policy(work, fields, type), complaints).lines(sent, tuple(old))

    def _policy(self, work: Work, fields: Json, type: Type) -> Policy:
        approved = self._approved(fields["Status"])
        return Policy(type.sale, fields["LineAmountTypes"], approved, type.discounts, work.places)

    def _next_number(self, work: Work, type: Type) -> str:
        """The next free one, INV-0001; numbers somebody else gave are passed over."""
        if not type.prefix:
            return ""
        prefix = getattr(work.settings, type.prefix)
        following, table = work.books.numbers.get(prefix, 1), work.table(self.name)
        while table.has("number", f"{prefix}{following:04}".casefold()):
            following += 1
        work.books.numbers[prefix] = following + 1
        return f"{prefix}{following:04}"

    # What is wrong with the whole.

    def _wrong(self, work: Work, fields: Json, old: Row | None) -> Iterator[str]:
        """Completes the totals on the way."""
        sums = totals(fields["LineItems"], fields["LineAmountTypes"])
        fields |= {"SubTotal": sums.sub, "TotalTax": sums.tax, "Total": sums.total, "TotalDiscount": sums.discount}
        if sums.total < ZERO:
            yield NEGATIVE_TEXT
        code = fields["CurrencyCode"]
        if not subscribed(work, code):
            yield f"Organisation is not subscribed to currency {code}"
        elif odd(fields["CurrencyRate"], day_rate(work, code)):
            work.warnings.append(f"The currency rate {fields['CurrencyRate']} is far from the day's rate.")
        if "xero" in (fields.get("Url") or "").lower():
            yield "Url must not contain 'xero'."
        theme = fields.get("BrandingThemeID")
        if theme and work.table("branding_themes").get(theme) is None:
            yield f"The branding theme '{theme}' could not be found."
        if len(fields.get("Reference") or "") > _LONGEST:
            yield f"Reference must not be longer than {_LONGEST} characters."
        if self.lockable:
            yield from locked(work, fields["Date"])
        yield from self._number_wrong(work, fields, old)

    def _number_wrong(self, work: Work, fields: Json, old: Row | None) -> Iterator[str]:
        number = fields.get(self.number_field) or ""
        if len(number) > _LONGEST or not (number.isascii() and number.isprintable()):
            yield f"{self.number_field} must be at most {_LONGEST} printable ASCII characters."
        if not number or not self.types[fields["Type"]].prefix:
            return
        holders = work.table(self.name).find_all("number", number.casefold())
        taken = [row for row in holders if not (old and row.id == old.id)]
        if work.settings.deleted_number_free:
            taken = [row for row in taken if row.fields["Status"] != DELETED]
        if taken:
            yield self.taken_text

    @property
    def taken_text(self) -> str:
        return f"{self.noun} # must be unique."

    def _contact_usable(self, work: Work, row: Row) -> None:
        """Documents of an archived contact are stuck until a person restores it (§4.1)."""
        contact = work.table("contacts").get(row.fields["ContactID"])
        if contact and CONTACTS.archived(contact):
            raise Refused(ARCHIVED_USE_TEXT, id=row.id)

    # Answers.

    def echo(self, sent: Json) -> Json:
        """Dates as Xero reads them, and an error list on each line (§6)."""
        told = echoed(sent, (name for name, reader in self.readers.items() if reader is day))
        if isinstance(sent.get("LineItems"), list):
            told["LineItems"] = [
                {**line, "ValidationErrors": []} if isinstance(line, dict) else line for line in sent["LineItems"]
            ]
        return told

    def value(self, work: Work, row: Row, path: tuple[str, ...]) -> Any:
        if path[0] == "Contact":
            contact = work.table("contacts").get(row.fields["ContactID"])
            return contact.fields.get(path[1]) if contact and len(path) == 2 else None
        if path[0] == "HasAttachments":
            return work.table("attachments").has("document", row.id)
        return row.fields.get(path[0]) if len(path) == 1 else None

    def theme(self, work: Work, fields: Json) -> Json:
        return {"BrandingThemeID": fields.get("BrandingThemeID") or default_theme(work)}


_APART = ("Contact", "LineItems", "Type")


def locked(work: Work, on: date) -> Iterator[str]:
    """Nothing is written on or before a lock date (§4.7); what is seeded was there before."""
    if work.seeding:
        return
    for name, told in (("PeriodLockDate", "period"), ("EndOfYearLockDate", "end of year")):
        found = from_wire(work.books.organisation.get(name))
        if found and on <= found.date():
            yield (
                f"The document date cannot be before the {told} lock date, currently set at {found.day} {found:%B %Y}"
            )
            return
