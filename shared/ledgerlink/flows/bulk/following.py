"""Seeing what became of the records a job put into the export queue, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from ledgerlink.rules import jobs as rules
from ledgerlink.rules.dispatch import MOST_DOCUMENTS
from ledgerlink.rules.limits import PER_MINUTE
from ledgerlink.rules.standing import closed_because
from ledgerlink.rules.warned import in_words
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import ON_RECORD, Link, LinkKey, SyncError

from . import receipts
from .ordering import decider, link_of, ordered
from .work import Step, Work

SLOWEST_S, FASTEST_S = 5.0, 1.0
CLOSED_S = 300.0
FAR = timedelta(seconds=30)  # the bucket of a minute is refilled sooner


def follow_chunk(work: Work, *, cancelled: bool = False) -> Step:
    """Count the chunk once all its records are settled; until then show how far it is, and come back."""
    job = work.job
    items = work.at.jobs.read_chunk(job, "wanted", job.applied)
    pending = [item for item in items if item.outcome in rules.SENDING]
    links = work.at.links.many(LinkKey(*work.record_key(item)) for item in pending)
    told = {
        item.named: _outcome(item, link_of(links, work.record_key(item)), job, cancelled=cancelled) for item in pending
    }
    told |= _overtaken(work, [item for item in pending if told[item.named] is None], links, cancelled=cancelled)
    now = [told.get(item.named) or item for item in items]
    done = [item for item in now if item.outcome not in rules.SENDING]
    if len(done) < len(now):
        figures = rules.counted(done, job.counted)
        shown = job.model_copy(update={"progress": figures.model_copy(update={"total": job.progress.total})})
        return wait(work, shown, [LinkKey(*work.record_key(item)) for item in now if item.outcome in rules.SENDING])
    dispatches = {link.last_dispatch for link in links.values() if was_sent(link, job)}
    used = job.calls.used + len(dispatches - set(job.memory.get("dispatches", ())))
    calls = work.calls(needed=max(job.calls.needed, used), used=used)
    memory = {**job.memory, "dispatches": sorted(dispatches)}  # a call may carry records of two chunks
    return Step(work.settled(done, applied=job.applied + 1, calls=calls, memory=memory))


def _outcome(item: JobItem, link: Link, job: Job, *, cancelled: bool) -> JobItem | None:
    """The line once its record is settled; the line itself while it is not; None where somebody else settled it."""
    mine = link.ordered_by == job.id
    if link.last_job == job.id:
        return _told(item, link, link.last_outcome)
    if mine and link.waits_on.startswith(ON_RECORD):
        return _told(item, link, "skipped")  # it goes by itself once that record is there
    if mine and (link.is_due or link.waits_on):
        return item
    if link.is_due and link.ordered_by not in ("", "person") and not cancelled:
        return item  # another job sends it
    if mine or link.state in ("conflict", "error", "parked"):
        return _told(item, link, "failed" if link.state == "error" else "skipped")
    return None


def _told(item: JobItem, link: Link, outcome: str) -> JobItem:
    told: dict[str, Any] = {"outcome": outcome, "reason": "", "message": "", "document_id": link.document_id}
    if outcome in ("failed", "skipped"):
        error = link.error
        told |= {"reason": link.reason, "message": _words(error) if error else "", "diff": {}, "overwritten": ()}
    else:
        told["message"] = "; ".join(in_words(link.warnings))
    return item.model_copy(update=told)


def _words(error: SyncError) -> str:
    """All that is wrong; of a taken name who has it, which the ledger's own words do not say."""
    return error.message if error.holder else "; ".join(error.details) or error.message


def _overtaken(
    work: Work, lost: list[JobItem], links: dict[LinkKey, Link], *, cancelled: bool
) -> dict[tuple[str, str], JobItem | None]:
    """Lines whose link no longer names the job: the history tells what the job did to them; the others are ordered
    again, unless there is nothing left to send."""
    told: dict[tuple[str, str], JobItem | None] = {}
    keys = [work.record_key(item) for item in lost]
    entries = receipts.of_job(work.at, keys, work.job.id)
    records = work.at.records.many(keys)
    again: list[JobItem] = []
    for item, key in zip(lost, keys, strict=True):
        record = records.get(key)
        if key in entries:
            told[item.named] = receipts.restored(item, entries[key])
        elif record is None or record.deleted or cancelled:
            told[item.named] = rules.left_out(item, "cancelled" if cancelled else "changed_meanwhile")
        else:
            link = link_of(links, key)
            again.append(rules.planned_as(record, link, decider(work, [record])(record, link)))
    return told | {item.named: item for item in ordered(work, again)}


def was_sent(link: Link, job: Job) -> bool:
    """Whether a call carried it; of what was refused here, before any call, the last dispatch is an older one."""
    sent = link.last_outcome in ("created", "updated", "archived") or (link.last_outcome == "failed" and link.attempts)
    return link.last_job == job.id and bool(link.last_dispatch and sent)


def wait(work: Work, job: Job, pending: Sequence[LinkKey]) -> Step:
    """Come back when about half of what is pending can have gone, or when something may be known or sent again."""
    at, now = work.at, work.now
    lane = at.lanes.get(work.company, "export")
    budget = at.limits.budget(work.context.organisation)
    closed = closed_because(work.context.settings, work.context.connection, lane, budget, now)
    if closed:
        wait = (lane.not_before - now).total_seconds() if lane.not_before is not None else CLOSED_S
        return Step(job, delay_s=min(max(wait, FASTEST_S), CLOSED_S), waiting_for=closed)
    calls, retry_at = at.limits.ready(work.context.organisation, "backfill")
    if not calls and retry_at is not None and retry_at - now > FAR:  # live traffic may go on, a job may not
        wait = (retry_at - now).total_seconds()
        return Step(job, delay_s=min(wait, CLOSED_S), waiting_for="day_limit")
    if lane.free(now):  # nobody drives although something is due: the bell was lost, or has not come yet
        known_at = _known_at(at.lanes.open_dispatches(work.company), pending)
        if known_at is not None and known_at > now:
            return Step(job, delay_s=min((known_at - now).total_seconds(), CLOSED_S), waiting_for="lost_answer")
        at.doorbells.ring(work.company, "export")
    half = len(pending) / MOST_DOCUMENTS / PER_MINUTE * 60 / 2
    return Step(job, delay_s=min(max(half, FASTEST_S), SLOWEST_S))


def _known_at(dispatches: Iterable[Dispatch], pending: Iterable[LinkKey]) -> datetime | None:
    """When the ledger may first be asked about any of what is pending, where no answer came for all of it."""
    at = {
        part.key(dispatch.company): dispatch.resolve_at
        for dispatch in dispatches
        if dispatch.state == "unknown" and dispatch.resolve_at is not None
        for part in dispatch.parts
    }
    times = [at.get(key) for key in pending]
    return min(time for time in times if time is not None) if times and None not in times else None
