"""What is known about one ledger organisation's limits: a bucket, calls in flight, and what the ledger last said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ledgerlink.kinds import Value


class Lease(Value):
    """Calls that may be in flight; one whose caller died frees itself at ``until``."""

    id: str
    calls: int
    until: datetime


class LimitState(Value):
    """Changed by ``rules.limits`` and ``rules.calls_made`` only."""

    tokens: float = 0.0
    refilled_at: datetime | None = None  # None: never used, the bucket is full
    leases: tuple[Lease, ...] = ()
    granted: int = 0  # counts permits, which names the leases
    not_before: datetime | None = None  # the ledger asked us to wait until then
    why: Literal["ledger_busy", "day_limit"] = "ledger_busy"
    minute_remaining: int | None = None
    minute_seen_at: datetime | None = None
    day_remaining: int | None = None
    day_seen_at: datetime | None = None
    day_limit: int | None = None  # inferred: the ledger never says it
    made: tuple[int, ...] = ()  # calls of each day up to ``made_until`` (``rules.calls_made``)
    made_until: date | None = None
    version: int = 0
