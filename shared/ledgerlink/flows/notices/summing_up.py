"""The daily summary: each morning in the company's zone, to whoever asked for it, if anything waits for people."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from ledgerlink.errors import Conflict
from ledgerlink.flows.context import Context, open_context
from ledgerlink.ports import Ports
from ledgerlink.rules import subscriptions as rules
from ledgerlink.state.link import Link

from . import subscriptions

NAME = subscriptions.SUMMARY
MOST_SHOWN = 10


def sum_up(company: str, at: Ports) -> int:
    """Write this morning's summaries if they are due, and have us rung the morning after; how many were written.

    The summaries come first, under the day's name: should we die in between, writing them again changes nothing.
    """
    context = open_context(company, at)
    cursor, now = at.cursors.get(company, NAME), at.clock.now()
    if cursor.next_poll_at is None or cursor.next_poll_at > now:
        return 0
    written = _write(context)
    later = rules.next_morning(now, context.company.timezone, company)
    with suppress(Conflict):  # somebody else did it all
        at.cursors.put(company, replace(cursor, newest=now, next_poll_at=later))
    return written


def _write(context: Context) -> int:
    at, company = context.at, context.company.id
    waiting = {
        "errors": at.links.count_errors(company),
        "conflicts": at.links.count_conflicts(company),
        "suggestions": at.suggestions.count(company),
    }
    if not any(waiting.values()):
        return 0
    today = at.clock.now().astimezone(ZoneInfo(context.company.timezone)).date()
    data = {"page": "overview", "waiting": waiting, "failures": _failures(context) if waiting["errors"] else []}
    puts = subscriptions.notices(company, "daily_summary", "daily_summary", at, id=f"{NAME}-{today}", data=data)
    stored = at.commit.each([[put] for put in puts])
    for put in puts:
        at.doorbells.notice(company, put.notice.id)
    return sum(stored)


def _failures(context: Context) -> list[dict[str, Any]]:
    """The errors that have waited longest, each as the e-mail of a job tells one."""
    keys = list(islice(context.at.links.errors(context.company.id, limit=MOST_SHOWN).items, MOST_SHOWN))
    links = context.at.links.many(keys)
    return [_failure(links[key]) for key in keys if key in links]


def _failure(link: Link) -> dict[str, Any]:
    error = link.error
    return {
        "id": link.key.id,
        "title": link.title,
        "reason": error.code if error else link.reason,
        "message": error.message if error else "",
    }
