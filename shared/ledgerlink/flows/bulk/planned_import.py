"""Applying a planned import: what the plan kept is taken in, except what changed in the ledger or here since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ledgerlink.flows.inbound.taking_in import take_in
from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import LinkKey

from .crawling import Crawling
from .documents import document_of, intake, line, with_receipts
from .unlinked import Unlinked
from .work import Step, Work, ledger_of

ACTIONS = frozenset({"create", "update", "link", "suggest"})
DELTA_PAGES = 5


def apply_page(work: Work, document_type: str, *, asks_only: bool = False) -> Step:
    """First ask the ledger once what changed since the plan; then carry out chunk by chunk."""
    job = work.job
    if not job.memory.get("checked"):
        return _check(work, document_type)
    if job.applied >= job.chunk:
        return Step(job, finished=True)
    items = work.plan_chunk(job.applied)
    unlinked = Unlinked(work, document_type)
    settled = with_receipts(work, _applied(work, document_type, items, unlinked, asks_only=asks_only))
    done = work.settled(settled, applied=job.applied + 1, memory={**job.memory, **unlinked.to_remember()})
    return Step(done, finished=done.applied >= done.chunk)


def _check(work: Work, document_type: str) -> Step:
    """One delta read since the plan; where more changed than it holds, the next turn reads on."""
    job, crawl = work.job, Crawling.remembered(work.job.memory)
    delta = ledger_of(work.context).changed_since(document_type, crawl.newest, purpose="backfill", pages=DELTA_PAGES)
    changed = [
        JobItem(kind="", id=document.id, outcome="changed", message=document.updated_at.isoformat())
        for document in delta.documents
    ]
    number = job.memory.get("changed", 0)
    work.at.jobs.write_chunk(job, "changed", number, changed)
    newest = delta.documents[-1].updated_at if delta.documents else crawl.newest
    read = replace(crawl, newest=newest, used=crawl.used + 1).to_remember()
    used = job.calls.used + 1
    calls = work.calls(needed=max(job.calls.needed, used), used=used)
    memory = {**job.memory, **read, "changed": number + 1, "checked": delta.complete}
    return Step(job.model_copy(update={"memory": memory, "calls": calls}))


def _applied(
    work: Work, document_type: str, items: Sequence[JobItem], unlinked: Unlinked, *, asks_only: bool
) -> list[JobItem]:
    changed = _changed(work)
    documents = {item.document_id: document_of(document_type, item) for item in items if item.outcome in ACTIONS}
    stale = {id_ for id_, document in documents.items() if changed.get(id_, document.updated_at) > document.updated_at}
    taken_now = _claimed_since(work, document_type, items)
    out = stale | taken_now
    versions = {
        LinkKey(*work.record_key(item)): item.link_version for item in items if item.outcome in ACTIONS and item.id
    }
    going = [document for id_, document in documents.items() if id_ not in out]
    taken = take_in(
        intake(work, document_type, going, unlinked=unlinked, versions=versions, asks_only=asks_only), going
    )
    told = {each.document.id: line(each) for each in taken}
    return [
        told[item.document_id]
        if item.document_id in told
        else rules.left_out(item, "changed_since_plan")
        if item.document_id in out
        else rules.done_as(item)
        for item in items
    ]


def _changed(work: Work) -> dict[str, datetime]:
    """When documents last changed, of those that changed since the plan was made."""
    found: dict[str, datetime] = {}
    for number in range(work.job.memory.get("changed", 0)):
        for item in work.at.jobs.read_chunk(work.job, "changed", number):
            found[item.id] = datetime.fromisoformat(item.message)
    return found


def _claimed_since(work: Work, document_type: str, items: Sequence[JobItem]) -> set[str]:
    """Documents that are another record's now than when they were planned."""
    planned = {item.document_id: item.id for item in items if item.outcome in ACTIONS}
    claims = work.at.links.claimed(work.company, document_type, planned)
    return {id_ for id_, claim in claims.items() if claim.link is not None and claim.link.id != planned[id_]}
