"""``import-contacts``, ``import-products``: all of one type in the ledger comes here, new or as an update (K2, D1).
``find-duplicates``: nothing comes, but people are asked about contacts that may be organizations of ours.

Run at once, each page is taken in as it is read. As a plan, each page is decided and kept with what the ledger said,
so that applying it reads nothing again but what changed since (``planned_import``).
"""

from __future__ import annotations

from dataclasses import dataclass

from ledgerlink.errors import Refused
from ledgerlink.flows.connection import first_look
from ledgerlink.flows.context import Context
from ledgerlink.flows.inbound.taking_in import foresee, take_in
from ledgerlink.state.job import Job

from . import planned_import
from .documents import intake, line, planned_line, with_receipts
from .reading import Read, Reading
from .unlinked import Unlinked
from .work import Step, Work, ledger_of, undated


@dataclass
class ImportDocuments:
    """See ``work.Bulk``. What is named are documents by the ledger's id, or records that are linked to one."""

    name: str
    title: str
    document_type: str
    unknown: str  # reason code: the ledger has no such document
    asks_only: bool = False
    direct: bool = True
    needs_ledger: bool = True
    undoable: bool = True

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        if self.asks_only and context.settings.possible_duplicates_on_import == "create":
            raise Refused("duplicates_wanted")
        return undated(job)

    def plan(self, work: Work) -> Step:
        read, unlinked = self._read(work), Unlinked(work, self.document_type)
        page = intake(
            work, self.document_type, read.documents, unlinked=unlinked, planning=True, asks_only=self.asks_only
        )
        taken = read.news(foresee(page, read.documents))
        keys = [each.key for each in taken if each.key is not None]
        versions = {key: link.version for key, link in work.at.links.many(keys).items()}
        calls = work.calls(needed=read.progress.needed + 1, used=read.progress.used)  # one more, to apply it
        items = [planned_line(each, versions) for each in taken]
        job = work.planned([*items, *read.missing], calls=calls, memory=read.memory(work) | unlinked.to_remember())
        return Step(_of(job, work.job.chosen or read.progress.total), finished=read.finished)

    def carry_out(self, work: Work) -> Step:
        if work.job.dry_run:
            return planned_import.apply_page(work, self.document_type, asks_only=self.asks_only)
        read, unlinked = self._read(work), Unlinked(work, self.document_type)
        page = intake(work, self.document_type, read.documents, unlinked=unlinked, asks_only=self.asks_only)
        taken = read.news(take_in(page, read.documents))
        calls = work.calls(needed=read.progress.needed, used=read.progress.used)
        items = with_receipts(work, [line(each) for each in taken])
        memory = read.memory(work) | unlinked.to_remember()
        job = work.settled([*items, *read.missing], calls=calls, memory=memory)
        if read.finished and work.context.connection.first_look == work.job.id:
            first_look.settled(work.context, work.job.id)
        return Step(_of(job, work.job.chosen or read.progress.total), finished=read.finished)

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)

    def _read(self, work: Work) -> Read:
        return Reading(self.document_type, self.unknown).next(work)


def _of(job: Job, total: int) -> Job:
    """The job with the ledger's own count as its total, unless more than that came."""
    shown = job.progress
    return job.model_copy(update={"progress": shown.model_copy(update={"total": max(total, shown.done)})})
