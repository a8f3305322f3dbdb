"""Where companies stand as the API shows it, from the rows of the control table, by the hub's own rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from ledgerlink.adapters.dynamodb.operations import dispatch_of
from ledgerlink.ports import Budget
from ledgerlink.rules import limits, standing
from ledgerlink.rules.profiles import settings_for
from ledgerlink.state.company import Company, Connection
from ledgerlink.state.lane import Lane
from ledgerlink.state.limits import LimitState
from local.standing import Standing

Row = Mapping[str, Any]


def standings(control: Iterable[Row], now: datetime) -> dict[str, Standing]:
    """By company. Rows that hold no document tell nothing."""
    of: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in control:
        if "data" in row:
            of[row["company"]][row["sk"]] = row
    return {name: _standing(rows, of, now) for name, rows in of.items() if "company" in rows}


def _standing(rows: Mapping[str, Row], of: Mapping[str, Mapping[str, Row]], now: datetime) -> Standing:
    company = Company.model_validate_json(rows["company"]["data"])
    connection = _value(rows.get("connection"), Connection) or Connection(company=company.id)
    lane = _value(rows.get("lane#export"), Lane) or Lane(company=company.id, direction="export")
    dispatches = [_dispatch(row) for sk, row in rows.items() if sk.startswith("dispatch#")]
    settings = settings_for(company.profile, company.overrides, connect_date=company.connect_date)
    organisation, budget = connection.organisation, Budget()
    if organisation is not None:
        told = _value(of.get(f"organisation#{organisation.id}", {}).get("limits"), LimitState)
        budget = limits.budget(told or LimitState(), now)
    closed = standing.closed_because(settings, connection, lane, budget, now)
    return Standing(standing.in_flight(dispatches, lane, now), closed)


def _value(row: Row | None, model: Any) -> Any:
    return model.model_validate_json(row["data"]) if row is not None else None


def _dispatch(row: Row) -> Any:
    return dispatch_of(SimpleNamespace(data=row["data"], body=row["body"], version=0))  # type: ignore[arg-type]
