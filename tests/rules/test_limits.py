"""The bucket: never more calls than Xero allows, and those there are go to whoever needs them most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerlink.ports import NoPermit, Permit, Purpose, Seen
from ledgerlink.rules import limits
from ledgerlink.state.limits import LimitState

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def permit(
    state: LimitState, now: datetime = NOW, calls: int = 1, purpose: Purpose = "live"
) -> tuple[LimitState, Permit]:
    state, answer = limits.acquire(state, now, calls, purpose, now.date())
    assert isinstance(answer, Permit), answer
    return state, answer


def refusal(state: LimitState, now: datetime = NOW, purpose: Purpose = "live") -> NoPermit:
    _, answer = limits.acquire(state, now, 1, purpose, now.date())
    assert isinstance(answer, NoPermit), answer
    return answer


def after(seen: Seen, now: datetime = NOW) -> LimitState:
    """A fresh state that has heard one answer."""
    state, leave = permit(LimitState(), now)
    return limits.settle(state, now, leave, [seen])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 3), min_size=80, max_size=200))
def test_no_sixty_seconds_hold_more_than_57_calls(pauses: list[float]) -> None:
    state, now, made = LimitState(), NOW, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        state, answer = limits.acquire(state, now, 4, "live", now.date())
        if isinstance(answer, Permit):
            made += [now] * answer.calls
            state = limits.settle(state, now, answer, [])
    window = timedelta(seconds=60)
    assert all(sum(start <= at < start + window for at in made) <= 57 for start in made)


def test_an_idle_bucket_gives_eight_calls_at_once_and_then_one_every_1_2_seconds() -> None:
    state = LimitState()
    for _ in range(8):
        state, leave = permit(state, purpose="person")
        state = limits.settle(state, NOW, leave, [])
    assert refusal(state, purpose="person").retry_at - NOW == timedelta(seconds=1.2)
    permit(state, NOW + timedelta(seconds=1.2), purpose="person")


def test_no_more_than_four_calls_are_in_flight() -> None:
    state, leave = permit(LimitState(), calls=10)
    assert leave.calls == 4
    assert refusal(state).reason == "ledger_busy"
    permit(limits.settle(state, NOW, leave, []))


def test_a_lease_whose_holder_died_frees_itself() -> None:
    state, _ = permit(LimitState(), calls=4)
    permit(state, NOW + limits.LEASE)


@pytest.mark.parametrize(
    ("purpose", "left", "may"),
    [
        ("backfill", 401, True),
        ("backfill", 400, False),
        ("live", 101, True),
        ("live", 100, False),
        ("person", 1, True),
        ("person", 0, False),
    ],
)
def test_the_day_s_last_calls_are_kept_for_live_traffic_and_people(purpose: Purpose, left: int, may: bool) -> None:
    state = after(Seen(minute_remaining=50, day_remaining=left))
    _, answer = limits.acquire(state, NOW, 1, purpose, NOW.date())
    assert isinstance(answer, Permit) is may
    if isinstance(answer, NoPermit):
        assert answer.reason == "day_limit"


def test_a_missing_header_is_not_zero() -> None:
    state = after(Seen())
    assert limits.budget(state, NOW).day_remaining is None
    permit(state, purpose="backfill")


def test_a_remainder_of_a_thousand_or_more_means_the_larger_day() -> None:
    assert limits.budget(after(Seen(day_remaining=999)), NOW).day_limit == 1000
    assert limits.budget(after(Seen(day_remaining=1000)), NOW).day_limit == 5000


def test_a_new_day_on_a_smaller_tier_is_noticed() -> None:
    state = after(Seen(day_remaining=4000))
    for left in (600, 998):
        state, leave = permit(state, purpose="person")
        state = limits.settle(state, NOW, leave, [Seen(day_remaining=left)])
    assert limits.budget(state, NOW).day_limit == 1000


def test_below_the_floor_one_call_an_hour_looks_whether_a_new_day_began() -> None:
    state = after(Seen(day_remaining=50))
    assert refusal(state).retry_at == NOW + limits.LOOK_AGAIN
    later = NOW + limits.LOOK_AGAIN
    state, leave = permit(state, later, calls=4)
    assert leave.calls == 1
    assert refusal(state, later).reason == "day_limit"
    state = limits.settle(state, later, leave, [Seen(day_remaining=999)])
    permit(state, later)


@pytest.mark.parametrize(
    ("seen", "seconds", "reason"),
    [
        (Seen(problem="minute", retry_after=timedelta(seconds=17)), 17, "ledger_busy"),
        (Seen(problem="minute"), 15, "ledger_busy"),
        (Seen(problem="concurrent"), 1, "ledger_busy"),
        (Seen(problem="appminute"), 10, "ledger_busy"),
        (Seen(problem="day", retry_after=timedelta(seconds=66_975)), 66_975, "day_limit"),
        (Seen(retry_after=timedelta(seconds=300)), 300, "ledger_busy"),
    ],
)
def test_retry_after_is_kept_by_everyone(seen: Seen, seconds: int, reason: str) -> None:
    answer = refusal(after(seen), purpose="person")
    assert (answer.retry_at - NOW, answer.reason) == (timedelta(seconds=seconds), reason)
    permit(after(seen), NOW + timedelta(seconds=seconds))


def test_a_later_answer_does_not_shorten_the_wait() -> None:
    state = after(Seen(problem="day", retry_after=timedelta(hours=9)))
    state = limits.settle(state, NOW, Permit(1, "?"), [Seen(problem="minute", retry_after=timedelta(seconds=9))])
    assert refusal(state).reason == "day_limit"


def test_sixty_left_after_a_call_means_nothing_needs_pacing() -> None:
    state = after(Seen(minute_remaining=60))
    for _ in range(100):
        state, leave = permit(state, calls=4)
        state = limits.settle(state, NOW, leave, [Seen(minute_remaining=60)])
    state = limits.settle(state, NOW, leave, [Seen(minute_remaining=59)])
    assert refusal(state).reason == "ledger_busy"


def test_others_of_the_same_app_are_left_room() -> None:
    state = after(Seen(minute_remaining=1))
    assert refusal(state).reason == "ledger_busy"
    state, _ = permit(state, purpose="person")
    assert refusal(state, purpose="person").reason == "ledger_busy"


@pytest.mark.parametrize(("purpose", "takes"), [("backfill", 5), ("live", 6)])
def test_the_last_of_the_bucket_is_left_to_people(purpose: Purpose, takes: int) -> None:
    state = LimitState()
    for _ in range(takes):
        state, leave = permit(state, purpose=purpose)
        state = limits.settle(state, NOW, leave, [])
    assert refusal(state, purpose=purpose).retry_at == NOW + timedelta(seconds=1.2)
    for _ in range(2):
        state, leave = permit(state, purpose="person")
        state = limits.settle(state, NOW, leave, [])


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    state, leave = permit(LimitState(), calls=4)
    state, _ = permit(limits.settle(state, NOW, leave, []), calls=4)
    assert isinstance(limits.acquire(state, NOW - timedelta(minutes=5), 1, "live", NOW.date())[1], NoPermit)
