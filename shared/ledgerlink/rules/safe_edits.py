"""Safe edits: how a document on which money stands is edited all the same, told step by step before anything is done.

``lift_payment`` takes our own payments off, updates the document and puts them back. What we did not make is never
touched (P5): where any of it stands on the document, the way is closed, with the reason. ``credit_and_reissue``
(``rules.reissue``) leaves all money where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import Line
from ledgerlink.kinds.payment import PAYMENTS, Payment, read_reference
from ledgerlink.reasons import reason
from ledgerlink.state.document import Document
from ledgerlink.state.link import Lift, Link, SafeEdit
from ledgerlink.state.record import Record, RecordKey
from ledgerlink.state.settlement import SettlingPart

from . import documents_out, export, mapping
from .decisions import Archive, Decision, Disagree, First, Nothing, Park, Refuse, Skip, Update, Wait
from .facts import Facts
from .settlement import is_settled

WAYS: dict[str, str] = {
    "lift_payment": "Lift our payment, update it, and put the payment back",
    "credit_and_reissue": "Credit it in full, and issue a new one",
}
MOST_LIFTED = 45  # payments: the order of each is two writes, and one transaction holds all of them
Action = Literal["take_off", "update", "put_back", "credit", "issue", "allocate"]


@dataclass(frozen=True)
class Paid:
    """One thing that settles the document; of a payment what the ledger says of it now, and whose it is here."""

    part: SettlingPart
    document: Document | None = None
    record: Record | None = None
    link: Link | None = None


@dataclass(frozen=True)
class Step:
    """One write to the ledger: what it does with which record, and about how much."""

    action: Action
    record: RecordKey
    document_id: str
    amount: Decimal
    date: date | None = None
    method: str = ""


@dataclass(frozen=True)
class Plan:
    """The steps of a way; or why it is closed, as a reason code with words of its own."""

    way: str
    steps: tuple[Step, ...] = ()
    closed: str = ""
    message: str = ""
    diff: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # of the document: what it says, what it is to say


def offered(record: Record, link: Link, *, brought: bool = False) -> bool:
    """Whether an edit of it waits that money keeps back; or, where the edit is ``brought``, whether it is there."""
    if record.kind != "invoices" or not link.document_id or link.safe_edit is not None or link.issued_anew:
        return False
    if brought:
        return link.document_status == "active" and documents_out.content_of(record).status != "void"
    waits = link.state in ("error", "parked") or (link.state == "due" and link.exported < link.wanted)
    stuck = waits or (link.state == "skipped" and link.reason == "paid_document")
    return stuck and is_settled(link.settlement) and documents_out.content_of(record).status != "void"


def may_be_lifted(link: Link) -> bool:
    """Whether all that is known to stand on it are payments with our mark: nothing else is ever lifted."""
    parts = link.settlement.parts if link.settlement is not None else None
    return parts is None or all(part.sort == "payment" and read_reference(part.reference)[1] for part in parts)


def lift(record: Record, link: Link, document: Document, paid: Sequence[Paid], facts: Facts) -> Plan:
    """What lifting our payments would do. ``document`` and ``paid`` were read from the ledger now."""
    way = "lift_payment"
    decision = as_unpaid(record, link, facts)
    if not isinstance(decision, Update):
        code, message = instead(decision)
        return Plan(way, closed=code, message=message)
    for each in paid:
        code, message = _keeps(each, facts)
        if code:
            return Plan(way, closed=code, message=message)
    if len(paid) > MOST_LIFTED:
        return Plan(way, closed="too_many_payments", message=f"{len(paid)} payments, and {MOST_LIFTED} is the most")
    view, said = documents_out.in_ledger_terms(record, link, facts)
    total, sum_ = said.total(view.tax_mode), sum((each.part.amount for each in paid), Decimal(0))
    if total < sum_:
        told = f"it comes to {total:f}, and {sum_:f} was paid"
        return Plan(way, closed="total_below_paid", message=told)
    theirs = link.seen or link.base
    fields = [KINDS[record.kind].field(name) for name in decision.fields]
    diff = {
        each.name: (_shown(each.of(theirs)) if theirs else None, _shown(each.of(decision.content))) for each in fields
    }
    steps = (
        *(_step("take_off", each) for each in paid),
        Step("update", record.key, document.id, total),
        *(_step("put_back", each) for each in paid),
    )
    return Plan(way, steps, diff=diff)


def _shown(value: Any) -> Any:
    """A field as people compare it: lines without the ledger's ids, numbers without zeros behind them."""
    if not isinstance(value, tuple):
        return value
    return tuple(
        line.model_copy(update={"id": "", **_plain(line)}) if isinstance(line, Line) else line for line in value
    )


