"""Lambda as the simulated world has it: the real handlers, in containers that stay warm until they die."""

from __future__ import annotations

import importlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from ledgerlink.adapters import aws as aws_clients
from ledgerlink.errors import LedgerlinkError
from ledgerlink.settings import Settings
from ledgerlink.wiring import Wiring

from .virtual import Killed, Life, VirtualTime

COLD = 0.1  # how often a container is thrown away although it lives


@dataclass(frozen=True)
class Outcome:
    """How a run ended: ok with a value, failed with an error, or killed."""

    value: Any = None
    error: BaseException | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


class SimulatedWiring(Wiring):
    """A container's own wiring; only the clients below the adapters are shared, for they take long to make."""

    def __init__(self, shared: Shared, **how: Any) -> None:
        super().__init__(shared.settings, **how)
        self._shared = shared

    @cached_property
    def crm(self) -> Any:
        return self._shared.crm

    @cached_property
    def _tables(self) -> Any:
        return self._shared.tables

    @cached_property
    def files(self) -> Any:
        return self._shared.bucket

    def _aws(self, service: str) -> Any:
        return self._shared.client(service)


class Shared:
    """Clients and tables of a world."""

    def __init__(self, settings: Settings, tables: Any, bucket: Any) -> None:
        self.settings, self.tables, self.bucket = settings, tables, bucket
        self.crm: Any = None  # the CRM's endpoint
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = aws_clients.client.__wrapped__(service, self.settings.region, "")
        return self._clients[service]


class _Context:
    """What Lambda tells a run about itself."""

    def __init__(self, name: str, time: VirtualTime, ends_at: float, request: str) -> None:
        self.function_name, self.aws_request_id = name, request
        self.function_version, self.memory_limit_in_mb = "$LATEST", 512
        self.invoked_function_arn = f"arn:aws:lambda:eu-west-1:000000000000:function:{name}"
        self._time, self._ends_at = time, ends_at

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._ends_at - self._time.seconds) * 1000))


class Lambdas:
    """Runs functions; ``timeouts`` come from the template."""

    def __init__(
        self, time: VirtualTime, dice: Random, new_ports: Callable[[], Any], timeouts: dict[str, float]
    ) -> None:
        self._time, self._dice, self._new_ports, self._timeouts = time, dice, new_ports, timeouts
        self._warm: defaultdict[str, list[Any]] = defaultdict(list)
        self._runs = 0
        self.ended: Counter[str] = Counter()
        self.broken: list[BaseException] = []  # errors that no weather explains

    def invoke(self, name: str, event: dict[str, Any]) -> Outcome:
        """One run of a function's handler, within the process that asks for it."""
        handler = importlib.import_module(f"{name}.app").lambda_handler
        self._runs += 1
        ends_at = self._time.seconds + self._timeouts[name]
        context = _Context(name, self._time, ends_at, f"run-{self._runs}")
        return self.run(name, self._timeouts[name], lambda _: handler(event, context))

    def run(self, name: str, timeout: float, work: Callable[[Any], Any]) -> Outcome:
        """Anything that runs as a function would: ``work`` is given the ports of its container."""
        life = Life(name, self._time.seconds + timeout)
        life.ports = self._warm[name].pop() if self._warm[name] else self._new_ports()
        process = self._time.current
        assert process is not None
        process.lives.append(life)
        try:
            value = work(life.ports)
        except Killed as killed:
            if killed.life is not life:
                raise
            self.ended[f"{name}: killed"] += 1
            return Outcome(error=killed)
        except LedgerlinkError as error:
            self.ended[f"{name}: {type(error).__name__}"] += 1
            return Outcome(error=error)
        except Exception as error:
            self.broken.append(error)
            return Outcome(error=error)
        finally:
            process.lives.remove(life)
        self.ended[f"{name}: ok"] += 1
        if self._dice.random() > COLD:
            self._warm[name].append(life.ports)
        return Outcome(value)
