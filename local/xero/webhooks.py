"""Webhooks: what is told, how it is signed, when it is sent again, and the intent to receive (facts/xero.md §5).

Holds deliveries and says which is next; it sends nothing itself. `delivery` does, outside the app's lock.
"""

import base64
import hmac
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.xero.books import Books, Change
from local.xero.dates import fraction
from local.xero.ids import Ids
from local.xero.kinds import KINDS
from local.xero.messages import Json

RETRY_EVERY = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)
KEPT = timedelta(days=31)
PROBE_AGAIN = timedelta(seconds=5)
EVENTS_PER_DELIVERY = 20
UNREACHABLE, NOT_EMPTY = 0, 1  # a sender's answers beside HTTP statuses: nobody there; a body or cookie on a 2xx

OFF, INTENT, OK, FAILED, DISABLED = "off", "intent to receive", "ok", "failed", "disabled"


@dataclass(slots=True)
class Delivery:
    """One POST. `expected` is set on an intent-to-receive probe: whether it must be accepted."""

    body: bytes
    signature: str
    expected: bool | None = None
    heard: datetime | None = None
    next_at: datetime | None = None
    failed_first: datetime | None = None
    failures: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json; charset=utf-8", "x-xero-signature": self.signature}


class BadWebhooks(ValueError):
    """A value that the webhooks setting cannot take."""


