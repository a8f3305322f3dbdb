"""A suggestion: a contact in the ledger that may be an organization we have. Neither is created until decided."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledgerlink.kinds import Value


class Suggestion(Value):
    """The pair, why, how sure, and what became of it."""

    company: str
    id: str
    kind: str
    record: str
    record_title: str = ""
    document_type: str
    document_id: str
    document_title: str = ""
    document_email: str = ""
    reason: str
    score: float
    state: Literal["open", "linked", "created", "ignored"] = "open"
    made_at: datetime
    version: int = 0
