"""The shared limits, in memory and in the table: the same promises."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest

from ledgerlink.adapters.dynamodb import control
from ledgerlink.adapters.dynamodb.limits import DynamoLimits
from ledgerlink.errors import Conflict
from ledgerlink.ports import Budget, Limits, NoPermit, Permit, Seen
from ledgerlink.rules.calls_made import by_day, counted
from ledgerlink.state.limits import LimitState
from tests.fakes.limits import MemoryLimits
from tests.fakes.time import FakeClock

ORGANISATION = "o1"
TODAY = date(2026, 11, 22)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "table"])
def limits(request: pytest.FixtureRequest, clock: FakeClock) -> Limits:
    if request.param == "memory":
        return MemoryLimits(clock)
    request.getfixturevalue("tables")
    return DynamoLimits(clock)


def take(limits: Limits, calls: int = 1) -> Permit:
    permit = limits.acquire(ORGANISATION, calls, "live", TODAY)
    assert isinstance(permit, Permit)
    return permit


def test_permits_are_counted_until_they_are_settled(limits: Limits) -> None:
    first = take(limits, 4)
    assert isinstance(limits.acquire(ORGANISATION, 1, "live", TODAY), NoPermit)
    limits.settle(ORGANISATION, first, [Seen(minute_remaining=50, day_remaining=900)] * 4)
    assert limits.budget(ORGANISATION) == Budget(50, 900, 1000)
    take(limits)


def test_what_is_ready_is_told_without_taking_it(limits: Limits, clock: FakeClock) -> None:
    assert limits.ready(ORGANISATION, "live") == (4, None)
    assert limits.ready(ORGANISATION, "live") == (4, None)
    take(limits, 4)
    calls, at = limits.ready(ORGANISATION, "live")
    assert calls == 0
    assert at is not None
    assert at > clock.now()


def test_organisations_do_not_share(limits: Limits) -> None:
    take(limits, 4)
    assert isinstance(limits.acquire("o2", 4, "live", TODAY), Permit)


def test_a_refusal_is_no_news(limits: Limits) -> None:
    take(limits, 4)
    for _ in range(3):
        assert isinstance(limits.acquire(ORGANISATION, 1, "person", TODAY), NoPermit)
    assert limits.ready("o2", "live") == (4, None)


@pytest.mark.usefixtures("tables")
def test_somebody_faster_is_no_obstacle(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    limits, real = DynamoLimits(clock), control.put
    others = iter([True, True, False])

    def contended(stored: object, version: int) -> None:
        if next(others, False):
            raise Conflict("faster")
        real(stored, version)  # type: ignore[arg-type]

    monkeypatch.setattr(control, "put", contended)
    take(limits)


@pytest.mark.usefixtures("tables")
def test_for_ever_contended_is_no_permit_and_no_error(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = DynamoLimits(clock)
    permit = take(limits)

    def contended(stored: object, version: int) -> None:
        raise Conflict("faster")

    monkeypatch.setattr(control, "put", contended)
    assert isinstance(limits.acquire(ORGANISATION, 1, "live", TODAY), NoPermit)
    limits.settle(ORGANISATION, permit, [])


def test_calls_are_counted_by_day_and_what_was_refused_is_none(limits: Limits) -> None:
    assert limits.made(ORGANISATION) == {}
    permit = take(limits, 4)
    assert isinstance(limits.acquire(ORGANISATION, 1, "live", TODAY), NoPermit)
    limits.settle(ORGANISATION, permit, [Seen(day_remaining=4000)])
    limits.acquire(ORGANISATION, 1, "live", TODAY + timedelta(days=2))
    assert list(limits.made(ORGANISATION).values()) == [4, 0, 1]


@pytest.mark.usefixtures("tables")
def test_a_call_costs_one_write_unit_however_many_days_were_busy(clock: FakeClock) -> None:
    limits = DynamoLimits(clock)
    busy = Seen(minute_remaining=59, day_remaining=4999, problem="minute", retry_after=timedelta(seconds=59))
    limits.settle(ORGANISATION, take(limits), [busy])
    clock.advance(60)
    take(limits, 2)
    for day in range(40):
        limits._change(ORGANISATION, partial(_counted, day=TODAY + timedelta(days=day)))
    assert list(limits.made(ORGANISATION).values()) == [4990] * 35
    stored = control.get(f"organisation#{ORGANISATION}", "limits")
    assert stored is not None
    assert len(stored.data) < 800  # of 1,024, its names and keys among them


def _counted(state: LimitState, now: datetime, day: date) -> tuple[LimitState, None]:
    return counted(state, day, 4990 - by_day(state).get(day, 0)), None
