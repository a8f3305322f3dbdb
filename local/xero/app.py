"""The simulator as one WSGI application: identity, connections, the accounting API and the controls on one address.

It starts no thread and never sleeps. Ids come from a seed, time from a clock callable, so the same calls give the
same answers. One lock makes it safe under a threaded server; deliveries and moves of the clock happen outside it,
because whoever is called then may call back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock
from typing import Any

from local.xero import controls
from local.xero.clock import Advance, Clock, ClockStuck, OffsetClock, system_clock
from local.xero.delivery import Postman, Sender, no_sender
from local.xero.dispatch import dispatch
from local.xero.messages import (
    Answer,
    Json,
    Request,
    html_answer,
    json_answer,
    pack,
    read_request,
    wsgi_parts,
)
from local.xero.organisations import DEFAULT
from local.xero.page import books_page
from local.xero.settings import Settings
from local.xero.world import World, new_world

StartResponse = Callable[..., object]
FURTHEST_S = 10 * 366 * 86400  # how far time moves at once: past year 9999 it could not be told any more


def create_app(
    *,
    clock: Clock | None = None,
    advance: Advance | None = None,
    sender: Sender = no_sender,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    organisations: Sequence[Json] = DEFAULT,
    client_id: str = "",
    client_secret: str = "",
) -> "Simulator":
    """The WSGI callable.

    `clock` answers aware UTC datetimes; `advance` moves it (by default an offset of the app's own is added).
    `settings` are those of `POST /_sim/settings`, kept over a reset. Any client id and secret pass unless given.
    """
    if advance is None:
        own = OffsetClock(clock or system_clock)
        clock, advance = own, own.advance
    assert clock is not None, "a clock that advances needs to be read too"
    start = _Start(clock, seed, dict(settings or {}), organisations, (client_id, client_secret))
    return Simulator(start, advance, sender)


class _Start:
    """How a fresh world is made, at the beginning and by reset."""

    def __init__(
        self,
        clock: Clock,
        seed: int,
        settings: Json,
        organisations: Sequence[Json],
        client: tuple[str, str],
    ) -> None:
        self._given = (clock, seed, settings, organisations, client)
        self._made = 0

    def world(self) -> World:
        """Every world has ids of its own: after a reset nothing old is mistaken for something new."""
        clock, seed, settings, organisations, client = self._given
        world = new_world(clock, f"{seed}/{self._made}", Settings(), organisations, client)
        self._made += 1
        controls.apply_settings(world, settings)
        return world


class Simulator:
    """The WSGI callable, and what its owner may do beside serving it: `tick` and `deliver`."""

    def __init__(self, start: _Start, advance: Advance, sender: Sender) -> None:
        self._start = start
        self._advance = advance
        self._lock = RLock()
        self._postman = Postman(sender, self._lock)
        self.world = start.world()

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = read_request(environ)
        answer = self.answer(request)
        pack(answer, request)
        status, headers, body = wsgi_parts(answer)
        start_response(status, headers)
        return body

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/_sim"):
            return self._control(request)
        with self._lock:
            return dispatch(self.world, request)

    def tick(self) -> None:
        """Applies late writes that have come due; every request does it too."""
        with self._lock:
            self.world.faults.settle_late(self.world.now())

    def deliver(self, *, forced: bool = True) -> Json:
        """Sends pending webhooks: all of them, or what is due."""
        return self._postman.deliver(self.world, forced=forced)

    def _control(self, request: Request) -> Answer:
        control = (request.method, request.path.removeprefix("/_sim").strip("/"))
        if control == ("GET", ""):
            return html_answer(200, books_page())
        if control == ("POST", "webhooks:flush"):
            return json_answer(200, self.deliver())
        if control == ("POST", "clock"):
            return self._move_clock(request)
        with self._lock:
            if control == ("POST", "reset"):
                self.world = self._start.world()
                return json_answer(200, {"organisations": self.world.named()})
            if control == ("GET", "clock"):
                return json_answer(200, {"now": self.world.now().isoformat()})
            self.world.faults.settle_late(self.world.now())
            return controls.handle(self.world, request)

    def _move_clock(self, request: Request) -> Answer:
        try:
            seconds = float(controls.body_of(request)["advance_s"])
        except (KeyError, TypeError, ValueError):
            seconds = -1
        if not 0 <= seconds <= FURTHEST_S:  # NaN is not either
            return json_answer(422, {"error": f"advance_s is a number of seconds from 0 to {FURTHEST_S} (ten years)"})
        try:
            self._advance(seconds)
        except ClockStuck as stuck:
            return json_answer(502, {"error": str(stuck)})
        self.tick()
        return json_answer(200, {"now": self.world.now().isoformat()})
