"""History entries: one per attempt or change, with an id that an attempt repeated writes again instead of twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ledgerlink.rules.decisions import Decision, Disagree, Park, Refuse, Skip, Wait
from ledgerlink.rules.export import as_json
from ledgerlink.rules.merge import Change
from ledgerlink.state.activity import Changed, Entry, Flow
from ledgerlink.state.link import Link
from ledgerlink.state.record import RecordKey


def entry_id(at: datetime, mark: str) -> str:
    """Time first, so that entries sort; ``mark`` makes it unique and, where it can be, repeatable."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}-{mark}"


def diff(changes: Iterable[Change]) -> dict[str, Changed]:
    """Field by field, as JSON values."""
    return {c.field: Changed(before=plain(c.before), after=plain(c.after)) for c in changes}


def plain(value: Any) -> Any:
    """A field's value as plain JSON data."""
    return json.loads(as_json(value))


def record_entry(
    key: RecordKey,
    *,
    at: datetime,
    mark: str,
    direction: Flow,
    action: str,
    **more: Any,
) -> Entry:
    """An entry about a record; ``more`` are further fields of ``Entry``."""
    return Entry(
        company=key.company,
        id=entry_id(at, f"{mark}-{key.kind}-{key.id}"),
        at=at,
        kind=key.kind,
        record=key.id,
        direction=direction,
        action=action,
        **more,
    )


def job_of(ordered_by: str) -> str:
    """The job that ordered it, if one did."""
    return "" if ordered_by == "person" else ordered_by


def decided_entry(link: Link, decision: Decision, now: datetime) -> Entry | None:
    """The entry for a decision that needed no call; None where nothing happened that anyone would look for."""
    told: dict[str, Any]
    match decision:
        case Skip(reason) | Park(reason) | Wait(reason):
            told = {"outcome": "skipped", "reason": reason}
        case Refuse(problems):
            told = {
                "outcome": "failed",
                "reason": problems[0].code,
                "message": "; ".join(p.sentence for p in problems),
            }
        case Disagree(clashes):
            told = {"outcome": "conflict", "reason": "conflict", "message": ", ".join(c.field for c in clashes)}
        case _:
            return None
    if link.state != "due" and link.reason == told["reason"]:
        return None  # said before
    mark = f"r{link.wanted}v{link.version}"
    return record_entry(
        link.key.record, at=now, mark=mark, direction="export", action="decided", job=job_of(link.ordered_by), **told
    )
