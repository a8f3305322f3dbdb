"""The history of a company, narrowed down (Q2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledgerlink.flows.context import Context
from ledgerlink.kinds import KINDS
from ledgerlink.ports import Page
from ledgerlink.state.activity import Entry
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import RecordKey

MOST_PAGES = 10  # read for one answer: a filter that hardly anything fits must not read a year


@dataclass(frozen=True)
class Where:
    """What the history is narrowed to; None is "any"."""

    direction: str | None = None
    kind: str | None = None
    outcome: str | None = None
    since: datetime | None = None

    def fits(self, entry: Entry) -> bool:
        return (
            self.direction in (None, entry.direction)
            and self.kind in (None, entry.kind)
            and self.outcome in (None, entry.outcome)
        )


def titles(context: Context, entries: Sequence[Entry]) -> dict[RecordKey, str]:
    """What the records of these entries are called now; of a deleted one, what it was called."""
    keys = {RecordKey(entry.company, entry.kind, entry.record) for entry in entries if entry.kind in KINDS}
    links = context.at.links.many(LinkKey(*key) for key in keys)
    return {key.record: link.title for key, link in links.items()}


def of_record(context: Context, key: RecordKey, *, after: str | None, limit: int) -> Page:
    """One record's history, newest first; then what is kept under the id it had before."""
    id, _, cursor = (after or f"{key.id}:").partition(":")
    page = context.at.activity.of_record(key._replace(id=id), after=cursor or None, limit=limit)
    if page.next is not None:
        return Page(page.items, f"{id}:{page.next}")
    record = context.at.records.get(key)
    if id == key.id and record is not None and record.formerly:
        if len(page.items) >= limit:
            return Page(page.items, f"{record.formerly}:")
        rest = of_record(context, key, after=f"{record.formerly}:", limit=limit - len(page.items))
        return Page([*page.items, *rest.items], rest.next)
    return Page(page.items)


def history(context: Context, where: Where, *, after: str | None, limit: int) -> Page:
    """Newest first. A page may be short before the end: read on from ``next``."""
    found: list[Entry] = []
    cursor = after
    for _ in range(MOST_PAGES):
        page = context.at.activity.of_company(
            context.company.id, after=cursor, limit=limit - len(found), since=where.since
        )
        found += [entry for entry in page.items if where.fits(entry)]
        cursor = page.next
        if cursor is None or len(found) >= limit:
            break
    return Page(found, cursor)
