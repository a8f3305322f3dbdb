"""Invoices, credit notes and their like on the way out: whether they go (rules D2-D6, D9, D12-D18).

``decide`` says what the record and its link alone tell; ``complete`` has everything the document names: it speaks the
ledger's terms (``documents_out``), finds all that is wrong (``preflight``), and what has to go first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import MoneyDocument, Status
from ledgerlink.reasons import reason
from ledgerlink.state.document import Document
from ledgerlink.state.link import ON_RECORD, Link
from ledgerlink.state.record import Record, RecordKey

from . import lifting, lines, merging_lines, preflight, prerequisites, reverting
from .decisions import Archive, Create, Decision, Disagree, Nothing, Park, Problem, Refuse, Skip, Update, Wait
from .documents_out import another_total, as_document, changed_fields, content_of, in_ledger_terms
from .facts import Facts
from .merge import Clash, owner_of
from .profiles import CompanySettings
from .settlement import is_settled


def decide(record: Record, link: Link, settings: CompanySettings) -> Decision:
    """What to do about the document, as far as the record says itself."""
    content = content_of(record)
    if link.document_id:
        return _linked(record, link, settings)
    if link.tombstone and not link.ordered_by:
        return Skip(link.tombstone)
    if content.status == "void":
        return Skip("void")
    if not link.ordered_by:
        if not settings.auto_export:
            return Skip("export_by_hand")
        if not is_exportable(content.status, settings):
            return Skip("status_not_exportable")
    return Create(content)


def is_exportable(status: Status, settings: CompanySettings) -> bool:
    """Whether documents of this status go by themselves (D13)."""
    wanted = settings.exportable_statuses
    return "any" in wanted or status in wanted or (status in ("part_paid", "paid") and "approved" in wanted)


def _linked(record: Record, link: Link, settings: CompanySettings) -> Decision:
    content = content_of(record)
    if reverting.archives(link):
        return Skip("export_undone") if link.document_status == "archived" else Archive(content)
    if link.document_status == "archived":
        return Nothing() if content.status == "void" else Park("void_in_ledger")
    if content.status == "void":
        if not settings.sync_voids and not link.ordered_by:
            return Skip("voids_off")
        return Archive(content)
    if reverting.fields_of(link):
        return Update(content, ())
    if link.exported >= link.wanted and not link.ordered_by:
        return Nothing()
    if not link.ordered_by and not is_exportable(content.status, settings):
        return Skip("status_not_exportable")
    return Update(content, ())


def refusal(before: MoneyDocument, after: MoneyDocument, link: Link, settings: CompanySettings) -> str:
    """Why an edit here is refused: a sent invoice is locked where the setting says so, but it may be voided (D9)."""
    if not link.document_id or not settings.lock_after_transfer or before == after:
        return ""
    return "" if after == before.model_copy(update={"status": "void"}) else "locked"


def needs(record: Record) -> tuple[RecordKey, ...]:
    """Its customer and its products."""
    content = content_of(record)
    products = {line.product_id for line in content.lines if line.product_id}
    customer = RecordKey(record.company, "organizations", content.organization_id)
    return (customer, *(RecordKey(record.company, "products", id) for id in sorted(products)))


def complete(decision: Decision, record: Record, link: Link, facts: Facts) -> Decision:
    """The document in the ledger's terms, if all it names is there and nothing about it would be refused."""
    if isinstance(decision, Archive):
        if is_settled(link.settlement):
            return Refuse((Problem("void_has_payments", "status", "payments or credits stand on it"),))
        return Archive(decision.content.model_copy(update={"status": _status_there(link)}))
    if not isinstance(decision, Create | Update):
        return decision
    if reverting.fields_of(link):
        return _putting_back(link, facts)
    view, said = in_ledger_terms(record, link, facts)
    names = tuple(line.id for line in said.lines)
    decided = Create(view, names) if isinstance(decision, Create) else _updating(record, link, view, names, facts)
    if isinstance(decided, Create | Update):
        decided = _checked(decided, record, view, said, facts)
    elif isinstance(decided, Nothing) and (wrong := _wrong_all_the_same(record, link, view, said, facts)):
        decided = Refuse(wrong)
    return lifting.edited(decided, said.total(view.tax_mode), link, facts) if link.safe_edit else decided


def _wrong_all_the_same(
    record: Record, link: Link, view: MoneyDocument, said: lines.Said, facts: Facts
) -> tuple[Problem, ...]:
    """What is wrong although nothing is left to be sent."""
    if link.exported < link.wanted and (unclear := preflight.meaningless(record, link, view, said, facts)):
        return unclear
    differs = another_total(record, link)
    return (differs,) if differs is not None else ()


