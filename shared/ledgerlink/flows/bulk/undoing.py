"""Carrying out the plan of an undo, chunk by chunk: first what the ledger is to say again, then what stands here.

What goes to the ledger waits in the export queue like anything else, so a chunk is come back to until all of it is
settled; in between it lies, as far as it is, in a chunk of its own. Records and links are changed in turns on the lane,
so that nothing is put back while it is being sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.errors import Conflict
from ledgerlink.flows import lanes
from ledgerlink.flows.notices import telling
from ledgerlink.flows.records import questions
from ledgerlink.ports import PutLane, PutLink, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import jobs as job_rules
from ledgerlink.rules import undo as rules
from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.image import Image
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import following, receipts
from .ordering import behind_live
from .undo_here import writes_of
from .work import Step, Work, ledger_of

TRIES = 4
IN_TURN = 12  # records put back in one transaction: seven writes each at most, and the lane
Named = tuple[str, str]  # a record's kind and id: ids of different kinds may be the same
_DOING = frozenset({"update", "archive", "unlink", "link", "delete"})
_UNTOUCHED, _ORDERED = "in_flight", "ordered"  # how far a line is, while its chunk is under way


@dataclass(frozen=True)
class Stored:
    """What is stored about a chunk's records."""

    records: Mapping[RecordKey, Record]
    links: Mapping[LinkKey, Link]
    busy: set[LinkKey]


def carry_out(work: Work, anew: Callable[[Sequence[JobItem]], list[JobItem]]) -> Step:
    """Bring the next chunk as far as it goes. ``anew`` plans lines again, as things stand now."""
    job = work.job
    if job.applied >= job.chunk:
        return Step(job, finished=True)
    if job.ordered > job.applied:
        items = work.at.jobs.read_chunk(job, "wanted", job.applied)
    else:
        items = _begun(work, work.plan_chunk(job.applied), anew)
    return _kept(work, _further(work, items))


def withdraw(work: Work) -> Step:
    """Take back what was ordered and has not gone; the rest of the plan is left out."""
    job = work.job
    if job.status == "planning" or job.applied >= job.chunk:
        return Step(job, finished=True)
    if job.ordered <= job.applied:
        items = [job_rules.left_out(item, "cancelled") for item in work.plan_chunk(job.applied)]
        return Step(work.settled(items, applied=job.applied + 1, ordered=job.applied + 1))
    items = work.at.jobs.read_chunk(job, "wanted", job.applied)
    stored = _stored(work, items)
    ours = [item for item in items if item.outcome in _DOING and _key(work, item) not in stored.busy]
    _take_back(work, [item for item in ours if item.reason == _ORDERED], stored)
    stored = _stored(work, items)
    return _kept(work, [_seen(work, item, stored, cancelled=True) if item in ours else item for item in items])


def _begun(work: Work, planned: Sequence[JobItem], anew: Callable[[Sequence[JobItem]], list[JobItem]]) -> list[JobItem]:
    """The lines of a plan as they stand when they are begun: what is no longer as planned is left out."""
    doing = [item for item in planned if item.outcome in _DOING]
    now = {item.named: item for item in anew(doing)}
    changed = [item for item in doing if not job_rules.same_plan(item, now[item.named])]
    done: dict[Named, JobItem] = {}
    if work.again:  # an earlier try of this turn may have changed it
        entries = receipts.of_job(work.at, [work.record_key(item) for item in changed], work.job.id)
        done = {
            (key.kind, key.id): receipts.restored(job_rules.done_as(_of(changed, key)), entry)
            for key, entry in entries.items()
        }
    links = work.at.links.many(_key(work, item) for item in changed)
    begun: list[JobItem] = []
    for item in planned:
        link = links.get(_key(work, item))
        if item.outcome not in _DOING:
            begun.append(job_rules.done_as(item))
        elif item.named in done:
            begun.append(done[item.named])
        elif link is not None and _is_mine(link, work.job):
            begun.append(item.model_copy(update={"reason": _ORDERED}))
        elif item in changed and (work.job.dry_run or now[item.named].outcome not in _DOING):
            why = "changed_since_plan" if work.job.dry_run else now[item.named].reason
            begun.append(job_rules.left_out(item, why))
        else:
            begun.append(now[item.named].model_copy(update={"reason": _UNTOUCHED}))
    return begun


