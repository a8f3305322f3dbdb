"""Calls of each day: five weeks of them, whatever happens to the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledgerlink.rules.calls_made import DAYS, by_day, counted
from ledgerlink.state.limits import LimitState

TODAY = date(2026, 11, 22)


def made(*calls: tuple[int, int]) -> dict[int, int]:
    """Counts by days from today, after (days from today, calls) one after the other."""
    state = LimitState()
    for days, number in calls:
        state = counted(state, TODAY + timedelta(days=days), number)
    return {(day - TODAY).days: number for day, number in by_day(state).items()}


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([], {}),
        ([(0, 1)], {0: 1}),
        ([(0, 1), (0, 2)], {0: 3}),
        ([(0, 1), (2, 4)], {0: 1, 1: 0, 2: 4}),  # a day without calls is none, not unknown
        ([(0, 1), (-1, 1)], {-1: 1, 0: 1}),  # the company's zone was changed, or another process is slow
        ([(0, 1), (-2, 1), (0, 1)], {-2: 1, -1: 0, 0: 2}),
    ],
)
def test_each_call_counts_on_its_day(calls: list[tuple[int, int]], expected: dict[int, int]) -> None:
    assert made(*calls) == expected


def test_days_that_are_over_for_long_are_forgotten() -> None:
    daily = made(*((day, day + 1) for day in range(100)))
    assert daily == {day: day + 1 for day in range(100 - DAYS, 100)}
    assert made((0, 7), (400, 1)) == {400 - back: int(back == 0) for back in range(DAYS)}
    assert made((400, 1), (0, 7))[400] == 1
