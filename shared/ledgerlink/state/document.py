"""A document: the ledger's counterpart of a record, already in our own words."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from ledgerlink.kinds import Content, Value
from ledgerlink.kinds.organization import Balance

from .settlement import Settlement

DocumentStatus = Literal["active", "archived", "other"]


class Document(Value):
    """One document as the ledger answered it. ``content`` is in ledger view: comparable with ``Link.base``."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    type: str
    id: str
    kind: str
    status: DocumentStatus = "active"
    updated_at: datetime
    reference: str = ""  # our own marker on it, if it carries one
    merged_into: str = ""
    content: Content
    outstanding: bool = False  # money is owed on either side
    balance: Balance | None = None  # of a contact, how much; only full reads tell
    roles: tuple[str, ...] = ()  # customer, supplier: the ledger knows by its documents
    url: str = ""
    items: dict[str, str] = {}  # of the codes on its lines, the ids of the items they mean
    fixed: str = ""  # why the ledger would not let it be taken back: a reason code
    settlement: Settlement | None = None  # what is paid and left, of documents that carry money
