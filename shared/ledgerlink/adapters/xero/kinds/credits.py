"""Prepayments and overpayments: the ledger's own credits, read for the invoices they were set against (``§4.4``).

They are no records here, and nothing of them is ever written.
"""

from __future__ import annotations

from typing import Any

from ledgerlink.adapters.xero.dates import moment
from ledgerlink.kinds import Content, Kind
from ledgerlink.ports import Outgoing
from ledgerlink.state.document import Document

from .base import Element, WireKind
from .settlement import settlement_of


def _credit(document_type: str, noun: str) -> WireKind:
    kind: Kind[Any] = Kind(
        name=f"{document_type}s",
        singular=document_type,
        model=Content,
        fields=(),
        document_type=document_type,
        stage=0,
        ledger_view=lambda content: content,
        title=lambda _content: document_type,
    )

    def from_wire(element: Element, _short_code: str) -> Document:
        updated_at = moment(element.get("UpdatedDateUTC"))
        if updated_at is None:
            raise ValueError(f"a {document_type} without UpdatedDateUTC")
        return Document.model_construct(
            type=document_type,
            id=str(element[f"{noun}ID"]).lower(),
            kind=kind.name,
            updated_at=updated_at,
            content=Content(),
            settlement=settlement_of(element),
        )

    def to_wire(_outgoing: Outgoing) -> dict[str, Any]:
        raise AssertionError(f"a {document_type} is never written")

    return WireKind(
        kind=kind,
        endpoint=f"/{noun}s",
        envelope=f"{noun}s",
        id_field=f"{noun}ID",
        key_field=f"{noun}ID",
        category=noun.upper(),
        gone="",
        to_wire=to_wire,
        from_wire=from_wire,
        content=lambda _element: Content(),
        unique={},
        url=lambda _id, _short_code: "",
        unasked=frozenset({"includeArchived"}),
        ids_filter=False,
        path_key=False,
    )


PREPAYMENTS = _credit("prepayment", "Prepayment")
OVERPAYMENTS = _credit("overpayment", "Overpayment")
