"""Organizations and contacts for the simulation: how they are made up, edited, and compared across all three sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from .books import Flat
from .values import Author, Values

KIND = "organizations"
BOOK = "contacts"
MARK = "LL-"

Json = dict[str, Any]

FIELDS: tuple[str, ...] = (
    *("name", "account_number", "email", "tax_number", "person.first_name", "person.last_name"),
    *("phones.main", "phones.mobile", "addresses.billing", "addresses.street", "people"),
)
_PHONES = {"main": "DEFAULT", "direct": "DDI", "mobile": "MOBILE", "fax": "FAX"}
_ADDRESSES = {"billing": "POBOX", "street": "STREET"}
_TEXTS = {
    "name": "Name",
    "account_number": "AccountNumber",
    "email": "EmailAddress",
    "tax_number": "TaxNumber",
    "person.first_name": "FirstName",
    "person.last_name": "LastName",
}
_WORDS = ("Harbour", "Müller", "Fern & Co", "Nordic Hire", "Smith", "Cedar", "Läufer", "Quay", "Ó Briain", "Delta")

# ------------------------------------------------------------------ making values


def text_of(field: str, number: int) -> str:
    """The one text of this number in this field, as it looks when flattened."""
    if field == "name":
        return f"{_WORDS[number % len(_WORDS)]} n{number} Ltd"
    if field in ("email", "people"):
        return f"v{number}@mail.example"
    if field.startswith("phones."):
        return f"7{number:07d}"
    if field.startswith("addresses."):
        return f"{number} High Street|Town {number}"
    return f"{field[0].upper()}{number}"


def as_content(field: str, text: str) -> Json:
    """A CRM's body that says this (blank text: says blank)."""
    head, _, tail = field.partition(".")
    if head == "phones":
        return {"phones": [{"kind": tail, "number": text}]}
    if head == "addresses":
        line, _, city = text.partition("|")
        return {"addresses": [{"kind": tail, "line1": line, "city": city}]}
    if head == "person":
        return {"person": {tail: text}}
    if head == "people":
        return {"people": [{"first_name": "P", "last_name": "Q", "email": text}] if text else []}
    return {field: text}


def as_element(field: str, text: str) -> Json:
    """The same in Xero's words."""
    head, _, tail = field.partition(".")
    if head == "phones":
        return {"Phones": [{"PhoneType": _PHONES[tail], "PhoneNumber": text}]}
    if head == "addresses":
        line, _, city = text.partition("|")
        return {"Addresses": [{"AddressType": _ADDRESSES[tail], "AddressLine1": line, "City": city}]}
    if head == "people":
        return {"ContactPersons": [{"FirstName": "P", "LastName": "Q", "EmailAddress": text}] if text else []}
    return {_TEXTS[field]: text}


def body_of(fields: Mapping[str, str], *, active: bool | None) -> Json:
    """The body a CRM would push; ``active`` None says nothing of it."""
    body: Json = {} if active is None else {"active": active}
    for name, text in fields.items():
        _merge(body, as_content(name, text))
    return body


def element_of(fields: Mapping[str, str]) -> Json:
    element: Json = {}
    for name, text in fields.items():
        _merge(element, as_element(name, text))
    return element


def _merge(into: Json, more: Json) -> None:
    for name, value in more.items():
        if isinstance(value, list):
            into.setdefault(name, []).extend(value)
        elif isinstance(value, dict):
            into.setdefault(name, {}).update(value)
        else:
            into[name] = value


def written(values: Values, names: list[str], author: Author, owner: str, at: float) -> Flat:
    """New values for these fields."""
    made = {}
    for name in names:
        number = values.number()
        made[name] = text_of(name, number)
        values.wrote(name, made[name], author, number, owner, at)
    return made


def some_fields(dice: Random, most: int = 3) -> list[str]:
    return dice.sample(FIELDS, dice.randint(1, most))


# ------------------------------------------------------------------ comparing


def flat_content(content: Any) -> Flat:
    """A record's content, or a base, field by field."""
    flat = {name: _tidy(getattr(content, name)) for name in ("name", "account_number", "email", "tax_number")}
    flat["email"] = flat["email"] or _tidy(content.person.email)
    flat["person.first_name"] = _tidy(content.person.first_name)
    flat["person.last_name"] = _tidy(content.person.last_name)
    phones = {phone.kind: "".join((phone.country, phone.area, phone.number)) for phone in content.phones}
    addresses = {address.kind: _joined(address.line1, address.city) for address in content.addresses}
    flat |= {f"phones.{kind}": _tidy(phones.get(kind, "")) for kind in ("main", "mobile")}
    flat |= {f"addresses.{kind}": addresses.get(kind, "") for kind in ("billing", "street")}
    flat["people"] = "+".join(person.email for person in content.people)
    flat["active"] = "yes" if content.active else "no"
    return flat


def flat_row(fields: Json) -> Flat:
    """A contact as the books hold it."""
    flat = {name: _tidy(fields.get(wire) or "") for name, wire in _TEXTS.items()}
    phones, addresses = fields.get("Phones") or {}, fields.get("Addresses") or {}
    for kind in ("main", "mobile"):
        slot = phones.get(_PHONES[kind]) or {}
        parts = (slot.get(part) or "" for part in ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber"))
        flat[f"phones.{kind}"] = _tidy("".join(parts))
    for kind in ("billing", "street"):
        slot = addresses.get(_ADDRESSES[kind]) or {}
        flat[f"addresses.{kind}"] = _joined(slot.get("AddressLine1") or "", slot.get("City") or "")
    flat["people"] = "+".join(person.get("EmailAddress") or "" for person in fields.get("ContactPersons") or [])
    flat["active"] = "yes" if fields["ContactStatus"] == "ACTIVE" else "no"
    flat["mark"] = fields.get("ContactNumber") or ""
    flat["merged"] = fields.get("MergedToContactID") or ""
    return flat


def _joined(line: str, city: str) -> str:
    return f"{_tidy(line)}|{_tidy(city)}" if line or city else ""


def _tidy(text: str) -> str:
    return " ".join(text.split())


FLATTEN: dict[str, Callable[[Json], Flat]] = {BOOK: flat_row}
