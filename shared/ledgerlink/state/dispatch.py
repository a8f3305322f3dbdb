"""A dispatch: one write to the ledger, up to 50 documents, stored before it is sent. While open, it is the claim."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledgerlink.kinds import Value

from .link import LinkKey

Action = Literal["create", "update", "archive"]
DispatchState = Literal["open", "unknown"]


class DispatchedPart(Value):
    """One document of a dispatch: which part, at which revision, and how it is recognised in the answer."""

    kind: str
    id: str
    part: str = "main"
    revision: int
    reference: str  # our own key in the ledger (ContactNumber …), or the document id for updates
    document_id: str = ""
    ordered_by: str = ""
    fields: tuple[str, ...] = ()  # what an update changes
    lines: tuple[str, ...] = ()  # our ids of the lines sent, in their order
    settled: bool = False

    def key(self, company: str) -> LinkKey:
        return LinkKey(company, self.kind, self.id, self.part)


class Dispatch(Value):
    """What was, is or may be on the wire. Bytes and key never change once stored; a retry repeats both."""

    company: str
    id: str
    document_type: str
    action: Action
    key: str  # Idempotency-Key
    method: str
    path: str
    body: bytes  # exactly what goes on the wire
    body_hash: str
    parts: tuple[DispatchedPart, ...]
    opened_at: datetime
    deadline: datetime  # nothing of it is sent after this
    state: DispatchState = "open"
    sent: bool = False  # at least one attempt may have left the house
    resolve_at: datetime | None = None  # when an unknown one may be looked up
    version: int = 0
