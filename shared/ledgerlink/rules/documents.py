"""Invoices, credit notes and their like on the way out: whether they go, and all that is wrong before they do.

``decide`` says what the record and its link alone tell; ``complete`` has everything the document names and speaks the
ledger's terms: its contact's id, item codes, tax rates, accounts (rules D2-D6, D9, D12-D18).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from ledgerlink.kinds import KINDS, Content
from ledgerlink.kinds.amounts import half_up
from ledgerlink.kinds.base import MARK
from ledgerlink.kinds.money_documents import MoneyDocument, Status
from ledgerlink.kinds.payment import ledger_reference
from ledgerlink.reasons import reason
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import MappingKind, Side
from ledgerlink.state.record import Record, RecordKey

from . import lifting, lines, mapping, merging_lines, prerequisites, reverting
from .amounts_and_dates import out_of_calendar
from .decisions import Archive, Create, Decision, Disagree, Nothing, Park, Problem, Refuse, Skip, Update, Wait
from .facts import Facts
from .limits_of_fields import too_long
from .merge import Clash, is_blank, owner_of, same
from .profiles import CompanySettings
from .settlement import is_settled

TERMS: dict[str, lines.Terms] = {
    "invoices": lines.Terms("sales", discounts=True),
    "credit-notes": lines.Terms("sales"),
}
"""What each kind of document means by its lines."""

RATE_PLACES = 6  # of an exchange rate in the ledger (facts/xero.md §4.2)
_RANK: dict[str, int] = {"draft": 0, "awaiting_approval": 1, "approved": 2, "part_paid": 2, "paid": 2}
_TARGETS: dict[str, Status] = {"draft": "draft", "submitted": "awaiting_approval", "approved": "approved"}
_SAME: dict[Status, Status] = {"draft": "draft", "awaiting_approval": "awaiting_approval"}

D = TypeVar("D", bound=MoneyDocument)


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
    elif (
        isinstance(decided, Nothing)
        and link.exported < link.wanted
        and (unclear := _meaningless(record, link, view, said, facts))
    ):
        decided = Refuse(unclear)
    return lifting.edited(decided, said.total(view.tax_mode), link, facts) if link.safe_edit else decided


def _meaningless(
    record: Record, link: Link, view: MoneyDocument, said: lines.Said, facts: Facts
) -> tuple[Problem, ...]:
    """Codes of lines that mean nothing in the ledger: left blank there, which only looks like no change.

    What both sides agreed on stays: an account that was archived since stands on that line as it did.
    """
    ours, base = content_of(record).lines, _as_document(link.base or link.seen)
    agreed = {line.id: line for line in base.lines} if base is not None else {}
    found = []
    for problem in said.problems:
        _, number, part = (*problem.field.split("."), "", "")[:3]  # lines.2.account_code
        if not number or not (code := getattr(ours[int(number) - 1], part, "")):
            continue
        before = getattr(agreed.get(view.lines[int(number) - 1].id), part, "")
        if part not in _CODES or before != _meant(_CODES[part], code, TERMS[record.kind].side, facts):
            found.append(problem)
    return tuple(found)


_CODES: dict[str, MappingKind] = {"account_code": "account", "tax_code": "tax"}


def _meant(kind: MappingKind, code: str, side: Side, facts: Facts) -> str:
    """The ledger's code for one of ours, whether it may be used any more or not."""
    return mapping.check(kind, facts.mappings.target(kind, code, side) or code, side, facts.reference).code


def _putting_back(link: Link, facts: Facts) -> Decision:
    """What an undone job overwrote is said again, nothing else; unless money stands on it or its period is locked."""
    theirs = _as_document(link.seen or link.base)
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
    base, theirs = _as_document(link.base), _as_document(link.seen or link.base)
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


def _as_document(content: Content | None) -> MoneyDocument | None:
    return content if isinstance(content, MoneyDocument) else None


def changed_fields(kind: str, view: MoneyDocument, theirs: MoneyDocument | None) -> tuple[str, ...]:
    """What ours says that theirs does not: blanks clear nothing (K4), and a status is never lowered (D13)."""
    found = []
    for field in KINDS[kind].fields:
        ours, known = field.of(view), field.of(theirs) if theirs is not None else None
        if field.name == "lines":
            differs = theirs is None or not lines.same_lines(view.lines, theirs.lines)
        elif field.name == "status":
            differs = theirs is None or _RANK.get(ours, 0) > _RANK.get(theirs.status, 9)
        else:
            differs = not is_blank(ours) and not same(ours, known)
        if differs:
            found.append(field.name)
    return tuple(found)


def _checked(
    decision: Create | Update, record: Record, view: MoneyDocument, said: lines.Said, facts: Facts
) -> Decision:
    """The decision, unless something is wrong, everything at once; or something it needs is not there yet."""
    problems = (*said.problems, *_problems(record, view, said, facts))
    waits = tuple(prerequisites.missing(record, needs(record), facts))
    if problems:
        stuck = (wait for wait in waits if isinstance(wait, Wait))
        return Refuse((*problems, *(_as_problem(wait) for wait in stuck)))
    if facts.reference.is_locked(view.issue_date):
        return Park("period_locked")
    return prerequisites.together(waits) or decision


