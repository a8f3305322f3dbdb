"""Payments and refunds (P2-P6): each reaches the other side once, never above what is outstanding, and then stays.

In the ledger a payment is never edited; it is taken back there, and the import brings that here. The one exception is
a planned safe edit, which lifts a payment of ours and puts it back (``Link.lift``).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ledgerlink.kinds import Content
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.kinds.payment import RECORD_KINDS, REFERENCE_HOLDS, Payment, ledger_reference
from ledgerlink.reasons import reason
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, on_record
from ledgerlink.state.record import Record, RecordKey

from . import lifting, mapping, prerequisites
from .amounts_and_dates import not_money, out_of_calendar
from .decisions import Archive, Create, Decision, Nothing, Park, Problem, Refuse, Skip, Wait
from .facts import Facts
from .import_ import Born, Edit, Grounds, Ignore, Linked, Note
from .merge import Change
from .profiles import CompanySettings

# ------------------------------------------------------------------ out


def decide(record: Record, link: Link, settings: CompanySettings) -> Decision:
    """What to do about the payment, as far as it says itself."""
    content = _content(record)
    if link.document_id:
        coming_off = lifting.is_coming_off(link) and (content.status, link.document_status) == ("active", "active")
        return Archive(content) if coming_off else Nothing()
    if link.lift is not None:
        return Create(content)
    if link.tombstone and not link.ordered_by:
        return Skip(link.tombstone)
    if content.status == "reversed":
        return Skip("reversed")
    if not content.document_id:
        return Wait("not_allocated", "allocation")
    if content.document_kind not in RECORD_KINDS:
        return Skip("managed_in_ledger")
    if not settings.payments_to_ledger and not link.ordered_by:
        return Skip("payments_off")
    problems = tuple(not_money("amount", content.amount))
    return Refuse(problems) if problems else Create(content)


def needs(record: Record) -> tuple[RecordKey, ...]:
    """The document that is paid."""
    content = _content(record)
    if content.document_kind not in RECORD_KINDS or not content.document_id:
        return ()
    return (RecordKey(record.company, RECORD_KINDS[content.document_kind], content.document_id),)


def complete(decision: Decision, record: Record, link: Link, facts: Facts) -> Decision:
    """The payment in the ledger's terms, if its document is there and owes as much."""
    if not isinstance(decision, Create | Archive):
        return decision
    content = _content(record)
    (key,) = needs(record)
    target, paid = facts.link(key.kind, key.id), facts.records.get(key)
    if isinstance(decision, Archive):
        return lifting.off(decision, target, key)
    waits_for = on_record(key)
    if link.lift is not None and target is not None and target.safe_edit is not None:
        return Wait("payment_lifted", waits_for)
    if target is None or paid is None or not target.document_id:
        return prerequisites.not_there(key, target)
    status = target.settlement.status if target.settlement is not None else "approved"
    if status in ("draft", "awaiting_approval"):
        return Wait("document_not_approved", waits_for)
    if _is_locked(content, facts):
        return Park("payment_off_and_locked" if link.lift is not None else "period_locked")
    problems = [*_amount_problems(record, link, paid, target, facts)]
    if link.lift is None:
        problems += [*out_of_calendar("date", content.date), *_method_problems(content, paid, facts)]
    if len(ledger_reference(content.reference, f"LL-{record.id}")) > REFERENCE_HOLDS:
        problems.append(Problem("field_too_long", "reference", f"the ledger holds {REFERENCE_HOLDS} characters"))
    if problems:
        return Refuse(tuple(problems))
    account = link.lift.account if link.lift is not None else _account(content, facts)
    return Create(content.model_copy(update={"document_id": target.document_id, "method": account}))


def _account(content: Payment, facts: Facts) -> str:
    found = mapping.resolve("payment-method", content.method, "", facts.mappings, facts.reference)
    assert found is not None
    return found.code


def _is_locked(content: Payment, facts: Facts) -> bool:
    locks = [day for day in (facts.reference.locked_until, facts.reference.closed_until) if day is not None]
    return any(content.date <= day for day in locks)


def _amount_problems(record: Record, link: Link, paid: Record, target: Link, facts: Facts) -> Iterable[Problem]:
    content = _content(record)
    if is_void(paid, target):
        yield Problem("document_void", "document_id", "is void")
        return
    left = outstanding(paid, target)
    if link.lift is not None:
        left = lifting.left(target, link, left)
    left -= _sent_before(record, content, left, facts)
    if content.amount > left:
        told = f"{content.amount:f} is more than the {left:f} that is outstanding"
        yield Problem("exceeds_outstanding", "amount", told)


def outstanding(paid: Record, target: Link) -> Decimal:
    """What is left of a document: the lower of what is known here and what the ledger last told."""
    content = paid.content
    assert isinstance(content, MoneyDocument)
    known = [value for value in (content.amount_outstanding, content.total) if value is not None][:1]
    if target.settlement is not None:
        known.append(target.settlement.outstanding)
    return min(known, default=Decimal(0))


