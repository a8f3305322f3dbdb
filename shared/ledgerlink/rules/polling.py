"""When the ledger is asked what changed: every two hours in business hours, not all companies at once (P1)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from .profiles import DAYS, BusinessHours

EVERY = timedelta(hours=2)
SPREAD = timedelta(minutes=20)  # each company has its own minute within this


def next_poll(now: datetime, hours: BusinessHours, timezone: str, company: str) -> datetime:
    """Two hours from ``now`` if that is within business hours in the company's zone, else when they next begin."""
    jitter = SPREAD * (crc32(company.encode()) % 1000 / 1000)
    zone = ZoneInfo(timezone)
    wanted = (now + EVERY).astimezone(zone)
    opens, closes = time.fromisoformat(hours.from_), time.fromisoformat(hours.to)
    if _works(wanted, hours) and opens <= wanted.time() <= closes:
        return wanted.astimezone(now.tzinfo)
    day = wanted if wanted.time() < opens else wanted + timedelta(days=1)
    for _ in range(8):
        if _works(day, hours):
            begins = datetime.combine(day.date(), opens, zone)
            return begins.astimezone(now.tzinfo) + jitter
        day += timedelta(days=1)
    return now + EVERY  # no business days at all: keep asking


def _works(day: datetime, hours: BusinessHours) -> bool:
    return DAYS[day.weekday()] in hours.days
