"""History entries as they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from ledgerlink.flows.context import Context
from ledgerlink.flows.records import history
from ledgerlink.ports import Page
from ledgerlink.state.activity import Entry
from ledgerlink.state.record import RecordKey

from .answers import Shown
from .presenting import seen_on
from .shapes import RecordRef


class Diff(Shown):
    """One field going from one value to another."""

    from_: Any = Field(serialization_alias="from")
    to: Any

    model_config = Shown.model_config | {"serialize_by_alias": True}


class EntryOut(Shown):
    id: str
    at: datetime
    record: RecordRef
    seen_on: RecordRef | None = Field(description="The record that shows it, where it has no page of its own")
    title: str | None = Field(description="What the record is called now")
    direction: Literal["export", "import", "here"]
    action: str
    outcome: Literal["ok", "failed", "skipped", "conflict"]
    reason: str | None = Field(description="A code of GET /v1/reasons")
    message: str | None
    actor: str | None
    job: str | None
    accounting_code: str | None
    correlation: str | None = Field(description="The ledger's id of the call, for its support")
    diff: dict[str, Diff]


class EntryPage(Shown):
    items: list[EntryOut]
    next: str | None


def _shown(entry: Entry, title: str | None, home: RecordRef | None) -> EntryOut:
    return EntryOut(
        id=entry.id,
        at=entry.at,
        record=RecordRef(kind=entry.kind, id=entry.record),
        seen_on=home,
        title=title or None,
        direction=entry.direction,
        action=entry.action,
        outcome=entry.outcome,
        reason=entry.reason or None,
        message=entry.message or None,
        actor=entry.actor or None,
        job=entry.job or None,
        accounting_code=entry.document_id or None,
        correlation=entry.correlation or None,
        diff={name: Diff(from_=changed.before, to=changed.after) for name, changed in entry.diff.items()},
    )


def shown_page(at: Context, page: Page) -> EntryPage:
    """A page of the history, with what its records are called."""
    titles = history.titles(at, page.items)
    homes = seen_on(at, [_key(entry) for entry in page.items])
    items = [_shown(entry, titles.get(_key(entry)), homes.get(_key(entry))) for entry in page.items]
    return EntryPage(items=items, next=page.next)


def _key(entry: Entry) -> RecordKey:
    return RecordKey(entry.company, entry.kind, entry.record)