def _plain(line: Line) -> dict[str, Decimal]:
    found = ((name, getattr(line, name)) for name in Line.model_fields)
    return {name: Decimal(f"{value.normalize():f}") for name, value in found if isinstance(value, Decimal)}


def as_unpaid(record: Record, link: Link, facts: Facts) -> Decision:
    """What would be done about the document if no money stood on it."""
    told = link.settlement
    if told is not None:
        told = told.model_copy(update={"outstanding": told.total, "parts": ()})
    free = link.model_copy(update={"settlement": told, "safe_edit": None, "ordered_by": "person"})
    return export.complete(export.decide(record, free, facts.settings), record, free, facts)


def instead(decision: Decision) -> tuple[str, str]:
    """Why there is nothing to send, as a code and in words."""
    match decision:
        case Refuse(problems):
            return problems[0].code, "; ".join(each.sentence for each in problems)
        case First(otherwise=Wait(code)) | Wait(code) | Skip(code) | Park(code):
            return code, reason(code).message
        case Disagree(clashes):
            return "conflict", ", ".join(clash.field for clash in clashes)
        case Archive():
            return "void_has_payments", reason("void_has_payments").message
        case Nothing():
            return "unchanged", reason("unchanged").message
    raise AssertionError(decision)


def _keeps(paid: Paid, facts: Facts) -> tuple[str, str]:
    """Why this stays on the document; blank for a payment of ours that can come off."""
    part, link, record, document = paid.part, paid.link, paid.record, paid.document
    what = f"{part.sort.replace('_', ' ')} of {part.amount:f}"
    if record is None or link is None or document is None or not is_ours(paid):
        return "money_not_ours", f"a {what} was not posted from here"
    content = record.content
    assert isinstance(content, Payment)
    if document.status != "active" or content.status != "active" or content.amount != part.amount:
        return "changed_since", f"the {what} is not what is known here; it is being read again"
    if document.fixed:
        return document.fixed, f"the {what}: {reason(document.fixed).message}"
    if link.do_not_export.on:
        return "do_not_export", f"the {what} is held"
    locks = [day for day in (facts.reference.locked_until, facts.reference.closed_until) if day is not None]
    if any(content.date <= day for day in locks):
        return "period_locked", f"the {what} lies in a locked period, {content.date.isoformat()}"
    wrong = mapping.check("payment-method", account_of(document), "", facts.reference).problem
    return (wrong, f"the {what} could not be put back: {reason(wrong).message}") if wrong else ("", "")


def is_ours(paid: Paid) -> bool:
    """Whether we posted it: it stands under a record that went out, and carries that record's mark."""
    if paid.part.sort != "payment" or paid.record is None or paid.link is None or paid.document is None:
        return False
    marked = paid.document.reference == PAYMENTS.reference(paid.record.id)
    return marked and paid.link.document_id == paid.part.id and paid.link.last_export_at is not None


def account_of(document: Document) -> str:
    """The ledger's id of the account a payment went to."""
    assert isinstance(document.content, Payment)
    return document.content.method


def _step(action: Action, paid: Paid) -> Step:
    assert paid.record is not None
    content = paid.record.content
    assert isinstance(content, Payment)
    return Step(action, paid.record.key, paid.part.id, paid.part.amount, content.date, content.method)


# ------------------------------------------------------------------ carrying it out


def begun(link: Link, paid: Sequence[Paid], by: str, now: datetime) -> tuple[Link, ...]:
    """The links once the edit is ordered: the document's, then its payments'."""
    order = SafeEdit(payments=tuple(each.link.id for each in paid if each.link is not None), by=by, since=now)
    document = export.due(link, now).model_copy(
        update={"safe_edit": order, "edit_refused": None, "ordered_by": "person"}
    )
    return (document, *(_to_come_off(each, now) for each in paid))


def _to_come_off(paid: Paid, now: datetime) -> Link:
    assert paid.link is not None
    assert paid.document is not None
    lift = Lift(phase="off", account=account_of(paid.document))
    return export.due(paid.link, now).model_copy(update={"lift": lift, "ordered_by": "person"})
