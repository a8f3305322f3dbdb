"""Field by field: what counts as an edit, and who wins when both sides made one (rules K4, X1, X2).

Everything here compares *ledger views* (``Kind.ledger_view``): the content as the ledger can hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ledgerlink.kinds import Content, Field, Kind, Value

Side = Literal["crm", "ledger"]
Owner = Literal["crm", "ledger", "ask", "direction"]

_NAMES_THE_ELEMENT = frozenset({"kind"})  # of a list element: which one it is, not what it says


@dataclass(frozen=True)
class Change:
    """One field going from one value to another."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Clash:
    """One field that both sides changed to different values, and nobody may decide but a person."""

    field: str
    crm: Any
    ledger: Any


@dataclass(frozen=True)
class Merged:
    """What a three-way comparison found: what each side should take over, and what it cannot decide."""

    to_ledger: tuple[Change, ...] = ()
    to_crm: tuple[Change, ...] = ()
    clashes: tuple[Clash, ...] = ()
    agreed: tuple[str, ...] = ()  # fields on which both sides now say the same


def is_blank(value: Any) -> bool:
    """Nothing is said: empty text, no value, an empty list, or an element all of whose parts are blank."""
    if isinstance(value, Value):
        return all(is_blank(part) for _, part in _parts(value))
    return value is None or value == "" or value == ()


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same; blank equals blank however it is written."""
    if is_blank(one) or is_blank(other):
        return is_blank(one) and is_blank(other)
    if isinstance(one, str) and isinstance(other, str):
        return " ".join(one.split()) == " ".join(other.split())
    if isinstance(one, Value) and isinstance(other, Value):
        return all(same(part, getattr(other, name)) for name, part in _parts(one))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def agree(kind: Kind[Any], one: Content, other: Content) -> bool:
    """Whether two contents say the same in every field that travels."""
    return all(same(field.of(one), field.of(other)) for field in kind.fields)


def is_edit(before: Any, after: Any) -> bool:
    """Whether ``after`` says something ``before`` did not. Emptying is never an edit (rule K4).

    A compound value (an address) is edited when any of its parts was given a new text; it then travels whole, so
    that a new street does not keep the old flat number. Emptying parts of it alone is no edit.
    """
    if is_blank(after):
        return False
    if isinstance(after, Value):
        if is_blank(before):
            return True
        return any(is_edit(getattr(before, name), part) for name, part in _parts(after))
    if isinstance(after, tuple):
        known = before or ()
        return any(not any(same(old, item) for old in known) for item in after)
    return not same(before, after)


def edits(kind: Kind[Any], before: Content | None, after: Content) -> tuple[Change, ...]:
    """Every field ``after`` edits relative to ``before`` (None: everything it says)."""
    found = []
    for field in kind.fields:
        old = field.of(before) if before is not None else None
        new = field.of(after)
        if is_edit(old, new):
            found.append(Change(field.name, old, new))
    return tuple(found)


def three_way(
    kind: Kind[Any],
    *,
    base: Content | None,
    crm: Content,
    ledger: Content,
    owners: Mapping[str, Owner],
    direction: Side,
    held: Iterable[str] = (),
) -> Merged:
    """Compare both sides with what they last agreed on.

    ``owners`` says per field who decides a clash; ``direction`` is the side the job or event comes from. Without a
    ``base`` (just linked) the direction's side wins wherever it says something, and the other keeps the rest.
    ``held`` fields travel neither way (after an undo, until someone changes them).
    """
    to_ledger: list[Change] = []
    to_crm: list[Change] = []
    clashes: list[Clash] = []
    agreed: list[str] = []
    for field in (field for field in kind.fields if field.name not in set(held)):
        ours, theirs = field.of(crm), field.of(ledger)
        if same(ours, theirs):
            agreed.append(field.name)
            continue
        if base is None:
            winner: Side | None = direction
            if is_blank(ours) or is_blank(theirs):
                winner = "crm" if is_blank(theirs) else "ledger"
                if winner != direction:
                    continue  # one side is silent: it neither clears nor, reading the other way, is filled
        else:
            winner = _winner(field, field.of(base), ours, theirs, owners, direction)
            if winner is None:
                if is_edit(field.of(base), ours):
                    clashes.append(Clash(field.name, ours, theirs))
                continue
        if winner == "crm":
            to_ledger.append(Change(field.name, theirs, ours))
        else:
            to_crm.append(Change(field.name, ours, theirs))
    return Merged(tuple(to_ledger), tuple(to_crm), tuple(clashes), tuple(agreed))


def _winner(
    field: Field, base: Any, ours: Any, theirs: Any, owners: Mapping[str, Owner], direction: Side
) -> Side | None:
    """Whose value goes to the other side; None when neither edited, or when both did and a person must choose."""
    our_edit, their_edit = is_edit(base, ours), is_edit(base, theirs)
    if our_edit and their_edit:
        owner = owner_of(field.name, owners)
        if owner == "direction":
            return direction
        return owner if owner != "ask" else None
    if our_edit:
        return "crm"
    return "ledger" if their_edit else None


def owner_of(field: str, owners: Mapping[str, Owner]) -> Owner:
    """The owner of ``phones.mobile`` is set for it, else for ``phones``, else for everything (``*``)."""
    return owners.get(field) or owners.get(field.split(".", 1)[0]) or owners.get("*", "ask")


def apply(kind: Kind[Any], content: Content, changes: Iterable[Change]) -> Content:
    """``content`` with every change's ``after`` put in."""
    for change in changes:
        content = kind.field(change.field).put(content, change.after)
    return content


def _parts(value: Value) -> list[tuple[str, Any]]:
    return [(name, getattr(value, name)) for name in type(value).model_fields if name not in _NAMES_THE_ELEMENT]
