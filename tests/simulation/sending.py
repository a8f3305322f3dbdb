"""Judges what leaves the house: written ahead, under its key, in time, within limits, and only what may go."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from dataclasses import dataclass, field
from math import inf
from typing import Any

import httpx

from ledgerlink.state.dispatch import Dispatch

from .reached import Reached
from .store import COMPANY, Store
from .verdicts import Verdicts
from .virtual import START, VirtualTime
from .wire import API

SAME_KEY_S = 90.0
A_MINUTE = 60
AT_ONCE = 5


@dataclass
class Sent:
    """Every attempt under one key."""

    print: str
    body: bytes
    times: list[float] = field(default_factory=list)
    opened: float = inf  # when it was written ahead: who wrote that may have died before the first attempt

    @property
    def since(self) -> float:
        """When it was decided, at the latest."""
        return min(self.opened, self.times[0])


class Sending:
    """An observer of the wire."""

    def __init__(self, time: VirtualTime, store: Store, verdicts: Verdicts, reached: Reached) -> None:
        self._time, self._store, self._verdicts, self._reached = time, store, verdicts, reached
        self._calls: deque[float] = deque()
        self.sent: dict[str, Sent] = {}
        self.reads: list[float] = []
        self.calls: Counter[str] = Counter()
        self._refused: set[str] = set()  # dispatches of several documents, refused as a whole

    def departs(self, request: httpx.Request, body: bytes, decided: float, at_once: int) -> None:
        if not request.url.path.startswith(API):
            self.calls["identity"] += 1
            if request.url.path.endswith("/token"):
                self._reached("token renewed")
            return
        self._within_limits(at_once)
        if request.method == "GET":
            self.calls["read"] += 1
            self.reads.append(self._time.seconds)
            return
        self.calls["write"] += 1
        self._write(request, body, decided)

    def answered(self, request: httpx.Request, response: httpx.Response) -> None:
        if request.method == "GET" or response.status_code != 400 or b'"Elements"' in response.read():
            return
        key = request.headers.get("idempotency-key", "")
        self._refused |= {each.id for each in self._store.dispatches() if each.key == key and len(each.parts) > 1}

    def stored(self, link: str, rest: dict[str, Any]) -> None:
        """A link was stored."""
        if rest.get("last_outcome") == "failed" and rest.get("last_dispatch") in self._refused:
            told = f"{link} is to blame for {rest['last_dispatch']}, which had others in it"
            self._verdicts("blamed alone", self._time.seconds, told)

    # ------------------------------------------------------------------ judging

    def _within_limits(self, at_once: int) -> None:
        now = self._time.seconds
        self._calls.append(now)
        while self._calls and self._calls[0] <= now - 60:
            self._calls.popleft()
        if len(self._calls) > A_MINUTE:
            self._verdicts("within limits", now, f"{len(self._calls)} calls within a minute")
        if at_once > AT_ONCE:
            self._verdicts("within limits", now, f"{at_once} calls at once")
        if at_once > 1:
            self._reached("sent in several calls at once")

    def _write(self, request: httpx.Request, body: bytes, decided: float) -> None:
        key = request.headers.get("idempotency-key", "")
        print_ = hashlib.sha256(f"{request.method} {request.url.raw_path!r}".encode() + body).hexdigest()
        known = self.sent.setdefault(key, Sent(print_, body))
        if known.print != print_:
            self._verdicts("same key, same bytes", self._time.seconds, f"key {key} with another request")
        if known.times:
            self._reached("same key again")
            if decided - known.times[0] > SAME_KEY_S:
                self._verdicts("key in time", decided, f"key {key} sent again after {decided - known.times[0]:.0f} s")
        known.times.append(self._time.seconds)
        open_ = list(self._store.dispatches())
        dispatch = next((each for each in open_ if each.key == key), None)
        told = dispatch.body if dispatch is not None and dispatch.method != "DELETE" else b""
        if dispatch is None or told != body or not request.url.raw_path.decode().endswith(dispatch.path):
            self._verdicts("written ahead", decided, f"{request.method} {request.url.path} under {key!r}")
            return
        known.opened = opened = (dispatch.opened_at - START).total_seconds()
        if decided - opened > SAME_KEY_S:
            self._verdicts(
                "key in time", decided, f"dispatch {dispatch.id} sent {decided - opened:.0f} s after it opened"
            )
        self._parts(dispatch, open_, decided)

    def _parts(self, dispatch: Dispatch, open_: list[Dispatch], decided: float) -> None:
        others = {part.key(COMPANY) for each in open_ if each.id != dispatch.id for part in each.parts}
        for part in dispatch.parts:
            key = part.key(COMPANY)
            if key in others:
                self._verdicts("one dispatch at a time", decided, f"{key.id} is in {dispatch.id} and another one")
            link, record = self._store.link(key), self._store.record(key.record)
            if link is None or record is None or link.last_dispatch == dispatch.id:
                continue
            why = "deleted" if record.deleted else link.tombstone or ("held" if link.do_not_export.on else "")
            if why and not (link.tombstone and link.ordered_by):
                self._verdicts("people's word holds", decided, f"{key.id} was sent although {why}")
