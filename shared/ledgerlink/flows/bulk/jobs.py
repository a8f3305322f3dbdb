"""Bulk jobs as people handle them: start, follow, apply a plan, cancel. ``flows.bulk.turns`` carries them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledgerlink.errors import Conflict, FieldProblem, Invalid, NotFound, Refused, StoreBusy
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context, connected_context
from ledgerlink.flows.notices import subscriptions
from ledgerlink.kinds import KINDS
from ledgerlink.ports import Page, PutJob, Write
from ledgerlink.rules import jobs as rules
from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.job import Job, JobEmail, JobItem, Progress

from .registry import REGISTRY, STARTABLE
from .turns import HINT_LOST, ended
from .work import IDS_IN_CHUNK

TRIES = 5
MOST_CHOSEN = 20_000
CHUNKS_AT_ONCE = 20  # read for one page of a filtered list


def start(
    context: Context,
    kind: str,
    actor: Actor,
    *,
    dry_run: bool = False,
    ids: Sequence[str] | None = None,
    records: Sequence[tuple[str, str]] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Job:
    """Start a job; ``ids``, or ``records`` as (kind, id), narrow it down (None: all eligible). Returns it as stored.

    Raises Invalid (unknown kind, bad options), NotConnected, Refused.
    """
    if kind not in STARTABLE:
        raise Invalid(FieldProblem("kind", f"{kind!r} is not one of {', '.join(sorted(STARTABLE))}"))
    named = list(dict.fromkeys(records if records is not None else [("", id_) for id_ in ids or ()]))
    if (ids is not None or records is not None) and not 0 < len(named) <= MOST_CHOSEN:
        raise Invalid(FieldProblem("ids", f"name 1 to {MOST_CHOSEN:,} records, or leave ids out for all"))
    at, company = context.at, context.company
    job = new(context, kind, actor, dry_run=dry_run)
    job = job.model_copy(update={"options": dict(options or {}), "chosen": len(named)})
    job = REGISTRY[kind].begin(context, job)
    if sort := next((sort for sort, _ in named if sort not in ("", *KINDS)), ""):
        raise Invalid(FieldProblem("records", f"{sort!r} is no kind of record"))
    for number, some in enumerate(chunks(named, IDS_IN_CHUNK)):
        at.jobs.write_chunk(job, "ids", number, [JobItem(kind=kind, id=id_, outcome="chosen") for kind, id_ in some])
    at.commit.all(PutJob(job))
    at.doorbells.job(company.id, job.id)
    return job.model_copy(update={"version": job.version + 1})


def new(context: Context, kind: str, actor: Actor, *, dry_run: bool) -> Job:
    """A job of this kind as it begins, not stored yet."""
    now, organisation = context.at.clock.now(), context.connection.organisation
    return Job(
        company=context.company.id,
        id=context.at.ids.new(),
        kind=kind,
        status="planning" if dry_run or not REGISTRY[kind].direct else "running",
        dry_run=dry_run,
        started_by=actor.sub,
        email=_email(context, actor),
        started_at=now,
        settings_version=context.company.settings_version,
        organisation=organisation.id if organisation else "",
        wake_at=now + HINT_LOST,
    )


def _email(context: Context, actor: Actor) -> JobEmail:
    wanted = subscriptions.wants_own_jobs(context.company.id, actor.email, context.at)
    return JobEmail(to=actor.email if wanted else "")


def get(context: Context, job: str) -> Job:
    """Raises NotFound."""
    found = context.at.jobs.get(context.company.id, job)
    if found is None:
        raise NotFound("job")
    return found


def page(context: Context, *, after: str | None = None, limit: int = 50) -> Page:
    """The company's jobs, newest first."""
    return context.at.jobs.page(context.company.id, after=after, limit=limit)


