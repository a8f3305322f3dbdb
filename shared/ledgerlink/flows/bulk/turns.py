"""The turns of a bulk job: one page each, self-renewing; a turn that dies is repeated and changes nothing twice.

A turn leases the job, does one page, and stores the job as it is now under its version. Chunks are written before that
and have numbers, so a repeated turn writes the same ones; effects on records are conditional on versions, so they
happen once. The message is only a hint: the job's ``wake_at`` lets the sweeper ring again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from ledgerlink.errors import Conflict, Invalid, LedgerlinkError, NotConnected, NotFound, Refused, StoreBusy, Transient
from ledgerlink.flows.context import open_context
from ledgerlink.flows.notices import subscriptions
from ledgerlink.ports import Ports, PutJob, PutNotice, Write
from ledgerlink.state.job import BY_ITSELF, ENDED, Job, JobStatus
from ledgerlink.state.notice import Notice

from .registry import REGISTRY
from .work import Step, Work

LEASE = timedelta(seconds=45)  # a page takes seconds; a turn that takes longer stores nothing
HINT_LOST = timedelta(seconds=60)  # after the time a message should have come
BY_MESSAGE_S = 15.0  # longer waits are the sweeper's, so that no message lies about
EARLY = timedelta(seconds=1)  # queues deliver by whole seconds
RECONNECT_S = 300.0
BUSY_S = 5.0
MOST_TRIES = 5  # of one turn
TRIES = 4


@dataclass(frozen=True)
class Turned:
    """What a turn did, for its log line."""

    kind: str = ""
    status: str = ""
    driven: bool = False
    page: int = 0


def run_turn(company: str, job: str, at: Ports, *, seconds_left: Callable[[], float]) -> Turned:
    """Do the job's next page, if nobody does and its time has come; then ring for the one after."""
    found = at.jobs.get(company, job)
    now = at.clock.now()
    if found is None or found.status not in ("planning", "running") or not _is_free(found, now):
        return Turned()
    lease = min(now + LEASE, now + timedelta(seconds=max(0.0, seconds_left() - 5)))
    leased = found.model_copy(update={"turn_until": lease, "wake_at": now + LEASE, "tries": found.tries + 1})
    try:
        at.commit.all(PutJob(leased))
    except Conflict:
        return Turned()  # somebody else does it
    mine = leased.model_copy(update={"version": leased.version + 1})
    try:
        after, delay_s = _page(mine, at)
    except Exception:
        _give_back(mine, at)
        raise
    stored = _store(mine, after, at)
    if stored is None:
        return Turned(mine.kind, mine.status, driven=False, page=mine.turns)
    if stored.status in ("planning", "running") and delay_s <= BY_MESSAGE_S:
        at.doorbells.job(company, job, delay_s=ceil(delay_s))
    if stored.email.status == "pending":
        at.doorbells.notice(company, notice_id(stored))
    return Turned(stored.kind, stored.status, driven=True, page=stored.turns)


def _is_free(job: Job, now: datetime) -> bool:
    """Whether a turn makes sense now: a second message for the same turn ends here and is not renewed."""
    if job.turn_until is not None and job.turn_until > now:
        return False
    return job.not_before is None or job.not_before <= now + EARLY


def _page(job: Job, at: Ports) -> tuple[Job, float]:
    """The job after its next page, and how long to wait before the one after."""
    if job.tries > MOST_TRIES:
        return ended(job, "failed", at.clock.now(), "A step failed several times. What was done before it stays."), 0.0
    try:
        step = _step(job, at)
    except NotConnected as closed:
        reason = open_context(job.company, at).why_closed if closed.code == "not_connected" else closed.code
        step = Step(job, delay_s=RECONNECT_S, waiting_for=reason)
    except Transient as busy:
        step = Step(job, delay_s=_until(busy, at.clock.now()), waiting_for=_why(busy))
    except (Refused, Invalid, NotFound) as refusal:
        return ended(job, "failed", at.clock.now(), _told(refusal)), 0.0
    return _after(step, at.clock.now()), step.delay_s


def _step(job: Job, at: Ports) -> Step:
    work, bulk = Work(open_context(job.company, at), job), REGISTRY[job.kind]
    if job.cancel_asked:
        return bulk.withdraw(work)
    return bulk.plan(work) if job.status == "planning" else bulk.carry_out(work)


