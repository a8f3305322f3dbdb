"""When the next poll is: two hours on, within business hours of the company's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ledgerlink.rules.polling import SPREAD, in_hours, next_poll
from ledgerlink.rules.profiles import BusinessHours

HOURS = BusinessHours()


@pytest.mark.parametrize(
    ("what", "now", "zone", "earliest"),
    [
        ("in business hours", "2026-11-23T09:00", "UTC", "2026-11-23T11:00"),
        ("the day is over", "2026-11-23T17:00", "UTC", "2026-11-24T08:00"),
        ("over the week-end", "2026-11-27T17:30", "UTC", "2026-11-30T08:00"),
        ("before opening", "2026-11-23T03:00", "UTC", "2026-11-23T08:00"),
        ("in Sydney it is morning", "2026-11-22T20:00", "Australia/Sydney", "2026-11-22T22:00"),
        ("clocks go back in Berlin", "2026-10-23T16:30", "Europe/Berlin", "2026-10-26T07:00"),
    ],
)
def test_next_poll(what: str, now: str, zone: str, earliest: str) -> None:
    found = next_poll(datetime.fromisoformat(now).replace(tzinfo=UTC), HOURS, zone, "c1")
    wanted = datetime.fromisoformat(earliest).replace(tzinfo=UTC)
    assert wanted <= found <= wanted + SPREAD, what


def test_companies_do_not_all_ask_at_the_same_moment() -> None:
    night = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert len({next_poll(night, HOURS, "UTC", f"company-{n}") for n in range(20)}) > 15


def test_without_business_days_it_still_asks() -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert next_poll(now, BusinessHours(days=()), "UTC", "c1") == now + timedelta(hours=2)


@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59"])
def test_a_whole_day_has_no_minute_without_business(clock: str) -> None:
    hours = BusinessHours.model_validate({"days": ["mon"], "from": "00:00", "to": "23:59"})
    assert in_hours(datetime.fromisoformat(f"2026-11-23T{clock}+00:00"), hours, "UTC")


def test_the_minute_after_closing_is_closed() -> None:
    assert not in_hours(datetime(2026, 11, 23, 18, 1, tzinfo=UTC), HOURS, "UTC")
