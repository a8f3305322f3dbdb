"""Credit and re-issue: the document is credited in full, a new one says what it should have said, and the credit is
set against both (rule D4). What was paid stays where it is, whoever paid it.

The document here goes back to what the ledger has; the edit lives on as the new one. Each is a record of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledgerlink.kinds.allocation import AllocationOrder
from ledgerlink.kinds.money_documents import CreditNote, MoneyDocument
from ledgerlink.state.activity import Entry
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record, RecordKey, content_of

from . import documents_out, export
from .decisions import Create, First
from .facts import Facts
from .safe_edits import Plan, Step, instead

WAY = "credit_and_reissue"
NAME = 36  # of an id, so that what is added still fits our mark
HUBS = {"amount_outstanding": None, "sent_at": None, "stage": "created"}
NOT_EDITED = frozenset({"status", "amount_outstanding", "stage", "sent_at"})  # the ledger's and the hub's to say
_AGAIN = re.compile(r"^(.+)-R(\d*)$")


@dataclass(frozen=True)
class Papers:
    """What there will be: the document as the ledger has it, the credit note, the new document."""

    before: Record
    credit: Record
    issued: Record


def as_sent(record: Record, entries: Iterable[Entry]) -> MoneyDocument:
    """The document as it last went out: its edits since, undone one by one. ``entries``: its history, newest first."""
    data = record.content.model_dump(mode="json")
    for entry in entries:
        if entry.direction == "export" and entry.outcome == "ok" and entry.action in ("created", "updated"):
            break
        if entry.direction == "here":
            data |= {name: told.before for name, told in entry.diff.items() if name in data and name not in NOT_EDITED}
    content = content_of(record.kind, data)
    assert isinstance(content, MoneyDocument)
    return content


def next_number(number: str) -> str:
    """What to call the new one: the old number with an R behind it, which no counting of numbers comes upon."""
    if found := _AGAIN.match(number):
        return f"{found[1]}-R{int(found[2] or 1) + 1}"
    return f"{number}-R" if number else ""


def papers(record: Record, sent: MoneyDocument, document: Document, number: str, today: date, now: datetime) -> Papers:
    """The records as they will be. Credit and new document are dated today: what was reported stays reported."""
    edited, there = documents_out.content_of(record), document.content
    assert isinstance(there, MoneyDocument)
    mark = f"{record.id[:NAME]}.{record.revision}"
    number = number or (edited.number if edited.number != there.number else next_number(there.number))
    told = {"revision": 1, "version": 0, "pushed": None, "updated_at": now, "changed_by": "admin"}
    dated = edited.issue_date if edited.issue_date not in (None, sent.issue_date) else today
    due = edited.due_date if edited.due_date is None or dated is None else max(edited.due_date, dated)
    issued = edited.model_copy(
        update={**HUBS, "number": number, "status": "approved", "issue_date": dated, "due_date": due, "made_at": now}
    )
    credit = _credit(sent, document, today, now)
    was = {"content": sent.model_copy(update=_hubs_own(edited)), "revision": record.revision + 1}
    return Papers(
        before=record.model_copy(update={**was, "updated_at": now, "changed_by": "admin"}),
        credit=record.model_copy(update={**told, "kind": "credit-notes", "id": f"{mark}c", "content": credit}),
        issued=record.model_copy(update={**told, "id": f"{mark}r", "content": issued}),
    )


def _hubs_own(edited: MoneyDocument) -> dict[str, Any]:
    return {name: getattr(edited, name) for name in NOT_EDITED}


def _credit(sent: MoneyDocument, document: Document, today: date, now: datetime) -> CreditNote:
    """Line by line what was invoiced, to the ledger's own total. Its number is the ledger's to give."""
    told, there = document.settlement, document.content
    assert told is not None
    assert isinstance(there, MoneyDocument)
    same = {
        name: getattr(sent, name) for name in ("organization_id", "currency", "exchange_rate", "tax_mode", "location")
    }
    return CreditNote(
        **same,
        reference=there.number or sent.reference,
        status="approved",
        issue_date=today,
        made_at=now,
        lines=sent.lines,
        total=told.total,
    )


def plan(
    record: Record, link: Link, document: Document, made: Papers, facts: Facts
) -> tuple[Plan, tuple[AllocationOrder, ...]]:
    """The steps, and what the credit is set against; or why the way is closed."""
    told, there = document.settlement, document.content
    assert told is not None
    assert isinstance(there, MoneyDocument)
    view, said = documents_out.in_ledger_terms(made.before, link, facts)
    if document.status != "active":
        return Plan(WAY, closed="void_in_ledger", message="it is void in the ledger"), ()
    differing = [name for name in documents_out.changed_fields(record.kind, view, there) if name != "status"]
    if differing or said.total(view.tax_mode) != told.total:
        message = f"the ledger's document is not what was sent: {', '.join(differing) or 'its total'}"
        return Plan(WAY, closed="history_gone", message=message), ()
    total = Decimal(0)
    for each in (made.credit, made.issued):
        blank = Link(company=each.company, kind=each.kind, id=each.id, ordered_by="person")
        decision = export.complete(Create(each.content), each, blank, facts)
        if not isinstance(decision, Create | First):
            code, message = instead(decision)
            return Plan(WAY, closed=code, message=message), ()
        new, said = documents_out.in_ledger_terms(each, blank, facts)
        total = said.total(new.tax_mode)
    orders = tuple(_set_against(made, told.total, told.outstanding, total))
    steps = (
        Step("credit", made.credit.key, "", told.total, facts.today),
        Step("issue", made.issued.key, "", total, documents_out.content_of(made.issued).issue_date),
        *(Step("allocate", RecordKey(record.company, "invoices", o.document_id), "", o.amount, o.date) for o in orders),
    )
    left = told.total - sum((order.amount for order in orders), Decimal(0))
    over = f"{left:f} stays with the customer as credit" if left else ""
    return Plan(
        WAY, steps, message=over, diff={"number": (there.number, documents_out.content_of(made.issued).number)}
    ), orders


def _set_against(made: Papers, credit: Decimal, left: Decimal, total: Decimal) -> Iterator[AllocationOrder]:
    """First what is open of the old one, then the rest against the new one, if it is the same customer's."""
    old, new = documents_out.content_of(made.before), documents_out.content_of(made.issued)
    first = min(credit, left)
    on = documents_out.content_of(made.credit).issue_date
    if first > 0:
        yield AllocationOrder(credit_note_id=made.credit.id, document_id=made.before.id, amount=first, date=on)
    rest = min(credit - first, total)
    if rest > 0 and (old.organization_id, old.currency) == (new.organization_id, new.currency):
        dated = max(day for day in (on, new.issue_date) if day is not None)
        yield AllocationOrder(credit_note_id=made.credit.id, document_id=made.issued.id, amount=rest, date=dated)