def _of(items: Sequence[JobItem], key: RecordKey) -> JobItem:
    return next(item for item in items if item.named == (key.kind, key.id))


# ------------------------------------------------------------------ one visit


def _further(work: Work, items: Sequence[JobItem]) -> list[JobItem]:
    """Each line as far as it goes now."""
    stored = _stored(work, items)
    now = [_seen(work, item, stored) for item in items]
    there = [item for item in now if item.reason == _UNTOUCHED and _in_ledger(item) and _free(work, item, stored)]
    if there:
        ledger_of(work.context)  # where nothing can be sent the job waits, and tells why
        ordered = _order(work, there, stored)
        now = [ordered.get(item.named, item) for item in now]
    here = [item for item in now if item.outcome in _DOING and item.before and not _in_ledger(item)]
    put_back = _put_back(work, [item for item in here if _free(work, item, stored)])
    return [put_back.get(item.named, item) for item in now]


def _seen(work: Work, item: JobItem, stored: Stored, *, cancelled: bool = False) -> JobItem:
    """A line whose order the ledger has answered, with what became of it."""
    if item.outcome not in _DOING:
        return item
    link, job = stored.links.get(_key(work, item)), work.job
    if item.reason != _ORDERED or not _in_ledger(item):
        return job_rules.left_out(item, "cancelled") if cancelled else item
    if link is None:
        return job_rules.left_out(item, "deleted_here")
    if _is_mine(link, job):
        if item.outcome == "archive" and link.document_status == "archived":
            return job_rules.done_as(item).model_copy(update={"reason": ""})
        if link.is_due or link.waits_on.startswith("setting:") or link.key in stored.busy:
            return item
        told = {
            "outcome": "skipped",
            "reason": link.reason or "edited_since",
            "message": link.error.message if link.error else "",
        }
        _take_back(work, [item], stored)
        return job_rules.done_as(item).model_copy(update=told)
    if (
        link.last_job == job.id
        and link.last_outcome == "unchanged"
        and not set(item.put_back or {}) & set(link.held_fields)
    ):
        return job_rules.left_out(item, "edited_since")  # in the ledger, so that the order came to nothing
    if link.last_job == job.id and link.last_outcome in ("updated", "unchanged"):
        if item.before:  # what stands here comes now
            return item.model_copy(update={"put_back": None, "reason": _UNTOUCHED})
        return job_rules.done_as(item).model_copy(update={"outcome": link.last_outcome, "reason": ""})
    return job_rules.left_out(item, "cancelled" if cancelled else "edited_since")


def _order(work: Work, items: Sequence[JobItem], stored: Stored) -> dict[Named, JobItem]:
    puts: list[Link] = []
    for item in items:
        link = stored.links[_key(work, item)]
        ordered = rules.order(link, work.job.id, item.put_back or {}, archive=item.outcome == "archive")
        puts.append(behind_live(work, ordered))
    kept = work.at.commit.each([[PutLink(link)] for link in puts])
    work.at.doorbells.ring(work.company, "export")
    return {
        item.named: item.model_copy(update={"reason": _ORDERED}) if stored_now else _lost(item)
        for item, stored_now in zip(items, kept, strict=True)
    }


def _lost(item: JobItem) -> JobItem:
    return job_rules.left_out(item, "changed_meanwhile")


def _put_back(work: Work, items: Sequence[JobItem]) -> dict[Named, JobItem]:
    """Put records and links back, in turns; what somebody else changed meanwhile is left out."""
    told: dict[Named, JobItem] = {}
    left, tells = list(items), telling.listens(work.company, work.at) if items else False
    for attempt in range(TRIES):
        if not left:
            break
        lane = work.at.lanes.get(work.company, "export")  # before what is in flight is looked at (``lanes.turn``)
        stored = _stored(work, left)
        busy = [item for item in left if not _free(work, item, stored)]
        told |= {item.named: item.model_copy(update={"reason": _UNTOUCHED}) for item in busy}
        left = [item for item in left if item not in busy]
        groups = [(item, _writes(work, item, stored, tells=tells)) for item in left]
        told |= {item.named: job_rules.left_out(item, "edited_since") for item, writes in groups if not writes}
        done: set[Named] = {item.named for item, writes in groups if not writes}
        for some in chunks([group for group in groups if group[1]], IN_TURN if attempt < 2 else 1):
            try:
                work.at.commit.all(*(write for _, writes in some for write in writes), PutLane(lane))
            except Conflict:
                if attempt < 2:
                    break
                lane = work.at.lanes.get(work.company, "export")
                continue
            lane = lanes.stored(lane)
            done |= {item.named for item, _ in some}
            for item, _ in some:
                if item.outcome == "delete":
                    questions.after_deleting(work.context, stored.links[_key(work, item)].suggestions)
            told |= {item.named: job_rules.done_as(item).model_copy(update={"reason": ""}) for item, _ in some}
        left = [item for item in left if item.named not in done]
    told |= {item.named: _lost(item) for item in left}
    work.at.doorbells.ring(work.company, "export")
    if any(item.outcome == "link" for item in items):  # documents that are read again
        work.at.doorbells.ring(work.company, "import")
    telling.ring(work.company, [work.record_key(item) for item in items], work.at)
    return told


