"""The company's connection to its ledger organisation: consent, choice, disconnecting."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field

from admin_api.access import FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown, answer
from ledgerlink import nonce_cookie
from ledgerlink.flows import connect as flow
from ledgerlink.flows.context import Context
from ledgerlink.kinds import Value
from ledgerlink.ports import Budget
from ledgerlink.state.company import ConnectionState

from .companies import COMPANY

routes = Router()


class OrganisationOut(Shown):
    id: str
    name: str
    short_code: str
    base_currency: str
    country: str


class ChoiceOut(Shown):
    id: str
    name: str


class BudgetOut(Shown):
    minute_remaining: int | None
    day_remaining: int | None
    day_limit: int | None


class ConnectionOut(Shown):
    state: ConnectionState
    ledger: Literal["xero"] = "xero"
    organisation: OrganisationOut | None
    choices: list[ChoiceOut]
    scopes: list[str]
    missing_scopes: list[str] = Field(description="Permissions this version wants and the consent does not hold")
    connected_at: datetime | None
    last_error: str | None
    budget: BudgetOut


class ConsentOut(Shown):
    authorize_url: str


class OrganisationIn(Value):
    id: str = Field(min_length=1, max_length=64)


@routes.get(f"{COMPANY}/connection", tags=["connection"], **open_to(*READERS))
def get_connection(at: At) -> ConnectionOut:
    """Where the connection stands, and what is left of the ledger's limits."""
    return _shown(at)


@routes.post(f"{COMPANY}/connection", tags=["connection"], **open_to(*FINANCE))
def connect(at: At, who: Who) -> Response[ConsentOut]:
    """Begin a consent, the first or again: send the browser to `authorize_url`; it comes back to the console."""
    started = flow.start(at.company.id, at.at, sub=who.sub, email=who.email)
    made = answer(ConsentOut(authorize_url=started.url))
    made.headers["set-cookie"] = nonce_cookie.setting(started.nonce, secure=started.url.startswith("https:"))
    return made


@routes.post(f"{COMPANY}/connection/organisation", tags=["connection"], **open_to(*FINANCE))
def choose_organisation(at: At, body: OrganisationIn) -> ConnectionOut:
    """Choose among several organisations the consent covers; it is for life."""
    flow.choose_organisation(at.company.id, body.id, at.at)
    return _shown(at)


@routes.delete(f"{COMPANY}/connection", tags=["connection"], **open_to(*FINANCE))
def disconnect(at: At, who: Who) -> ConnectionOut:
    """Disconnect; records, links and the pairing stay."""
    flow.disconnect(at.company.id, at.at, sub=who.sub)
    return _shown(at)


def _shown(at: Context) -> ConnectionOut:
    connection = at.at.companies.connection(at.company.id)
    organisation = connection.organisation
    connected = connection.state == "connected"
    budget = at.at.limits.budget(organisation.id) if organisation is not None else Budget()
    return ConnectionOut(
        state=connection.state,
        organisation=None
        if organisation is None
        else OrganisationOut(**organisation.model_dump(include=set(OrganisationOut.model_fields))),
        choices=[ChoiceOut(id=choice.id, name=choice.name) for choice in connection.choices],
        scopes=list(connection.scopes),
        missing_scopes=list(at.at.consents.missing_scopes(connection.scopes)) if connected else [],
        connected_at=connection.connected_at,
        last_error=connection.last_error or None,
        budget=BudgetOut(
            minute_remaining=budget.minute_remaining,
            day_remaining=budget.day_remaining,
            day_limit=budget.day_limit,
        ),
    )
