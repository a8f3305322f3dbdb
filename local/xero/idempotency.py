"""Idempotency keys: kept 6 minutes, per app and not per tenant, errors included (facts/xero.md §3.3)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.xero.messages import Answer, Request, text_answer

KEPT = timedelta(minutes=6)
LONGEST_KEY = 128


@dataclass(slots=True)
class _Entry:
    at: datetime
    print: bytes
    settle: Callable[[], Answer]


@dataclass(slots=True)
class Idempotency:
    _entries: dict[tuple[str, str], _Entry] = field(default_factory=dict)

    def replay(self, app: str, request: Request, now: datetime) -> Answer | None:
        """The kept answer of this key, a 400 for another request under it, or None if the key is new."""
        key = request.headers["idempotency-key"]
        if len(key) > LONGEST_KEY:
            return text_answer(400, f"Idempotency Key must not be longer than {LONGEST_KEY} characters.")
        self._forget(now)
        entry = self._entries.get((app, key))
        if entry is None:
            return None
        if entry.print != _print(request):
            return text_answer(400, f"Idempotency Key: {key} is used with a different request.")
        return _copy(entry.settle())

    def keep(self, app: str, request: Request, now: datetime, settle: Callable[[], Answer]) -> None:
        """`settle` gives the answer; for a write still under way, asking completes it."""
        self._entries[app, request.headers["idempotency-key"]] = _Entry(now, _print(request), settle)

    def _forget(self, now: datetime) -> None:
        """Entries are in order of first use, so the oldest come first."""
        while self._entries:
            oldest = next(iter(self._entries))
            if now - self._entries[oldest].at < KEPT:
                return
            del self._entries[oldest]


def _print(request: Request) -> bytes:
    """Method, address and body; not the tenant, which Xero is said to leave out (§3.3)."""
    head = f"{request.method} {request.path.lower()}?{request.query_string}\n".encode()
    return hashlib.sha256(head + request.body).digest()


def _copy(answer: Answer) -> Answer:
    return Answer(answer.status, answer.body, dict(answer.headers))
