"""A plan that stands is gone through once more, chunk by chunk, with what was learnt since its lines were written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import Job, JobItem, Progress

from .work import Step, Work

A_TURN = timedelta(seconds=15)


def go_through(work: Work, change: Callable[[list[JobItem]], list[JobItem]]) -> Step:
    """The next chunks, each as ``change`` makes it of its lines, for as long as a turn has time; the
    figures are counted anew on the way."""
    job, number, until = work.job, work.job.memory.get("gone_through", 0), work.now + A_TURN
    figures = Progress(**job.memory.get("recounted", {}))
    while number < job.chunk:
        items = change(work.plan_chunk(number))
        work.at.jobs.write_chunk(job, "plan", number, items)
        figures, number = rules.counted(items, figures), number + 1
        if work.now > until:
            break
    job = job.model_copy(update={"memory": {**job.memory, "gone_through": number, "recounted": figures.model_dump()}})
    if number < job.chunk:
        return Step(job)
    return Step(
        job.model_copy(update={"progress": figures.model_copy(update={"total": job.progress.total})}), finished=True
    )


def anew(job: Job) -> Job:
    """The job before it goes through its plan from the start."""
    return job.model_copy(update={"memory": {**job.memory, "gone_through": 0, "recounted": {}}})
