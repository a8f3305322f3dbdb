"""Applying a plan of documents of several kinds: what the plan kept is taken in, except what changed here since."""

from __future__ import annotations

from collections.abc import Sequence

from ledgerlink.flows.inbound.batch import TakenIn
from ledgerlink.flows.inbound.taking_in import take_in
from ledgerlink.kinds import KINDS
from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import LinkKey

from .documents import document_of, intake, line, with_receipts
from .planned_import import ACTIONS
from .work import Step, Work


def apply_chunk(work: Work) -> Step:
    """Carry out the plan's next chunk. What the ledger changed since is left to the poll, which is the newer word."""
    job = work.job
    if job.applied >= job.chunk:
        return Step(job, finished=True)
    items = work.plan_chunk(job.applied)
    told = {(each.document.type, each.document.id): each for each in _taken(work, items)}
    done = work.settled(with_receipts(work, [_line(item, told) for item in items]), applied=job.applied + 1)
    return Step(done, finished=done.applied >= done.chunk)


def _taken(work: Work, items: Sequence[JobItem]) -> list[TakenIn]:
    going = [item for item in items if item.outcome in ACTIONS]
    versions = {LinkKey(*work.record_key(item)): item.link_version for item in going if item.link_version}
    documents = [document_of(KINDS[item.kind].document_type, item) for item in going]
    types = list(dict.fromkeys(document.type for document in documents))
    return [
        each
        for name in types
        for each in take_in(intake(work, name, versions=versions), [d for d in documents if d.type == name])
    ]


def _line(item: JobItem, told: dict[tuple[str, str], TakenIn]) -> JobItem:
    taken = told.get((KINDS[item.kind].document_type, item.document_id)) if item.kind in KINDS else None
    return line(taken) if taken is not None else rules.done_as(item)
