"""Credit notes set against invoices, and taken back."""

from __future__ import annotations

from typing import Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field

from admin_api.access import CRM, READERS, At, Who, open_to
from admin_api.answers import Shown
from admin_api.presenting import Standing, standing, sync_of
from admin_api.reading import RecordId
from admin_api.shapes import Sync
from ledgerlink.flows.context import Context
from ledgerlink.flows.records import allocating
from ledgerlink.flows.records.drafting import Saved
from ledgerlink.kinds import Value
from ledgerlink.kinds.allocation import AllocationOrder
from ledgerlink.kinds.amounts import Amount, MaybeDate
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from .companies import COMPANY

routes = Router()
PATH = f"{COMPANY}/credit-notes/<id>/allocations"


class AllocationIn(Value):
    document_id: str = Field(min_length=1, description="An invoice here")
    amount: Amount
    date: MaybeDate = None


class AllocationOut(Shown):
    id: str
    document_id: str
    amount: Amount
    date: MaybeDate
    status: Literal["active", "reversed"] = Field(description="reversed: it is to be taken back, or was")
    sync: Sync


class AllocationList(Shown):
    items: list[AllocationOut]
    next: None = None


@routes.get(PATH, tags=["credit-notes"], **open_to(*READERS))
def ordered(at: At, id: RecordId) -> AllocationList:
    """What was ordered here, with where each stands; the credit note itself tells what the ledger has."""
    now = standing(at)
    return AllocationList(items=[_told(now, record, link) for record, link in allocating.ordered(at, id)])


@routes.post(PATH, tags=["credit-notes"], **open_to(*CRM))
def allocate(at: At, who: Who, id: RecordId, body: AllocationIn) -> AllocationOut:
    """Set part of the credit note against an invoice; it goes by itself once both are in the ledger."""
    said = allocating.allocate(at, id, document_id=body.document_id, amount=body.amount, on=body.date, actor=who.actor)
    return _shown(at, said)


@routes.delete(f"{PATH}/<allocation>", tags=["credit-notes"], **open_to(*CRM))
def take_back(at: At, who: Who, id: RecordId, allocation: RecordId) -> AllocationOut:
    """Take an allocation of ours back; by its id here, or by the ledger's."""
    return _shown(at, allocating.take_back(at, id, allocation, who.actor))


def _shown(at: Context, saved: Saved) -> AllocationOut:
    return _told(standing(at), saved.record, saved.link)


def _told(now: Standing, record: Record, link: Link) -> AllocationOut:
    content = record.content
    assert isinstance(content, AllocationOrder)
    return AllocationOut.model_construct(
        id=record.id,
        document_id=content.document_id,
        amount=content.amount,
        date=content.date,
        status=content.status,
        sync=sync_of(now, record, [link]),
    )
