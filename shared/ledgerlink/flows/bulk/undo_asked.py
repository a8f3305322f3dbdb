"""Undoing a job, as people ask for it: another job, which is planned first and may be looked at before (J3)."""

from __future__ import annotations

from ledgerlink.errors import Conflict, Refused, StoreBusy
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.ports import PutJob, Write
from ledgerlink.state.job import ENDED, Job

from . import jobs
from .registry import REGISTRY, UNDO

TRIES = 5
_A_MIRROR = "what it brought mirrors the ledger: take a payment back there, and the next import follows"
WHY_NOT = {
    "import-payments": _A_MIRROR,
    "update-invoices": _A_MIRROR,
    "import-reference-data": "the ledger's own lists are only read here",
    UNDO.name: (
        "an undo is not undone: the job again brings back the records that the undo removed; "
        "values that it put back come from a record's history"
    ),
}


def undo(context: Context, job: str, actor: Actor, *, dry_run: bool = False) -> Job:
    """Start the job that undoes this one; with ``dry_run`` it is carried out once a person applies it.

    Raises NotFound, Refused ``job_not_ready``, ``job_not_undoable`` or ``already_undone``.
    """
    source = jobs.get(context, job)
    if source.status not in ENDED:
        raise Refused("job_not_ready", f"the job is {source.status}, and can be undone once it is over")
    if not REGISTRY[source.kind].undoable:
        raise Refused("job_not_undoable", WHY_NOT.get(source.kind, "the job changed nothing here or in the ledger"))
    if source.planned_at is not None and not source.ordered and not source.applied and not source.results:
        raise Refused("job_not_ready", "the job was only planned: nothing was changed")
    made = jobs.new(context, UNDO.name, actor, dry_run=dry_run)
    made = made.model_copy(update={"undoes": source.id, "notes": _left_alone(source)})
    for _ in range(TRIES):
        noted = jobs.marked_undone(context, made)  # asked of a plan too, which then stores nothing of it
        writes: list[Write] = [PutJob(made)] if dry_run else [PutJob(made), noted]
        try:
            context.at.commit.all(*writes)
        except Conflict:
            continue
        context.at.doorbells.job(context.company.id, made.id)
        return made.model_copy(update={"version": made.version + 1})
    raise StoreBusy("the job is contended")


def _left_alone(source: Job) -> tuple[str, ...]:
    """What is not among the lines of the plan: a question is no change, and its answer was a person's."""
    asked = source.progress.suggested
    if not asked:
        return ()
    return (
        f"The job asked about possible duplicates ({asked}). Those questions, and what was answered, stay as they are.",
    )
