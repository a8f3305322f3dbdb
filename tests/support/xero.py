"""The Xero simulator with a company connected to it, and the hub's adapter before it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from ledgerlink.adapters.xero.client import XeroClient, XeroEndpoints, new_http
from ledgerlink.adapters.xero.ledger import XeroLedger
from ledgerlink.adapters.xero.session import Session
from ledgerlink.kinds import KINDS, Content
from ledgerlink.ports import Outgoing, Request
from ledgerlink.state.dispatch import Action, Dispatch, DispatchedPart
from ledgerlink.state.link import LinkKey
from local.xero.app import create_app
from local.xero.transport import FaultTransport
from tests.fakes.limits import MemoryLimits
from tests.fakes.time import FakeClock
from tests.support.xero_spec import CheckedTransport

ROOT = "http://xero.test"
ENDPOINTS = XeroEndpoints(
    api_url=f"{ROOT}/api.xro/2.0",
    identity_url=f"{ROOT}/identity",
    login_url=f"{ROOT}/identity/connect/authorize",
    connections_url=f"{ROOT}/connections",
)
CALLBACK = "https://hub.example/oauth/xero/callback"
SCOPES = "offline_access accounting.contacts accounting.settings.read"


class Badge:
    """A token got from the simulator; renews by consenting again."""

    def __init__(self, xero: SimulatedXero) -> None:
        self._xero = xero
        self.current = ""
        self.lost_for: list[str] = []

    def token(self, refused: str = "") -> str:
        if not self.current or refused == self.current:
            self.current = self._xero.consent()["access_token"]
        return self.current

    def lost(self, refused: str, detail: str) -> None:
        self.lost_for.append(detail)


class SimulatedXero:
    """The simulator, its controls, and a ledger on its first organisation. Its delays move the clock."""

    def __init__(self, **settings: Any) -> None:
        self.clock = FakeClock()
        self.app = create_app(clock=self.clock.now, advance=self.clock.advance, settings=settings)
        self.wire = CheckedTransport(FaultTransport(self.app, on_delay=self.clock.advance))
        self.http = new_http(self.wire)
        self.limits = MemoryLimits(self.clock)
        self.organisation = self.control("GET", "state")["organisations"][0]["id"]
        self.badge = Badge(self)
        self.ledger = self.open(self.organisation)

    def open(self, organisation: str) -> XeroLedger:
        session = Session(
            organisation,
            client=XeroClient(self.http),
            api_url=ENDPOINTS.api_url,
            access=self.badge,
            limits=self.limits,
            clock=self.clock,
        )
        return XeroLedger(session, clock=self.clock, short_code="!Ab1")

    def consent(self, scopes: str = SCOPES) -> dict[str, Any]:
        """Tokens as the administrator's consent gives them."""
        asked = {"response_type": "code", "client_id": "app", "redirect_uri": CALLBACK, "scope": scopes}
        answer = self.http.get(ENDPOINTS.login_url, params={**asked, "auto": self.organisation})
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        tokens: dict[str, Any] = self.http.post(
            f"{ENDPOINTS.identity_url}/connect/token", data=form, auth=("app", "secret")
        ).json()
        return tokens

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{ROOT}/_sim/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def set(self, **settings: Any) -> None:
        self.control("POST", "settings", settings)

    def fault(self, kind: str, **fields: Any) -> None:
        self.control("POST", "faults", {"match": {"path": "/Contacts"}, "kind": kind, **fields})

    def seed(self, *contacts: dict[str, Any]) -> list[str]:
        return list(self.control("POST", "seed", {"contacts": list(contacts)})["ids"]["contacts"])

    def human(self, action: str, id: str, **fields: Any) -> None:
        self.control("POST", "human", {"action": action, "kind": "contact", "id": id, "fields": fields})

    def contacts(self) -> list[dict[str, Any]]:
        """What the books hold, in Xero's words."""
        return list(self.control("GET", "state")["contacts"])

    def sent(self) -> list[httpx.Request]:
        """Requests that reached the accounting API."""
        return [request for request in self.wire.requests if request.url.path.startswith("/api.xro")]


def outgoing(
    content: Content, *, id: str = "c1", action: Action = "create", document_id: str = "", fields: tuple[str, ...] = ()
) -> Outgoing:
    key = LinkKey("acme", "organizations", id)
    return Outgoing(key, action, KINDS["organizations"].reference(id), content, document_id, fields)


def dispatch(request: Request, clock: FakeClock, *, key: str = "", ordered_by: str = "") -> Dispatch:
    """The request as it would be stored before it is sent."""
    return Dispatch(
        company="acme",
        id="d1",
        document_type=request.document_type,
        action=request.action,
        key=key or hashlib.sha256(request.body).hexdigest(),
        method=request.method,
        path=request.path,
        body=request.body,
        body_hash="",
        parts=tuple(
            DispatchedPart(
                kind=each.key.kind,
                id=each.key.id,
                revision=1,
                reference=each.reference if request.action == "create" else each.document_id,
                document_id=each.document_id,
                ordered_by=ordered_by,
                fields=each.fields,
            )
            for each in request.outgoing
        ),
        opened_at=clock.now(),
        deadline=clock.now() + timedelta(seconds=30),
    )
