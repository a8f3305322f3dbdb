"""The company's connection to its ledger organisation: consent, choice, disconnecting."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field

from admin_api.access import FINANCE, READERS, At, Hub, Who, open_to
from admin_api.answers import Shown, answer
from ledgerlink import nonce_cookie
from ledgerlink.flows.connection import connect as flow
from ledgerlink.flows.connection.status import ConnectionStatus, status
from ledgerlink.kinds import Value

from .companies import COMPANY

routes = Router()


class ConsentOut(Shown):
    authorize_url: str


class OrganisationIn(Value):
    id: str = Field(min_length=1, max_length=64)


@routes.get(f"{COMPANY}/connection", tags=["connection"], **open_to(*READERS))
def get_connection(at: At) -> ConnectionStatus:
    """Where the connection stands, and what is left of the ledger's limits."""
    return status(at.company.id, at.at)


@routes.post(f"{COMPANY}/connection", tags=["connection"], **open_to(*FINANCE))
def connect(at: At, who: Who, hub: Hub) -> Response[ConsentOut]:
    """Begin a consent, the first or again: send the browser to `authorize_url`; it comes back to the console."""
    started = flow.start(at.company.id, at.at, sub=who.sub, email=who.email)
    made = answer(ConsentOut(authorize_url=started.url))
    made.headers["set-cookie"] = nonce_cookie.setting(started.nonce, secure=not hub.settings.local)
    return made


@routes.post(f"{COMPANY}/connection/organisation", tags=["connection"], **open_to(*FINANCE))
def choose_organisation(at: At, body: OrganisationIn) -> ConnectionStatus:
    """Choose among several organisations the consent covers; it is for life."""
    flow.choose_organisation(at.company.id, body.id, at.at)
    return status(at.company.id, at.at)


@routes.delete(f"{COMPANY}/connection", tags=["connection"], **open_to(*FINANCE))
def disconnect(at: At, who: Who) -> ConnectionStatus:
    """Disconnect; records, links and the pairing stay."""
    flow.disconnect(at.company.id, at.at, sub=who.sub)
    return status(at.company.id, at.at)
