"""Applying a planned CSV: each row as the plan had it, unless its organization changed since."""

from __future__ import annotations

from ledgerlink.flows.csv import rows as csv_rows
from ledgerlink.flows.csv.deciding import DOCUMENT_TYPE
from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import LinkKey

from . import images, receipts
from .csv_lines import actor_of, line, row_of, with_receipts
from .documents import document_of
from .work import Step, Work


def apply_page(work: Work, *, with_fields: bool) -> Step:
    """The next chunk of the plan."""
    job = work.job
    if job.applied >= job.chunk:
        return Step(job, finished=True)
    items = work.plan_chunk(job.applied)
    going = [item for item in items if item.row is not None]
    stale = _changed_since(work, going)
    documents = {item.document_id: document_of(DOCUMENT_TYPE, item) for item in going if item.document}
    rows = [row_of(item) for item in going if item.line not in stale]
    results = csv_rows.carry_out(
        work.context,
        rows,
        documents,
        actor_of(job),
        with_fields=with_fields,
        job=job.id,
        keep=images.keeper(work, job.results),
    )
    told = {item.line: item for item in with_receipts(work, [line(each) for each in results])}
    lines = [
        told.get(item.line)
        or (rules.left_out(item, "changed_since_plan") if item.line in stale else rules.done_as(item))
        for item in items
    ]
    done = work.settled(lines, applied=job.applied + 1)
    return Step(done, finished=done.applied >= done.chunk)


def _changed_since(work: Work, items: list[JobItem]) -> set[int]:
    """Rows whose organization or link is another than when it was planned, other than by an earlier try of this."""
    keys = [work.record_key(item) for item in items]
    records = work.at.records.many(keys)
    links = work.at.links.many(LinkKey(*key) for key in keys)
    stale = {}
    for item, key in zip(items, keys, strict=True):
        record, link = records.get(key), links.get(LinkKey(*key))
        revision = record.revision if record is not None and not record.deleted else 0
        if (revision, link.version if link else 0) != (item.revision, item.link_version):
            stale[key] = item.line
    ours = receipts.of_job(work.at, list(stale), work.job.id) if work.again else {}
    return {line for key, line in stale.items() if key not in ours}
