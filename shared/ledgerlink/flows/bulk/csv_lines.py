"""Rows of a CSV as lines of a job's plan or results, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledgerlink.flows.actor import Actor
from ledgerlink.flows.csv.deciding import KIND, RowResult
from ledgerlink.flows.csv.file import CsvRow
from ledgerlink.rules import jobs as rules
from ledgerlink.state.document import Document
from ledgerlink.state.job import Job, JobItem

from . import receipts
from .documents import as_data
from .work import Work

MOST_IN_TITLE = 200  # characters: a cell may hold a million, and an answer carries 200 lines


def line(result: RowResult) -> JobItem:
    """What became of a row, as a line of the results."""
    return JobItem(
        kind=KIND,
        id=result.organization_id,
        title=result.title[:MOST_IN_TITLE],
        outcome=result.outcome,
        reason=result.reason,
        message=result.message,
        diff=result.diff,
        overwritten=rules.overwritten(result.diff),
        document_id=result.document_id,
        line=result.line,
    )


def planned_line(result: RowResult, row: CsvRow, document: Document | None) -> JobItem:
    """What would become of it; with the row and what the ledger said, where applying needs them."""
    item = line(result)
    planned: dict[str, Any] = {"outcome": rules.PLANNED_AS.get(item.outcome, item.outcome)}
    if item.outcome in ("created", "updated", "linked"):
        kept = {"revision": result.revision, "link_version": result.link_version, "row": row.cells}
        planned |= {**kept, "document": as_data(document) if document is not None else None}
    return item.model_copy(update=planned)


def row_of(item: JobItem) -> CsvRow:
    """The row again."""
    return CsvRow(item.line, item.id, item.row or {}, item.document_id)


def actor_of(job: Job) -> Actor:
    """Whoever started the job, as the history names them."""
    return Actor(job.started_by, email=job.email.to)


def with_receipts(work: Work, items: Sequence[JobItem]) -> list[JobItem]:
    """The lines of a turn that is repeated, with what the first try did to what now looks unchanged."""
    if not work.again:
        return list(items)
    unclear = [work.record_key(item) for item in items if item.outcome == "unchanged"]
    entries = receipts.of_job(work.at, unclear, work.job.id)
    keyed = [(item, entries.get(work.record_key(item))) for item in items]
    return [receipts.restored(item, entry) if entry is not None else item for item, entry in keyed]