@dataclass(slots=True)
class Webhooks:
    """`duplicate`, `drop` and `reorder` are chances from 0 to 1, for rehearsing bad days."""

    ids: Ids
    url: str = ""
    key: str = ""
    state: str = OFF
    reason: str = ""
    duplicate: float = 0.0
    drop: float = 0.0
    reorder: float = 0.0
    sequence: int = 0
    delivered: int = 0
    _events: list[tuple[datetime, int, Json]] = field(default_factory=list)
    _deliveries: deque[Delivery] = field(default_factory=deque)
    _probes: deque[Delivery] = field(default_factory=deque)
    _probe_at: datetime | None = None

    def configure(self, value: Any) -> None:
        """Takes `true`, `false`, or `{url, key, enabled, duplicate, drop, reorder}`; raises BadWebhooks.

        A new address or key, and enabling again, ask for the intent to receive once more. Switched off, events are
        not kept; disabled by failures, they are.
        """
        given = {"enabled": value} if isinstance(value, bool) else value
        chances = {"duplicate", "drop", "reorder"}
        if not isinstance(given, dict) or set(given) - {"url", "key", "enabled", *chances}:
            raise BadWebhooks("webhooks is true, false, or an object of url, key, enabled, duplicate, drop, reorder")
        for name in chances & set(given):
            setattr(self, name, float(given[name]))
        address = (str(given.get("url") or self.url), str(given.get("key") or self.key))
        enabled = bool(given.get("enabled", self.state != OFF or "url" in given))
        if enabled and not all(address):
            raise BadWebhooks("webhooks need a url and a key")
        moved, (self.url, self.key) = address != (self.url, self.key), address
        if not enabled:
            self.state, self.reason = OFF, ""
            self._events.clear()
            self._deliveries.clear()
        elif moved or self.state not in (OK, INTENT):
            self.state, self.reason, self._probe_at = INTENT, "", None
            self._probes.clear()

    def hear(self, books: Books, changes: Iterable[Change], now: datetime) -> None:
        """Own writes are told too (§5)."""
        if self.state == OFF:
            return
        for change in changes:
            kind = KINDS.get(change.kind)
            row = books.tables[change.kind].get(change.id)
            if kind is None or not kind.category or row is None:
                continue
            event: Json = {"resourceUrl": f"https://api.xero.com/api.xro/2.0/{kind.segment}/{change.id}"}
            event |= {"resourceId": change.id, "eventDateUtc": fraction(now), "eventType": change.type}
            event |= {"eventCategory": kind.category, "tenantId": books.id, "tenantType": "ORGANISATION"}
            data = kind.event_data(row)
            event |= {"data": data} if data else {}
            self.sequence += 1
            if not self._lucky(self.drop):
                self._events += [(now, self.sequence, event)] * (2 if self._lucky(self.duplicate) else 1)

    def next(self, now: datetime, *, forced: bool) -> Delivery | None:
        """The POST to make now. `forced` does not wait for the next retry, and asks again for a failed intent."""
        if self.state == INTENT or (self.state == FAILED and forced):
            return self._next_probe(now, forced)
        if self.state != OK:
            return None
        self._pack()
        while self._deliveries and now - (self._deliveries[0].heard or now) > KEPT:
            self._deliveries.popleft()
        first = self._deliveries[0] if self._deliveries else None
        waits = first is not None and first.next_at is not None and now < first.next_at and not forced
        return None if waits else first

    def told(self, delivery: Delivery, status: int, now: datetime) -> bool:
        """What came back; False where there is no point in going on right now."""
        if delivery.expected is not None:
            return self._probed(delivery, status, now)
        if 200 <= status < 300:
            self.delivered += 1
            if self._deliveries and self._deliveries[0] is delivery:
                self._deliveries.popleft()
            return True
        delivery.failures += 1
        delivery.failed_first = delivery.failed_first or now
        delivery.next_at = now + (timedelta() if delivery.failures == 1 else RETRY_EVERY)
        if now - delivery.failed_first >= GIVE_UP_AFTER:
            self.state, self.reason = DISABLED, f"not accepted for 24 hours, last answer {status}"
        return delivery.failures == 1

    @property
    def pending(self) -> int:
        return len(self._deliveries) + len(self._events)

    def as_json(self) -> Json:
        shown: Json = {"url": self.url, "enabled": self.state != OFF, "state": self.state, "reason": self.reason}
        shown |= {"duplicate": self.duplicate, "drop": self.drop, "reorder": self.reorder}
        return {**shown, "sequence": self.sequence, "delivered": self.delivered, "pending": self.pending}

    def _pack(self) -> None:
        """Events heard since become deliveries, in order of their sequence unless `reorder` says otherwise."""
        if not self._events:
            return
        mixed = self._lucky(self.reorder)
        size = 1 if mixed else EVENTS_PER_DELIVERY
        batches = [self._events[at : at + size] for at in range(0, len(self._events), size)]
        if mixed:
            self.ids.random.shuffle(batches)
        self._deliveries += [self._delivery(batch) for batch in batches]
        self._events.clear()

    def _delivery(self, batch: Sequence[tuple[datetime, int, Json]]) -> Delivery:
        body = _body([event for _, _, event in batch], batch[0][1], batch[-1][1], self.ids.entropy())
        return Delivery(body, sign(self.key, body), heard=batch[0][0])

    def _next_probe(self, now: datetime, forced: bool) -> Delivery | None:
        if not self._probes:
            if self._probe_at and now < self._probe_at and not forced:
                return None
            self._probes.extend(self._probe(good) for good in (True, False, True, False))
        return self._probes[0]

    def _probe(self, good: bool) -> Delivery:
        body = _body([], 0, 0, self.ids.entropy())
        right = sign(self.key, body)
        return Delivery(body, right if good else self._off_by_one(right), expected=good)

    def _off_by_one(self, signature: str) -> str:
        """One character differs (§5), never in the last ones, whose spare bits a lenient decoder would not see."""
        at = self.ids.random.randrange(40)
        other = "A" if signature[at] != "A" else "B"
        return signature[:at] + other + signature[at + 1 :]

    def _probed(self, probe: Delivery, status: int, now: datetime) -> bool:
        right = 200 <= status < 300 if probe.expected else status == 401
        if right and self._probes and self._probes[0] is probe:
            self._probes.popleft()
            if not self._probes:
                self.state, self.reason = OK, ""
            return True
        signed = "rightly signed" if probe.expected else "mis-signed"
        self._probes.clear()
        self._probe_at = now + PROBE_AGAIN
        self.reason = f"a {signed} probe was answered with {_spelled(status)}"
        # Nobody there yet is not an answer: the stack may still be starting, so it is asked again by itself.
        self.state = INTENT if status == UNREACHABLE or status >= 500 else FAILED
        return False

    def _lucky(self, chance: float) -> bool:
        return chance > 0 and self.ids.random.random() < chance


def sign(key: str, body: bytes) -> str:
    """The key is used as text, not base64-decoded (§5)."""
    return base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()


def _body(events: Sequence[Json], first: int, last: int, entropy: str) -> bytes:
    """The irregular spaces are Xero's: whoever parses and writes it again gets another signature (§5)."""
    told = json.dumps(events, separators=(",", ":"))
    text = f'{{"events":{told},"firstEventSequence": {first},"lastEventSequence": {last}, "entropy": "{entropy}"}}'
    return text.encode()


def _spelled(status: int) -> str:
    return {UNREACHABLE: "nothing", NOT_EMPTY: "a body or a cookie"}.get(status, str(status))
