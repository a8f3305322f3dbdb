"""``import-documents``: what was made in the ledger comes here, kind by kind, a page a turn (D1).

A job may bring kinds that do not come by themselves, and with ``from_date`` older ones. Their customers must be here:
import contacts first. What is here already comes up to date, as with ``update-invoices``.
"""

from __future__ import annotations

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context
from ledgerlink.flows.inbound.taking_in import foresee, take_in
from ledgerlink.kinds import KINDS
from ledgerlink.rules.profiles import DOCUMENT_KINDS
from ledgerlink.state.document import Document
from ledgerlink.state.job import Job, JobItem

from . import planned_documents
from .crawling import Crawling, read_on
from .documents import intake, line, planned_line, with_receipts
from .work import Step, Work, check_options, from_date, ledger_of

KINDS_OF_IT = tuple(name for name in DOCUMENT_KINDS if name in KINDS)


class ImportBornDocuments:
    """See ``work.Bulk``. Options: ``from_date``, ``kinds``."""

    name = "import-documents"
    title = "Import of documents"
    direct = True
    needs_ledger = True
    undoable = True

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        check_options(job, "from_date", "kinds")
        if job.chosen:
            raise Invalid(FieldProblem("ids", "this job asks for all; name documents that are here to update-invoices"))
        kinds = job.options.get("kinds") or list(KINDS_OF_IT)
        if not isinstance(kinds, list) or not set(kinds) <= set(KINDS_OF_IT):
            raise Invalid(FieldProblem("options.kinds", f"a list of {', '.join(KINDS_OF_IT)}"))
        from_date(job)
        return job.model_copy(update={"memory": {"left": kinds}})

    def plan(self, work: Work) -> Step:
        return _page(work, planning=True)

    def carry_out(self, work: Work) -> Step:
        return planned_documents.apply_chunk(work) if work.job.dry_run else _page(work, planning=False)

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)


def _page(work: Work, *, planning: bool) -> Step:
    """One call's worth of the kind at hand."""
    memory = dict(work.job.memory)
    kind, so_far = memory["left"][0], Crawling.remembered(memory)
    documents, crawling = read_on(ledger_of(work.context), KINDS[kind].document_type, so_far, work.now)
    items = _lines(work, kind, documents, planning=planning)
    if so_far.page >= so_far.pages:  # of a delta after the pages, what says nothing new was counted with its page
        items = [item for item in items if item.outcome != "unchanged"]
    memory |= crawling.to_remember()
    if crawling.finished:
        memory = {"left": memory["left"][1:]}
    used = work.job.calls.used + 1
    calls = work.calls(needed=used + len(memory["left"]) + max(0, crawling.pages - crawling.page), used=used)
    if planning:
        return Step(work.planned(items, memory=memory, calls=calls), finished=not memory["left"])
    job = work.settled(with_receipts(work, items), memory=memory, calls=calls)
    return Step(job, finished=not memory["left"])


def _lines(work: Work, kind: str, documents: list[Document], *, planning: bool) -> list[JobItem]:
    document_type = KINDS[kind].document_type
    if not planning:
        return [line(each) for each in take_in(intake(work, document_type), documents)]
    taken = foresee(intake(work, document_type, planning=True), documents)
    keys = [each.key for each in taken if each.key is not None]
    versions = {key: link.version for key, link in work.at.links.many(keys).items()}
    return [planned_line(each, versions) for each in taken]
