"""The fields of a contact: which there are, how long they may be, how an update merges and how an answer shows them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from local.xero.errors import bad_data
from local.xero.ids import ZERO
from local.xero.messages import Json

# facts/xero.md §4.1; None where no limit is published.
TEXT: dict[str, int | None] = {
    **dict.fromkeys(("Name", "FirstName", "LastName", "EmailAddress"), 255),
    **dict.fromkeys(("ContactNumber", "AccountNumber", "CompanyNumber", "TaxNumber"), 50),
    **dict.fromkeys(("BankAccountDetails", "XeroNetworkKey", "TrackingCategoryName", "TrackingCategoryOption")),
    **dict.fromkeys(("AccountsReceivableTaxType", "AccountsPayableTaxType", "DefaultCurrency")),
    **dict.fromkeys(("SalesDefaultAccountCode", "PurchasesDefaultAccountCode")),
}
_LINE_AMOUNTS = frozenset(("INCLUSIVE", "EXCLUSIVE", "NONE"))
CHOICES: dict[str, frozenset[str]] = {
    "ContactStatus": frozenset(("ACTIVE", "ARCHIVED", "GDPRREQUEST")),
    "TaxNumberType": frozenset(("SSN", "EIN", "ITIN", "ATIN")),
    "SalesDefaultLineAmountType": _LINE_AMOUNTS,
    "PurchasesDefaultLineAmountType": _LINE_AMOUNTS,
}
OBJECTS = ("PaymentTerms", "BatchPayments", "BrandingTheme")
LISTS = ("ContactPersons", "SalesTrackingCategories", "PurchasesTrackingCategories")
READ_ONLY = ("IsCustomer", "IsSupplier", "Website", "Discount", "Balances", "MergedToContactID")
NAMES = frozenset((*TEXT, *CHOICES, *OBJECTS, *LISTS, *READ_ONLY, "ContactID", "UpdatedDateUTC", "Phones", "Addresses"))

PHONE = {"PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20}
ADDRESS = {
    **{f"AddressLine{line}": 500 for line in (1, 2, 3, 4)},
    "City": 255,
    "Region": 255,
    "PostalCode": 50,
    "Country": 50,
    "AttentionTo": 255,
}
PHONE_TYPES = ("DDI", "DEFAULT", "FAX", "MOBILE")
ADDRESS_TYPES = ("STREET", "POBOX")
_SLOTS = {
    "Phones": ("PhoneType", PHONE, (*PHONE_TYPES, "OFFICE")),
    "Addresses": ("AddressType", ADDRESS, ADDRESS_TYPES),
}
PERSON = {"FirstName": 255, "LastName": 255, "EmailAddress": 255}
MOST_PERSONS = 5

BLANK: Json = {
    "ContactStatus": "ACTIVE",
    "Name": "",
    "EmailAddress": "",
    "BankAccountDetails": "",
    "Phones": {},
    "Addresses": {},
    "IsSupplier": False,
    "IsCustomer": False,
    "ContactPersons": [],
}
# Shown even when empty; the others appear once they hold something, as recorded answers have it.
_ALWAYS = frozenset(("Name", "EmailAddress", "BankAccountDetails", "ContactStatus"))
_EMAIL = re.compile(r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")

Slots = dict[str, dict[str, str]]


def read(sent: Json, *, null_clears: bool) -> Json:
    """What an element sets: known writable fields, phones and addresses by type. The rest is ignored, as Xero does.

    Raises the 400 of an unreadable body where a value has the wrong shape.
    """
    given: Json = {}
    for name, value in sent.items():
        if name == "ContactStatus" and not value:  # a contact is never without a status
            continue
        if value is None:
            if null_clears and name in NAMES and name not in READ_ONLY:
                given[name] = None if name in _SLOTS or name in OBJECTS else [] if name in LISTS else ""
        elif name in TEXT:
            given[name] = _text(name, value)
        elif name in CHOICES:
            given[name] = _choice(name, value)
        elif name in _SLOTS:
            given[name] = _slots(name, value)
        elif name in OBJECTS or name in LISTS:
            given[name] = _shaped(name, value, dict if name in OBJECTS else list)
        elif name == "ContactID" and value != ZERO:
            given[name] = _text(name, value)
    return given


def _text(name: str, value: object) -> str:
    if isinstance(value, dict | list):
        raise bad_data(f"Unexpected value encountered while reading text. Path '{name}'.")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choice(name: str, value: object) -> str:
    text = _text(name, value).upper()
    if text and text not in CHOICES[name]:
        raise bad_data(f"Error converting value \"{value}\" to type '{name}'. Path '{name}'.")
    return text


def _shaped(name: str, value: object, shape: type) -> Any:
    if not isinstance(value, shape) or (shape is list and not all(isinstance(each, dict) for each in value)):  # type: ignore[attr-defined]
        raise bad_data(f"Cannot deserialize the current JSON value. Path '{name}'.")
    return value


def _slots(name: str, value: object) -> Slots:
    type_field, limits, types = _SLOTS[name]
    slots: Slots = {}
    for each in _shaped(name, value, list):
        slot = str(each.get(type_field) or types[1 if name == "Phones" else 0]).upper()
        if slot not in types:
            raise bad_data(f"Error converting value \"{slot}\" to type '{type_field}'. Path '{name}'.")
        parts = {part: _text(part, each[part]) for part in limits if each.get(part) is not None}
        slots.setdefault(slot, {}).update(parts)
    return slots


def merge(old: Json, given: Json, *, replace_slots: bool) -> Json:
    """An update: what was left out stays, phones and addresses go by type, ContactPersons are replaced (§4.1)."""
    merged = {**old, **given}
    for name in _SLOTS:
        if name in given:
            cleared = given[name] is None
            merged[name] = {} if cleared else _merge_slots(old.get(name) or {}, given[name], replace_slots)
    merged.pop("ContactID", None)
    return merged


def _merge_slots(old: Slots, given: Slots, replace: bool) -> Slots:
    return {**old, **{slot: parts if replace else {**old.get(slot, {}), **parts} for slot, parts in given.items()}}


def tidy_name(name: str, spaces: str) -> str:
    return " ".join(name.split()) if spaces == "tidy" else name


def complaints(given: Json, name_spaces: str) -> Iterator[str]:
    """What Xero finds wrong with the fields sent. Texts are approximate except where marked as recorded."""
    yield from _too_long("", given, TEXT)
    yield from _name(given.get("Name") or "", name_spaces)
    yield from _email(given.get("EmailAddress"))
    for name, (_, limits, _types) in _SLOTS.items():
        for slot, parts in (given.get(name) or {}).items():
            yield from _too_long(f"{slot} ", parts, limits)
            if any(letter.isdigit() for letter in parts.get("Country", "")):
                yield "Country must contain letters only."
    persons = given.get("ContactPersons") or []
    if len(persons) > MOST_PERSONS:
        yield f"A contact cannot have more than {MOST_PERSONS} contact persons."
    for person in persons:
        yield from _too_long("ContactPerson ", person, PERSON)
        yield from _email(person.get("EmailAddress"))


def _too_long(where: str, values: Json, limits: dict[str, int] | dict[str, int | None]) -> Iterator[str]:
    for name, limit in limits.items():
        value = values.get(name)
        if limit is not None and isinstance(value, str) and len(value) > limit:
            yield f"{where}{name} must not be longer than {limit} characters."


def _name(name: str, spaces: str) -> Iterator[str]:
    if "<" in name or ">" in name:
        yield "Contact Name cannot contain angle brackets."
    if spaces == "refuse" and name.strip() and (name != name.strip() or "  " in name):
        yield "Contact Name cannot contain leading, trailing or double spaces."


def _email(address: object) -> Iterator[str]:
    if address and not (str(address).isascii() and _EMAIL.match(str(address))):
        yield "Email address must be valid."  # recorded; umlauts are refused too (§4.1)


def show(fields: Json) -> Json:
    """In the order of recorded answers; 2 addresses and 4 phones whatever they hold."""
    shown = {name: fields[name] for name in _ORDER if fields.get(name) or (name in _ALWAYS and name in fields)}
    if "FirstName" in shown or "LastName" in shown:
        shown |= {"FirstName": fields.get("FirstName", ""), "LastName": fields.get("LastName", "")}
    shown["Addresses"] = _show_addresses(fields["Addresses"])
    shown["Phones"] = _show_phones(fields["Phones"])
    shown["UpdatedDateUTC"] = fields["UpdatedDateUTC"]
    shown |= {"ContactGroups": [], "IsSupplier": fields["IsSupplier"], "IsCustomer": fields["IsCustomer"]}
    shown |= {name: fields[name] for name in _TAIL if fields.get(name)}
    shown["ContactPersons"] = fields["ContactPersons"]
    return shown


_ORDER = (
    *("ContactID", "MergedToContactID", "ContactNumber", "AccountNumber", "ContactStatus", "Name", "FirstName"),
    *("LastName", "CompanyNumber", "EmailAddress", "BankAccountDetails", "TaxNumber", "TaxNumberType"),
    *("AccountsReceivableTaxType", "AccountsPayableTaxType"),
)
_TAIL = (
    *("SalesDefaultLineAmountType", "PurchasesDefaultLineAmountType", "DefaultCurrency", "XeroNetworkKey", "Discount"),
    *("Website", "BrandingTheme", "SalesDefaultAccountCode", "PurchasesDefaultAccountCode"),
    *("SalesTrackingCategories", "PurchasesTrackingCategories", "TrackingCategoryName", "TrackingCategoryOption"),
    *("BatchPayments", "Balances", "PaymentTerms"),
)


def _show_addresses(slots: Slots) -> list[Json]:
    shown = []
    for slot in ADDRESS_TYPES:
        parts = slots.get(slot) or {}
        filled = {name: parts[name] for name in ADDRESS if parts.get(name)}
        shown.append({"AddressType": slot, "City": "", "Region": "", "PostalCode": "", "Country": "", **filled})
    return shown


def _show_phones(slots: Slots) -> list[Json]:
    types: Iterable[str] = (*PHONE_TYPES, "OFFICE") if slots.get("OFFICE") else PHONE_TYPES
    blank = {"PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
    return [{"PhoneType": slot, **blank, **(slots.get(slot) or {})} for slot in types]


def echo(sent: Json) -> Json:
    """Nested parts of a refused element carry error lists of their own (§6)."""
    return {
        name: [{**part, "ValidationErrors": []} if isinstance(part, dict) else part for part in value]
        if name in _SLOTS and isinstance(value, list)
        else value
        for name, value in sent.items()
    }