def _writes(work: Work, item: JobItem, stored: Stored, *, tells: bool) -> list[Write]:
    """What puts this record back; nothing where it is no longer as the job left it."""
    assert item.before is not None
    image = Image.of_data(item.before)
    record, link = stored.records.get(work.record_key(item)), stored.links.get(_key(work, item))
    if record is None or record.deleted or link is None or not image.left(record):
        return []
    if link.document_id != image.document_id:
        return []
    return writes_of(work, item, image, record, link, tells=tells)


def _take_back(work: Work, items: Sequence[JobItem], stored: Stored) -> None:
    """What the job ordered and nobody sends is no longer ordered."""
    puts = []
    for item in items:
        link, record = stored.links.get(_key(work, item)), stored.records.get(work.record_key(item))
        if link is not None and record is not None and _is_mine(link, work.job) and link.document_status != "archived":
            free = link.model_copy(update={"reverting": None, "ordered_by": "", "queued_at": None, "order": ""})
            decision = export_rules.decide(record, free, work.context.settings)
            puts.append([PutLink(export_rules.follow(free, decision, work.now))])
    if puts:
        work.at.commit.each(puts)


# ------------------------------------------------------------------ the chunk


def _kept(work: Work, items: Sequence[JobItem]) -> Step:
    """The chunk counted once all of it is settled; until then kept as far as it is."""
    job = work.job
    begun = job.model_copy(update={"ordered": job.applied + 1})
    done = [item for item in items if item.outcome not in _DOING]
    if len(done) < len(items):
        work.at.jobs.write_chunk(job, "wanted", job.applied, items)
        figures = job_rules.counted(done, job.counted)
        shown = begun.model_copy(update={"progress": figures.model_copy(update={"total": job.progress.total})})
        return following.wait(work, shown, [_key(work, item) for item in items if item.outcome in _DOING])
    links = work.at.links.many(_key(work, item) for item in items)
    dispatches = {link.last_dispatch for link in links.values() if following.was_sent(link, job)}
    changes: dict[str, object] = {"applied": job.applied + 1}
    if dispatches:
        used = job.calls.used + len(dispatches - set(job.memory.get("dispatches", ())))
        changes["calls"] = work.calls(needed=max(job.calls.needed, used), used=used)
        changes["memory"] = {**job.memory, "dispatches": sorted(dispatches)}
    return Step(work.settled(done, begun, **changes))


def _stored(work: Work, items: Sequence[JobItem]) -> Stored:
    doing = [item for item in items if item.outcome in _DOING]
    busy = lanes.in_flight(work.at.lanes.open_dispatches(work.company))
    links = work.at.links.many(_key(work, item) for item in doing)
    return Stored(work.at.records.many(work.record_key(item) for item in doing), links, busy)


def _key(work: Work, item: JobItem) -> LinkKey:
    return LinkKey(*work.record_key(item))


def _free(work: Work, item: JobItem, stored: Stored) -> bool:
    """Whether nothing is under way that would write over what is put back: neither a call nor another job's order."""
    link = stored.links.get(_key(work, item))
    others = link is not None and link.is_due and link.ordered_by not in ("", "person", work.job.id)
    return _key(work, item) not in stored.busy and not others


def _in_ledger(item: JobItem) -> bool:
    return bool(item.put_back) or item.outcome == "archive"


def _is_mine(link: Link, job: Job) -> bool:
    return link.reverting is not None and link.reverting.job == job.id
