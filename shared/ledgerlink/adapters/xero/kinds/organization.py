"""Organizations as Xero's contacts (``facts/xero.md §4.1``, rule K1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast
from urllib.parse import quote

from ledgerlink.adapters.xero.dates import moment
from ledgerlink.kinds.amounts import half_up
from ledgerlink.kinds.organization import (
    ADDRESS_KINDS,
    ORGANIZATIONS,
    PHONE_KINDS,
    Address,
    Balance,
    Organization,
    Person,
    Phone,
)
from ledgerlink.ports import Outgoing
from ledgerlink.state.document import Document, DocumentStatus

from .base import Element, WireKind

_TEXTS = {
    "name": "Name",
    "account_number": "AccountNumber",
    "email": "EmailAddress",
    "tax_number": "TaxNumber",
    "currency": "DefaultCurrency",
    "person.first_name": "FirstName",
    "person.last_name": "LastName",
}
_PHONES = {"main": "DEFAULT", "direct": "DDI", "mobile": "MOBILE", "fax": "FAX"}
_PHONE_PARTS = {"country": "PhoneCountryCode", "area": "PhoneAreaCode", "number": "PhoneNumber"}
_ADDRESSES = {"billing": "POBOX", "street": "STREET"}
_ADDRESS_PARTS = {
    **{f"line{n}": f"AddressLine{n}" for n in (1, 2, 3, 4)},
    "city": "City",
    "region": "Region",
    "postcode": "PostalCode",
    "country": "Country",
}
_PERSON_PARTS = {"first_name": "FirstName", "last_name": "LastName", "email": "EmailAddress"}
_STATUSES: dict[str, DocumentStatus] = {"ACTIVE": "active", "ARCHIVED": "archived"}
_MOST_PEOPLE = 5
_NAMELESS = "(no name)"  # a person's data may have been erased on request; our records need a name


# ------------------------------------------------------------------ to the wire


def to_wire(outgoing: Outgoing) -> dict[str, Any]:
    """The element for one contact: everything it says for a create, what changed for an update."""
    if outgoing.action == "archive":
        return {"ContactID": outgoing.document_id, "ContactStatus": "ARCHIVED"}
    content = ORGANIZATIONS.ledger_view(cast(Organization, outgoing.content))
    if outgoing.action == "create":
        said = [field.name for field in ORGANIZATIONS.fields if field.of(content)]
        return {"ContactNumber": outgoing.reference, **_fields(content, said, whole=False)}
    # Xero keeps what is left out, so only what changed is sent. A phone or address goes whole, its blank parts too:
    # whether a sent slot keeps the parts it leaves out is unclear, and a new street must not keep the old flat number.
    return {"ContactID": outgoing.document_id, **_fields(content, outgoing.fields, whole=True)}


def _fields(content: Organization, names: Iterable[str], *, whole: bool) -> dict[str, Any]:
    element: dict[str, Any] = {}
    for name in names:
        value = ORGANIZATIONS.field(name).of(content)
        head, _, kind = name.partition(".")
        if name in _TEXTS:
            element[_TEXTS[name]] = value
        elif head == "phones":
            slot = {"PhoneType": _PHONES[kind], **_parts(value, _PHONE_PARTS, whole=whole)}
            element.setdefault("Phones", []).append(slot)
        elif head == "addresses":
            slot = {"AddressType": _ADDRESSES[kind], **_parts(value, _ADDRESS_PARTS, whole=whole)}
            element.setdefault("Addresses", []).append(slot)
        else:  # sending the array replaces it (facts §4.1), so it always goes as a whole
            element["ContactPersons"] = [_parts(person, _PERSON_PARTS, whole=False) for person in value]
    return element


def _parts(value: Any, names: Mapping[str, str], *, whole: bool) -> dict[str, str]:
    said = {wire: getattr(value, ours, "") for ours, wire in names.items()}
    return said if whole else {wire: text for wire, text in said.items() if text}


# ------------------------------------------------------------------ from the wire


def from_wire(element: Element, short_code: str) -> Document:
    """The contact in our words. ``content`` is in ledger view; nothing is validated, for Xero did."""
    status = _STATUSES.get(str(element.get("ContactStatus") or "ACTIVE").upper(), "other")
    number = str(element.get("ContactNumber") or "")
    updated_at = moment(element.get("UpdatedDateUTC"))
    if updated_at is None:
        raise ValueError("a contact without UpdatedDateUTC")
    said = _said(element)
    said["name"] = said["name"] or _NAMELESS
    return Document.model_construct(
        type=ORGANIZATIONS.document_type,
        id=str(element["ContactID"]).lower(),
        kind=ORGANIZATIONS.name,
        status=status,
        updated_at=updated_at,
        reference=number if ORGANIZATIONS.id_of(number) else "",
        merged_into=str(element.get("MergedToContactID") or "").lower(),
        content=Organization.model_construct(**said, active=status == "active"),
        outstanding=_outstanding(element.get("Balances") or {}),
        balance=_balance(element),
        roles=tuple(
            role for role, flag in (("customer", "IsCustomer"), ("supplier", "IsSupplier")) if element.get(flag)
        ),
        url=_deep_link(str(element["ContactID"]), short_code),
    )


def content_of(element: Element) -> Organization:
    """What the element says, blank where it says nothing (also what we sent, read back)."""
    return Organization.model_construct(**_said(element))


def _said(element: Element) -> dict[str, Any]:
    texts = _texts(element, _TEXTS)
    person = {part: texts.pop(f"person.{part}") for part in ("first_name", "last_name")}
    return {
        **texts,
        "phones": tuple(_slots(Phone, element, "Phone", _PHONES, PHONE_KINDS, _PHONE_PARTS)),
        "addresses": tuple(_slots(Address, element, "Address", _ADDRESSES, ADDRESS_KINDS, _ADDRESS_PARTS, plural="es")),
        "person": Person.model_construct(**person, email=""),
        "people": tuple(
            Person.model_construct(**_texts(each, _PERSON_PARTS))
            for each in (element.get("ContactPersons") or ())[:_MOST_PEOPLE]
        ),
    }


def _slots(
    model: type[Phone] | type[Address],
    element: Element,
    noun: str,
    types: Mapping[str, str],
    kinds: Iterable[str],
    parts: Mapping[str, str],
    plural: str = "s",
) -> Iterable[Any]:
    """Phones or addresses that say something, in our order of kinds."""
    sent = {str(each.get(f"{noun}Type")): each for each in element.get(f"{noun}{plural}") or ()}
    for kind in kinds:
        slot = sent.get(types[kind])
        if slot and any(map(slot.get, parts.values())):  # Xero lists every type, most of them blank
            yield model.model_construct(**{**_texts(slot, parts), "kind": kind})


def _texts(element: Element, names: Mapping[str, str]) -> dict[str, Any]:
    """In one loop, for this runs a hundred thousand times in an import."""
    found: dict[str, Any] = {}
    for ours, wire in names.items():
        value = element.get(wire)
        found[ours] = " ".join(str(value).split()) if value else ""
    return found


def _outstanding(balances: Element) -> bool:
    """Only paged and single reads carry balances; an answer to a write says nothing about money."""
    return any((balances.get(side) or {}).get("Outstanding") for side in ("AccountsReceivable", "AccountsPayable"))


def _balance(element: Element) -> Balance | None:
    """A contact nobody owes anything shows no balances in a list; an answer to a write shows none at all."""
    if "IsCustomer" not in element:
        return None
    balances = element.get("Balances") or {}
    owed, owing = (
        Decimal(str((balances.get(side) or {}).get("Outstanding") or 0))
        for side in ("AccountsReceivable", "AccountsPayable")
    )
    return Balance.model_construct(receivable=half_up(owed), payable=half_up(owing), as_of=None)


def _deep_link(id: str, short_code: str) -> str:
    """Opens the contact in the right organisation, whichever one the person looked at last (rule K11)."""
    page = f"/Contacts/View/{id}"
    if not short_code:
        return f"https://go.xero.com{page}"
    return (
        f"https://go.xero.com/organisationlogin/default.aspx?shortcode={quote(short_code, safe='!')}&redirecturl={page}"
    )


CONTACTS = WireKind(
    kind=ORGANIZATIONS,
    endpoint="/Contacts",
    envelope="Contacts",
    id_field="ContactID",
    key_field="ContactNumber",
    category="CONTACT",
    gone="contact_gone",
    to_wire=to_wire,
    from_wire=from_wire,
    content=content_of,
    unique={"name": "Name", "account_number": "AccountNumber"},
    url=_deep_link,
)
