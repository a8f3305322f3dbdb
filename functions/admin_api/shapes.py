"""The bodies of records as the API speaks them: each kind's own model, with the envelope around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, create_model

from ledgerlink.kinds import KINDS, Content, Kind, Value
from ledgerlink.state.link import SyncState
from ledgerlink.state.record import Hold

from .answers import Shown
from .reading import ID_PATTERN, LONGEST_ID


class RecordRef(Value):
    """A reference to a record."""

    kind: str
    id: str


class NamedRecord(RecordRef):
    """A record somebody asks for. Longer than any id, and the store would refuse to look it up."""

    id: str = Field(max_length=LONGEST_ID)


class SyncErrorOut(Shown):
    """Why it cannot go, in plain words, with what to do."""

    code: str
    message: str
    remedy: str
    since: datetime


class FixOut(Shown):
    """Something that can be done about it, by POST errors:fix."""

    id: str
    label: str
    params: dict[str, Any] = Field(description="Ready to be sent back; null where something must be filled in")


class DocumentOut(Shown):
    """One of the record's documents in the ledger."""

    part: str
    accounting_code: str | None
    ledger_url: str | None
    state: SyncState


class Sync(Shown):
    """Where the record stands between the two systems."""

    state: SyncState
    reason: str | None = Field(description="A code of GET /v1/reasons")
    accounting_code: str | None = Field(description="The ledger's id")
    ledger_url: str | None
    last_export_at: datetime | None
    last_import_at: datetime | None
    waiting_for: str | None = Field(
        description="While due: a code of GET /v1/reasons, or null if nothing is in the way"
    )
    documents: list[DocumentOut]
    warnings: list[str] = Field(description="What the ledger remarked when it took it the last time")
    error: SyncErrorOut | None
    fixes: list[FixOut] = Field(description="What the hub can do about it")


class LinkIn(Value):
    """A document of the ledger to link to."""

    document_id: str = Field(min_length=1, max_length=64)
    confirm: StrictBool = False


class HoldIn(Value):
    """Hold a record back, or let it go."""

    on: StrictBool
    reason: str = Field("", max_length=500)

    def hold(self) -> Hold:
        return Hold(on=self.on, reason=self.reason if self.on else "")


def hold_of(given: HoldIn | None) -> Hold | None:
    """None leaves the hold as it is."""
    return given.hold() if given is not None else None


class ClearIn(Value):
    """Which fields to empty, and where."""

    fields: list[str] = Field(min_length=1, max_length=50, description='Such as "email" or "phones.mobile"')
    side: Literal["ledger", "crm", "both"]
    reason: str = Field(min_length=1, max_length=500)


class RenameIn(Value):
    """The id the record gets."""

    id: str = Field(pattern=ID_PATTERN)


@dataclass(frozen=True)
class Shapes:
    """One kind's bodies. ``fields`` are the record's own, without the envelope."""

    put: type[BaseModel]
    patch: type[BaseModel]
    item: type[BaseModel]
    batch: type[BaseModel]
    record: type[BaseModel]
    page: type[BaseModel]
    fields: frozenset[str]


@cache
def shapes(kind_name: str) -> Shapes:
    """The bodies of a kind, derived from its one model."""
    kind: Kind[Any] = KINDS[kind_name]
    name = kind.singular.title().replace(" ", "")
    ignored: dict[str, Any] = {
        part: (Any, Field(None, description="Read only: ignored")) for part in ("revision", "updated_at", "sync")
    }
    holds: dict[str, Any] = dict.fromkeys(("do_not_export", "do_not_import"), (HoldIn | None, None))
    link: dict[str, Any] = {"link": (LinkIn | None, None)} if kind.stage <= 2 else {}
    given_id = (str | None, Field(None, description="As in the path"))
    put = create_model(f"{name}Put", __base__=kind.model, id=given_id, **ignored, **holds, **link)
    patch = create_model(f"{name}Patch", __base__=Value, **_optional(kind.model), id=given_id, **ignored, **holds)
    item: Any = create_model(f"{name}BatchItem", __base__=put, id=(str, Field(pattern=ID_PATTERN)))
    # A bad item is kept as it came and answered by itself, so anything goes here.
    one: Any = Annotated[item | Any, Field(union_mode="left_to_right")]
    batch = create_model(f"{name}Batch", __base__=Value, items=(list[one], Field(max_length=500)))
    record = create_model(
        name,
        __base__=kind.model,
        id=(str, ...),
        revision=(int, ...),
        updated_at=(datetime, ...),
        do_not_export=(Hold, ...),
        do_not_import=(Hold, ...),
        sync=(Sync, ...),
    )
    one_record: Any = record
    page = create_model(f"{name}Page", __base__=Shown, items=(list[one_record], ...), next=(str | None, ...))
    return Shapes(put, patch, item, batch, record, page, frozenset(kind.model.model_fields))


def _optional(model: type[Content]) -> dict[str, Any]:
    """Every field as it is, or null, or absent."""
    return {name: (_or_null(field.annotation), None) for name, field in model.model_fields.items()}


def _or_null(annotation: Any) -> Any:
    return annotation | None


def own_fields(body: BaseModel, fields: frozenset[str], *, given_only: bool = False) -> dict[str, Any]:
    """The record's own fields of a body as plain data, without the envelope."""
    return body.model_dump(include=set(fields), exclude_unset=given_only)
