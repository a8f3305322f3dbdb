"""Credit notes set against invoices, and taken back."""

from __future__ import annotations

from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field

from admin_api.access import CRM, At, Who, open_to
from admin_api.answers import Shown
from admin_api.presenting import standing, sync_of
from admin_api.reading import RecordId
from admin_api.shapes import Sync
from ledgerlink.flows.context import Context
from ledgerlink.flows.records import allocating
from ledgerlink.flows.records.saving import Saved
from ledgerlink.kinds import Value
from ledgerlink.kinds.allocation import AllocationOrder
from ledgerlink.kinds.amounts import Amount, MaybeDate

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
    sync: Sync


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
    content = saved.record.content
    assert isinstance(content, AllocationOrder)
    return AllocationOut.model_construct(
        id=saved.record.id,
        document_id=content.document_id,
        amount=content.amount,
        date=content.date,
        sync=sync_of(standing(at), saved.record, [saved.link]),
    )
