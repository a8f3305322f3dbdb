"""Rings everything until nothing changes any more, and says what is then settled, due, waiting or unknown."""

import logging
import urllib.request
from collections.abc import Sequence
from time import monotonic, sleep
from typing import Any

from local.ledger_state import LedgerState, Snapshot
from local.ports import direct
from local.queues import Queues
from local.runtime.traffic import Traffic
from local.schedules import Schedules
from local.sources import QueueSource

LIMIT_S = 600.0
UNCHANGED_PASSES = 2
LOOK_EVERY_S = 0.05
log = logging.getLogger("local.drain")


class Drain:
    def __init__(
        self,
        *,
        sources: Sequence[QueueSource],
        schedules: Schedules,
        queues: Queues,
        traffic: Traffic,
        state: LedgerState,
        simulator_url: str | None,
    ) -> None:
        self._sources = sources
        self._schedules = schedules
        self._queues = queues
        self._traffic = traffic
        self._state = state
        self._simulator_url = simulator_url

    def run(self, limit_s: float = LIMIT_S) -> dict[str, Any]:
        """Passes of {flush webhooks, empty queues, sweep} until two change nothing.

        Answers `{settled, due, waiting: {reason: n}, unknown, finished}`; `limit_s` may be too few.
        """
        end = monotonic() + limit_s
        last: Snapshot | None = None
        unchanged = 0
        while unchanged < UNCHANGED_PASSES and monotonic() < end:
            if self._pass(end):
                now = self._state.look()  # reads all the tables: not worth it where nothing ran
                unchanged = unchanged + 1 if now == last else 0
                last = now
            else:
                unchanged += 1
            if unchanged == UNCHANGED_PASSES:
                last = self._state.look()
                if last.soon_s is not None and monotonic() + last.soon_s < end:
                    sleep(last.soon_s)  # a lane that backs off, a job's next turn: still to come, and worth waiting for
                    unchanged = 0
        return {**(last or self._state.look()).counts(), "finished": unchanged == UNCHANGED_PASSES}

    def _pass(self, end: float) -> bool:
        """Whether anything ran besides what is fired here."""
        before = self._traffic.now()
        self._flush_webhooks()
        self._wait_until_quiet(end)
        fired = self._schedules.fire_frequent()
        self._wait_until_quiet(end)
        retried = sum(source.retry_now() for source in self._sources)
        self._wait_until_quiet(end)
        running, started = self._traffic.now()
        return bool(before[0] or running or retried or started - before[1] > len(fired))

    def _flush_webhooks(self) -> None:
        if self._simulator_url:
            request = urllib.request.Request(f"{self._simulator_url}/_sim/webhooks:flush", data=b"{}", method="POST")
            try:
                direct().open(request, timeout=30).close()
            except OSError as error:
                log.warning("the simulator did not flush its webhooks: %s", error)

    def _wait_until_quiet(self, end: float) -> None:
        while monotonic() < end and not self._quiet():
            sleep(LOOK_EVERY_S)

    def _quiet(self) -> bool:
        """Nothing runs and nothing is queued, except messages that failed and wait for their visibility timeout.

        The counts are read one by one, so they only tell the truth when no function ran meanwhile.
        """
        before = self._traffic.now()
        if before[0]:
            return False  # asking the queues costs more than most of what runs
        in_flight = 0
        for state in self._queues.working():
            if state.visible or state.delayed:
                return False
            in_flight += state.in_flight
        return in_flight == sum(source.waiting_to_retry for source in self._sources) and before == self._traffic.now()
