"""``export-organizations``: every organization to the ledger, created, updated or archived there (K3).

The job itself sends nothing. It puts its records into the export queue, behind whatever live traffic puts there, and
follows what becomes of them: the settlement of a record names the job that ordered it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from ledgerlink.flows.context import Context
from ledgerlink.rules import jobs as rules
from ledgerlink.rules.dispatch import MOST_DOCUMENTS
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import following, ordering
from .work import Step, Work, ledger_of, no_options

KIND = "organizations"
PAGE = 1000
LOOK = 40  # contacts read at once before archiving
AHEAD = 2000  # records in the queue before the first ring: full calls from the start, and soon enough


class ExportOrganizations:
    """See ``work.Bulk``."""

    name = "export-organizations"
    title = "Export of organizations"
    direct = False
    needs_ledger = True
    undoable = True

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        return no_options(job)

    def plan(self, work: Work) -> Step:
        records, missing, after = _page(work)
        links = work.at.links.many(LinkKey(*record.key) for record in records)
        items = [
            rules.plan_export(record, ordering.link_of(links, record.key), work.context.settings, work.job.id)
            for record in records
        ]
        job = work.planned([*items, *missing])
        figures = {name: job.memory.get(name, 0) + _count(items, name) for name in sorted(rules.SENDING)}
        calls = work.calls(needed=calls_of(figures), used=0)
        job = job.model_copy(update={"cursor": after or "", "memory": figures, "calls": calls})
        return Step(job, finished=not after)

    def carry_out(self, work: Work) -> Step:
        """First everything into the queue, chunk by chunk; then see, chunk by chunk, what became of it."""
        job = work.job
        if job.ordered < job.chunk:
            ordered = ordering.order_chunk(work)
            if ordered.ordered == ordered.chunk or ordered.ordered * PAGE >= AHEAD:
                work.at.doorbells.ring(work.company, "export")
            return Step(ordered)
        if job.applied < job.chunk:
            return following.follow_chunk(work)
        return Step(job, finished=True)

    def withdraw(self, work: Work) -> Step:
        job = work.job
        if job.status == "planning" or job.applied >= job.chunk:
            return Step(job, finished=True)
        if job.applied >= job.ordered:  # never ordered
            items = [rules.left_out(item, "cancelled") for item in work.plan_chunk(job.applied)]
            return Step(work.settled(items, applied=job.applied + 1))
        ordering.take_back(work, work.at.jobs.read_chunk(job, "wanted", job.applied))
        return following.follow_chunk(work, cancelled=True)


def _page(work: Work) -> tuple[list[Record], list[JobItem], str | None]:
    """The next records, lines for named ones that are not there, and where the page after starts."""
    at, job = work.at, work.job
    if not job.chosen:
        page = at.records.page(work.company, KIND, after=job.cursor or None, limit=PAGE)
        return [record for record in page.items if not record.deleted], [], page.next
    start = int(job.cursor or 0)
    ids = work.chosen(start, PAGE)
    found = at.records.many(RecordKey(work.company, KIND, id_) for id_ in ids)
    there = {record.id: record for record in found.values() if not record.deleted}
    missing = [
        JobItem(kind=KIND, id=id_, outcome="fail", reason="no_such_record", message="There is no such organization.")
        for id_ in ids
        if id_ not in there
    ]
    after = str(start + PAGE) if start + PAGE < job.chosen else None
    return [there[id_] for id_ in ids if id_ in there], missing, after


def _count(items: Sequence[JobItem], outcome: str) -> int:
    return sum(item.outcome == outcome for item in items)


def calls_of(figures: dict[str, int]) -> int:
    """The fewest calls for so many records: 50 a write, one look before updates, contacts read before archiving."""
    writes = sum(ceil(count / MOST_DOCUMENTS) for count in figures.values())
    return writes + bool(figures["update"]) + ceil(figures["archive"] / LOOK)
