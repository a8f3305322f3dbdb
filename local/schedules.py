"""Fires the template's schedules by the local clock: on time, on demand, once each when the clock moves past them."""

import logging
import threading
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from local.application import Schedule
from local.children import ACCOUNT, REGION
from local.clock import Clock
from local.runtime.invocation import Outcome
from local.runtime.pool import Pool

LOOK_EVERY_S = 0.25
FREQUENT_S = 60
log = logging.getLogger("local.schedules")


def scheduled_event(at: datetime) -> dict[str, Any]:
    """What EventBridge hands to a function."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [],
        "detail": {},
    }


class Schedules:
    def __init__(self, schedules: Sequence[Schedule], pools: Mapping[str, Pool], clock: Clock) -> None:
        self._schedules = schedules
        self._pools = pools
        self._clock = clock
        self._next = {schedule: clock.now() + timedelta(seconds=schedule.every_s) for schedule in schedules}
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="schedules", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def fire(self, function: str) -> Outcome:
        """Runs a function (logical id) now with its scheduled event, and waits for it."""
        return self._pools[function].invoke(scheduled_event(self._clock.now()))

    def fire_frequent(self) -> list[str]:
        """Runs what runs every minute anyway, once; answers their names. What comes by the hour waits for its time."""
        return [self._fired(schedule) for schedule in self._schedules if schedule.every_s <= FREQUENT_S]

    def move_clock(self, seconds: float) -> list[str]:
        """Moves the clock and runs once each schedule it has passed, however often it has; answers their names."""
        with self._lock:
            self._clock.advance(seconds)
            passed = self._due()
        return [self._fired(schedule) for schedule in passed]

    def _fired(self, schedule: Schedule) -> str:
        outcome = self.fire(schedule.function)
        name = self._pools[schedule.function].launch.name
        if outcome.failed:
            log.warning("%s failed: %s", name, outcome.describe())
        return name

    def _due(self) -> list[Schedule]:
        """What is due, its next time set. Called under the lock, so that timer and moved clock never fire one twice."""
        now = self._clock.now()
        due = [schedule for schedule, at in self._next.items() if at <= now]
        for schedule in due:
            self._next[schedule] = now + timedelta(seconds=schedule.every_s)
        return due

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            with self._lock:
                due = self._due()
            for schedule in due:
                threading.Thread(target=self._fired, args=(schedule,), name="schedule", daemon=True).start()
