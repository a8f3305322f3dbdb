"""The comparison of every night: the import lane begins it when its time has come, a job then carries it out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ledgerlink.errors import Conflict
from ledgerlink.ports import Cursor
from ledgerlink.rules.polling import next_day
from ledgerlink.state.job import ENDED

from . import jobs
from .bulk.reconcile import NAME
from .context import Context
from .saving import Actor

CURSOR = "comparison"
BY = Actor("clock")
RECENT = 20  # jobs to look through for one that is at it already


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


def _is_at_it(context: Context) -> bool:
    recent = context.at.jobs.page(context.company.id, limit=RECENT).items
    return any(job.kind == NAME and job.status not in (*ENDED, "planned") for job in recent)
