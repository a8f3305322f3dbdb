"""When the ledger is asked what changed: every two hours in business hours, not all companies at once (P1)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from .profiles import DAYS, BusinessHours

EVERY = timedelta(hours=2)
OVERLAP = timedelta(minutes=5)  # If-Modified-Since may be exclusive, and clocks differ (facts/xero.md §3.4)
SPREAD = timedelta(minutes=20)  # each company has its own minute within this
NIGHT_BEGINS, NIGHT = time(2), timedelta(hours=3)  # when lists are read that change seldom


def read_from(newest: datetime, *, behind: bool) -> datetime:
    """Where a poll begins: some time before the newest change that was applied. Where the poll before did not come to
    the end it goes on from there, or a storm of changes within the overlap would be read again and again."""
    return newest if behind else newest - OVERLAP


def next_poll(now: datetime, hours: BusinessHours, timezone: str, company: str) -> datetime:
    """Two hours from ``now`` if that is within business hours in the company's zone, else when they next begin."""
    jitter = SPREAD * (crc32(company.encode()) % 1000 / 1000)
    zone = ZoneInfo(timezone)
    wanted = (now + EVERY).astimezone(zone)
    opens = time.fromisoformat(hours.from_)
    if in_hours(now + EVERY, hours, timezone):
        return wanted.astimezone(now.tzinfo)
    day = wanted if wanted.time() < opens else wanted + timedelta(days=1)
    for _ in range(8):
        if _works(day, hours):
            begins = datetime.combine(day.date(), opens, zone)
            return begins.astimezone(now.tzinfo) + jitter
        day += timedelta(days=1)
    return now + EVERY  # no business days at all: keep asking


def in_hours(now: datetime, hours: BusinessHours, timezone: str) -> bool:
    """Whether it is business hours in the company's zone; the last minute belongs to them whole."""
    there = now.astimezone(ZoneInfo(timezone))
    opens, closes = time.fromisoformat(hours.from_), time.fromisoformat(hours.to)
    return _works(there, hours) and opens <= there.time().replace(second=0, microsecond=0) <= closes


def next_day(now: datetime, timezone: str, company: str) -> datetime:
    """The coming night in the company's zone, each company at its own minute: for what changes seldom."""
    minute = timedelta(minutes=crc32(company.encode()) % int(NIGHT / timedelta(minutes=1)))
    zone = ZoneInfo(timezone)
    for day in (0, 1, 2):
        begins = datetime.combine(now.astimezone(zone).date() + timedelta(days=day), NIGHT_BEGINS, zone)
        if begins.astimezone(now.tzinfo) + minute > now + SPREAD:
            return begins.astimezone(now.tzinfo) + minute
    raise AssertionError("unreachable")


def _works(day: datetime, hours: BusinessHours) -> bool:
    return DAYS[day.weekday()] in hours.days
