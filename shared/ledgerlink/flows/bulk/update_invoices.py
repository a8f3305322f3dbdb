"""``update-invoices``: what was sent comes up to date: paid, credited, voided, what is left (D7, D8).

Named: those, whatever their state. Unnamed: all that were sent and are neither paid nor void, and at the end the
balances of organizations. A few are asked for by id, many are read page by page, whichever takes fewer calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledgerlink.errors import Refused
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.inbound import balances
from ledgerlink.flows.inbound.batch import TakenIn
from ledgerlink.flows.inbound.taking_in import foresee, take_in
from ledgerlink.flows.records import linking
from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.ports import LinkFilter
from ledgerlink.state.document import Document
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import RecordKey

from . import planned_documents
from .crawling import Crawling, read_on
from .documents import intake, line, planned_line, with_receipts
from .work import IDS_IN_CHUNK, Step, Work, check_options, ids_at_once, ledger_of

KINDS_OF_IT = ("invoices", "credit-notes")
FEW = 200  # that are asked for by id: five calls, eight of credit notes; more are found on the pages of the whole list
BALANCES = "balances"
DONE = ("paid", "void")


class UpdateInvoices:
    """See ``work.Bulk``."""

    name = "update-invoices"
    title = "Update of invoices from the ledger"
    direct = True
    needs_ledger = True
    undoable = False  # it is the ledger's to say

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        check_options(job)
        left = list(KINDS_OF_IT) if job.chosen or job.dry_run else [*KINDS_OF_IT, BALANCES]
        return job.model_copy(update={"memory": {"left": left}})

    def plan(self, work: Work) -> Step:
        return _page(work, planning=True)

    def carry_out(self, work: Work) -> Step:
        if work.job.dry_run:
            return _applied(work)
        if work.job.memory["left"][0] == BALANCES:
            return _balances(work)
        return _page(work, planning=False)

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)


def _applied(work: Work) -> Step:
    """The plan's chunks, and for a plan of all the balances after them."""
    if work.job.applied < work.job.chunk:
        step = planned_documents.apply_chunk(work)
        return Step(step.job, finished=step.finished and bool(work.job.chosen))
    return Step(work.job, finished=True) if work.job.chosen else _balances(work)


# ------------------------------------------------------------------ documents


def _page(work: Work, *, planning: bool) -> Step:
    """One call's worth of the kind at hand."""
    kind, memory = work.job.memory["left"][0], dict(work.job.memory)
    if "ids" not in memory:
        memory |= _some_chosen(work, kind, memory) if work.job.chosen else _open(work, kind, memory)
    if "ids" not in memory:
        return Step(work.job.model_copy(update={"memory": memory}))
    ids: list[str] | None = memory["ids"]
    missing: list[JobItem] = []
    if ids is None:
        documents, crawling = read_on(ledger_of(work.context), KINDS[kind].document_type, _crawl(memory), work.now)
        memory |= crawling.to_remember()
        documents, over, used = _sent(work, kind, documents), crawling.finished, 1
    else:
        most = ids_at_once(kind)
        documents, missing, used = _named(work, kind, ids[:most])
        memory["ids"] = ids[most:]
        over = not memory["ids"] and memory.get("looked_at", 0) >= work.job.chosen
        if not memory["ids"]:
            del memory["ids"]
    if over:
        memory = {"left": memory["left"][1:]}
    items = [*_lines(work, kind, documents, planning=planning), *missing]
    used += work.job.calls.used
    told: dict[str, Any] = {"memory": memory, "calls": work.calls(needed=used + (not over), used=used)}
    job = work.planned(items, **told) if planning else work.settled(with_receipts(work, items), **told)
    return Step(job, finished=not memory["left"])


def _some_chosen(work: Work, kind: str, memory: dict[str, Any]) -> dict[str, Any]:
    """The next of those chosen that are of this kind: a job's memory holds a thousand of them, not all."""
    looked_at = memory.get("looked_at", 0)
    named = work.chosen(looked_at, IDS_IN_CHUNK)
    return {"ids": _there(work, kind, named), "looked_at": looked_at + len(named)}


def _open(work: Work, kind: str, memory: dict[str, Any]) -> dict[str, Any]:
    """The sent ones that are open, as ``ids``: None where there are so many that pages are cheaper than asking each.
    Where there is more to look through than one turn has time for, how far it came, without ``ids``."""
    found, where = list(memory.get("open", ())), LinkFilter(linked=True, status_is_not=DONE)
    limit = FEW + 1 - len(found)
    page = work.at.links.search(work.company, kind, where, after=memory.get("looked_to"), limit=limit)
    found += [key.id for key in page.items]
    if len(found) > FEW:
        return {"ids": None}
    return {"ids": found} if page.next is None else {"open": found, "looked_to": page.next}


