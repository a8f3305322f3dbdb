"""A record: what the CRM owns and the hub keeps, with its revision and what the CRM last pushed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, StrictBool

from ledgerlink.kinds import KINDS, Content, Value

ChangedBy = Literal["crm", "ledger", "admin"]


class RecordKey(NamedTuple):
    """Which record: company, kind (as in the path) and the CRM's id."""

    company: str
    kind: str
    id: str


class Hold(Value):
    """A person's "do not export" or "do not import", with the reason they gave."""

    on: StrictBool = False
    reason: str = ""


class Record(Value):
    """One record as it stands. A deleted one stays as a tombstone, so that imports do not bring it back."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    company: str
    kind: str
    id: str
    revision: int
    content: Content
    pushed: Content | None = None  # what the CRM last sent, to tell its edits from its repetitions
    updated_at: datetime
    changed_by: ChangedBy = "crm"
    deleted: bool = False
    moved_to: str = ""  # of a deleted one: it lives on under this id
    formerly: str = ""  # the id it had before
    version: int = 0  # of the stored item; 0 = never stored

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.company, self.kind, self.id)


def content_of(kind: str, data: dict[str, Any]) -> Content:
    """Rebuild a kind's content from its JSON form. Raises KeyError for an unknown kind."""
    model: type[Content] = KINDS[kind].model
    return model.model_validate(data)
