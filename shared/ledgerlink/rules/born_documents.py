"""Invoices, credit notes and their like made in the ledger: which become records here, and in whose words (rule D1).

They come where the company wants that kind, once they are approved enough to travel (D13), from a date on; their
customer must be a record here. Until the CRM says something else of one, edits made in the ledger come after it.
"""

from __future__ import annotations

from ledgerlink.kinds import KINDS, Content
from ledgerlink.kinds.money_documents import TOTALS, MoneyDocument
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import settlement
from .documents import is_exportable
from .documents_back import CUSTOMER, ITEM, in_ours
from .import_ import UNTIL_CHOSEN, Born, Grounds, Ignore, Linked
from .merge import same


def linked(record: Record, link: Link, document: Document, grounds: Grounds) -> Linked:
    """What a document known here brings: money, and where the record only ever said what the ledger says, edits too."""
    come = grounds.settings.apply_ledger_edits or grounds.source == "job"
    before = link.seen or link.base

    def edited(said: MoneyDocument) -> settlement.Edited:
        return _follows(said, document, before, link, grounds) if come else settlement.Edited(said)

    return settlement.linked(record, link, document, grounds, edited=edited)


def unlinked(document: Document, grounds: Grounds, tombstone: str) -> Ignore | Born:
    """What a document does that no record here is linked to."""
    said, settings = document.content, grounds.settings
    assert isinstance(said, MoneyDocument)
    if document.status != "active":
        return Ignore("void")
    if tombstone and (grounds.source == "event" or tombstone not in UNTIL_CHOSEN):
        return Ignore(tombstone)
    if grounds.source == "event" and document.kind not in settings.import_documents_born_in_ledger:
        return Ignore("document_born_off")
    if not is_exportable(said.status, settings):
        return Ignore("draft_in_ledger")
    if grounds.since is not None and (said.issue_date is None or said.issue_date < grounds.since):
        return Ignore("before_import_date")
    if (CUSTOMER, said.organization_id) not in grounds.records:
        return Ignore("customer_not_here")
    return Born(_as_record(document, grounds))


def customer_of(document: Document, grounds: Grounds) -> str:
    """The ledger's id of the customer without whom the document does not come; "" where that is not why."""
    said = document.content
    assert isinstance(said, MoneyDocument)
    return said.organization_id if unlinked(document, grounds, "") == Ignore("customer_not_here") else ""


def named(document: Document) -> tuple[tuple[str, str], ...]:
    """What a new record would be about, as (type, the ledger's id): its customer, its items."""
    said = document.content
    assert isinstance(said, MoneyDocument)
    return ((CUSTOMER, said.organization_id), *((ITEM, id_) for id_ in document.items.values()))


def moved(link: Link, document: Document) -> tuple[tuple[str, str], ...]:
    """Whom the document was made out to and is now, as (type, the ledger's id), if the ledger changed that."""
    known, said = link.base, document.content
    if not isinstance(known, MoneyDocument) or not isinstance(said, MoneyDocument):
        return ()
    both = (known.organization_id, said.organization_id)
    return tuple((CUSTOMER, id_) for id_ in both) if both[0] != both[1] else ()


def _follows(
    said: MoneyDocument, document: Document, before: Content | None, link: Link, grounds: Grounds
) -> settlement.Edited:
    """The record after an edit made in the ledger: it says the new, if all it said before was what the ledger said."""
    now = document.content
    if not isinstance(before, MoneyDocument) or not isinstance(now, MoneyDocument):
        return settlement.Edited(said)
    has_moved = bool(moved(link, document))
    names = [field.name for field in KINDS[document.kind].fields if field.name not in ("status", "organization_id")]
    old, new = _in_ours(before, said, document, grounds), _in_ours(now, said, document, grounds)
    if not all(same(getattr(said, name), getattr(old, name)) for name in names):
        return settlement.Edited(said, left="customer_differs" if has_moved else "")
    told = {name: getattr(new, name) for name in (*names, *TOTALS)}
    customer, left = _customer(said, link, now, grounds) if has_moved else (said.organization_id, "")
    fields = tuple(names) if left else (*names, "organization_id")
    return settlement.Edited(said.model_copy(update={**told, "organization_id": customer}), fields, left)


def _customer(said: MoneyDocument, link: Link, now: MoneyDocument, grounds: Grounds) -> tuple[str, str]:
    """Whom the record is made out to once the ledger changed that; and why not to that one, as a reason code."""
    known = link.base
    assert isinstance(known, MoneyDocument)
    old, new = (grounds.records.get((CUSTOMER, each.organization_id)) for each in (known, now))
    if new is None:
        return said.organization_id, "new_customer_not_here"
    if old is not None and old.id != said.organization_id != new.id:
        return said.organization_id, "customer_differs"  # moved here too, and elsewhere
    return new.id, ""


def _as_record(document: Document, grounds: Grounds) -> MoneyDocument:
    said, told = document.content, document.settlement
    assert isinstance(said, MoneyDocument)
    assert told is not None
    customer = grounds.records[CUSTOMER, said.organization_id].id
    ours = _in_ours(said, None, document, grounds).model_copy(update={"organization_id": customer})
    return settlement.taken_in(ours, told, None, sync_voids=grounds.settings.sync_voids, targets={}).content


def _in_ours(said: MoneyDocument, known: MoneyDocument | None, document: Document, grounds: Grounds) -> MoneyDocument:
    return in_ours(said, known, document.kind, document.items, grounds)
