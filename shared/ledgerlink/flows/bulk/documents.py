"""Documents of a job's page: how they are taken in, and the line of plan or result that each becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

from ledgerlink.flows.imaging import keep_none
from ledgerlink.flows.inbound.batch import Intake, TakenIn
from ledgerlink.flows.records.recognising import candidates
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.rules import jobs as rules
from ledgerlink.rules.import_ import Source
from ledgerlink.state.document import Document
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import content_of

from . import images, receipts
from .unlinked import Unlinked
from .work import Work, from_date


def intake(
    work: Work,
    document_type: str,
    documents: Sequence[Document] = (),
    *,
    unlinked: Unlinked | None = None,
    source: Source = "job",
    planning: bool = False,
    versions: Mapping[LinkKey, int] | None = None,
    asks_only: bool = False,
) -> Intake:
    """A page being taken in for the job. ``unlinked``: where what they may be is looked for; ``versions``: of links as
    the plan knew them; ``asks_only``: nothing is brought."""
    like = unlinked.like if unlinked is not None else partial(candidates, work.context, document_type)
    return Intake(
        work.context,
        source,
        work.now,
        actor=work.job.started_by,
        job=work.job.id,
        versions=versions,
        candidates=cache(lambda: like(documents)),
        planning=planning,
        asks_only=asks_only,
        born_since=from_date(work.job),
        keep=keep_none if planning else images.keeper(work, work.job.results),
    )


def line(taken: TakenIn) -> JobItem:
    """What became of one document, as a line of the results."""
    outcome, reason = taken.outcome, taken.reason
    if outcome == "again":
        outcome = "left_out"  # in flight, or changed by somebody else just now
    elif outcome == "conflict":
        outcome = "skipped"
    elif reason == "possible_duplicate":  # asked now, or asked before and not yet answered
        outcome = "suggested"
    document = taken.document
    kind = BY_DOCUMENT[document.type]
    diff = {c.field: {"from": rules.plain(c.before), "to": rules.plain(c.after)} for c in taken.changes}
    return JobItem(
        kind=kind.name,
        id=taken.key.id if taken.key else "",
        title=kind.title(document.content),
        outcome=outcome,
        reason="" if outcome == "unchanged" else reason,
        message=f"It may also be {', '.join(taken.beside)}." if taken.beside else "",
        diff=diff,
        overwritten=rules.overwritten(diff),
        document_id=document.id,
    )


def planned_line(taken: TakenIn, versions: Mapping[LinkKey, int]) -> JobItem:
    """What would become of it; with what the ledger said, where applying needs it."""
    item = line(taken)
    outcome = rules.PLANNED_AS.get(item.outcome, item.outcome)
    if outcome not in ("create", "update", "link", "suggest"):
        return item.model_copy(update={"outcome": outcome})
    document = taken.document
    diff = item.diff or (rules.born_diff(item.kind, document.content) if outcome == "create" else {})
    return item.model_copy(
        update={
            "outcome": outcome,
            "diff": diff,
            "link_version": versions.get(taken.key, 0) if taken.key else 0,
            "document": as_data(document),
        }
    )


def as_data(document: Document) -> dict[str, Any]:
    """The document as plain data, to be kept with the plan."""
    content = document.content.model_dump(mode="json", exclude_defaults=True)
    return {**document.model_dump(mode="json", exclude={"content"}, exclude_defaults=True), "content": content}


def document_of(document_type: str, item: JobItem) -> Document:
    """The document the plan kept."""
    data = dict(item.document or {})
    content = content_of(BY_DOCUMENT[document_type].name, data.pop("content"))
    return Document.model_validate({**data, "type": document_type, "content": content})


def with_receipts(work: Work, items: Sequence[JobItem]) -> list[JobItem]:
    """The lines of a turn that is repeated, with what the first try did: to the second all that looks unchanged."""
    if not work.again:
        return list(items)
    unclear = [work.record_key(item) for item in items if item.outcome in ("unchanged", "left_out") and item.id]
    entries = receipts.of_job(work.at, unclear, work.job.id)
    keyed = [(item, entries.get(work.record_key(item))) for item in items]
    return [receipts.restored(item, entry) if entry is not None else item for item, entry in keyed]
