"""One drain of an export queue under way: what it holds, what it learnt, what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledgerlink.flows.context import Context
from ledgerlink.ports import Ports
from ledgerlink.rules.decisions import Send
from ledgerlink.state.document import Document
from ledgerlink.state.lane import Lane
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

RESERVE = 35.0  # seconds that must be left to start a send: 20 for the answer, the rest to settle it


@dataclass(frozen=True)
class Look:
    """What one look at a document type found: every document changed since ``since``, and when that was asked."""

    at: datetime
    since: datetime | None
    changed: dict[str, Document]

    def serves(self, since: datetime | None, now: datetime, fresh: timedelta) -> bool:
        """Whether it is young enough and reaches back far enough."""
        reaches = self.since is None or (since is not None and since >= self.since)
        return reaches and now - self.at < fresh


@dataclass
class Drain:
    """Held by the flow that took the lane, for as long as its lease."""

    at: Ports
    context: Context
    lane: Lane
    seconds_left: Callable[[], float]
    sent: int = 0
    decided: int = 0
    held_back: set[LinkKey] = field(default_factory=set)  # due, but not again in this drain
    looks: dict[str, Look] = field(default_factory=dict)  # per document type
    linked: set[RecordKey] = field(default_factory=set)  # by this drain, and not told yet to who waits for them
    look_at: datetime | None = None  # see ``Lane``
    looked_to: str = ""
    not_before: datetime | None = None
    stopped: bool = False
    live_only: bool | None = None  # whether the ledger's calls of today are too few for bulk work; None: not asked yet

    @property
    def company(self) -> str:
        return self.context.company.id

    def may_send(self) -> bool:
        """Whether there is reason and time to start another send."""
        return not self.stopped and self.seconds_left() >= RESERVE

    def stop(self, not_before: datetime | None = None) -> None:
        """Go no further in this drain; ``not_before`` is when going on makes sense (the latest time told counts)."""
        self.stopped = True
        if not_before is not None and (self.not_before is None or not_before > self.not_before):
            self.not_before = not_before


@dataclass(frozen=True)
class Selected:
    """A due part with what was decided, on the versions read just now."""

    record: Record
    link: Link
    decision: Send
