"""The columns of organizations in a CSV: the same names out and in, so that out and in again changes nothing (K10).

Coming in, a cell is compared with what going out would have written there: only a cell that says something else is an
edit. An empty cell leaves the field as it is (K4), an absent column too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.kinds.organization import ADDRESS_KINDS, PHONE_KINDS, Address, Organization, Phone

from .csv_cells import has_control_characters, restored

ID = "id"
LINK = "linked_xero_contact"
LINK_TITLE = "Linked Xero contact"
MOST_IN_FIELD = 32_000  # characters; longer texts are refused by name instead of as "the record is too large"

_PARTS = ("line1", "line2", "line3", "line4", "city", "region", "postcode", "country")
_YES, _NO = frozenset({"true", "yes", "y", "1", "active"}), frozenset({"false", "no", "n", "0", "inactive"})
_ROLES = {"customer": "customer", "customers": "customer", "supplier": "supplier", "suppliers": "supplier"}


@dataclass(frozen=True)
class Column:
    """One column: its name, and what it says of an organization."""

    name: str
    read: Callable[[Organization], str]


def _phone(kind: str) -> Callable[[Organization], str]:
    return lambda content: whole_number(next((p for p in content.phones if p.kind == kind), None))


def _part(kind: str, part: str) -> Callable[[Organization], str]:
    return lambda content: str(next((getattr(a, part) for a in content.addresses if a.kind == kind), ""))


def _text(name: str) -> Callable[[Organization], str]:
    return lambda content: str(getattr(content, name))


def _person(part: str) -> Callable[[Organization], str]:
    return lambda content: str(getattr(content.person, part))


def _one_of_people(place: int, part: str) -> Callable[[Organization], str]:
    return lambda content: str(getattr(content.people[place], part)) if place < len(content.people) else ""


def whole_number(phone: Phone | None) -> str:
    """A telephone number in one cell, leading zeros kept."""
    return " ".join(part for part in (phone.country, phone.area, phone.number) if part) if phone else ""


_PERSON = ("first_name", "last_name", "email")
_PEOPLE = tuple((place, part) for place in range(5) for part in _PERSON)
_TEXTS = ("name", "account_number", "email", "tax_number", "currency")
COLUMNS: tuple[Column, ...] = (
    Column("name", _text("name")),
    Column("active", lambda content: "true" if content.active else "false"),
    Column("roles", lambda content: " ".join(content.roles)),
    *(Column(name, _text(name)) for name in _TEXTS[1:]),
    *(Column(f"phone_{kind}", _phone(kind)) for kind in PHONE_KINDS),
    *(Column(f"{kind}_{part}", _part(kind, part)) for kind in ADDRESS_KINDS for part in _PARTS),
    *(Column(f"person_{part}", _person(part)) for part in _PERSON),
    *(Column(f"people_{place + 1}_{part}", _one_of_people(place, part)) for place, part in _PEOPLE),
)
NAMES = frozenset(column.name for column in COLUMNS)


def edits(content: Organization | None, cells: Mapping[str, str]) -> dict[str, Any]:
    """The fields these cells change, as a push would say them. Raises Invalid naming every cell that cannot be used."""
    changed = {}
    for column in COLUMNS:
        text = _as_lines(restored(cells.get(column.name, "")))
        if text and text != (_as_lines(column.read(content)) if content else ""):
            changed[column.name] = text
    problems = [problem for name, text in changed.items() if (problem := _problem(name, text))]
    if problems:
        raise Invalid(*problems)
    return _fields(content, changed)


def _as_lines(text: str) -> str:
    """Without the spaces around it, lines ended alike: spreadsheets end those inside a cell each in its own way."""
    return re.sub(r"\r\n?", "\n", text).strip()


def _problem(name: str, text: str) -> FieldProblem | None:
    if len(text) > MOST_IN_FIELD:
        return FieldProblem(name, f"has {len(text):,} characters; {MOST_IN_FIELD:,} is the most")
    if has_control_characters(text):
        return FieldProblem(name, "holds control characters")
    if name == "active" and text.casefold() not in _YES | _NO:
        return FieldProblem(name, f"{text[:40]!r} is neither true nor false")
    if name == "roles" and (unknown := [word for word in _words(text) if word not in _ROLES]):
        return FieldProblem(name, f"{unknown[0][:40]!r} is neither customer nor supplier")
    return None


def _fields(content: Organization | None, changed: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: changed[name] for name in _TEXTS if name in changed}
    if "active" in changed:
        fields["active"] = changed["active"].casefold() in _YES
    if "roles" in changed:
        fields["roles"] = sorted({_ROLES[word] for word in _words(changed["roles"])})
    if phones := [
        {"kind": kind, "number": changed[f"phone_{kind}"]} for kind in PHONE_KINDS if f"phone_{kind}" in changed
    ]:
        fields["phones"] = phones
    if addresses := [address for kind in ADDRESS_KINDS if (address := _address(content, kind, changed))]:
        fields["addresses"] = addresses
    if people := _people(content, changed):
        fields["people"] = people
    person = {part: changed[f"person_{part}"] for part in _PERSON if f"person_{part}" in changed}
    return fields | ({"person": person} if person else {})


def _address(content: Organization | None, kind: str, changed: Mapping[str, str]) -> dict[str, str] | None:
    """The whole address with the parts that were given anew; None if none was."""
    given = {part: changed[f"{kind}_{part}"] for part in _PARTS if f"{kind}_{part}" in changed}
    if not given:
        return None
    known = next((a for a in content.addresses if a.kind == kind), None) if content else None
    return {**(known.model_dump() if known else Address(kind=kind).model_dump()), **given}


def _people(content: Organization | None, changed: Mapping[str, str]) -> list[dict[str, str]]:
    """All of them, with the parts that were given anew; none if nothing was. Places left blank close up."""
    given = {(place, part): text for place, part in _PEOPLE if (text := changed.get(f"people_{place + 1}_{part}"))}
    if not given:
        return []
    known = [person.model_dump() for person in content.people] if content else []
    people = [*known, *({} for _ in range(5 - len(known)))]
    for (place, part), text in given.items():
        people[place] = {**people[place], part: text}
    return [person for person in people if person]


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;|/]+", text.casefold()) if word]
