"""What payments, credits and voids in the ledger make of a document here (rules D8, D12, D13, D19, P4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from ledgerlink.kinds.money_documents import Allocation, CreditNote, MoneyDocument, Status
from ledgerlink.state.settlement import Settlement, SettlingPart

from .merge import Change

_RANK: dict[str, int] = {"draft": 0, "awaiting_approval": 1, "approved": 2}
SETTLED: frozenset[Status] = frozenset({"part_paid", "paid"})
_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class News:
    """What a document becomes, and what of it changed."""

    content: MoneyDocument
    changes: tuple[Change, ...]


def taken_in(
    content: MoneyDocument,
    told: Settlement,
    known: Settlement | None,
    *,
    sync_voids: bool,
    targets: Mapping[str, str],
    update: bool = True,
) -> News:
    """The document after the ledger's word on it. ``known`` is what was taken in before.

    ``targets``: records by the ledger's ids, for allocations. ``update``: this is an update after sending, which makes
    the document live; the answer to our own write is none.
    """
    values: dict[str, Any] = {"status": _status(content, told, known, sync_voids=sync_voids)}
    if told.status != "void" or values["status"] == "void":
        values["amount_outstanding"] = told.outstanding
    if update:
        values["stage"] = "live"
    if isinstance(content, CreditNote):
        values["remaining"] = values.get("amount_outstanding", content.remaining)
        if told.parts is not None:
            values["allocations"] = tuple(_allocation(content, part, targets) for part in told.of("allocation"))
    changes = tuple(
        Change(name, getattr(content, name), value) for name, value in values.items() if getattr(content, name) != value
    )
    return News(content.model_copy(update=values) if changes else content, changes)


def _status(content: MoneyDocument, told: Settlement, known: Settlement | None, *, sync_voids: bool) -> Status:
    """Paid, part-paid and void are the ledger's to say; approval is too where it just came there (never back)."""
    if told.status == "void":
        return "void" if sync_voids else content.status
    if content.status == "void":
        return "void"  # voided here; the ledger is to follow
    if told.status in ("approved", "paid") and told.total > 0:
        if told.outstanding <= 0:
            return "paid"
        if told.outstanding < told.total:
            return "part_paid"
    if told.status == "paid":
        return "paid"
    if content.status in SETTLED:
        return "approved"  # the payment was taken back
    moved = known is not None and known.status != told.status
    if moved and _RANK[told.status] > _RANK[content.status]:
        return _as_status(told.status)
    return content.status


def _as_status(status: str) -> Status:
    assert status in get_args(Status)
    return status  # type: ignore[return-value]


def _allocation(content: CreditNote, part: SettlingPart, targets: Mapping[str, str]) -> Allocation:
    """An allocation as the ledger has it, under the id it has here where it has one."""
    document = targets.get(part.document_id, part.document_id)
    known = next((each for each in content.allocations if each.id == part.id), None)
    ours = known or next(
        (each for each in content.allocations if (each.document_id, each.amount) == (document, part.amount)), None
    )
    return Allocation(
        id=ours.id if ours is not None and ours.id else part.id,
        document_id=document,
        amount=part.amount,
        date=part.date,
    )


def gone(told: Settlement, known: Settlement | None) -> tuple[str, ...]:
    """Payments that were on the document and are no more: taken back, deleted, moved."""
    if told.parts is None or known is None:
        return ()
    now = {part.id for part in told.of("payment")}
    return tuple(part.id for part in known.of("payment") if part.id not in now)


def is_settled(told: Settlement | None) -> bool:
    """Whether anything was paid or credited, in part or in full."""
    return told is not None and told.total != told.outstanding and told.status != "void"
