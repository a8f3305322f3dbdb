"""An allocation: part of a credit note set against an invoice. People see it on its credit note (rule D19).

Kept as a record of its own, it goes through the same queue and protocol as everything else that is written.
"""

from __future__ import annotations

from typing import Literal

from .amounts import Amount, MaybeDate
from .base import Content, Field, Kind


class AllocationOrder(Content):
    """Which credit note goes against which invoice, by their records' ids; ``reversed`` once it is taken back."""

    credit_note_id: str
    document_id: str
    amount: Amount
    date: MaybeDate = None
    status: Literal["active", "reversed"] = "active"


def own_key(content: AllocationOrder) -> str:
    """The ledger's allocations carry nothing of ours: one is known by what it sets against what."""
    return f"{content.credit_note_id}/{content.document_id}/{content.amount:.2f}"


ALLOCATIONS: Kind[AllocationOrder] = Kind(
    name="allocations",
    singular="allocation",
    model=AllocationOrder,
    document_type="allocation",
    stage=5,
    ledger_view=lambda content: content,
    title=lambda content: f"{content.amount:f} to {content.document_id}",
    needed=frozenset({"credit_note_id", "document_id", "amount"}),
    own_key=own_key,
    listed=False,
    belongs_to=lambda content: ("credit-notes", content.credit_note_id),
    alone=True,
    fields=(
        Field("credit_note_id", "Credit note"),
        Field("document_id", "Invoice"),
        Field("amount", "Amount"),
    ),
)
