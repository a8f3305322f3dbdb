"""The history: one entry per attempt or change, never edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ledgerlink.kinds import Value

Flow = Literal["export", "import", "here"]


class Changed(Value):
    """One field of a diff, as JSON values, in the API's own shape."""

    before: Any = None
    after: Any = None


class Entry(Value):
    """Who did what to a record, when, and how it ended."""

    company: str
    id: str  # sortable: time first; deterministic where an attempt may be repeated
    at: datetime
    kind: str
    record: str
    direction: Flow
    action: str  # created, updated, archived, linked, unlinked, held, deleted, imported …
    outcome: Literal["ok", "failed", "skipped", "conflict"] = "ok"
    reason: str = ""
    message: str = ""
    actor: str = ""  # sub of a person or client, "ledger", "clock"
    job: str = ""
    document_id: str = ""
    correlation: str = ""  # the ledger's id of the call, for its support
    diff: dict[str, Changed] = {}
