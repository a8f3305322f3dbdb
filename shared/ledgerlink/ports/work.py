"""What is under way or due: lanes, marks, cursors, jobs, limits, answers kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.job import ChunkSort, Job, JobItem
from ledgerlink.state.lane import Direction, Lane

from .records import Page


class Lanes(Protocol):
    """Lanes and the dispatches open on them."""

    def get(self, company: str, direction: Direction) -> Lane: ...

    def open_dispatches(self, company: str) -> list[Dispatch]:
        """Every dispatch not yet settled, read strongly."""
        ...


CERTAIN = "seen-"  # begins the ``since`` of a mark made because we saw the news ourselves: it is no echo of ours


@dataclass(frozen=True)
class Mark:
    """A document that should be read again, since when, and how often it failed to apply.

    ``since`` begins with the time of the change, if the ledger told it, and differs from every other mark's.
    """

    document_type: str
    document_id: str
    since: str
    attempts: int = 0

    @property
    def at(self) -> datetime | None:
        """When it changed, by the ledger's clock; None where nobody said."""
        try:
            return datetime.fromisoformat(self.since[:26]).replace(tzinfo=UTC)
        except ValueError:
            return None


class Marks(Protocol):
    """Stale marks: what changed in the ledger and is not yet applied here. They coalesce: one per document for what the
    ledger told, and one for what we saw ourselves (``CERTAIN``)."""

    def add(self, organisation: str, documents: Iterable[tuple[str, str]], *, since: str) -> None:
        """Mark (type, id) pairs; ``since`` is any text that differs from the last one's."""
        ...

    def pending(self, organisation: str, *, after: Mark | None = None, limit: int = 40) -> list[Mark]:
        """Marks by type and id, after the one given; a document may have two."""
        ...

    def among(self, organisation: str, document_type: str, document_ids: Iterable[str]) -> set[str]:
        """Which of these documents are marked."""
        ...

    def count(self, organisation: str) -> int: ...

    def done(self, organisation: str, mark: Mark) -> None:
        """Remove the mark unless it was renewed meanwhile."""
        ...

    def postpone(self, organisation: str, mark: Mark) -> None:
        """It could not be applied now; count the attempt."""
        ...


@dataclass(frozen=True)
class Cursor:
    """How far a document type has been read: the newest UpdatedDateUTC applied, and when to read on. ``behind``: more
    had changed than was read, and the rest is still to come."""

    document_type: str
    newest: datetime | None = None
    next_poll_at: datetime | None = None
    version: int = 0
    behind: bool = False


class Cursors(Protocol):
    """Delta cursors of an organisation."""

    def get(self, company: str, document_type: str) -> Cursor: ...

    def put(self, company: str, cursor: Cursor) -> None:
        """Raises Conflict."""
        ...


@dataclass(frozen=True)
class Woken:
    """Something whose time has come: a poll, a paused lane, an unknown dispatch, a stale mark, a job, a notice."""

    company: str
    what: str  # "cursor", "lane", "dispatch", "stale", "job", "notice", "crm-notice", "crm-webhook"
    name: str


class Wakes(Protocol):
    """The index over everything that must happen later."""

    def due(self, now: datetime, *, limit: int = 200) -> list[Woken]: ...


@dataclass(frozen=True)
class Permit:
    """Leave to make ``calls`` calls now."""

    calls: int
    lease: str


@dataclass(frozen=True)
class NoPermit:
    """None now; ``retry_at`` is when it makes sense to ask again, ``reason`` why."""

    retry_at: datetime
    reason: Literal["ledger_busy", "day_limit"]


Purpose = Literal["person", "live", "backfill"]


@dataclass(frozen=True)
class Budget:
    """What the ledger last said is left."""

    minute_remaining: int | None = None
    day_remaining: int | None = None
    day_limit: int | None = None


class Limits(Protocol):
    """The limits shared by everything that calls one organisation."""

    def acquire(self, organisation: str, calls: int, purpose: Purpose, day: date) -> Permit | NoPermit:
        """Up to ``calls`` permits, counted on that day; fewer may be granted, never none in a Permit."""
        ...

    def settle(self, organisation: str, permit: Permit, seen: Sequence[Seen]) -> None:
        """Give the in-flight leases back and remember what the answers' headers said."""
        ...

    def budget(self, organisation: str) -> Budget: ...

    def made(self, organisation: str) -> Mapping[date, int]:
        """Calls of each of the last 35 days since the first that was counted."""
        ...

    def ready(self, organisation: str, purpose: Purpose) -> tuple[int, datetime | None]:
        """How many calls ``acquire`` would grant now, and when there is one if that is none. Takes nothing."""
        ...


@dataclass(frozen=True)
class Seen:
    """What one answer said about the limits. None: the header was missing, which is not zero."""

    minute_remaining: int | None = None
    day_remaining: int | None = None
    problem: str = ""  # minute, day, concurrent, appminute on a 429
    retry_after: timedelta | None = None


class Jobs(Protocol):
    """Bulk jobs; plan and results lie in Files."""

    def get(self, company: str, job: str) -> Job | None: ...

    def page(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        """Newest first."""
        ...

    def write_chunk(self, job: Job, sort: ChunkSort, number: int, items: Sequence[JobItem]) -> None:
        """Store a chunk; writing the same number again replaces it, so that a turn may be repeated."""
        ...

    def read_chunk(self, job: Job, sort: ChunkSort, number: int) -> list[JobItem]:
        """Raises NotFound."""
        ...


@dataclass(frozen=True)
class Answer:
    """What was answered to a request, known by its fingerprint; ``status`` 0: it is being worked on."""

    fingerprint: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class Answers(Protocol):
    """Answers kept for a day by Idempotency-Key, so that a repeated request is not done twice."""

    def begin(self, company: str, key: str, fingerprint: str, now: datetime) -> Answer | None:
        """Take the key: None if it is ours now, else what is known under it."""
        ...

    def finish(self, company: str, key: str, answer: Answer, now: datetime) -> None: ...

    def forget(self, company: str, key: str) -> None: ...
