"""Many records in one request: one outcome each, and a bad one spoils no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from ledgerlink.errors import Invalid, LedgerlinkError
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.records.batching import Item, Outcome, save_many
from ledgerlink.flows.records.drafting import Push
from ledgerlink.state.link import SyncState
from ledgerlink.state.record import RecordKey
from ledgerlink.wording import field_problems

from .answers import Shown
from .problems import of_error
from .shapes import hold_of, own_fields, shapes


class ItemOut(Shown):
    """What became of one item, at its place in the request."""

    id: str | None
    status: int
    outcome: Literal["created", "updated", "unchanged", "failed"]
    revision: int | None = None
    state: SyncState | None = None
    problem: dict[str, Any] | None = None


class BatchOut(Shown):
    items: list[ItemOut]


def put_many(context: Context, kind: str, given: Sequence[Any], actor: Actor) -> BatchOut:
    """Put what can be read, and say of the rest what is wrong with it."""
    read = [_read(kind, each) for each in given]
    items = [_item(context, kind, body) for body in read if isinstance(body, BaseModel)]
    outcomes = iter(save_many(context, items, actor))
    return BatchOut(items=list(_shown(given, read, outcomes)))


def _read(kind: str, given: Any) -> BaseModel | LedgerlinkError:
    """What could not be read when the request was, is read once more to say why."""
    if isinstance(given, BaseModel):
        return given
    try:
        return shapes(kind).item.model_validate(given)
    except ValidationError as error:
        return Invalid(*field_problems(error.errors()))


def _item(context: Context, kind: str, body: Any) -> Item:
    push = Push(
        own_fields(body, shapes(kind).fields),
        do_not_export=hold_of(body.do_not_export),
        do_not_import=hold_of(body.do_not_import),
    )
    link = getattr(body, "link", None)
    key = RecordKey(context.company.id, kind, body.id)
    return Item(key, push) if link is None else Item(key, push, link.document_id, link.confirm)


def _shown(
    given: Sequence[Any], read: Sequence[BaseModel | LedgerlinkError], outcomes: Iterator[Outcome]
) -> Iterator[ItemOut]:
    for raw, body in zip(given, read, strict=True):
        outcome = next(outcomes) if isinstance(body, BaseModel) else body
        if isinstance(outcome, LedgerlinkError):
            yield _failed(_id_of(raw), outcome)
            continue
        told: Literal["created", "updated", "unchanged"] = "unchanged"
        if outcome.changed:
            told = "created" if outcome.created else "updated"
        yield ItemOut(
            id=outcome.record.id,
            status=HTTPStatus.CREATED if outcome.created else HTTPStatus.OK,
            outcome=told,
            revision=outcome.record.revision,
            state=outcome.link.state,
        )


def _id_of(raw: Any) -> str | None:
    id = raw.get("id") if isinstance(raw, dict) else getattr(raw, "id", None)
    return id if isinstance(id, str) else None


def _failed(id: str | None, error: LedgerlinkError) -> ItemOut:
    problem = of_error(error)
    assert problem is not None
    return ItemOut(id=id, status=problem["status"], outcome="failed", problem=problem)
