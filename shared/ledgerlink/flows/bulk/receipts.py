"""What an earlier try of the same turn did: the history says so, under the job's id.

A turn that died after its writes and before its commit is done again. What it changed then looks unchanged; the entry
it wrote in the same transaction is its receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ledgerlink.ports import Ports
from ledgerlink.rules.jobs import overwritten
from ledgerlink.state.activity import Entry
from ledgerlink.state.job import JobItem
from ledgerlink.state.record import RecordKey

RECENT = 10  # entries of a record to look through: a turn is repeated within minutes
_OUTCOMES = {"created": "created", "updated": "updated", "archived": "archived", "edited": "updated"}
_OUTCOMES |= {"linked": "linked", "merged": "linked", "compared": "updated", "undone": "updated"}
_OUTCOMES |= {"unlinked": "unlinked", "deleted": "deleted"}


def of_job(at: Ports, keys: Sequence[RecordKey], job: str) -> dict[RecordKey, Entry]:
    """The newest entry of each record that this job wrote, where there is one."""

    def newest(key: RecordKey) -> Entry | None:
        recent: Iterable[Entry] = at.activity.of_record(key, limit=RECENT).items
        return next((entry for entry in recent if entry.job == job), None)

    found = zip(keys, at.parallel.map(newest, keys), strict=True)
    return {key: entry for key, entry in found if entry is not None}


def since(at: Ports, keys: Sequence[RecordKey], began: datetime) -> dict[RecordKey, list[Entry]]:
    """All entries of these records from a time on, newest first."""

    def recent(key: RecordKey) -> list[Entry]:
        found: list[Entry] = []
        after: str | None = None
        while True:
            page = at.activity.of_record(key, after=after)
            found += [entry for entry in page.items if entry.at >= began]
            after = page.next
            if after is None or len(page.items) == 0 or page.items[-1].at < began:
                return found

    return dict(zip(keys, at.parallel.map(recent, keys), strict=True))


def restored(item: JobItem, entry: Entry) -> JobItem:
    """The item with the outcome the history remembers."""
    outcome = "failed" if entry.outcome == "failed" else _OUTCOMES.get(entry.action, "skipped")
    diff = {name: {"from": change.before, "to": change.after} for name, change in entry.diff.items()}
    return item.model_copy(
        update={
            "outcome": outcome,
            "reason": entry.reason,
            "message": entry.message,
            "diff": diff,
            "overwritten": overwritten(diff),
            "document_id": entry.document_id or item.document_id,
        }
    )
