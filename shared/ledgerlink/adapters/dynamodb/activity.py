"""The history in DynamoDB: an item for each record's entry, and what the company's own timeline is read from.

An entry that comes alone stands in the timeline's index by itself, which is a second write. Those of one dispatch do
not: together they make one *sheet*, pressed, and only the sheet stands there. Settling again after a crash may write
sheets that overlap; they lie side by side and are read as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.ports import Page
from ledgerlink.state.activity import Entry
from ledgerlink.state.record import RecordKey

from .errors import translated
from .items import HISTORY, activity_item, entry_of
from .pack import press, stamp, unpress
from .reading import cursor_key, cursor_text, many, page
from .tables import ActivityItem

MOST_ON_A_SHEET = 200_000  # pressed bytes; an item may have 400 KB
_MARK = "#"  # ends the common part of a sheet's entries' ids; sorts before the "-" that goes on in them


class DynamoActivity:
    """``ports.Activity``."""

    def add(self, entries: Sequence[Entry], *, together: str = "") -> None:
        some = list({entry.id: entry for entry in entries}.values())
        with translated(), ActivityItem.batch_write() as batch:
            for item in _sheets(some, together) if together else ():
                batch.save(item)
            for entry in some:
                batch.save(activity_item(entry, listed=not together))

    def get(self, key: RecordKey, entry: str) -> Entry | None:
        found = many(ActivityItem, [(f"{key.company}#{key.kind}#{key.id}", entry)])
        return entry_of(found[0]) if found else None

    def find(self, company: str, entry: str) -> Entry | None:
        with translated():
            rows = ActivityItem.by_company.query(company, ActivityItem.entry <= entry, scan_index_forward=False)
            nearest = next(_timeline(rows), [])
        return next((each for each in nearest if each.id == entry), None)

    def of_record(self, key: RecordKey, *, after: str | None = None, limit: int = 50) -> Page:
        return page(
            ActivityItem.query,
            f"{key.company}#{key.kind}#{key.id}",
            make=entry_of,
            after=after,
            limit=limit,
            scan_index_forward=False,
        )

    def of_company(
        self, company: str, *, after: str | None = None, limit: int = 50, since: datetime | None = None
    ) -> Page:
        last = _last(after)
        found: list[Entry] = []
        with translated():
            rows = ActivityItem.by_company.query(
                company, _between(stamp(since), last), scan_index_forward=False, page_size=max(25, limit // 8)
            )
            for entries in _timeline(rows):
                found += [entry for entry in entries if last is None or entry.id < last]
                if len(found) > limit:
                    break
        more = len(found) > limit
        return Page(found[:limit], cursor_text({"entry": found[limit - 1].id}) if more else None)


def _between(since: str | None, last: str | None) -> Any:
    """The condition on the index; ``last`` itself was shown before."""
    if since is None:
        return None if last is None else ActivityItem.entry < last
    return ActivityItem.entry >= since if last is None else ActivityItem.entry.between(min(since, last), last)


def _last(cursor: str | None) -> str | None:
    """The entry that was shown last."""
    if not cursor:
        return None
    last = cursor_key(cursor).get("entry")
    if not isinstance(last, str) or not last:
        raise Invalid(FieldProblem("cursor", "not a cursor of ours", "cursor"))
    return last


# ------------------------------------------------------------------ sheets


def _sheets(entries: Sequence[Entry], together: str) -> Iterator[ActivityItem]:
    """One, or as many as it takes; always the same for the same entries."""
    pressed = press(*(entry.model_dump_json(exclude_defaults=True, exclude={"company"}) for entry in entries))
    if len(pressed) > MOST_ON_A_SHEET and len(entries) > 1:
        middle = len(entries) // 2
        yield from _sheets(entries[:middle], together)
        yield from _sheets(entries[middle:], together)
    elif entries:
        ids = hashlib.sha256("\n".join(entry.id for entry in entries).encode()).hexdigest()[:8]
        yield ActivityItem(
            f"{entries[0].company}{_MARK}sheet{_MARK}{together}",
            f"{together}{_MARK}{ids}",
            company=entries[0].company,
            sheet=pressed,
            expires_at=int((entries[0].at + HISTORY).timestamp()),
        )


def _timeline(rows: Iterable[ActivityItem]) -> Iterator[list[Entry]]:
    """What the index's rows say, newest first: by entry, or by what lies together on sheets."""
    for _, some in groupby(rows, key=lambda row: row.entry.partition(_MARK)[0] if row.sheet else row.entry):
        entries = {entry.id: entry for row in some for entry in _entries(row)}
        yield sorted(entries.values(), key=lambda entry: entry.id, reverse=True)


def _entries(row: ActivityItem) -> list[Entry]:
    if not row.sheet:
        return [entry_of(row)]
    return [Entry.model_validate({**json.loads(text), "company": row.company}) for text in unpress(row.sheet)]
