"""Allocations out: made once both documents are there and open, never above what is left of either (rules D19, P6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from ledgerlink.kinds import KINDS
from ledgerlink.kinds.allocation import AllocationOrder
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, on_record
from ledgerlink.state.record import Record, RecordKey

from . import prerequisites
from .amounts_and_dates import not_money, out_of_calendar
from .decisions import Archive, Create, Decision, Nothing, Problem, Refuse, Skip, Wait
from .facts import Facts
from .payments import is_void, outstanding
from .profiles import CompanySettings


def decide(record: Record, link: Link, settings: CompanySettings) -> Decision:
    """What to do about it, as far as it says itself."""
    content = _content(record)
    if link.document_id:
        taken_back = content.status == "reversed" and link.document_status == "active"
        return Archive(content) if taken_back else Nothing()
    if content.status == "reversed":
        return Skip("reversed")
    return Create(content)


def needs(record: Record) -> tuple[RecordKey, ...]:
    """The credit note and the invoice."""
    content = _content(record)
    return (
        RecordKey(record.company, "credit-notes", content.credit_note_id),
        RecordKey(record.company, "invoices", content.document_id),
    )


def complete(decision: Decision, record: Record, link: Link, facts: Facts) -> Decision:
    """It by the ledger's ids, if both documents are there and have as much left."""
    if not isinstance(decision, Create | Archive):
        return decision
    content, ids = _content(record), []
    for key in needs(record):
        target = facts.link(key.kind, key.id)
        if target is None or not target.document_id:
            return prerequisites.not_there(key, target)
        if target.settlement is not None and target.settlement.status in ("draft", "awaiting_approval"):
            return Wait("document_not_approved", on_record(key))
        ids.append(target.document_id)
    # Whether the ledger needs the date or derives it is told both ways: it is always sent (facts/xero.md §4.3).
    dated = {"date": content.date or facts.today}
    said = content.model_copy(update={"credit_note_id": ids[0], "document_id": ids[1], **dated})
    if isinstance(decision, Archive):
        return Archive(said)
    problems = tuple(_problems(record, content, facts))
    return Refuse(problems) if problems else Create(said)


def unbookable(amount: Decimal, on: date | None) -> Iterator[Problem]:
    """What is wrong with it whatever its documents are: told where it is ordered."""
    yield from not_money("amount", amount)
    yield from out_of_calendar("date", on)


def _problems(record: Record, content: AllocationOrder, facts: Facts) -> Iterator[Problem]:
    yield from unbookable(content.amount, content.date)
    customers = set()
    taken = _sent_before(record, facts)
    for key in needs(record):
        target, document = facts.link(key.kind, key.id), facts.records.get(key)
        if target is None or document is None:
            continue
        customers.add(target.settlement.contact if target.settlement else "")
        called = f"the {KINDS[key.kind].singular} {target.number or key.id}"
        if is_void(document, target):
            yield Problem("document_void", "document_id", f"{called} is void")
            continue
        left = outstanding(document, target) - taken[key]
        if content.amount > left:
            told = f"{content.amount:f} is more than the {left:f} that is left of {called}"
            yield Problem("exceeds_outstanding", "amount", told)
    if len(customers) > 1:
        yield Problem("allocation_not_fitting", "document_id", "is another customer's")


def _sent_before(record: Record, facts: Facts) -> Mapping[RecordKey, Decimal]:
    """What those of the same round before this one take of each document; what is too much itself takes nothing."""
    taken: defaultdict[RecordKey, Decimal] = defaultdict(Decimal)
    for other in facts.before(record):
        if not isinstance(other.content, AllocationOrder):
            continue
        if all(other.content.amount <= _left(key, facts) - taken[key] for key in needs(other)):
            for key in needs(other):
                taken[key] += other.content.amount
    return taken


def _left(key: RecordKey, facts: Facts) -> Decimal:
    target, document = facts.link(key.kind, key.id), facts.records.get(key)
    if target is None or document is None or is_void(document, target):
        return Decimal(0)
    return outstanding(document, target)


def settles(document: Document) -> tuple[tuple[str, str], ...]:
    """The documents of which less, or more, is left now: to be read again."""
    content = document.content
    assert isinstance(content, AllocationOrder)
    pairs = (("credit_note", content.credit_note_id), ("invoice", content.document_id))
    return tuple(pair for pair in pairs if pair[1])


def _content(record: Record) -> AllocationOrder:
    assert isinstance(record.content, AllocationOrder)
    return record.content
