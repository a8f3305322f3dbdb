"""The schedule of payments: every two hours, for the companies where it is business hours (rule P1)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerlink.errors import Conflict, NotConnected, Transient
from ledgerlink.flows import lanes
from ledgerlink.flows.context import Context, open_context
from ledgerlink.ports import Ports
from ledgerlink.rules.polling import in_hours

from . import import_, money_news


@dataclass(frozen=True)
class Run:
    """What one run of the schedule did, for its log line."""

    companies: int = 0
    read: int = 0
    left: int = 0


def run(at: Ports, *, seconds_left: Callable[[], float]) -> Run:
    """Ask for every company in whose zone it is business hours. Who cannot be asked now is left to the import lane."""
    done = Run()
    for company in at.companies.all():
        context = open_context(company.id, at)
        if not _wanted(context):
            continue
        read = _ask(context, seconds_left) if seconds_left() >= import_.RESERVE else None
        if read is None:
            _leave(context)
        done = Run(done.companies + 1, done.read + (read or 0), done.left + (read is None))
    return done


def _wanted(context: Context) -> bool:
    settings = context.settings
    if context.connection.state != "connected" or not (settings.integration_enabled and settings.payments_from_ledger):
        return False
    return in_hours(context.at.clock.now(), settings.business_hours, context.company.timezone)


def _ask(context: Context, seconds_left: Callable[[], float]) -> int | None:
    """How many documents were read; None where it has to wait."""
    at, company = context.at, context.company.id
    lane = lanes.take(company, "import", at, holder=at.ids.new())
    if lane is None:
        return None
    not_before: datetime | None = None
    try:
        return len(money_news.poll(context)) + len(import_.stale(context, seconds_left))
    except NotConnected:
        return 0  # the lane was paused where the consent was found gone
    except Transient as trouble:
        not_before = trouble.retry_at or at.clock.now() + timedelta(seconds=30)
        return None
    finally:
        lanes.release(lane, at, not_before=not_before)


def _leave(context: Context) -> None:
    """The sweeper rings for it within a minute."""
    at, company = context.at, context.company.id
    cursor = at.cursors.get(company, money_news.CLOCK)
    with suppress(Conflict):
        at.cursors.put(company, replace(cursor, next_poll_at=at.clock.now()))
