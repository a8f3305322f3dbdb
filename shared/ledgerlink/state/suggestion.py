"""A suggestion: a contact in the ledger that may be an organization we have. Neither is created until decided."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from ledgerlink.kinds import Value

Answer = Literal["linked", "created", "ignored", "moot"]


class Suggestion(Value):
    """The pair, why, how sure, and what became of it.

    ``created``: the contact became a record of its own; ``ignored``: they are two, for good; ``moot``: nobody need
    answer any more, because one of them was linked to somebody else or deleted.
    """

    company: str
    id: str  # ``suggestion_id``
    kind: str
    record: str
    record_title: str = ""
    document_type: str
    document_id: str
    document_title: str = ""
    document_email: str = ""
    reason: str
    score: float
    state: Literal["open"] | Answer = "open"
    made_at: datetime
    version: int = 0


def suggestion_id(document_id: str, record: str) -> str:
    """One per pair, the document first: so those of one document lie together."""
    return f"{document_id}-{uuid.uuid5(uuid.NAMESPACE_OID, record).hex[:12]}"
