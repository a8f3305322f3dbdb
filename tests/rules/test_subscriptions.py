"""Who hears of what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledgerlink.rules.subscriptions import TOPICS, addresses, default_of, next_morning
from ledgerlink.state.subscription import Subscription


def said(who: str, **topics: bool) -> Subscription:
    return Subscription(company="acme", who=who, topics=topics)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("subscriptions", "more", "told"),
    [
        ([], {}, []),
        ([], {"concerned": ["Ann@acme.example", ""]}, ["Ann@acme.example"]),
        ([said("ann@acme.example")], {"concerned": ["Ann@acme.example"]}, ["Ann@acme.example"]),
        ([said("ann@acme.example", connection_lost=False)], {"concerned": ["Ann@acme.example"]}, []),
        ([said("ann@acme.example", connection_lost=True)], {"concerned": ["Ann@acme.example"]}, ["Ann@acme.example"]),
        ([said("bob@acme.example", connection_lost=True)], {}, ["bob@acme.example"]),
        ([said("bob@acme.example", own_jobs=True)], {}, []),
        ([said("bob@acme.example", connection_lost=True)], {"but": ["bob@acme.example"]}, []),
    ],
)
def test_those_who_asked_and_those_it_concerns_unless_they_said_no(
    subscriptions: Any, more: dict[str, Any], told: list[str]
) -> None:
    assert addresses("connection_lost", subscriptions, **more) == told


def test_what_is_on_without_asking() -> None:
    assert {topic for topic in TOPICS if default_of(topic, connector=False)} == {"own_jobs"}
    assert {topic for topic in TOPICS if not default_of(topic, connector=True)} == {"others_jobs", "daily_summary"}


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        (datetime(2026, 11, 22, 9, tzinfo=UTC), "Europe/London", 23),
        (datetime(2026, 11, 22, 3, tzinfo=UTC), "Europe/London", 22),
        (datetime(2026, 11, 22, 20, tzinfo=UTC), "Australia/Sydney", 23),  # where it is 7 o'clock of the 23rd just then
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Berlin", 29),  # the clocks change in the night
    ],
)
def test_the_summary_comes_in_the_companys_morning(now: datetime, zone: str, day: int) -> None:
    at = next_morning(now, zone, "acme")
    there = at.astimezone(__import__("zoneinfo").ZoneInfo(zone))
    assert (there.day, there.hour) == (day, 7)
    assert now < at <= now + timedelta(hours=24)
