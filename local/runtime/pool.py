"""All environments of one function: idle ones are reused, missing ones started, stale and dead ones replaced."""

import json
import threading
from collections.abc import Callable
from typing import Any

from local.runtime.environment import Environment, Launch
from local.runtime.invocation import PAYLOAD_LIMIT, Invocation, Outcome, failure
from local.runtime.traffic import Traffic

CONCURRENCY = 8


class Pool:
    """`code_version` changes when the code did; environments that started with an older one are not used again."""

    def __init__(self, launch: Launch, code_version: Callable[[], object], traffic: Traffic) -> None:
        self.launch = launch
        self._code_version = code_version
        self._traffic = traffic
        self._idle: list[tuple[object, Environment]] = []
        self._all: set[Environment] = set()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(CONCURRENCY)
        self._stopped = False

    def invoke(self, event: Any) -> Outcome:
        """Runs the function with `event` (anything JSON); what goes wrong in it is an outcome, not an exception."""
        body = json.dumps(event).encode()
        if len(body) > PAYLOAD_LIMIT:
            return failure(
                "RequestEntityTooLargeException", f"{len(body)} byte payload is too large for the Invoke operation"
            )
        with self._traffic.one(), self._slots:
            version, environment = self._take()
            outcome = environment.invoke(Invocation(body, self.launch.timeout_s))
            self._give_back(version, environment)
            return outcome

    def warm(self) -> None:
        """Starts one environment ahead of its first event."""
        version, environment = self._take()
        environment.wait_until_ready()
        self._give_back(version, environment)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            for environment in self._all:
                environment.stop()
            self._all.clear()
            self._idle.clear()

    def _take(self) -> tuple[object, Environment]:
        version = self._code_version()
        with self._lock:
            while self._idle:
                started_with, environment = self._idle.pop()
                if started_with == version and environment.alive:
                    return version, environment
                self._discard(environment)
            environment = Environment(self.launch)
            self._all.add(environment)
            return version, environment

    def _give_back(self, version: object, environment: Environment) -> None:
        with self._lock:
            if environment.alive and not self._stopped:
                self._idle.append((version, environment))
            else:
                self._discard(environment)

    def _discard(self, environment: Environment) -> None:
        environment.stop()
        self._all.discard(environment)
