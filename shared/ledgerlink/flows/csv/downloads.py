"""Downloads: at once where that takes seconds; else a job goes on where the request stopped, and the file is fetched.

Every answer is the file or the address to ask next, so whoever follows redirects gets it, however long it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ledgerlink.errors import LedgerBusy, NotFound, Refused, Transient
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.csv_export import file_key, keep_part
from ledgerlink.flows.context import Context
from ledgerlink.ports import PutJob

from .outward import BOM, Part, Sheet

MOST_INLINE = 4_000_000  # bytes; Lambda and API Gateway carry 6 MB
AT_ONCE = timedelta(seconds=12)  # a request is given 30; one more part may take some of them
PATIENCE = timedelta(seconds=20)  # of one request for a file that is being made
SOON = timedelta(seconds=45)  # a job that rests for longer cannot be waited for
TYPE = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Delivered:
    """A download: the text, or where it lies, or the job that is making it."""

    text: str = ""
    url: str = ""
    job: str = ""


def begin(context: Context, sheet: Sheet, actor: Actor, *, bom: bool = False) -> Delivered:
    """The file, if it can be made within seconds. Raises NotConnected, LedgerBusy."""
    texts, size = [BOM] if bom else [], 0
    part = Part("", 0, {}, finished=False)
    until, rows = context.at.clock.now() + AT_ONCE, 0
    while not part.finished:
        try:
            part = sheet.next(context, part.memory, lambda: texts)
        except Transient:
            if not part.memory:
                raise
            return _by_job(context, sheet, actor, texts, part, rows)
        texts.append(part.text)
        size, rows = size + len(part.text.encode()), rows + part.rows
        if not part.finished and context.at.clock.now() > until:
            return _by_job(context, sheet, actor, texts, part, rows)
    text = "".join(texts)
    if size <= MOST_INLINE:
        return Delivered(text=text)
    key = file_key(context, context.at.ids.new())
    context.at.files.put(key, text.encode(), content_type=TYPE)
    return Delivered(url=context.at.files.download_url(key, filename=sheet.name))


def _by_job(context: Context, sheet: Sheet, actor: Actor, texts: list[str], part: Part, rows: int) -> Delivered:
    """What was read so far lies with the job, which reads on from there."""
    job = jobs.new(context, sheet.job, Actor(actor.sub, actor.role), dry_run=False)
    told = {"done": rows, "total": max(rows, part.total)}
    job = keep_part(context, job, "".join(texts), part.memory)
    job = job.model_copy(update={"progress": job.progress.model_copy(update=told)})
    context.at.commit.all(PutJob(job))
    context.at.doorbells.job(context.company.id, job.id)
    return Delivered(job=job.id)


def fetch(context: Context, sheet: Sheet, id_: str) -> Delivered:
    """The file that a job makes, waited for a while; else the job again.

    Raises NotFound, LedgerBusy (it rests), Refused ``download_failed``.
    """
    clock = context.at.clock
    until = clock.now() + PATIENCE
    while True:
        job = jobs.get(context, id_)
        if job.kind != sheet.job:
            raise NotFound("download")
        if job.status == "done":
            if context.at.files.size(file_key(context, id_)) is None:
                raise NotFound("download")  # the bucket forgot it
            return Delivered(url=context.at.files.download_url(file_key(context, id_), filename=sheet.name))
        if job.status in ("failed", "cancelled"):
            raise Refused("download_failed", job.error or "the download was cancelled")
        if job.not_before is not None and job.not_before > clock.now() + SOON:
            raise LedgerBusy(job.waiting_for, retry_at=job.not_before)
        if clock.now() > until:
            return Delivered(job=id_)
        clock.sleep(1.0)
