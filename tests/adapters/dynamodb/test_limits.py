"""The shared limits, in memory and in the table: the same promises."""

from __future__ import annotations

import pytest

from ledgerlink.adapters.dynamodb import control
from ledgerlink.adapters.dynamodb.limits import DynamoLimits
from ledgerlink.errors import Conflict
from ledgerlink.ports import Budget, Limits, NoPermit, Permit, Seen
from tests.fakes.limits import MemoryLimits
from tests.fakes.time import FakeClock

ORGANISATION = "o1"


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
    permit = limits.acquire(ORGANISATION, calls, "live")
    assert isinstance(permit, Permit)
    return permit


def test_permits_are_counted_until_they_are_settled(limits: Limits) -> None:
    first = take(limits, 4)
    assert isinstance(limits.acquire(ORGANISATION, 1, "live"), NoPermit)
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
    assert isinstance(limits.acquire("o2", 4, "live"), Permit)


def test_a_refusal_is_no_news(limits: Limits) -> None:
    take(limits, 4)
    for _ in range(3):
        assert isinstance(limits.acquire(ORGANISATION, 1, "person"), NoPermit)
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
    assert isinstance(limits.acquire(ORGANISATION, 1, "live"), NoPermit)
    limits.settle(ORGANISATION, permit, [])
