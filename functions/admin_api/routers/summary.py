"""Figures for charts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from admin_api.access import READERS, At, open_to
from admin_api.answers import Shown
from ledgerlink.flows.connection.status import CallsLeft
from ledgerlink.flows.records import summary as flow

from .companies import COMPANY

routes = Router()


class Outcomes(Shown):
    ok: int = 0
    failed: int = 0
    skipped: int = 0
    conflict: int = 0


class DayOut(Shown):
    date: date
    export: Outcomes = Outcomes()
    import_: Outcomes = Field(Outcomes(), serialization_alias="import")
    here: Outcomes = Outcomes()
    calls: int | None = Field(None, description="Made to the ledger that day; null before the first that was counted")

    model_config = Shown.model_config | {"serialize_by_alias": True}


class CallsUsed(Shown):
    used_today: int | None = Field(description="As the ledger counts; null where it said nothing")
    remaining_today: int | None
    day_limit: int | None


class SummaryOut(Shown):
    days: list[DayOut]
    counted_since: datetime = Field(description="Later than the first day where there was too much to count")
    complete: bool
    calls: CallsUsed
    budget: CallsLeft


@routes.get(f"{COMPANY}/summary", tags=["queue"], **open_to(*READERS))
def summary(at: At, days: Annotated[int, Query(ge=1, le=366)] = 30) -> SummaryOut:
    """Per day and outcome what went each way, and the calls it took."""
    made = flow.summary(at, days)
    budget = made.budget
    known = budget.day_limit is not None and budget.day_remaining is not None
    used = (budget.day_limit or 0) - (budget.day_remaining or 0) if known else None
    return SummaryOut(
        days=[_day(day) for day in made.days],
        counted_since=made.counted_since,
        complete=made.complete,
        calls=CallsUsed(used_today=used, remaining_today=budget.day_remaining, day_limit=budget.day_limit),
        budget=CallsLeft(**vars(budget)),
    )


def _day(day: flow.Day) -> DayOut:
    told = {name: Outcomes(**counts) for name, counts in day.counts.items()}
    blank = Outcomes()
    ways = {name: told.get(name, blank) for name in ("export", "here")}
    return DayOut(date=day.date, import_=told.get("import", blank), calls=day.calls, **ways)
