"""``import-contacts``: every contact of the ledger comes here, new or as an update of its organization (K2).

Run at once, each page is taken in as it is read. As a plan, each page is decided and kept with what the ledger said,
so that applying it reads nothing again but what changed since (``planned_import``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledgerlink.flows.context import Context
from ledgerlink.flows.taking_in import TakenIn, foresee, take_in
from ledgerlink.state.document import Document
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import LinkKey

from . import planned_import
from .crawling import CLOCKS_DIFFER, Crawling, read_on
from .documents import intake, line, planned_line, with_receipts
from .work import Step, Work, ledger_of, no_options

DOCUMENT_TYPE, KIND = "contact", "organizations"
IDS_AT_ONCE = 40


class ImportContacts:
    """See ``work.Bulk``. What is named are contacts by the ledger's id, or organizations that are linked to one."""

    name = "import-contacts"
    title = "Import of contacts"
    direct = True
    needs_ledger = True
    undoable = True

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        return no_options(job)

    def plan(self, work: Work) -> Step:
        read = _read(work)
        taken = read.news(foresee(intake(work, DOCUMENT_TYPE, planning=True), read.documents))
        keys = [each.key for each in taken if each.key is not None]
        versions = {key: link.version for key, link in work.at.links.many(keys).items()}
        calls = work.calls(needed=read.progress.needed + 1, used=read.progress.used)  # one more, to apply it
        items = [planned_line(each, versions) for each in taken]
        job = work.planned([*items, *read.missing], calls=calls, memory=_memory(work, read))
        return Step(_of(job, read.progress.total), finished=read.finished)

    def carry_out(self, work: Work) -> Step:
        if work.job.dry_run:
            return planned_import.apply_page(work, DOCUMENT_TYPE)
        read = _read(work)
        taken = read.news(take_in(intake(work, DOCUMENT_TYPE), read.documents))
        calls = work.calls(needed=read.progress.needed, used=read.progress.used)
        items = with_receipts(work, [line(each) for each in taken])
        job = work.settled([*items, *read.missing], calls=calls, memory=_memory(work, read))
        return Step(_of(job, read.progress.total), finished=read.finished)

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)


@dataclass(frozen=True)
class Read:
    """What one turn read, and how far the reading is."""

    documents: list[Document]
    progress: Crawling
    finished: bool
    missing: tuple[JobItem, ...] = ()  # lines for named contacts that the ledger does not know
    delta: bool = False

    def news(self, taken: list[TakenIn]) -> list[TakenIn]:
        """Of a delta after the pages, what says nothing new was counted with its page."""
        return [each for each in taken if not (self.delta and each.outcome == "unchanged")]


def _read(work: Work) -> Read:
    so_far = Crawling.remembered(work.job.memory)
    if work.job.chosen:
        return _read_chosen(work, so_far)
    documents, progress = read_on(ledger_of(work.context), DOCUMENT_TYPE, so_far, work.now)
    return Read(documents, progress, progress.finished, delta=so_far.page >= so_far.pages)


def _read_chosen(work: Work, so_far: Crawling) -> Read:
    named = work.chosen(so_far.page * IDS_AT_ONCE, IDS_AT_ONCE)
    links = work.at.links.many(LinkKey(work.company, KIND, id_) for id_ in named)
    linked = {key.id: link.document_id for key, link in links.items() if link.document_id}
    ids = list(dict.fromkeys(linked.get(id_, id_.lower()) for id_ in named))
    documents = ledger_of(work.context).read(DOCUMENT_TYPE, ids, purpose="backfill")
    there = {document.id for document in documents}
    words = "The ledger has no contact with this id."
    missing = tuple(
        JobItem(kind=KIND, id="", outcome="failed", reason="no_such_contact", document_id=id_, message=words)
        for id_ in ids
        if id_ not in there
    )
    newest = max((d.updated_at for d in documents), default=work.now - CLOCKS_DIFFER)
    progress = replace(
        so_far,
        page=so_far.page + 1,
        pages=-(-work.job.chosen // IDS_AT_ONCE),
        total=work.job.chosen,
        newest=so_far.newest or max(newest, work.now - CLOCKS_DIFFER),
        used=so_far.used + 1,
    )
    return Read(documents, progress, progress.finished, missing)


def _memory(work: Work, read: Read) -> dict[str, object]:
    return {**work.job.memory, **read.progress.to_remember()}


def _of(job: Job, total: int) -> Job:
    """The job with the ledger's own count as its total, unless more than that came."""
    shown = job.progress
    return job.model_copy(update={"progress": shown.model_copy(update={"total": max(total, shown.done)})})