def _there(work: Work, kind: str, ids: Sequence[str]) -> list[str]:
    """Of these ids the kind's own: an id names an invoice, or a credit note where no invoice has it."""
    found = work.at.records.many(RecordKey(work.company, each, id_) for id_ in ids for each in KINDS_OF_IT)
    first = next(iter(KINDS_OF_IT))
    mine = [id_ for id_ in ids if RecordKey(work.company, kind, id_) in found]
    if kind == first:
        return [id_ for id_ in ids if id_ in mine or not any(key.id == id_ for key in found)]
    return [id_ for id_ in mine if RecordKey(work.company, first, id_) not in found]


def _crawl(memory: dict[str, Any]) -> Crawling:
    return Crawling.remembered(memory)


def _named(work: Work, kind: str, ids: Sequence[str]) -> tuple[list[Document], list[JobItem], int]:
    """The documents of these records, lines for those that have none, and how many calls it took."""
    links = work.at.links.many(LinkKey(work.company, kind, id_) for id_ in ids)
    linked = {key.id: link.document_id for key, link in links.items() if link.document_id}
    known = {key.id for key in links}
    missing = [
        JobItem(kind=kind, id=id_, outcome="skipped", reason="not_linked" if id_ in known else "no_such_record")
        for id_ in ids
        if id_ not in linked
    ]
    if not linked:
        return [], missing, 0
    return ledger_of(work.context).read(KINDS[kind].document_type, list(linked.values())), missing, 1


def _sent(work: Work, kind: str, documents: Sequence[Document]) -> list[Document]:
    """Of a page of the ledger those that are ours and open here."""
    claims = work.at.links.claimed(work.company, KINDS[kind].document_type, [document.id for document in documents])
    holders = {id_: claim.link for id_, claim in claims.items() if claim.link is not None}
    links = work.at.links.many(holders.values())
    open_ = {link.document_id for link in links.values() if link.status not in DONE}
    return [document for document in documents if document.id in open_]


def _lines(work: Work, kind: str, documents: list[Document], *, planning: bool) -> list[JobItem]:
    document_type = KINDS[kind].document_type
    if planning:
        taken = foresee(intake(work, document_type, planning=True), documents)
        keys = [each.key for each in taken if each.key is not None]
        versions = {key: link.version for key, link in work.at.links.many(keys).items()}
        return [planned_line(each, versions) for each in taken]
    taken = take_in(intake(work, document_type), documents)
    _link_customers(work, taken)
    return [line(each) for each in taken]


# ------------------------------------------------------------------ organizations


def _link_customers(work: Work, taken: Sequence[TakenIn]) -> None:
    """An organization that is linked to nothing is linked to its document's contact (D8)."""
    at, company = work.at, work.company
    records = at.records.many(each.key.record for each in taken if each.key is not None)
    contacts: dict[LinkKey, str] = {}
    for each in taken:
        record = records.get(each.key.record) if each.key is not None else None
        told = each.document.settlement
        if record is not None and told is not None and told.contact and isinstance(record.content, MoneyDocument):
            contacts[LinkKey(company, "organizations", record.content.organization_id)] = told.contact
    links = at.links.many(contacts)
    for key, contact in contacts.items():
        if _is_free(links.get(key)):
            try:
                linking.link(work.context, key.record, contact, Actor(work.job.started_by), confirm=True)
            except Refused:
                continue  # the contact is another organization's: a person has to see to that


def _is_free(link: Link | None) -> bool:
    return link is not None and not link.document_id and not link.tombstone and not link.suggestions


def _balances(work: Work) -> Step:
    """A page of contacts: what each owes and is owed."""
    memory = dict(work.job.memory)
    crawling = _crawl(memory)
    documents, crawling = read_on(ledger_of(work.context), "contact", crawling, work.now)
    memory |= crawling.to_remember()
    if not crawling.finished:
        memory["left"] = [BALANCES]
    changed = balances.keep(work.context, documents, job=work.job.id, actor=work.job.started_by)
    used = work.job.calls.used + 1
    figures = {**work.job.figures, "balances": work.job.figures.get("balances", 0) + changed}
    calls = work.calls(needed=used, used=used)
    job = work.job.model_copy(update={"memory": memory, "figures": figures, "calls": calls})
    return Step(job, finished=crawling.finished)
