"""The change feed: at least once, although the index behind it lags (readers dedupe by id and revision).

A record may appear in the index a moment after one that changed later. So at the end of the feed the last minute is
read again each time, without what was told already, which the cursor remembers.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.ports import Ports
from ledgerlink.state.record import Record

AGAIN = timedelta(seconds=60)
MOST_TOLD = 400  # what a cursor remembers; a cursor travels in an address


@dataclass(frozen=True)
class Changes:
    """Records by time of change, and where to read on; ``next`` is there even when nothing follows yet."""

    records: list[Record]
    next: str


@dataclass(frozen=True)
class _Place:
    """From where to read, and what of that was told already."""

    start: str
    told: frozenset[str] = frozenset()


def changes(company: str, at: Ports, *, since: str | None, limit: int) -> Changes:
    """One page; ``since`` is a cursor, or a time to begin at. Raises Invalid."""
    place = _read(since)
    page = at.records.changes(company, since=place.start or None, limit=limit + len(place.told))
    end = page.next or ""
    # One that changed again after the index was read stands further on, past others that were not read yet.
    read = [record for record in page.items if _feed_key(record) <= end]
    settled = at.clock.now() - AGAIN
    if not read:
        return Changes([], _write(_Place(end) if page.items and end < stamp(settled) else place))
    fresh = [record for record in read if _mark(record) not in place.told]
    passed = read[: read.index(fresh[limit])] if len(fresh) > limit else read
    return Changes(fresh[:limit], _write(_after(place, passed, settled)))


def _after(place: _Place, passed: list[Record], settled: datetime) -> _Place:
    """Where to read on: past what is old enough to be complete; what is younger is read again and known as told."""
    young = [record for record in passed if record.updated_at > settled]
    if not young:
        return _Place(_feed_key(passed[-1]))
    start = stamp(min(settled, passed[-1].updated_at))
    if len(young) > MOST_TOLD:
        young = young[-MOST_TOLD:]
        start = f"{stamp(young[0].updated_at - timedelta(microseconds=1))}~"
    return _Place(max(place.start, start), frozenset(map(_mark, young)))


def _mark(record: Record) -> str:
    return hashlib.sha256(f"{record.kind}/{record.id}/{record.revision}".encode()).hexdigest()[:8]


def _feed_key(record: Record) -> str:
    return f"{stamp(record.updated_at)}#{record.kind}#{record.id}"


def stamp(time: datetime) -> str:
    """Where the feed stands at a time."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _write(place: _Place) -> str:
    told = {"start": place.start, "told": "".join(sorted(place.told))}
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _read(since: str | None) -> _Place:
    if not since:
        return _Place("")
    try:
        time = datetime.fromisoformat(since.replace("Z", "+00:00"))
    except ValueError:
        return _from_cursor(since)
    return _Place(stamp(time if time.tzinfo else time.replace(tzinfo=UTC)))


def _from_cursor(text: str) -> _Place:
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        start, marks = str(told["start"]), str(told["told"])
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(FieldProblem("since", "is neither a cursor of ours nor a time", "cursor")) from error
    return _Place(start, frozenset(marks[i : i + 8] for i in range(0, len(marks), 8)))
