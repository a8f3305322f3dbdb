"""How many calls may go to one organisation now, and for whom (``facts/xero.md §2``). Pure.

Xero allows 60 calls a minute, 5 at a time and 1,000 or 5,000 a day per organisation, in windows that begin at unknown
moments. A bucket of 8 refilled 50 a minute makes at most 57 in any minute, whenever the windows begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ledgerlink.ports import Budget, NoPermit, Permit, Purpose, Seen
from ledgerlink.state.limits import Lease, LimitState

from .calls_made import counted

BURST = 8
PER_MINUTE = 50
MINUTE_LIMIT = 60
IN_FLIGHT = 4  # Xero takes 5; the fifth is for whoever else uses the app
LEASE = timedelta(seconds=45)  # longer than any call
LEAVES: dict[Purpose, int] = {"person": 0, "live": 2, "backfill": 3}  # of the bucket, for who is waiting at a screen

FLOORS: dict[Purpose, float] = {"person": 0.0, "live": 0.10, "backfill": 0.40}  # share of the day kept back
DAY_LIMITS = (1000, 5000)  # the tiers (facts §2.1); nobody tells which one applies, so the smaller is assumed
RESET = 20  # a day's remainder that rises by more than late answers explain: a new day began

# A remainder below the floor is believed for an hour; then one call may look again, for a new day may have begun.
LOOK_AGAIN = timedelta(hours=1)
BELIEVED = timedelta(minutes=1)  # a minute's remainder

_WAITS = {"day": timedelta(hours=1), "minute": timedelta(seconds=15), "concurrent": timedelta(seconds=1)}
_WAIT = timedelta(seconds=10)  # the app's own minute, and problems nobody has met
_LONGEST_WAIT = timedelta(hours=25)
_IN_FLIGHT_WAIT = timedelta(seconds=0.5)


def acquire(
    state: LimitState, now: datetime, calls: int, purpose: Purpose, day: date
) -> tuple[LimitState, Permit | NoPermit]:
    """Leave for up to ``calls`` calls, counted on ``day``, or when to ask again. A NoPermit leaves nothing to store."""
    state = _refilled(state, now)
    if state.not_before is not None and state.not_before > now:
        return state, NoPermit(state.not_before, state.why)
    free = IN_FLIGHT - in_flight(state)
    if free <= 0:
        return state, NoPermit(now + _IN_FLIGHT_WAIT, "ledger_busy")
    today = _left_today(state, now, purpose)
    if today <= 0:
        assert state.day_seen_at is not None
        return state, NoPermit(state.day_seen_at + LOOK_AGAIN, "day_limit")
    paced = _paced(state, now, purpose)
    if paced < 1:
        return state, NoPermit(now + timedelta(seconds=(1 - paced) * 60 / PER_MINUTE), "ledger_busy")
    granted = max(1, int(min(calls, free, today, paced)))
    lease = Lease(id=str(state.granted + 1), calls=granted, until=now + LEASE)
    looking = state.day_seen_at is not None and now - state.day_seen_at >= LOOK_AGAIN
    return counted(state, day, granted).model_copy(
        update={
            "tokens": max(0.0, state.tokens - granted),
            "leases": (*state.leases, lease),
            "granted": state.granted + 1,
            "day_seen_at": now if looking else state.day_seen_at,
        }
    ), Permit(granted, lease.id)


def ready(state: LimitState, now: datetime, purpose: Purpose) -> tuple[int, datetime | None]:
    """How many calls ``acquire`` would grant now; where none, when."""
    _, answer = acquire(state, now, IN_FLIGHT, purpose, now.date())
    return (answer.calls, None) if isinstance(answer, Permit) else (0, answer.retry_at)


def settle(state: LimitState, now: datetime, permit: Permit, seen: Sequence[Seen]) -> LimitState:
    """The calls are over; ``seen`` is what their answers said, nothing for calls without one."""
    state = _refilled(state, now)
    state = state.model_copy(update={"leases": tuple(lease for lease in state.leases if lease.id != permit.lease)})
    for answer in seen:
        state = _heard(state, now, answer)
    return state


def budget(state: LimitState, now: datetime) -> Budget:
    """What to show people. A minute's remainder is forgotten after a minute."""
    fresh = state.minute_seen_at is not None and now - state.minute_seen_at < BELIEVED
    return Budget(state.minute_remaining if fresh else None, state.day_remaining, state.day_limit)


def in_flight(state: LimitState) -> int:
    return sum(lease.calls for lease in state.leases)


def pause_of(seen: Seen) -> timedelta | None:
    """How long an answer asks us to stay away, if it does. A concurrency 429 may come without Retry-After (§2.2)."""
    if not seen.problem:
        return seen.retry_after
    usual = next((wait for name, wait in _WAITS.items() if seen.problem.startswith(name)), _WAIT)
    return min(seen.retry_after or usual, _LONGEST_WAIT)


def _heard(state: LimitState, now: datetime, seen: Seen) -> LimitState:
    told: dict[str, object] = {}
    if seen.minute_remaining is not None:
        told |= {"minute_remaining": seen.minute_remaining, "minute_seen_at": now}
        others = in_flight(state)  # their calls may not be in that figure yet
        told["tokens"] = min(state.tokens, max(0.0, seen.minute_remaining - others))
    if seen.day_remaining is not None:
        told |= {"day_remaining": seen.day_remaining, "day_seen_at": now, "day_limit": _day_limit(state, seen)}
    pause = pause_of(seen)
    if pause is not None and (state.not_before is None or state.not_before < now + pause):
        told |= {"not_before": now + pause, "why": "day_limit" if seen.problem.startswith("day") else "ledger_busy"}
    return state.model_copy(update=told)


def _day_limit(state: LimitState, seen: Seen) -> int:
    remaining = seen.day_remaining or 0
    tier = next((limit for limit in DAY_LIMITS if remaining < limit), remaining + 1)
    new_day = state.day_remaining is not None and remaining > state.day_remaining + RESET
    return tier if state.day_limit is None or new_day else max(tier, state.day_limit)


def _left_today(state: LimitState, now: datetime, purpose: Purpose) -> float:
    """Calls left above the floor; without a figure, as many as anyone likes. A missing header is not zero."""
    if state.day_remaining is None or state.day_seen_at is None:
        return float("inf")
    left = state.day_remaining - in_flight(state) - FLOORS[purpose] * (state.day_limit or DAY_LIMITS[0])
    return max(left, 1.0) if now - state.day_seen_at >= LOOK_AGAIN else left


def _paced(state: LimitState, now: datetime, purpose: Purpose) -> float:
    """Tokens this purpose may take. A remainder of 60 or more after a call means the minute's limit is lifted, as it
    is for half an hour after connecting on the larger tiers: then there is nothing to pace."""
    seen_at = state.minute_seen_at
    if seen_at is not None and (state.minute_remaining or 0) >= MINUTE_LIMIT and now - seen_at < BELIEVED:
        return float(IN_FLIGHT)
    return state.tokens - LEAVES[purpose]


def _refilled(state: LimitState, now: datetime) -> LimitState:
    """The bucket as it stands now, without leases that ran out."""
    if state.refilled_at is None:
        tokens = float(BURST)
    else:
        since = max(0.0, (now - state.refilled_at).total_seconds())
        tokens = min(float(BURST), state.tokens + since * PER_MINUTE / 60)
    leases = tuple(lease for lease in state.leases if lease.until > now)
    return state.model_copy(update={"tokens": tokens, "refilled_at": now, "leases": leases})
