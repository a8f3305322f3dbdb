"""Figures for charts: what went each day and how it ended, counted from the history, up to a bound that is told, and
the calls it took, as counted while they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledgerlink.flows.context import Context
from ledgerlink.ports import Budget
from ledgerlink.state.activity import Entry

PAGE = 500
MOST = 10_000  # entries counted; older ones are left out, and the answer says so


@dataclass
class Day:
    """One day in the company's zone: entries by direction and outcome, and calls; None where nobody counted."""

    date: date
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    calls: int | None = None

    def count(self, entry: Entry) -> None:
        self.counts.setdefault(entry.direction, Counter())[entry.outcome] += 1


@dataclass(frozen=True)
class Summary:
    """Every day of the span, oldest first; ``counted_since`` is later than its start where there was too much."""

    days: list[Day]
    counted_since: datetime
    complete: bool
    budget: Budget


def summary(context: Context, days: int) -> Summary:
    """The last ``days`` days, today among them."""
    zone = ZoneInfo(context.company.timezone)
    now = context.at.clock.now().astimezone(zone)
    first = now.date() - timedelta(days=days - 1)
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    dates = [first + timedelta(days=i) for i in range(days)]
    made = _made(context)
    by_date = {date: Day(date, calls=made.get(date, 0 if made and date > max(made) else None)) for date in dates}
    counted, oldest = 0, start
    for entry in _since(context, start):
        counted += 1
        oldest = entry.at
        day = by_date.get(entry.at.astimezone(zone).date())
        if day is not None:
            day.count(entry)
    complete = counted < MOST
    organisation = context.connection.organisation
    budget = context.at.limits.budget(organisation.id) if organisation is not None else Budget()
    return Summary(list(by_date.values()), start if complete else oldest, complete, budget)


def _made(context: Context) -> Mapping[date, int]:
    organisation = context.connection.organisation
    return context.at.limits.made(organisation.id) if organisation is not None else {}


def _since(context: Context, start: datetime) -> Iterator[Entry]:
    """Newest first, at most ``MOST``."""
    after: str | None = None
    left = MOST
    while left:
        page = context.at.activity.of_company(context.company.id, after=after, limit=min(PAGE, left), since=start)
        yield from page.items
        left -= len(page.items)
        after = page.next
        if after is None:
            return
