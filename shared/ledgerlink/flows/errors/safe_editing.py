"""Safe edits of documents on which money stands: each way told step by step, then ordered in one transaction.

What follows is the export's: every step is a write of its own, written ahead, settled and recovered as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid, NotFound, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.gathering import facts_for
from ledgerlink.flows.notices import telling
from ledgerlink.flows.records import drafting, linking
from ledgerlink.kinds import KINDS
from ledgerlink.kinds.allocation import AllocationOrder
from ledgerlink.kinds.payment import PAYMENTS
from ledgerlink.ports import PutEntry, PutLink, PutRecord, Write
from ledgerlink.rules import edits, export, reissue
from ledgerlink.rules import safe_edits as rules
from ledgerlink.rules.decisions import Nothing
from ledgerlink.rules.reissue import Papers
from ledgerlink.rules.safe_edits import Paid, Plan
from ledgerlink.state.activity import Entry
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

PAGE, MOST_PAGES = 50, 20  # of a record's history, read for what was sent


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
    read = _read(context, key, {})
    known = _known(context, key, read, {})
    return [_WAYS[way](context, read, known, {}, None)[0] for way in rules.WAYS]


def plan(context: Context, key: RecordKey, way: str, params: Mapping[str, Any]) -> Plan:
    """The steps of one way. Raises NotFound, Refused with the reason where it is closed."""
    read = _read(context, key, params)
    return _open(_WAYS[way](context, read, _known(context, key, read, params), params, None)[0])


def run(context: Context, key: RecordKey, way: str, params: Mapping[str, Any], actor: Actor) -> Plan:
    """Order it; the export does the steps. Raises NotFound, Refused (closed, ``in_flight``), Conflict."""
    read = _read(context, key, params)
    at_first = _known(context, key, read, params)
    keys = [at_first.link.key, *(each.link.key for each in at_first.paid if each.link is not None)]
    ordered: list[Plan] = []

    def writes() -> list[Write]:
        plan, writes = _WAYS[way](context, read, _known(context, key, read, params), params, actor)
        ordered.append(_open(plan))
        return writes

    lanes.turn(key.company, keys, context.at, writes)
    context.at.doorbells.ring(key.company, "export")
    if made := [step.record for step in ordered[-1].steps if step.action in ("credit", "issue")]:
        telling.ring(key.company, [key, *made], context.at)
    return ordered[-1]


def _open(plan: Plan) -> Plan:
    if plan.closed:
        raise Refused(plan.closed, plan.message)
    return plan


def _read(context: Context, key: RecordKey, params: Mapping[str, Any]) -> _Read:
    _, link = _offered(context, key, params)
    document = linking.read_document(context, link.document_type, link.document_id)
    told = document.settlement
    ids = [part.id for part in told.of("payment")] if told is not None else []
    payments = context.ledger.read(PAYMENTS.document_type, ids, purpose="person")
    return _Read(document, {payment.id: payment for payment in payments})


def _offered(context: Context, key: RecordKey, params: Mapping[str, Any]) -> tuple[Record, Link]:
    """The pair, if an edit of it waits; or, where ``fields`` bring one (a locked one takes none), if it is there."""
    record, link = linking.pair_of(context, key)
    if link.is_lifting:
        raise Refused("in_flight", "a safe edit of it is under way")
    if link.issued_anew:
        raise Refused("issued_anew", f"{link.issued_anew} says instead what it should have said")
    if link.kind == "credit-notes" and link.reason == "credit_in_use":
        raise Refused("credit_in_use", "allocations and refunds of a credit note are not lifted for an edit")
    if not rules.offered(record, link, brought=bool(params.get("fields"))):
        raise NotFound("edit that money keeps back")
    return record, link


def _known(context: Context, key: RecordKey, read: _Read, params: Mapping[str, Any]) -> _Known:
    record, link = _offered(context, key, params)
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


Way = tuple[Plan, list[Write]]


def _lift(context: Context, read: _Read, known: _Known, params: Mapping[str, Any], actor: Actor | None) -> Way:
    """The document and its payments go into the export queue together."""
    if params.get("fields"):
        raise Invalid(FieldProblem("params.fields", "save the edit first; only what is issued anew brings its own"))
    plan = rules.lift(known.record, known.link, read.document, known.paid, facts_for(context, [known.record]))
    if plan.closed or actor is None:
        return plan, []
    now = context.at.clock.now()
    links = rules.begun(known.link, known.paid, actor.sub, now)
    amounts = ", ".join(f"{each.part.amount:f}" for each in known.paid)
    told = f"payments lifted: {amounts}"
    entries = [_ordered(link, plan, told, now, actor) for link in links]
    return plan, [*(PutLink(link) for link in links), *(PutEntry(entry) for entry in entries)]


def _ordered(link: Link, plan: Plan, told: str, now: datetime, actor: Actor, **more: Any) -> Entry:
    said = {"message": told, "actor": actor.sub, "document_id": link.document_id, **more}
    mark = f"safe-v{link.version}"
    return record_entry(link.key.record, at=now, mark=mark, direction="here", action="ordered", reason=plan.way, **said)


def _reissue(context: Context, read: _Read, known: _Known, params: Mapping[str, Any], actor: Actor | None) -> Way:
    """The document goes back to what was sent; a credit note, a new document and what sets them against each other
    are records as any, and go by the export queue."""
    now = context.at.clock.now()
    record, brought = _edited(context, known.record, params.get("fields"))
    facts = facts_for(context, [record])
    sent = reissue.as_sent(record, chain(brought, _history(context, record.key)))
    number = " ".join(str(params.get("number") or "").split())
    made = reissue.papers(record, sent, read.document, number, facts.today, now)
    facts = facts_for(context, [made.before, made.credit, made.issued])
    plan, allocations = reissue.plan(record, known.link, read.document, made, facts)
    if plan.closed or actor is None:
        return plan, []
    back = known.link.model_copy(
        update={
            "wanted": made.before.revision,
            "exported": made.before.revision,
            "issued_anew": made.issued.id,
            "reverting": None,  # what an undo ordered of it is overtaken
            **export.columns(made.before),
        }
    )
    changes = edits.changes_between(KINDS[record.kind], known.record.content, made.before.content)
    told = f"credited by {made.credit.id}, issued anew as {made.issued.id}"
    writes: list[Write] = [
        PutRecord(made.before),
        PutLink(export.follow(back, Nothing(), now)),
        PutEntry(_ordered(known.link, plan, told, now, actor, diff=diff(changes))),
        *telling.told(made.before, context.at),
    ]
    for each in (made.credit, made.issued, *(_allocation(made, order, n) for n, order in enumerate(allocations))):
        writes += _new(context, each, plan, actor)
    return plan, writes


def _edited(context: Context, record: Record, fields: Any) -> tuple[Record, list[Entry]]:
    """The record with an edit that comes with the order, and that edit as the history would tell it."""
    if not fields:
        return record, []
    if not isinstance(fields, dict):
        raise Invalid(FieldProblem("params.fields", "say which fields become what"))
    content = drafting.merged(record, fields)
    changes = diff(edits.changes_between(KINDS[record.kind], record.content, content))
    now = context.at.clock.now()
    entry = record_entry(record.key, at=now, mark="brought", direction="here", action="edited", diff=changes)
    return record.model_copy(update={"content": content}), [entry]


def _allocation(made: Papers, order: AllocationOrder, n: int) -> Record:
    told = {"kind": "allocations", "id": f"{made.credit.id}.{n}", "content": order}
    return made.credit.model_copy(update=told)


def _new(context: Context, record: Record, plan: Plan, actor: Actor) -> list[Write]:
    """A record made here, that goes to the ledger because a person ordered it."""
    now, key = context.at.clock.now(), record.key
    blank = drafting.blank_link(key).model_copy(update={"ordered_by": "person", "create_ordered": True})
    link = export.after_save(record, blank, context.settings, now, born=True)
    entry = record_entry(key, at=now, mark="rev1", direction="here", action="created", reason=plan.way, actor=actor.sub)
    listed = telling.told(record, context.at) if KINDS[record.kind].listed else []
    return [PutRecord(record), PutLink(link), PutEntry(entry), *listed]


def _history(context: Context, key: RecordKey) -> Iterator[Entry]:
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = context.at.activity.of_record(key, after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return


_WAYS: dict[str, Callable[[Context, _Read, _Known, Mapping[str, Any], Actor | None], Way]] = {
    "lift_payment": _lift,
    reissue.WAY: _reissue,
}
