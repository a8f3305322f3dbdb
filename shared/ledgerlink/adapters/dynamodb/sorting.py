"""Lists in another order than their index's: read whole, up to a bound, and sorted here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.ports import Page
from ledgerlink.state.link import LinkKey

from .tables import LinkItem

MOST = 5_000  # rows sorted for one page: a slim row has about 300 bytes


def sorted_page(
    rows: Iterable[LinkItem], sort: str, make: Callable[[LinkItem], LinkKey], *, after: str | None, limit: int
) -> Page:
    """One page by ``sort``, blanks last.

    Raises Invalid where there are too many to sort, or for a cursor that is none.
    """
    found = list(islice(rows, MOST + 1))
    if len(found) > MOST:
        problem = f"more than {MOST:,} records fit; narrow the list down to sort it by this"
        raise Invalid(FieldProblem("sort", problem, "too_many"))
    column, backwards = sort.removeprefix("-"), sort.startswith("-")
    told = [row for row in found if getattr(row, column)]
    blank = [row for row in found if not getattr(row, column)]
    ordered = sorted(told, key=lambda row: str(getattr(row, column)).casefold(), reverse=backwards) + blank
    start = _start(after)
    end = start + limit
    return Page([make(row) for row in ordered[start:end]], f"at{end}" if end < len(ordered) else None)


def _start(after: str | None) -> int:
    if after is None:
        return 0
    number = after.removeprefix("at")
    if number == after or not number.isdecimal():
        raise Invalid(FieldProblem("cursor", "not a cursor of ours", "cursor"))
    return int(number)
