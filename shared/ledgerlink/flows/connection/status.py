"""The connection as people see it: state, organisation, what may still be chosen, permissions, calls left."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledgerlink.kinds import Value
from ledgerlink.ports import Ports
from ledgerlink.state.company import ConnectionState


class PairedWith(Value):
    """The organisation, as far as it is anybody's business."""

    id: str
    name: str
    short_code: str
    base_currency: str
    country: str


class Offered(Value):
    """An organisation to choose."""

    id: str
    name: str


class CallsLeft(Value):
    """What the ledger last said is left; null where it said nothing."""

    minute_remaining: int | None = None
    day_remaining: int | None = None
    day_limit: int | None = None


class ConnectionStatus(Value):
    """The body of ``GET …/connection``."""

    state: ConnectionState
    ledger: Literal["xero"] = "xero"
    organisation: PairedWith | None = None
    choices: tuple[Offered, ...] = ()
    scopes: tuple[str, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    connected_at: datetime | None = None
    last_error: str | None = None
    budget: CallsLeft = CallsLeft()


def status(company: str, at: Ports) -> ConnectionStatus:
    """Read here alone; the ledger is not asked."""
    connection = at.companies.connection(company)
    paired = connection.organisation
    budget = at.limits.budget(paired.id) if paired else None
    granted = connection.state in ("choose", "connected", "needs_reconnect")
    return ConnectionStatus(
        state=connection.state,
        organisation=PairedWith(**paired.model_dump(include=set(PairedWith.model_fields))) if paired else None,
        choices=tuple(Offered(id=choice.id, name=choice.name) for choice in connection.choices),
        scopes=connection.scopes,
        missing_scopes=at.consents.missing_scopes(connection.scopes) if granted else (),
        connected_at=connection.connected_at,
        last_error=connection.last_error or None,
        budget=CallsLeft(**vars(budget)) if budget else CallsLeft(),
    )
