"""``download-…``: a file that takes longer than a request may, part by part into the bucket, then put together."""

from __future__ import annotations

from collections.abc import Iterator

from ledgerlink.flows.context import Context
from ledgerlink.flows.csv.outward import Sheet
from ledgerlink.state.job import Job

from .work import Step, Work

TYPE = "text/csv; charset=utf-8"


class CsvExport:
    """See ``work.Bulk``. Begun by ``flows.csv.downloads`` alone, with what the request had read."""

    direct = True
    needs_ledger = False  # where it does, the reading says so
    undoable = False

    def __init__(self, sheet: Sheet) -> None:
        self.name, self.title, self._sheet = sheet.job, sheet.title, sheet

    def begin(self, context: Context, job: Job) -> Job:
        return job

    def plan(self, work: Work) -> Step:
        return self.carry_out(work)

    def carry_out(self, work: Work) -> Step:
        job, context = work.job, work.context
        if job.memory["finished"]:
            keys = [_part_key(context, job, number) for number in range(job.memory["parts"])]
            work.at.files.join(file_key(context, job.id), keys, content_type=TYPE)
            return Step(job, finished=True)
        part = self._sheet.next(context, job.memory["sheet"], lambda: _parts(context, job))
        after = keep_part(context, job, part.text, part.memory, finished=part.finished)
        done = job.progress.done + part.rows
        told = {"done": done, "total": done if part.finished else max(done, part.total)}
        return Step(after.model_copy(update={"progress": job.progress.model_copy(update=told)}))

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)


def keep_part(context: Context, job: Job, text: str, memory: dict[str, object], *, finished: bool = False) -> Job:
    """The job after its next part was put into the bucket."""
    number = job.memory.get("parts", 0)
    context.at.files.put(_part_key(context, job, number), text.encode(), content_type=TYPE)
    return job.model_copy(update={"memory": {"sheet": memory, "parts": number + 1, "finished": finished}})


def file_key(context: Context, id_: str) -> str:
    """Where the file lies; forgotten after a week, like uploads."""
    return f"uploads/{context.company.id}/downloads/{id_}"


def _part_key(context: Context, job: Job, number: int) -> str:
    return f"{file_key(context, job.id)}-{number:05}"


def _parts(context: Context, job: Job) -> Iterator[str]:
    for number in range(job.memory["parts"]):
        yield b"".join(context.at.files.open(_part_key(context, job, number))).decode()
