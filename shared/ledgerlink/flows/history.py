"""The history of a company, narrowed down (Q2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledgerlink.ports import Page
from ledgerlink.state.activity import Entry

from .context import Context

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