def _after(step: Step, now: datetime) -> Job:
    """The job after a step, in its next phase where this one is over."""
    job = step.job
    waits = now + timedelta(seconds=step.delay_s)
    job = job.model_copy(
        update={
            "turns": job.turns + 1,
            "tries": 0,
            "turn_until": None,
            "not_before": waits if step.delay_s else None,
            "wake_at": waits + (HINT_LOST if step.delay_s <= BY_MESSAGE_S else timedelta()),
            "waiting_for": step.waiting_for,
        }
    )
    if not step.finished:
        return job
    if job.cancel_asked:
        return ended(job, "cancelled", now)
    if job.status == "running":
        return ended(job, "done", now)
    planned = job.model_copy(update={"planned_at": now, "cursor": ""})
    if job.dry_run:
        return planned.model_copy(update={"status": "planned", "wake_at": None, "not_before": None})
    return planned.model_copy(update={"status": "running"})


def ended(job: Job, status: JobStatus, now: datetime, error: str = "") -> Job:
    """The job when it is over; who started it is told, where there is an address."""
    email = job.email.model_copy(update={"status": "pending" if job.email.to else "none"})
    if status == "cancelled":
        email = job.email  # whoever cancelled it knows
    return job.model_copy(
        update={
            "status": status,
            "finished_at": now,
            "error": error,
            "email": email,
            "turn_until": None,
            "not_before": None,
            "wake_at": None,
            "waiting_for": "",
            "tries": 0,
        }
    )


def _store(mine: Job, after: Job, at: Ports) -> Job | None:
    """Store the job as it is now, with its notice; None where the turn was lost to another one.

    A person may have asked to cancel meanwhile: then the page counts, and the next turn takes the rest back.
    """
    for _ in range(TRIES):
        if mine.turn_until is None or at.clock.now() > mine.turn_until:
            return None  # somebody may be at it already
        writes: list[Write] = [PutJob(after)]
        if after.status in ENDED and after.email.status == "pending":
            writes.append(PutNotice(_notice(after, at.clock.now())))
        if after.status in ("done", "failed"):
            writes += _for_others(after, at)
        try:
            at.commit.all(*writes)
            return after.model_copy(update={"version": after.version + 1})
        except Conflict:
            current = at.jobs.get(mine.company, mine.id)
            if current is None or (current.turns, current.turn_until) != (mine.turns, mine.turn_until):
                return None
            after = after.model_copy(update={"version": current.version, "cancel_asked": current.cancel_asked})
    raise StoreBusy("the job is contended")


def _give_back(mine: Job, at: Ports) -> None:
    """After an error nobody expected: let the turn be repeated soon. Its tries stay counted."""
    with suppress(LedgerlinkError):
        soon = at.clock.now() + timedelta(seconds=BUSY_S)
        at.commit.all(PutJob(mine.model_copy(update={"turn_until": None, "wake_at": soon})))


def _notice(job: Job, now: datetime) -> Notice:
    return Notice(
        company=job.company,
        id=notice_id(job),
        template="job_done",
        topic="own_jobs",
        to=job.email.to,
        data=_figures(job),
        created_at=now,
        job=job.id,
        wake_at=now + HINT_LOST,
    )


def _for_others(job: Job, at: Ports) -> list[PutNotice]:
    """To those who want to hear of jobs that others start; of one that began by itself only if it failed."""
    if job.started_by == BY_ITSELF and job.status == "done" and not job.progress.failed:
        return []
    return subscriptions.notices(
        job.company,
        "others_jobs",
        "job_done",
        at,
        id=notice_id(job),
        data=_figures(job),
        job=job.id,
        but_sub=job.started_by,
    )


def _figures(job: Job) -> dict[str, Any]:
    shown = {"kind", "status", "progress", "failures", "error", "notes", "started_at", "finished_at"}
    return {**job.model_dump(mode="json", include=shown), "title": REGISTRY[job.kind].title}


def notice_id(job: Job) -> str:
    """One notice per job, whatever is repeated."""
    return f"job-{job.id}"


def _until(busy: Transient, now: datetime) -> float:
    return BUSY_S if busy.retry_at is None else max(1.0, (busy.retry_at - now).total_seconds())


def _why(busy: Transient) -> str:
    return "day_limit" if busy.detail == "day_limit" else "" if isinstance(busy, StoreBusy) else "ledger_busy"


def _told(refusal: Refused | Invalid | NotFound) -> str:
    detail = str(refusal) if isinstance(refusal, NotFound) else refusal.detail
    return detail[:500] or refusal.__class__.__name__