def _sent_before(record: Record, content: Payment, left: Decimal, facts: Facts) -> Decimal:
    """Of the same document, in the same round, before this one; what is too much itself is not sent."""
    total = Decimal(0)
    for other in facts.before(record):
        if isinstance(other.content, Payment) and (other.content.document_kind, other.content.document_id) == (
            content.document_kind,
            content.document_id,
        ):
            total += other.content.amount if other.content.amount <= left - total else 0
    return total


def _method_problems(content: Payment, paid: Record, facts: Facts) -> Iterable[Problem]:
    wrong = mapping.wrong_with("payment-method", content.method, "", facts.mappings, facts.reference)
    if not content.method:
        yield Problem("payment_method_not_mapped", "method", "is needed")
    elif wrong:
        yield Problem(wrong[0], "method", wrong[1])
    elif told := _other_currency(_account(content, facts), paid, facts):
        yield Problem("mapping_other_currency", "method", f"{content.method!r} is {told}")


def _other_currency(account: str, paid: Record, facts: Facts) -> str:
    """What keeps money of the document's currency from this account, "" if nothing does. The ledger would reckon it
    over into the account's currency at a rate of its own."""
    assert isinstance(paid.content, MoneyDocument)
    base, bank = facts.reference.base_currency, facts.reference.account(account)
    currency = paid.content.currency.upper() or base
    if bank is None or bank.currency in ("", currency, base):
        return ""
    return f"the account {bank.name!r} in {bank.currency}, and the document is in {currency}"


def is_void(paid: Record, target: Link) -> bool:
    """Whether a document is void on either side."""
    there = target.settlement is not None and target.settlement.status == "void"
    return there or (isinstance(paid.content, MoneyDocument) and paid.content.status == "void")


def refusal(before: Payment, after: Payment, link: Link, _settings: CompanySettings) -> str:
    """Why the CRM may not change the payment so, as a reason code; "" if it may (P3). One in the ledger stays as is."""
    if before == after or not (link.document_id or link.is_lifting):
        return ""
    return "managed_in_ledger"


def having_looked(decision: Decision, document: Document) -> Decision:
    """One that is reconciled with the bank, or part of a batch, is not taken off."""
    if isinstance(decision, Archive) and document.fixed:
        return Refuse((Problem(document.fixed, "payment", reason(document.fixed).message),))
    return decision


# ------------------------------------------------------------------ in


def refers_to(document: Document) -> tuple[tuple[str, str], ...]:
    """The ledger's document that is paid, as (type, id)."""
    content = document.content
    assert isinstance(content, Payment)
    return ((content.document_kind, content.document_id),) if content.document_id else ()


def is_ours(record: Record, document: Document, grounds: Grounds) -> bool:
    """Whether a payment with our mark is the one that was sent: people copy references too."""
    said, ours = document.content, _content(record)
    assert isinstance(said, Payment)
    target = grounds.records.get((said.document_kind, said.document_id))
    return (said.amount, target) == (ours.amount, next(iter(needs(record)), None))


def linked(record: Record, link: Link, document: Document, grounds: Grounds) -> Linked:
    """A payment known here: taken back there, or told more fully than its document told it."""
    said, ours = document.content, _content(record)
    assert isinstance(said, Payment)
    if link.base_at is not None and document.updated_at < link.base_at:
        return Ignore("older")
    if record.deleted:
        return Ignore("deleted_here")
    if link.base_at == document.updated_at and link.base == said and link.document_status == document.status:
        return Ignore("unchanged")
    if link.do_not_import.on:
        return Note(said, "do_not_import")
    changes = []
    if document.status == "archived" and ours.status == "active":
        changes.append(Change("status", "active", "reversed"))
    if said.method and not ours.method:
        changes.append(Change("method", "", _method(said, grounds)))
    content = ours.model_copy(update={change.field: change.after for change in changes})
    return Edit(content, tuple(changes), (), _fuller(said, link.base), None)


def _fuller(said: Payment, known: Content | None) -> Payment:
    """A document lists its payments without their account; what was known of it stays."""
    if said.method or not isinstance(known, Payment):
        return said
    return said.model_copy(update={"method": known.method})


def _method(said: Payment, grounds: Grounds) -> str:
    """The CRM's code for the bank account, else the ledger's own (rule D14)."""
    if not said.method:
        return ""
    return mapping.reverse("payment-method", said.method, "", grounds.mappings, grounds.reference)


def unlinked(document: Document, grounds: Grounds, tombstone: str) -> Ignore | Born:
    """A payment made in the ledger: a record here if its document is one."""
    said = document.content
    assert isinstance(said, Payment)
    if document.status != "active":
        return Ignore("reversed")
    if tombstone and (grounds.source == "event" or tombstone != "unlinked_by_person"):
        return Ignore(tombstone)
    if grounds.source == "event" and not grounds.settings.payments_from_ledger:
        return Ignore("payments_off")
    target = grounds.records.get((said.document_kind, said.document_id))
    if target is None:
        return Ignore("document_not_here")
    return Born(said.model_copy(update={"document_id": target.id, "method": _method(said, grounds)}))


def _content(record: Record) -> Payment:
    assert isinstance(record.content, Payment)
    return record.content
