"""Allocations of credit notes in Xero: made under the note's address, taken back by DELETE (``facts/xero.md §4.3``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from ledgerlink.kinds.allocation import ALLOCATIONS, AllocationOrder, own_key
from ledgerlink.ports import Outgoing
from ledgerlink.state.document import Document

from .base import Element, WireKind, deep_link
from .settlement import amount, day

_TIMELESS = datetime(1970, 1, 1, tzinfo=UTC)  # an allocation has no time of its own: it is made once, and taken back


def to_wire(outgoing: Outgoing) -> dict[str, Any]:
    content = cast(AllocationOrder, outgoing.content)
    said: dict[str, Any] = {"Amount": float(content.amount), "Invoice": {"InvoiceID": content.document_id}}
    if content.date is not None:
        said["Date"] = content.date.isoformat()
    return {**said, "CreditNote": {"CreditNoteID": content.credit_note_id}}


def path(outgoing: Outgoing) -> str:
    """Of the credit note's allocations, or of the one to be taken back."""
    content = cast(AllocationOrder, outgoing.content)
    all_of_it = f"/CreditNotes/{content.credit_note_id}/Allocations"
    return f"{all_of_it}/{outgoing.document_id}" if outgoing.action == "archive" else all_of_it


def from_wire(element: Element, short_code: str) -> Document:
    id, content = str(element["AllocationID"]).lower(), content_of(element)
    return Document.model_construct(
        type=ALLOCATIONS.document_type,
        id=id,
        kind=ALLOCATIONS.name,
        status="archived" if element.get("IsDeleted") else "active",
        updated_at=_TIMELESS,
        reference=own_key(content),
        merged_into="",
        content=content,
        outstanding=False,
        roles=(),
        url="",
        settlement=None,
    )


def content_of(element: Element) -> AllocationOrder:
    return AllocationOrder.model_construct(
        credit_note_id=str((element.get("CreditNote") or {}).get("CreditNoteID") or "").lower(),
        document_id=str((element.get("Invoice") or {}).get("InvoiceID") or "").lower(),
        amount=amount(element.get("Amount")),
        date=day(element.get("Date")),
        status="reversed" if element.get("IsDeleted") else "active",
    )


def of_credit_notes(notes: Iterable[Document]) -> Iterator[Document]:
    """The allocations that credit notes list: how one is found again whose answer was lost."""
    for note in notes:
        for part in note.settlement.of("allocation") if note.settlement is not None else ():
            element = {"AllocationID": part.id, "Amount": part.amount, "Invoice": {"InvoiceID": part.document_id}}
            yield from_wire({**element, "CreditNote": {"CreditNoteID": note.id}}, "")


WIRE = WireKind(
    kind=ALLOCATIONS,
    endpoint="/CreditNotes",
    envelope="Allocations",
    id_field="AllocationID",
    key_field="",
    category="",
    gone="allocation_gone",
    to_wire=to_wire,
    from_wire=from_wire,
    content=content_of,
    unique={},
    url=lambda id, short_code: deep_link("/AccountsReceivable/", short_code),
    path=path,
    taken_back_by="DELETE",
    write_query="summarizeErrors=false",
    read_key=lambda element: own_key(content_of(element)),
)
