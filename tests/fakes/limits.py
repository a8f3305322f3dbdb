"""The limits port over the real rules, kept in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from ledgerlink.ports import Budget, Clock, NoPermit, Permit, Purpose, Seen
from ledgerlink.rules import limits as rules
from ledgerlink.rules.calls_made import by_day
from ledgerlink.state.limits import LimitState


class MemoryLimits:
    """``ports.Limits``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.states: dict[str, LimitState] = {}

    def acquire(self, organisation: str, calls: int, purpose: Purpose, day: date) -> Permit | NoPermit:
        state, answer = rules.acquire(self.of(organisation), self._clock.now(), calls, purpose, day)
        self.states[organisation] = state
        return answer

    def settle(self, organisation: str, permit: Permit, seen: Sequence[Seen]) -> None:
        self.states[organisation] = rules.settle(self.of(organisation), self._clock.now(), permit, seen)

    def budget(self, organisation: str) -> Budget:
        return rules.budget(self.of(organisation), self._clock.now())

    def made(self, organisation: str) -> dict[date, int]:
        return by_day(self.of(organisation))

    def ready(self, organisation: str, purpose: Purpose) -> tuple[int, datetime | None]:
        return rules.ready(self.of(organisation), self._clock.now(), purpose)

    def of(self, organisation: str) -> LimitState:
        return self.states.get(organisation, LimitState())
