"""The shared limits of each ledger organisation: one small versioned document, changed by ``rules.limits``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TypeVar

from ledgerlink.errors import Conflict, StoreBusy
from ledgerlink.ports import Budget, Clock, NoPermit, Permit, Purpose, Seen
from ledgerlink.rules import limits as rules
from ledgerlink.rules.calls_made import by_day
from ledgerlink.state.limits import LimitState

from . import control

TRIES = 8  # at most five callers share an organisation, and each change takes a few milliseconds
_CONTENDED = timedelta(seconds=0.2)

T = TypeVar("T")


class DynamoLimits:
    """``ports.Limits``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def acquire(self, organisation: str, calls: int, purpose: Purpose, day: date) -> Permit | NoPermit:
        def change(state: LimitState, now: datetime) -> tuple[LimitState, Permit | NoPermit]:
            return rules.acquire(state, now, calls, purpose, day)

        try:
            return self._change(organisation, change)
        except (Conflict, StoreBusy):
            return NoPermit(self._clock.now() + _CONTENDED, "ledger_busy")

    def settle(self, organisation: str, permit: Permit, seen: Sequence[Seen]) -> None:
        with suppress(Conflict, StoreBusy):  # the lease runs out by itself, and the next answer says what is left
            self._change(organisation, lambda state, now: (rules.settle(state, now, permit, seen), None))

    def budget(self, organisation: str) -> Budget:
        return rules.budget(self._load(organisation), self._clock.now())

    def made(self, organisation: str) -> dict[date, int]:
        return by_day(self._load(organisation))

    def ready(self, organisation: str, purpose: Purpose) -> tuple[int, datetime | None]:
        return rules.ready(self._load(organisation), self._clock.now(), purpose)

    def _change(self, organisation: str, change: Callable[[LimitState, datetime], tuple[LimitState, T]]) -> T:
        """Apply a rule to the stored state; a refusal stores nothing."""
        for attempt in range(TRIES):
            state = self._load(organisation)
            changed, answer = change(state, self._clock.now())
            if isinstance(answer, NoPermit):
                return answer
            try:
                control.put(
                    control.item(_partition(organisation), "limits", changed, version=state.version), state.version
                )
                return answer
            except Conflict:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _load(self, organisation: str) -> LimitState:
        return control.load(_partition(organisation), "limits", LimitState) or LimitState()


def _partition(organisation: str) -> str:
    return f"organisation#{organisation}"