def apply(context: Context, job: str, actor: Actor) -> Job:
    """Carry out what the plan listed; records changed since are left out.

    Raises NotFound, NotConnected, Refused ``job_not_ready`` or ``plan_outdated``.
    """
    if REGISTRY[get(context, job).kind].needs_ledger:
        connected_context(context.company.id, context.at)

    def applied(job: Job) -> Job:
        if job.status != "planned":
            raise Refused("job_not_ready", f"the job is {job.status}, not planned")
        organisation = context.connection.organisation
        why = rules.why_outdated(
            job,
            settings_version=context.company.settings_version,
            organisation=organisation.id if organisation else "",
            now=context.at.clock.now(),
        )
        if why:
            raise Refused("plan_outdated", why)
        total = job.progress.total
        return job.model_copy(
            update={
                "status": "running",
                "progress": Progress(total=total),
                "counted": Progress(total=total),
                "email": _email(context, actor) if actor.email else job.email,
                "wake_at": context.at.clock.now() + HINT_LOST,
            }
        )

    def undoing(job: Job) -> list[Write]:
        return [marked_undone(context, job)] if job.undoes else []

    return _changed(context, job, applied, undoing)


def marked_undone(context: Context, undo: Job) -> PutJob:
    """The write that notes with a job which one undoes it. Raises NotFound, Refused ``already_undone``."""
    source = get(context, undo.undoes)
    by = context.at.jobs.get(context.company.id, source.undone_by) if source.undone_by else None
    if by is not None and by.id != undo.id and by.status in ("planning", "running", "done"):
        raise Refused("already_undone", f"job {by.id} undoes it, or did")
    return PutJob(source.model_copy(update={"undone_by": undo.id}))


def cancel(context: Context, job: str) -> Job:
    """Stop a job: what has gone has gone, what was ordered and has not is taken back. Raises NotFound, Refused."""

    def cancelled(job: Job) -> Job:
        if job.status == "planned":
            return ended(job, "cancelled", context.at.clock.now())
        if job.status not in ("planning", "running"):
            raise Refused("job_not_ready", f"the job is {job.status}")
        return job.model_copy(update={"cancel_asked": True, "not_before": None})

    return _changed(context, job, cancelled)


def _changed(
    context: Context, id_: str, edit: Callable[[Job], Job], more: Callable[[Job], list[Write]] = lambda job: []
) -> Job:
    at = context.at
    for _ in range(TRIES):
        job = get(context, id_)
        after = edit(job)
        try:
            at.commit.all(PutJob(after), *more(after))
        except Conflict:
            continue
        at.doorbells.job(context.company.id, id_)
        return after.model_copy(update={"version": after.version + 1})
    raise StoreBusy("the job is contended")


def items(context: Context, job: str, *, outcome: str | None = None, after: str | None = None, limit: int = 50) -> Page:
    """The job's records, results where there are some already, else the plan; items are JobItems.

    ``outcome`` is a word of the plan or of the results, or ``drifted``: all but unchanged. A page may be short before
    the end: read on from ``next``.
    Raises NotFound, Invalid.
    """
    if outcome is not None and outcome not in (*rules.OUTCOMES, "drifted"):
        raise Invalid(FieldProblem("outcome", f"should be one of {', '.join((*rules.OUTCOMES, 'drifted'))}"))
    found = get(context, job)
    sort, chunk_count = ("result", found.results) if found.results or not found.chunk else ("plan", found.chunk)
    number, start = _place(after)
    last = min(chunk_count, number + CHUNKS_AT_ONCE)
    wanted = {outcome, rules.PLANNED_AS.get(outcome or ""), rules.COUNTED_AS.get(outcome or "")}
    drifted = outcome == "drifted"
    some: list[JobItem] = []
    while number < last:
        chunk = context.at.jobs.read_chunk(found, "result" if sort == "result" else "plan", number)
        for index in range(start, len(chunk)):
            if outcome is None or chunk[index].outcome in wanted or (drifted and chunk[index].outcome != "unchanged"):
                if len(some) == limit:
                    return Page(some, f"{number}.{index}")
                some.append(chunk[index])
        number, start = number + 1, 0
    return Page(some, f"{number}.0" if number < chunk_count else None)


def _place(after: str | None) -> tuple[int, int]:
    number, _, start = (after or "0.0").partition(".")
    if not (number.isdecimal() and start.isdecimal()):
        raise Invalid(FieldProblem("cursor", "not a cursor of ours", "cursor"))
    return int(number), int(start)