def _as_problem(wait: Wait) -> Problem:
    field = "organization_id" if wait.on.startswith("record:organizations/") else "lines"
    return Problem(wait.reason, field, f"{wait.on.removeprefix('record:')}: {reason(wait.reason).message}")


def having_looked(decision: Decision, document: Document) -> Decision:
    """The decision again, now that the document itself was read: money on it keeps it from being voided (D12)."""
    if isinstance(decision, Archive) and is_settled(document.settlement):
        return Refuse((Problem("void_has_payments", "status", "payments or credits stand on it"),))
    return decision


# ------------------------------------------------------------------ in the ledger's terms


def in_ledger_terms(record: Record, link: Link, facts: Facts) -> tuple[MoneyDocument, lines.Said]:
    """The document as the ledger is to have it. Its lines carry the ids they have there; ``said`` has our own."""
    content = content_of(record)
    said = lines.said(content, TERMS[record.kind], facts)
    told_by_ledger = record.pushed is not None and getattr(record.pushed, "total", None) is None
    said = lines.rounded(said, None if told_by_ledger else content.total, content.tax_mode, facts)
    customer = facts.link("organizations", content.organization_id)
    currency = content.currency.upper() or facts.reference.base_currency
    theirs = _as_document(link.seen or link.base)
    there = theirs.lines if theirs is not None else ()
    # A document made there has its lines here under the ledger's own ids.
    ids = {line.id: line.id for line in there} | dict(link.line_ids or merging_lines.paired(said.lines, there))
    view = content.model_copy(
        update={
            "number": " ".join(content.number.split()),
            "reference": " ".join(content.reference.split()),
            "organization_id": customer.document_id if customer is not None else "",
            "status": target_status(content.status, facts.settings),
            "issue_date": content.issue_date or facts.today,
            "currency": currency,
            "exchange_rate": _rate(content.exchange_rate, currency, facts),
            "lines": tuple(line.model_copy(update={"id": ids.get(line.id, "")}) for line in said.lines),
            "person": type(content.person)(),
            "location": "",
        }
    )
    return view, said


def target_status(status: Status, settings: CompanySettings) -> Status:
    """The status it is to have there."""
    target = settings.document_target_status
    return _SAME.get(status, "approved") if target == "same" else _TARGETS[target]


def _rate(ours: Decimal | None, currency: str, facts: Facts) -> Decimal | None:
    """The ledger's rate is the inverse of ours (D17)."""
    if not ours or ours < 0 or currency == facts.reference.base_currency:
        return None
    return half_up(1 / ours, RATE_PLACES)


def _status_there(link: Link) -> Status:
    """What the ledger last said of its status: a draft is deleted there, all else is voided (D13)."""
    if link.settlement is not None and link.settlement.status != "void":
        return link.settlement.status
    known = link.seen or link.base
    return known.status if isinstance(known, MoneyDocument) else "approved"


# ------------------------------------------------------------------ before it is sent


def _problems(record: Record, view: MoneyDocument, said: lines.Said, facts: Facts) -> Iterator[Problem]:
    """Everything the ledger would refuse about the whole, all at once (D2)."""
    kind = KINDS[record.kind]
    yield from too_long(kind, view, tuple(field.name for field in kind.fields))
    if _marked_too_long(record, view):
        yield Problem("field_too_long", "reference", "has more characters than the ledger holds with our mark")
    if not (view.number.isascii() and view.number.isprintable()):
        yield Problem("number_not_allowed", "number", "the ledger takes plain letters, digits and signs")
    if view.number and facts.number_before(record, view.number):
        yield Problem("number_taken", "number", f"{view.number} is the number of another one sent with it")
    if "xero" in view.url.lower():
        yield Problem("url_not_allowed", "url", "the ledger takes no address with its own name in it")
    yield from out_of_calendar("issue_date", view.issue_date)
    yield from out_of_calendar("due_date", view.due_date)
    yield from _currency_problems(content_of(record), view, facts)
    if said.total(view.tax_mode) < 0:
        yield Problem("total_negative", "total", f"{said.total(view.tax_mode):f} is below zero")
    if view.status == "approved" and facts.reference.actions.get("CreateApprovedInvoice") is False:
        yield Problem("approval_not_allowed", "status", "the ledger's plan approves no more documents")


def _marked_too_long(record: Record, view: MoneyDocument) -> bool:
    in_reference = "url" not in {field.name for field in KINDS[record.kind].fields}
    return in_reference and len(ledger_reference(view.reference, f"{MARK}{record.id}")) > 255


def _currency_problems(content: MoneyDocument, view: MoneyDocument, facts: Facts) -> Iterator[Problem]:
    known = {currency.code for currency in facts.reference.currencies} | {facts.reference.base_currency}
    if facts.reference.base_currency and view.currency not in known:
        yield Problem("currency_not_subscribed", "currency", f"the ledger is not subscribed to {view.currency!r}")
    if content.exchange_rate is not None and content.exchange_rate <= 0:
        yield Problem("exchange_rate_not_allowed", "exchange_rate", f"{content.exchange_rate:f} is not above zero")


def content_of(record: Record) -> MoneyDocument:
    assert isinstance(record.content, MoneyDocument)
    return record.content
