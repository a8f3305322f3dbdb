"""Where a record stands, as people are shown it: one state folded over its parts, and what it waits for (Q1, Q4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from ledgerlink.ports import Budget
from ledgerlink.state.company import Connection
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.lane import Lane
from ledgerlink.state.link import Link, LinkKey, SyncState

from .profiles import CompanySettings

# What a person should look at first decides for the whole record.
_SEVEREST: tuple[SyncState, ...] = (
    "error",
    "conflict",
    "parked",
    "unknown",
    "sending",
    "due",
    "skipped",
    "linked",
    "unlinked",
)
NEARLY_NONE = 0.1  # of the day's calls: live traffic stops there


def in_flight(dispatches: Iterable[Dispatch], lane: Lane, now: datetime) -> dict[LinkKey, SyncState]:
    """Parts in open dispatches: being sent while somebody drives the lane, else the answer is still to be found."""
    found: dict[LinkKey, SyncState] = {}
    for dispatch in dispatches:
        state: SyncState = "unknown" if dispatch.state == "unknown" or lane.free(now) else "sending"
        found |= {part.key(dispatch.company): state for part in dispatch.parts if not part.settled}
    return found


def state_of(link: Link, flying: Mapping[LinkKey, SyncState]) -> SyncState:
    """The part's state; what is in an open dispatch shows as that. A settled part may still lie in one."""
    state = flying.get(link.key)
    return state if state is not None and link.state in ("due", "unlinked") else link.state


def fold(states: Iterable[SyncState]) -> SyncState:
    """One state for a record of several parts; a record without any part was never looked at."""
    present = set(states)
    return next((state for state in _SEVEREST if state in present), "unlinked")


def closed_because(settings: CompanySettings, connection: Connection, lane: Lane, budget: Budget, now: datetime) -> str:
    """Why nothing of the company goes out now; "" if something may."""
    if not settings.integration_enabled:
        return "integration_disabled"
    if connection.state != "connected":
        return "needs_reconnect" if connection.state == "needs_reconnect" else "not_connected"
    if connection.first_look:
        return "looking_for_duplicates"
    if lane.paused:
        return lane.paused
    if lane.not_before is not None and lane.not_before > now:
        return "day_limit" if _nearly_used_up(budget) else "ledger_busy"
    return ""


def _nearly_used_up(budget: Budget) -> bool:
    if budget.day_remaining is None:
        return False
    return budget.day_remaining <= NEARLY_NONE * (budget.day_limit or 1_000)


def waits_for(link: Link, state: SyncState, closed: str) -> str | None:
    """The reason code of what a due part waits for; None where it will go with the next drain."""
    if state == "unknown":
        return "lost_answer"
    if state != "due":
        return None
    return (link.reason if link.waits_on or link.wake_at else "") or closed or None
