"""Safe edits of documents on which money stands: each way told step by step, then ordered in one transaction.

What follows is the export's: every step is a write of its own, written ahead, settled and recovered as any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledgerlink.errors import NotFound, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.flows.gathering import facts_for
from ledgerlink.flows.records import linking
from ledgerlink.flows.records.saving import Actor
from ledgerlink.kinds.payment import PAYMENTS
from ledgerlink.ports import PutEntry, PutLink, Write
from ledgerlink.rules import safe_edits as rules
from ledgerlink.rules.safe_edits import Paid, Plan
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey


@dataclass(frozen=True)
class _Read:
    """What the ledger says now: the document, and the payments on it by id."""

    document: Document
    payments: dict[str, Document]


@dataclass(frozen=True)
class _Known:
    """What is known here, as of one moment."""

    record: Record
    link: Link
    paid: list[Paid]


def plans(context: Context, key: RecordKey) -> list[Plan]:
    """Every way, with its steps or why it is closed. Raises NotFound where no edit waits for one."""
    read = _read(context, key)
    known = _known(context, key, read)
    return [_plan(context, way, read, known) for way in rules.WAYS]


def plan(context: Context, key: RecordKey, way: str) -> Plan:
    """The steps of one way. Raises NotFound, Refused with the reason where it is closed."""
    read = _read(context, key)
    return _open(_plan(context, way, read, _known(context, key, read)))


def run(context: Context, key: RecordKey, way: str, actor: Actor) -> Plan:
    """Order it; the export does the steps. Raises NotFound, Refused (closed, ``in_flight``), Conflict."""
    read = _read(context, key)
    at_first = _known(context, key, read)
    keys = [at_first.link.key, *(each.link.key for each in at_first.paid if each.link is not None)]
    ordered: list[Plan] = []

    def writes() -> list[Write]:
        known = _known(context, key, read)
        ordered.append(_open(_plan(context, way, read, known)))
        return _BEGIN[way](context, known, ordered[-1], actor)

    lanes.turn(key.company, keys, context.at, writes)
    context.at.doorbells.ring(key.company, "export")
    return ordered[-1]


def _open(plan: Plan) -> Plan:
    if plan.closed:
        raise Refused(plan.closed, plan.message)
    return plan


def _read(context: Context, key: RecordKey) -> _Read:
    _, link = _offered(context, key)
    document = linking.read_document(context, link.document_type, link.document_id)
    told = document.settlement
    ids = [part.id for part in told.of("payment")] if told is not None else []
    payments = context.ledger.read(PAYMENTS.document_type, ids, purpose="person")
    return _Read(document, {payment.id: payment for payment in payments})


def _offered(context: Context, key: RecordKey) -> tuple[Record, Link]:
    record, link = linking.pair_of(context, key)
    if link.is_lifting:
        raise Refused("in_flight", "a safe edit of it is under way")
    if not rules.offered(record, link):
        raise NotFound("edit that money keeps back")
    return record, link


def _known(context: Context, key: RecordKey, read: _Read) -> _Known:
    record, link = _offered(context, key)
    told = read.document.settlement
    parts = told.parts or () if told is not None else ()
    claims = context.at.links.claimed(key.company, PAYMENTS.document_type, [part.id for part in parts])
    keys = {id_: claim.link for id_, claim in claims.items() if claim.link is not None}
    links = context.at.links.many(keys.values())
    records = context.at.records.many(key.record for key in keys.values())
    paid = []
    for part in parts:
        holder: LinkKey | None = keys.get(part.id) if part.sort == "payment" else None
        theirs = read.payments.get(part.id)
        ours = (records.get(holder.record), links.get(holder)) if holder is not None else (None, None)
        paid.append(Paid(part, theirs, *ours))
    return _Known(record, link, paid)


def _plan(context: Context, way: str, read: _Read, known: _Known) -> Plan:
    facts = facts_for(context, [known.record])
    return rules.lift(known.record, known.link, read.document, known.paid, facts)


_Begin = Callable[[Context, _Known, Plan, Actor], list[Write]]


def _begin_lifting(context: Context, known: _Known, plan: Plan, actor: Actor) -> list[Write]:
    """The document and its payments go into the export queue together."""
    now = context.at.clock.now()
    links = rules.begun(known.link, known.paid, actor.sub, now)
    amounts = ", ".join(f"{each.part.amount:f}" for each in known.paid)
    entries = [
        record_entry(
            link.key.record,
            at=now,
            mark=f"lift-v{link.version}",
            direction="here",
            action="ordered",
            reason="lift_payment",
            message=f"payments lifted: {amounts}",
            actor=actor.sub,
            document_id=link.document_id,
        )
        for link in links
    ]
    return [*(PutLink(link) for link in links), *(PutEntry(entry) for entry in entries)]


_BEGIN: dict[str, _Begin] = {"lift_payment": _begin_lifting}
