"""Finding records in lists: what the store filters, with what is in flight laid over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from pydantic import BaseModel

from ledgerlink.flows.context import Context
from ledgerlink.ports import LinkFilter
from ledgerlink.state.link import LinkKey

from .presenting import Standing, shown_all, standing

_FLYING = ("sending", "unknown")
_MOST_LEFT_OUT = 500  # that are due and fly, or do not; each page of them is another query, and an answer has seconds


def search(
    context: Context, kind: str, where: LinkFilter, *, after: str | None, limit: int
) -> tuple[list[BaseModel], str | None]:
    """One page of records, and where the next one starts. It may be short of ``limit`` although there are more."""
    now = standing(context)
    # What is in flight is stored as due; the difference is only in the open dispatches.
    stored = replace(where, state="due") if where.state in _FLYING else where
    found: list[LinkKey] = []
    left_out = 0
    while True:
        wanted = limit - len(found)
        page = context.at.links.search(context.company.id, kind, stored, after=after, limit=wanted)
        fitting = [key for key in page.items if _fits(now, key, where.state)]
        found += fitting
        left_out += len(page.items) - len(fitting)
        after = page.next
        if after is None or len(page.items) < wanted or len(found) >= limit or left_out >= _MOST_LEFT_OUT:
            return shown_all(now, found), after


def _fits(now: Standing, key: LinkKey, state: str | None) -> bool:
    if state in _FLYING:
        return now.flying.get(key) == state
    return state != "due" or key not in now.flying


def aware(time: datetime | None) -> datetime | None:
    """A time without a zone is UTC."""
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)


def stamp(time: datetime | None) -> str | None:
    """A time as the store compares it: UTC, microseconds, ``Z``."""
    known = aware(time)
    return f"{known.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if known is not None else None
