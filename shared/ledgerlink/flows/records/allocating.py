"""Setting a credit note against an invoice, and taking that back, as people and the CRM ask for it (rule D19)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledgerlink.errors import FieldProblem, Invalid, NotFound, Refused
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.kinds.money_documents import CreditNote
from ledgerlink.rules.allocations import unbookable
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import saving
from .drafting import Push, Saved

KIND = "allocations"


def allocate(
    context: Context, credit_note: str, *, document_id: str, amount: Decimal, on: date | None, actor: Actor
) -> Saved:
    """Order it; it goes by itself, once both documents are in the ledger. Raises NotFound, Invalid, Refused."""
    _credit_note(context, credit_note)
    invoice = context.at.records.get(RecordKey(context.company.id, "invoices", document_id))
    if invoice is None or invoice.deleted:
        raise Invalid(FieldProblem("document_id", f"there is no invoice {document_id!r}", "unknown"))
    wrong = [FieldProblem(each.field, each.message, each.code) for each in unbookable(amount, on)]
    if wrong:
        raise Invalid(*wrong, code=wrong[0].code)
    said = {"credit_note_id": credit_note, "document_id": document_id, "amount": amount, "date": on}
    # An id's end is chance, its beginning the time: two that are ordered at once are two.
    key = RecordKey(context.company.id, KIND, f"{_beginning(credit_note)}{context.at.ids.new()[-8:]}")
    return saving.save(context, key, Push(said), actor)


def ordered(context: Context, credit_note: str) -> list[tuple[Record, Link]]:
    """What was ordered here for the credit note, taken back or not, each with where it stands. Raises NotFound."""
    _credit_note(context, credit_note)
    at, company = context.at, context.company.id
    found: list[Record] = []
    after: str | None = None
    while True:
        page = at.records.page(company, KIND, starting=_beginning(credit_note), after=after)
        found += [each for each in page.items if each.content.credit_note_id == credit_note and not each.deleted]
        after = page.next
        if after is None:
            break
    links = at.links.many(LinkKey(*each.key) for each in found)
    return [(each, links[LinkKey(*each.key)]) for each in found if LinkKey(*each.key) in links]


def _beginning(credit_note: str) -> str:
    """How the ids of a credit note's allocations begin; another one's may begin so too."""
    return f"{credit_note[:38]}."


def take_back(context: Context, credit_note: str, allocation: str, actor: Actor) -> Saved:
    """Order that it be taken back; named by our id or the ledger's. One made in the ledger is taken back there (P5).

    Raises NotFound, Refused ``managed_in_ledger``.
    """
    note = _credit_note(context, credit_note)
    record = _ours(context, allocation)
    if record is not None and getattr(record.content, "credit_note_id", "") == credit_note:
        return saving.save(context, record.key, Push({"status": "reversed"}, "merge"), actor)
    assert isinstance(note.content, CreditNote)
    if any(each.id == allocation for each in note.content.allocations):
        raise Refused("managed_in_ledger", "the allocation was made in the ledger")
    raise NotFound("allocation")


def _ours(context: Context, allocation: str) -> Record | None:
    at, company = context.at, context.company.id
    claim = at.links.claimed(company, "allocation", [allocation.lower()]).get(allocation.lower())
    key = claim.link if claim is not None and claim.link is not None else LinkKey(company, KIND, allocation)
    return at.records.get(key.record)


def _credit_note(context: Context, id: str) -> Record:
    record = context.at.records.get(RecordKey(context.company.id, "credit-notes", id))
    if record is None or record.deleted:
        raise NotFound("credit note")
    return record
