"""The whole system on one machine: AWS endpoint, Xero simulator, functions, gateway. It leaves nothing behind.

with Stack(Options(ports=Ports.free(), state=tmp_path)) as stack:
    token = stack.token(role="admin")
"""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from local import outbox, resources, simulator, template
from local.application import Application
from local.aws import Aws
from local.clock import Clock
from local.drain import Drain
from local.emulator import Emulator
from local.functions import Functions
from local.gateway.api import Api
from local.gateway.console import Console
from local.gateway.helpers import Helpers
from local.gateway.issuer import CLIENT_ID, Issuer
from local.gateway.issuer import PATH as ISSUER
from local.gateway.server import Server
from local.gateway.tokens import Tokens
from local.ledger_state import LedgerState
from local.options import Options
from local.ports import require_free
from local.queues import Queues
from local.schedules import Schedules
from local.sources import QueueSource

IDLE_PATIENCE_S = 30.0


class Stoppable(Protocol):
    def stop(self) -> None: ...


Part = TypeVar("Part", bound=Stoppable)


class Stack:
    """What a person, a test or a benchmark does with the running system, as methods; `/local/*` offers the same."""

    resources: resources.Resources
    aws: Aws

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.clock = Clock(self.options.state / "clock.json")
        self._tokens = Tokens()
        self._stops = ExitStack()  # of what has been started, in that order
        self._children: dict[str, Emulator | simulator.Simulator] = {}
        self._moving = threading.Lock()

    @property
    def url(self) -> str:
        return self.options.gateway_url

    @property
    def xero_url(self) -> str:
        return self.options.xero_url

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Ready when it returns; processes of functions start behind it, or with their first event."""
        options = self.options
        require_free(options.ports.gateway, "gateway", "LEDGERLINK_PORT")
        (options.state / "logs").mkdir(parents=True, exist_ok=True)
        self.clock.reset()
        emulator = self._start_children()
        application = template.read(options.root / "template.yaml", options.parameters)
        if emulator:
            emulator.wait()
        self.aws = Aws(options.aws_endpoint_url or Emulator.url_of(options.ports.aws))
        self.resources = resources.create(application, self.aws)
        self._start_functions(application)
        for child in self._children.values():
            child.wait()

    def _start_children(self) -> Emulator | None:
        emulator = None
        if not self.options.aws_endpoint_url:
            emulator = self._children["AWS endpoint"] = Emulator(
                self.options.ports.aws, self.options.state, rights=self.options.rights
            )
        if self.options.uses_simulator:
            self._children["Xero simulator"] = simulator.Simulator(self.options)
        for child in self._children.values():
            self._started(child).start()
        return emulator

    def _start_functions(self, application: Application) -> None:
        made = self.resources
        self.functions = self._started(Functions(application, made, self.aws, self.options))
        pools = self.functions.pools
        self._queues = Queues(application, made.physical, self.aws)
        self._sources = [
            QueueSource(each, pools[each.function], self._queues.place(each.queue), self.aws)
            for each in application.sources
        ]
        self._schedules = Schedules(application.schedules, pools, self.clock)
        for source in self._sources:
            self._started(source).start()
        self._started(self._schedules).start()
        self._drain = Drain(
            sources=self._sources,
            schedules=self._schedules,
            queues=self._queues,
            traffic=self.functions.traffic,
            state=LedgerState(made, self.aws, self.clock),
            simulator_url=self.xero_url if "Xero simulator" in self._children else None,
        )
        api = self._started(Api(application, pools, self._tokens))
        console = Console(
            self.options.root / "console",
            {"local": True, "issuer": ISSUER, "client_id": CLIENT_ID, "public": self.url},
            elsewhere=self.aws.endpoint_url,
        )
        self._started(Server(self.options.ports.gateway, api, console, Helpers(self), Issuer(self._tokens))).start()
        if self.options.warm:
            self.functions.warm_behind()

    def _started(self, part: Part) -> Part:
        self._stops.callback(part.stop)
        return part

    def stop(self) -> None:
        """Stops everything that was started, last first; safe to call twice and half-way through a start."""
        self._stops.close()

    def ended_early(self) -> str | None:
        """Which of the processes everything depends on has died, with the end of its log."""
        for name, child in self._children.items():
            if not child.alive:
                return f"The {name} ended by itself:\n{child.last_words()}"
        return None

    def token(
        self,
        *,
        sub: str = "local",
        email: str = "local@example.com",
        role: str = "admin",
        companies: Sequence[str] = ("*",),
    ) -> str:
        return self._tokens.issue(sub, email, role, list(companies))

    def run(self, function: str, event: dict[str, Any] | None = None) -> dict[str, Any]:
        """Runs a function (by folder or logical id) with `event`, else its scheduled one: `{result}` or `{error}`."""
        key = self.functions.key(function)
        outcome = self._schedules.fire(key) if event is None else self.functions.pools[key].invoke(event)
        return {"error" if outcome.failed else "result": outcome.json()}

    def drain(self, limit_s: float = 600.0) -> dict[str, Any]:
        """Rings everything until nothing is due or every rest waits: `{settled, due, waiting, unknown, finished}`."""
        return self._drain.run(limit_s)

    def now(self) -> datetime:
        return self.clock.now()

    def advance(self, seconds: float) -> dict[str, Any]:
        """Moves the stack's time while nothing runs, and fires each schedule passed once: `{now, fired}`."""
        with self._moving:
            for source in self._sources:
                source.pause()
            try:
                self._wait_until_idle()
                fired = self._schedules.move_clock(seconds)
            finally:
                for source in self._sources:
                    source.resume()
        return {"now": iso(self.now()), "fired": fired}

    def _wait_until_idle(self) -> None:
        end = monotonic() + IDLE_PATIENCE_S
        while self.functions.traffic.now()[0] and monotonic() < end:
            sleep(0.01)

    def outbox(self) -> list[dict[str, Any]]:
        """E-mails sent, oldest first: `[{to, subject, text, html, at, from, cc}]`."""
        return outbox.sent(self.aws.endpoint_url)

    def queues(self) -> list[dict[str, Any]]:
        return self._queues.all()

    def redrive(self, queue: str) -> int:
        return self._queues.redrive(queue)

    def peek(self, queue: str) -> list[dict[str, Any]]:
        return self._queues.peek(queue)


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
