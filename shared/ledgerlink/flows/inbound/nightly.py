"""The comparison of every night: the import lane begins it when its time has come, a job then carries it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from ledgerlink.errors import Conflict
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.reconcile import NAME
from ledgerlink.flows.context import Context
from ledgerlink.ports import Cursor
from ledgerlink.rules.polling import next_day
from ledgerlink.state.job import BY_ITSELF, ENDED, Job

CURSOR = "comparison"
BY = Actor(BY_ITSELF)
RECENT = 20  # comparisons to look through
PAGE, PAGES = 100, 5


def begin(context: Context, cursor: Cursor) -> None:
    """Start it if it is due, and have it wake us the night after. Raises Transient, NotConnected.

    The job first: should we die in between, the next try finds it under way, or compares twice, which does no harm.
    """
    at, company = context.at, context.company
    now = at.clock.now()
    if cursor.next_poll_at is not None and cursor.next_poll_at > now:
        return
    if cursor.next_poll_at is not None and not _is_at_it(context):
        jobs.start(context, NAME, BY)
    later = next_day(now, company.timezone, f"{company.id}/{CURSOR}")
    with suppress(Conflict):  # somebody else began it
        at.cursors.put(company.id, replace(cursor, newest=now, next_poll_at=later))


@dataclass(frozen=True)
class Report:
    """What the comparison last came to, whether one is under way, and when the next begins."""

    last: Job | None
    running: Job | None
    next_at: datetime | None


def report(context: Context) -> Report:
    """The last comparison of everything, planned ones aside."""
    company, found = context.company.id, list(islice(_comparisons(context), RECENT))
    last = next((job for job in found if job.status == "done" and not job.chosen), None)
    running = next((job for job in found if job.status in ("planning", "running")), None)
    connected = context.connection.state == "connected"
    return Report(last, running, context.at.cursors.get(company, CURSOR).next_poll_at if connected else None)


def _is_at_it(context: Context) -> bool:
    return any(job.status not in (*ENDED, "planned") for job in islice(_comparisons(context), RECENT))


def _comparisons(context: Context) -> Iterator[Job]:
    """Newest first, among the jobs of late."""
    after: str | None = None
    for _ in range(PAGES):
        page = context.at.jobs.page(context.company.id, after=after, limit=PAGE)
        yield from (job for job in page.items if job.kind == NAME)
        after = page.next
        if after is None:
            return