def _putting_back(link: Link, facts: Facts) -> Decision:
    """What an undone job overwrote is said again, nothing else; unless money stands on it or its period is locked."""
    theirs = as_document(link.seen or link.base)
    if theirs is None:
        return Nothing()
    view, fields = reverting.put_back(theirs, theirs, link)
    if not fields:
        return Nothing()
    if is_settled(link.settlement):
        return Skip(kept_back(link.kind))
    if facts.reference.is_locked(theirs.issue_date) or facts.reference.is_locked(view.issue_date):
        return Park("period_locked")
    if "lines" not in fields:
        return Update(view, fields)
    there = {line.id: line for line in theirs.lines}
    back = tuple(merging_lines.as_said_before(line, there.get(line.id)) for line in view.lines)
    ours = {id_: name for name, id_ in link.line_ids.items()}
    return Update(view.model_copy(update={"lines": back}), fields, tuple(ours.get(line.id, "") for line in back))


def kept_back(kind: str) -> str:
    """Why an edit does not go while money stands on the document, as a reason code. Of a credit note it is allocations
    and refunds, and nothing lifts those for an edit."""
    return "credit_in_use" if kind == "credit-notes" else "paid_document"


def _updating(record: Record, link: Link, view: MoneyDocument, names: tuple[str, ...], facts: Facts) -> Decision:
    """An update of what we changed since both sides agreed; none where nothing is, or where money stands on it."""
    wanted = _wanted(record.kind, view, names, link, facts.settings).without(link.held_fields)
    if wanted.clashes:
        return Disagree(wanted.clashes)
    if not wanted.update.fields:
        return Nothing()
    if facts.settings.resend_only_while_unpaid and link.safe_edit is None and is_settled(link.settlement):
        told = link.edit_refused
        return Refuse((Problem(told.code, told.field, told.message),)) if told else Skip(kept_back(link.kind))
    return wanted.update


@dataclass(frozen=True)
class _Wanted:
    update: Update
    clashes: tuple[Clash, ...] = ()

    def without(self, held: Collection[str]) -> _Wanted:
        """The same without fields that travel neither way."""
        going = tuple(name for name in self.update.fields if name not in held)
        open_ = tuple(clash for clash in self.clashes if clash.field not in held)
        return _Wanted(replace(self.update, fields=going), open_)


def _wanted(kind: str, view: MoneyDocument, names: tuple[str, ...], link: Link, settings: CompanySettings) -> _Wanted:
    """What is to be changed there. What only a bookkeeper edited meanwhile stays; what both did goes by its owner."""
    base, theirs = as_document(link.base), as_document(link.seen or link.base)
    if base is None or theirs is None or link.seen is None:
        return _Wanted(Update(view, changed_fields(kind, view, theirs), names))
    merged = merging_lines.three_way(view.lines, names, base.lines, theirs.lines)
    view = view.model_copy(update={"lines": merged.lines})
    ours = set(changed_fields(kind, view, base)) | {"lines"}
    contested = (ours & set(changed_fields(kind, theirs, base))) - {"lines"} | ({"lines"} if merged.clash else set())
    owners = settings.owners(kind)
    going, clashes = [], []
    for name in changed_fields(kind, view, theirs):
        owner = owner_of(name, owners) if name in contested else "crm"
        if name in ours and owner == "ask":
            field = KINDS[kind].field(name)
            clashes.append(Clash(name, field.of(view), field.of(theirs)))
        elif name in ours and owner != "ledger":
            going.append(name)
    return _Wanted(Update(view, tuple(going), merged.names), tuple(clashes))


def _checked(
    decision: Create | Update, record: Record, view: MoneyDocument, said: lines.Said, facts: Facts
) -> Decision:
    """The decision, unless something is wrong, everything at once; or something it needs is not there yet."""
    problems = (*said.problems, *preflight.problems(record, view, said, facts))
    waits = tuple(prerequisites.missing(record, needs(record), facts))
    if problems:
        stuck = (wait for wait in waits if isinstance(wait, Wait))
        return Refuse((*problems, *(_as_problem(wait) for wait in stuck)))
    if facts.reference.is_locked(view.issue_date):
        return Park("period_locked")
    return prerequisites.together(waits) or decision


def _as_problem(wait: Wait) -> Problem:
    field = "organization_id" if wait.on.startswith(f"{ON_RECORD}organizations/") else "lines"
    return Problem(wait.reason, field, f"{wait.on.removeprefix(ON_RECORD)}: {reason(wait.reason).message}")


def having_looked(decision: Decision, document: Document) -> Decision:
    """The decision again, now that the document itself was read: money on it keeps it from being voided (D12)."""
    if isinstance(decision, Archive) and is_settled(document.settlement):
        return Refuse((Problem("void_has_payments", "status", "payments or credits stand on it"),))
    return decision


def _status_there(link: Link) -> Status:
    """What the ledger last said of its status: a draft is deleted there, all else is voided (D13)."""
    if link.settlement is not None and link.settlement.status != "void":
        return link.settlement.status
    known = link.seen or link.base
    return known.status if isinstance(known, MoneyDocument) else "approved"
