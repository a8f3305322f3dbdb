"""Lines edited on both sides: what a bookkeeper recoded, added or took out there stays, unless we changed the same.

The ledger deletes every line that an update leaves out (``facts/xero.md §4.2``), so an update must say them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.kinds.money_documents import Line

from .merge import is_blank, same

_SAID = tuple(name for name in Line.model_fields if name not in ("id", "location", "discount_amount"))
_TAXED = frozenset({"quantity", "unit_price", "discount_percent", "tax_code"})


@dataclass(frozen=True)
class MergedLines:
    """The lines to send with our names for them ("" for the ledger's own), and whether both sides changed the same."""

    lines: tuple[Line, ...]
    names: tuple[str, ...]
    clash: bool = False


def three_way(ours: Sequence[Line], names: Sequence[str], base: Sequence[Line], theirs: Sequence[Line]) -> MergedLines:
    """Ours onto what the ledger has by now; ``base`` is what both last agreed on. Ids are the ledger's."""
    known, there = {line.id: line for line in base}, {line.id: line for line in theirs}
    new = [line for line in theirs if line.id not in known and line.id not in {each.id for each in ours}]
    merged: list[tuple[Line, str]] = []
    clash = False
    for line, name in zip(ours, names, strict=True):
        old, now = known.get(line.id), there.get(line.id)
        if old is not None and now is None:  # taken out there
            if not any(_changed(old, line)):
                continue
            clash, line = True, line.model_copy(update={"id": ""})
        elif old is not None and now is not None:
            line, both = _merged(line, old, now)
            clash = clash or both
        elif not line.id and (twin := next((each for each in new if _alike(line, each)), None)) is not None:
            new.remove(twin)  # sent before, and the answer was lost: it is there, and not to be there twice
            line = line.model_copy(update={"id": twin.id})
        merged.append((line, name))
    merged += [(line, "") for line in new]
    return MergedLines(tuple(line for line, _ in merged), tuple(name for _, name in merged), clash)


def still_agreed(
    sent: Sequence[Line], names: Sequence[str], base: Sequence[Line], theirs: Sequence[Line]
) -> tuple[Line, ...]:
    """What both sides say once ``sent`` was taken: that, without what an update only repeated because the ledger had
    come to say it (``theirs``). Else the next update would take a bookkeeper's edit for ours, and undo it."""
    known, there = {line.id: line for line in base}, {line.id: line for line in theirs}
    agreed: list[Line] = []
    for line, name in zip(sent, names, strict=True):
        old, now = known.get(line.id), there.get(line.id)
        if old is None and now is not None and not name:
            continue  # added there
        if old is not None and now is not None:
            kept = (each for each in _changed(old, now, blanks=True) if same(getattr(line, each), getattr(now, each)))
            line = line.model_copy(update={each: getattr(old, each) for each in kept})
        agreed.append(line)
    said = {line.id for line in sent}
    return (*agreed, *(line for line in base if line.id not in there and line.id not in said))  # taken out there


def _merged(ours: Line, base: Line, theirs: Line) -> tuple[Line, bool]:
    mine, other = set(_changed(base, ours)), set(_changed(base, theirs, blanks=True))
    both = {name for name in mine & other if not same(getattr(ours, name), getattr(theirs, name))}
    if mine & _TAXED:  # the tax of what the line came to there is not that of what it comes to now
        other.discard("tax_amount")
    kept = {name: getattr(theirs, name) for name in other - mine}
    return ours.model_copy(update=kept), bool(both)


def _changed(before: Line, after: Line, *, blanks: bool = False) -> Iterator[str]:
    """What the line says differently; a blank of ours leaves it to the ledger."""
    for name in _SAID:
        new = getattr(after, name)
        if (blanks or not is_blank(new) or name == "tracking") and not same(getattr(before, name), new):
            yield name


def comes_to_the_same(one: Line, other: Line) -> bool:
    """Whether all that a line's tax is reckoned from is the same."""
    return all(same(getattr(one, name), getattr(other, name)) for name in _TAXED)


def as_said_before(old: Line, there: Line | None) -> Line:
    """A line as it was, for an update: the one that is there says it again, unless it is gone or has come to say
    something where the old one said nothing; then it is a new line, for a blank clears nothing."""
    blanks = (name for name in ("product_id", "account_code", "tax_code", "quantity", "unit_price", "tax_amount"))
    fits = there is not None and not any(
        is_blank(getattr(old, name)) and not is_blank(getattr(there, name)) for name in blanks
    )
    return old if fits else old.model_copy(update={"id": ""})


def paired(ours: Sequence[Line], theirs: Sequence[Line]) -> Mapping[str, str]:
    """Which line is which of a document that was not made from ours: by what they say and come to."""
    free = list(theirs)
    found: dict[str, str] = {}
    for line in ours:
        match = next((each for each in free if _alike(line, each)), None)
        if match is not None:
            found[line.id] = match.id
            free.remove(match)
    return found


def _alike(one: Line, other: Line) -> bool:
    return all(same(getattr(one, name), getattr(other, name)) for name in ("description", "quantity", "unit_price"))
