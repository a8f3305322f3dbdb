"""The way to the ledger and back: each call takes its time, and what can go wrong with one goes wrong here.

Most faults are the simulator's own, switched on for one call. Its late writes, and requests that arrive after nobody
waits for them any more, are carried out by the books' own clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, Protocol

import httpx

from local.xero.app import Simulator
from local.xero.faults import Fault
from local.xero.transport import FaultTransport

from .virtual import VirtualTime
from .weather import HTTP, Weather

API = "/api.xro/"
# Xero forgets a key six minutes after its first use, and repeats go out for 90 seconds. One under way for longer
# than the time between, while the first was answered long ago, looks like a new one: nobody could prevent it.
SURELY_ARRIVED = 260.0
_OURS = frozenset(("kill_before", "kill_sent", "stall", "refused", "stray", "outage"))
_WRITES_ONLY = frozenset(("outage", "error_midway", "late_apply", "element_error", "bad_request"))
# A token request that is carried out a minute after somebody gave up on it would end a consent; nobody has met one.
_API_ONLY = frozenset(("limit_minute", "limit_day", "limit_concurrent", "limit_app", "stray"))
_NAMES = (  # what one element of a batch is known by
    *("ContactID", "ContactNumber", "InvoiceID", "InvoiceNumber", "CreditNoteID", "ItemID", "Code", "Url", "Reference"),
)
_TEXTS = (
    "The Account Number already exists. Please enter a different Account Number.",
    "Email address must be valid.",
    "Something nobody has met yet.",
)


class Observer(Protocol):
    """Looks at what leaves the house, and at what comes back.

    ``decided`` is when it was about to leave, ``at_once`` how many are out.
    """

    def departs(self, request: httpx.Request, body: bytes, decided: float, at_once: int) -> None: ...

    def answered(self, request: httpx.Request, response: httpx.Response) -> None: ...


class Wire(httpx.BaseTransport):
    """httpx's transport of the simulated world."""

    def __init__(self, time: VirtualTime, weather: Weather, dice: Random, app: Simulator) -> None:
        self._time, self._weather, self._dice, self._app = time, weather, dice, app
        self._inner = FaultTransport(app, on_delay=self._pass)
        self.observers: list[Observer] = []
        self.late: Callable[[bool], object] = lambda late: None  # told around what is carried out after its time
        self.surely: dict[str, list[str]] = {}  # faults that the next writes of a sort meet, by their address's end
        self.in_flight = 0
        self._down_until = 0.0

    def _pass(self, seconds: float) -> None:
        if self._time.watched:
            self._time.pass_(seconds)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        if not self._time.watched:
            return self._inner.handle_request(request)
        self._time.check()
        decided = self._time.seconds
        kind = self._ordered(request) or self._weather.strikes("http", _possible(request))
        if kind == "stall":
            self._time.pass_(self._dice.uniform(5, 130))
        if kind == "kill_before":
            raise self._time.life.kill("before a call to the ledger")
        if kind == "refused" or self._time.seconds < self._down_until:
            self._time.pass_(0.05)
            raise httpx.ConnectError("refused", request=request)
        with self._flying():
            for observer in self.observers:
                observer.departs(request, body, decided, self.in_flight)
            response = self._exchange(request, body, kind)
            for observer in self.observers:
                observer.answered(request, response)
            self._time.pass_(self._dice.uniform(0.03, 0.2))
        return response

    def _ordered(self, request: httpx.Request) -> str:
        """What the world has in store for this one."""
        sort = next((each for each in self.surely if request.method != "GET" and request.url.path.endswith(each)), "")
        kind = self.surely[sort].pop(0) if sort else ""
        if sort and not self.surely[sort]:
            del self.surely[sort]
        if kind:
            self._weather.struck[f"http.{kind}"] += 1
        return kind

    @contextmanager
    def _flying(self) -> Iterator[None]:
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    def _exchange(self, request: httpx.Request, body: bytes, kind: str) -> httpx.Response:
        self._time.pass_(self._dice.uniform(0.02, 0.1))
        if kind == "kill_sent":
            if self._dice.random() < 0.7:
                late = request.url.path.startswith(API) and self._dice.random() < 0.3
                self._later(request, body, self._dice.uniform(1, 90) if late else 0.0)
            raise self._time.life.kill("while the ledger was called")
        if kind == "outage":
            self._down_until = self._time.seconds + self._dice.uniform(30, 300)
        if kind in ("stray", "outage"):
            self._later(request, body, self._dice.uniform(1, 90 if kind == "stray" else SURELY_ARRIVED))
            self._time.pass_(request.extensions["timeout"]["read"])
            raise httpx.ReadTimeout("timed out", request=request)
        fault = self._fault(kind, body)
        if fault is None:
            return self._inner.handle_request(request)
        rules = self._app.world.faults.rules
        rules.insert(0, fault)
        try:
            return self._inner.handle_request(request)
        finally:
            rules[:] = [rule for rule in rules if rule is not fault]

    def _later(self, request: httpx.Request, body: bytes, delay: float) -> None:
        """The request arrives although nobody waits for the answer."""
        same = httpx.Request(request.method, request.url, headers=request.headers, content=body)

        def arrive() -> None:
            self.late(True)
            with self._time.aside():
                FaultTransport(self._app).handle_request(same).read()
            self.late(False)

        self._time.start(arrive, delay=delay)

    def _fault(self, kind: str, body: bytes) -> Fault | None:
        dice = self._dice
        make: dict[str, Callable[[], Fault]] = {
            "limit_day": lambda: Fault("limit_day", delay_s=dice.uniform(30, 500)),
            "error_before": lambda: Fault("error_before", status=dice.choice((500, 502, 503))),
            "error_after": lambda: Fault("error_after", status=dice.choice((500, 502, 503))),
            "error_midway": lambda: Fault("error_after", elements=dice.randint(0, _count(body))),
            "timeout_after_apply": lambda: Fault(kind, elements=dice.choice((None, None, _count(body) // 2))),
            "late_apply": lambda: Fault(kind, delay_s=dice.choice((dice.uniform(5, 60), dice.uniform(60, 870)))),
            "bad_request": lambda: Fault("error_before", status=400, message="A validation exception occurred"),
            "reset_applied": lambda: Fault("reset", apply=True),
            "torn_before": lambda: Fault("torn", apply=False),
            "html": lambda: Fault("html", status=dice.choice((200, 502, 503))),
            "html_before": lambda: Fault("html", status=dice.choice((200, 502)), apply=False),
            "latency": lambda: Fault("latency", delay_s=dice.choice((dice.uniform(0.5, 5), dice.uniform(5, 25)))),
            "element_error": lambda: Fault(kind, where=_one_of(body, dice), message=dice.choice(_TEXTS)),
        }
        if not kind or kind in _OURS or (kind == "element_error" and not _elements(body)):
            return None
        return make[kind]() if kind in make else Fault(kind)


def _possible(request: httpx.Request) -> tuple[str, ...]:
    api = request.url.path.startswith(API)
    if api and request.method in ("PUT", "POST"):
        return _ALL
    return _READING if api else _ELSEWHERE


_ALL = tuple(HTTP)
_READING = tuple(name for name in HTTP if name not in _WRITES_ONLY)
_ELSEWHERE = tuple(name for name in _READING if name not in _API_ONLY)


def _elements(body: bytes) -> list[dict[str, Any]]:
    """The batch of a write; none of anything else."""
    batch = next(iter(json.loads(body).values())) if body.startswith(b"{") else []
    return batch if isinstance(batch, list) else []


def _count(body: bytes) -> int:
    return len(_elements(body))


def _one_of(body: bytes, dice: Random) -> dict[str, Any]:
    """One element of a batch, by what names it."""
    element = dice.choice(_elements(body))
    found = next((name for name in _NAMES if element.get(name)), "")
    return {found: element[found]} if found else {}
