"""Lists from Xero: rows of an answer, and following changes without skipping any (``facts/xero.md §3.4, §7``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from urllib.parse import quote, quote_plus

from ledgerlink.errors import LedgerBusy
from ledgerlink.ports import Delta
from ledgerlink.state.document import Document

from .client import Answer
from .dates import modified_since as modified_since
from .kinds.base import Element, WireKind

PAGE = 1000  # the most Xero gives at once
REFERENCES = 25  # asked for at once, at most
ADDRESS = 2000  # characters that any server, and any proxy before it, takes; Xero names no limit
_SECOND = timedelta(seconds=1)

T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """Elements of one answer, and what it says about paging."""

    elements: list[Element]
    pages: int = 1
    total: int = 0


@dataclass(frozen=True)
class Found:
    """The same in our words."""

    documents: list[Document]
    pages: int = 1
    total: int = 0


def rows(answer: Answer, envelope: str) -> Rows:
    """The rows of a list. 304 is none newer. Raises LedgerBusy for an answer that is no list."""
    if answer.status == 304:
        return Rows([])
    try:
        body = json.loads(answer.body, parse_float=Decimal)
        elements = body[envelope]
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerBusy(f"HTTP {answer.status} without {envelope}") from error
    if not isinstance(elements, list):
        raise LedgerBusy(f"HTTP {answer.status} without {envelope}")
    # A page that is not full is not the last one: only the page count tells (facts §7).
    paging = body.get("pagination") or {}
    return Rows(elements, int(paging.get("pageCount") or 1), int(paging.get("itemCount") or len(elements)))


def documents(answer: Answer, wire: WireKind, short_code: str) -> Found:
    """A list as documents."""
    found = rows(answer, wire.envelope)
    try:
        mine = [wire.from_wire(each, short_code) for each in found.elements if wire.is_mine(each)]
        return Found(mine, found.pages, found.total)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise LedgerBusy(f"{wire.envelope} that cannot be read: {type(error).__name__}") from error


def seek(ask: Callable[[datetime | None, int], Found], since: datetime | None, pages: int) -> Delta:
    """Everything changed at or after ``since``, in order of change, by asking again from the last row's time on.

    Page numbers would skip: a row that changes while we read moves to the end and shifts the rest forward. Whether
    ``If-Modified-Since`` includes its own second is not known, so each question starts a second earlier and rows seen
    twice count once. ``pages`` bounds the calls; it is stretched where stopping would mean starting over.
    """
    found: dict[str, Document] = {}
    asked = _before(since) if since else None
    for turn in range(pages):
        try:
            page = ask(asked, 1)
        except LedgerBusy:
            if turn == 0:
                raise
            return _delta(found, complete=False)
        _take(found, page)
        if page.pages <= 1:
            return _delta(found)
        onward = _before(page.documents[-1].updated_at) if page.documents else asked
        if asked is not None and onward is not None and onward <= asked:
            # A whole page within one second (an import made them): read the rest by number, the last page first, so
            # that shifting repeats rows and skips none.
            for number in range(page.pages, 1, -1):
                _take(found, ask(asked, number))
            return _delta(found)
        asked = onward
    return _delta(found, complete=False)


def _take(found: dict[str, Document], page: Found) -> None:
    for document in page.documents:
        known = found.get(document.id)
        if known is None or known.updated_at <= document.updated_at:
            found[document.id] = document


def _delta(found: dict[str, Document], *, complete: bool = True) -> Delta:
    return Delta(sorted(found.values(), key=lambda document: (document.updated_at, document.id)), complete)


def _before(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0) - _SECOND


def in_path(reference: str) -> str:
    return quote(reference, safe="")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def fitting(terms: Iterable[str], joiner: str, room: int) -> Iterator[str]:
    """The terms joined, as many at once as ``room`` characters of an address hold; one that is longer goes alone."""
    some: list[str] = []
    left = room
    for term in terms:
        size = len(quote_plus(f"{joiner}{term}"))
        if some and size > left:
            yield joiner.join(some)
            some, left = [], room
        some.append(term)
        left -= size
    if some:
        yield joiner.join(some)
