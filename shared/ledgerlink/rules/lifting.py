"""Lifting: our own payments come off a document while it is edited, and go back right after (P3, P5).

Two sorts of links move by what they see of each other. The document's is pursued while it carries ``safe_edit``: it
waits for its payments to be off, then goes as any update. A payment's carries ``lift``: it comes off only while its
document waits for that, and goes back as soon as the document is pursued no more, however that ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ledgerlink.reasons import reason
from ledgerlink.state.link import ON_RECORD, Link, LinkKey, Refusal, on_record
from ledgerlink.state.record import RecordKey

from .decisions import Archive, Decision, Disagree, First, Nothing, Park, Problem, Refuse, Skip, Update, Wait
from .facts import Facts

PAYMENTS = "payments"
WAITS_FOR = f"{ON_RECORD}{PAYMENTS}/"


def names(link: Link) -> tuple[RecordKey, ...]:
    """The payments that an edit under way lifts."""
    ids = link.safe_edit.payments if link.safe_edit is not None else ()
    return tuple(RecordKey(link.company, PAYMENTS, id) for id in ids)


# ------------------------------------------------------------------ the document


def edited(decision: Decision, total: Decimal, link: Link, facts: Facts) -> Decision:
    """What the document may do now; ``decision`` is what it would be if no money stood on it.

    Nothing else is waited for: a payment must not stay off until somebody makes a product.
    """
    if isinstance(decision, First):
        decision = decision.otherwise
    if isinstance(decision, Wait | Skip):
        return _given_up(decision.reason)
    if not isinstance(decision, Update):
        return decision
    payments = [facts.links[key] for key in (LinkKey(*name) for name in names(link)) if key in facts.links]
    for payment in payments:
        if payment.lift is not None and payment.lift.refused:
            return _given_up(payment.lift.refused, f"payment {payment.id} stays on it")
        if payment.document_id and payment.document_status == "active" and not is_coming_off(payment):
            return _given_up("payment_stayed", f"payment {payment.id} stays on it")
    if total < sum(_amounts(link, facts), Decimal(0)):
        return _given_up("total_below_paid", f"{total:f} is less than what was paid")
    if _others(link, payments):
        return _given_up("money_not_ours")
    on_it = next((payment for payment in payments if is_coming_off(payment)), None)
    return Wait("payment_coming_off", f"{WAITS_FOR}{on_it.id}") if on_it is not None else decision


def is_coming_off(payment: Link) -> bool:
    """Whether it still stands in the ledger and is to be taken off."""
    lift = payment.lift
    return bool(payment.document_id) and lift is not None and lift.phase == "off" and not lift.refused


def _amounts(link: Link, facts: Facts) -> Iterator[Decimal]:
    for name in names(link):
        record, payment = facts.records.get(name), facts.links.get(LinkKey(*name))
        if record is not None and payment is not None and payment.lift is not None:
            yield record.content.amount  # type: ignore[attr-defined]


def _others(link: Link, payments: list[Link]) -> bool:
    """Whether anything else settles it. What the ledger did not list is left to the ledger to refuse."""
    told = link.settlement
    if told is None or told.parts is None or told.total == told.outstanding:
        return False
    ours = {id_ for payment in payments for id_ in (payment.document_id, *payment.lifted)}
    return any(part.id not in ours for part in told.parts)


def _given_up(code: str, message: str = "") -> Refuse:
    return Refuse((Problem(code, "payments", message or reason(code).message),))


def refusal(link: Link, decision: Decision) -> Refusal | None:
    """What is remembered of an edit under way that this decision ends; of an earlier one as long as it is refused."""
    match decision:
        case Refuse(problems):
            return refused(link, problems[0].code, problems[0].message, problems[0].field)
        case Park(code):
            return refused(link, code, reason(code).message)
        case Nothing():
            return None
    return link.edit_refused


def refused(link: Link, code: str, message: str, field: str = "ledger") -> Refusal | None:
    """The same, refused with these words."""
    return Refusal(code=code, field=field, message=message) if link.safe_edit is not None else link.edit_refused


# ------------------------------------------------------------------ the payment


def off(decision: Archive, document: Link | None, name: RecordKey) -> Decision:
    """A payment comes off only for a document that was found fit to go, and waits for it."""
    if document is None or document.safe_edit is None:
        return Nothing()
    if not document.waits_on.startswith(WAITS_FOR):
        return Wait("payment_coming_off", on_record(name))
    return decision


def left(document: Link, payment: Link, known: Decimal) -> Decimal:
    """What is left to pay, as if what was lifted were known to be off: the total without all else that settles it."""
    told = document.settlement
    if told is None or told.parts is None:
        return known
    others = sum((part.amount for part in told.parts if part.id not in payment.lifted), Decimal(0))
    return max(Decimal(0), told.total - others)


def taken_off(link: Link) -> dict[str, Any]:
    """What the payment's link is without its document, waiting to go back."""
    assert link.lift is not None
    return {
        "document_type": "",
        "document_id": "",
        "document_status": "active",
        "base": None,
        "base_at": None,
        "seen": None,
        "lift": link.lift.model_copy(update={"phase": "back"}),
        "lifted": (*link.lifted, link.document_id),
    }


def stays(link: Link, code: str) -> Link:
    """The payment's link after it could not be taken off: in the ledger as ever, and the document is told why."""
    assert link.lift is not None
    told = {"state": "linked", "reason": "", "error": None, "lift": link.lift.model_copy(update={"refused": code})}
    return link.model_copy(update={**told, "queued_at": None, "order": "", "waits_on": "", "wake_at": None})


def keeps(link: Link, decision: Decision) -> str:
    """Why a payment that was to come off stays, by this decision; "" where it does not say so."""
    if not is_coming_off(link):
        return ""
    match decision:
        case Skip(reason) | Park(reason):
            return reason
        case Refuse(problems):
            return problems[0].code
        case Disagree():
            return "conflict"
    return ""
