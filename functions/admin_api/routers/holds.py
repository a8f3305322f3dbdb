"""Holding records back, and letting them go, many at once (D11)."""

from __future__ import annotations

from typing import Any, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field, model_validator

from admin_api.access import CRM, At, Who, open_to
from admin_api.answers import Shown
from admin_api.problems import of_error
from admin_api.shapes import HoldIn, NamedRecord, RecordRef, hold_of
from ledgerlink.errors import LedgerlinkError
from ledgerlink.flows.records.batching import Item, save_many
from ledgerlink.flows.records.drafting import Push
from ledgerlink.kinds import Value

from .companies import COMPANY
from .errors import links_of

routes = Router()


class HoldManyIn(Value):
    records: list[NamedRecord] = Field(min_length=1, max_length=500)
    do_not_export: HoldIn | None = None
    do_not_import: HoldIn | None = None

    @model_validator(mode="after")
    def _says_something(self) -> HoldManyIn:
        if self.do_not_export is None and self.do_not_import is None:
            raise ValueError("give do_not_export, do_not_import, or both")
        return self


class HeldOut(Shown):
    record: RecordRef
    status: int
    outcome: Literal["updated", "unchanged", "failed"]
    problem: dict[str, Any] | None = None


class HeldList(Shown):
    items: list[HeldOut]


@routes.post(f"{COMPANY}/records:hold", tags=["records"], **open_to(*CRM))
def hold_records(at: At, who: Who, body: HoldManyIn) -> HeldList:
    """Hold records back from export, import or both, or let them go; one outcome each."""
    holds: dict[str, Any] = {"do_not_export": hold_of(body.do_not_export), "do_not_import": hold_of(body.do_not_import)}
    keys = [link.record for link in links_of(at, body.records)]
    outcomes = save_many(at, [Item(key, Push({}, "merge", **holds)) for key in keys], who.actor)
    items = []
    for key, outcome in zip(keys, outcomes, strict=True):
        record = RecordRef(kind=key.kind, id=key.id)
        if isinstance(outcome, LedgerlinkError):
            problem = of_error(outcome) or {}
            items.append(HeldOut(record=record, status=problem["status"], outcome="failed", problem=problem))
        else:
            told: Literal["updated", "unchanged"] = "updated" if outcome.changed else "unchanged"
            items.append(HeldOut(record=record, status=200, outcome=told))
    return HeldList(items=items)
