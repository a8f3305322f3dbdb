"""Applying a planned comparison: each drift is looked at once more and put right, unless either side changed since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledgerlink.kinds import KINDS
from ledgerlink.rules import jobs as rules
from ledgerlink.state.activity import Entry
from ledgerlink.state.document import Document
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import Link, LinkKey

from . import receipts
from .comparing import Comparison
from .work import Step, Work, ledger_of

ACTIONS = frozenset({"create", "update", "archive", "link", "suggest"})
IDS_AT_ONCE = 40


def apply_some(work: Work) -> Step:
    """The next lines of the plan, with as many drifts as one call reads."""
    job = work.job
    if job.applied >= job.chunk:
        return Step(job, finished=True)
    items, start = work.plan_chunk(job.applied), job.memory.get("at", 0)
    acting = [n for n, item in enumerate(items) if n >= start and item.outcome in ACTIONS]
    end = acting[IDS_AT_ONCE] if len(acting) > IDS_AT_ONCE else len(items)
    some = items[start:end]
    done = _applied(work, [item for item in some if item.outcome in ACTIONS])
    lines = [done.get(item.document_id) or rules.done_as(item) for item in some]
    over = end >= len(items)
    used = job.calls.used + bool(done)
    after = work.settled(
        lines,
        applied=job.applied + over,
        memory={**job.memory, "at": 0 if over else end},
        calls=work.calls(needed=max(job.calls.needed, used), used=used),
    )
    return Step(after, finished=after.applied >= after.chunk)


def _applied(work: Work, items: Sequence[JobItem]) -> dict[str, JobItem]:
    """The lines by document, put right or left out."""
    done: dict[str, JobItem] = {}
    links = {
        link.document_id: link for link in work.at.links.many(LinkKey(*work.record_key(i)) for i in items).values()
    }
    for kind in sorted({item.kind for item in items}):
        planned = {item.document_id: item for item in items if item.kind == kind}
        document_type = KINDS[kind].document_type
        read = ledger_of(work.context).read(document_type, list(planned), purpose="backfill")
        same = [d for d in read if _is_as_planned(planned[d.id], links.get(d.id), d)]
        compared = Comparison(work, document_type, same).carried_out()
        done |= {item.document_id: item for item in compared.items}
        left = [item for id_, item in planned.items() if id_ not in done]
        done |= {item.document_id: item for item in _left_out(work, left)}
    return done


def _is_as_planned(item: JobItem, link: Link | None, document: Document) -> bool:
    if link is not None and item.link_version and link.version != item.link_version:
        return False
    known = link.base_at if link is not None else None
    if item.document:
        known = datetime.fromisoformat(item.document["updated_at"])
    return known is not None and document.updated_at <= known


def _left_out(work: Work, items: Sequence[JobItem]) -> list[JobItem]:
    """Changed since; in a turn that is repeated, perhaps by its first try."""
    ours = receipts.of_job(work.at, [work.record_key(item) for item in items], work.job.id) if work.again else {}
    return [
        _restored(item, ours[work.record_key(item)])
        if work.record_key(item) in ours
        else rules.left_out(item, "changed_since_plan")
        for item in items
    ]


def _restored(item: JobItem, entry: Entry) -> JobItem:
    done = receipts.restored(rules.done_as(item), entry)
    return done.model_copy(update={"reason": done.reason or item.reason})
