"""One company before the Xero simulator, with everything that connecting needs: the flows' ports for these tests."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from ledgerlink.adapters.xero.auth import XeroConsents
from ledgerlink.adapters.xero.client import XeroClient
from ledgerlink.adapters.xero.credentials import XeroCredentials
from ledgerlink.adapters.xero.ledgers import XeroLedgers
from ledgerlink.flows.connection import connect
from ledgerlink.flows.connection.tokens import Access
from ledgerlink.ports import Ports
from ledgerlink.settings import Settings
from ledgerlink.state.company import Company, Connection, Tokens
from tests.fakes.desk import Bells, Desk, DeskLanes, MemoryCursors, MemoryMarks, NoLinks, NoSubscriptions
from tests.fakes.limits import MemoryLimits
from tests.fakes.time import FakeIds
from tests.support.xero import CALLBACK, ENDPOINTS, SimulatedXero

SUB, EMAIL = "admin-1", "admin@acme.example"


class Office:
    """``ports.Ports`` as far as connections go. Companies ``acme`` and ``other`` exist."""

    def __init__(self, *, client_secret: str = "secret", **settings: Any) -> None:
        self.xero = SimulatedXero(**settings)
        self.clock, self.ids = self.xero.clock, FakeIds()
        self.desk = Desk(
            self.clock, *(Company(id=name, name=name.title(), profile="rental") for name in ("acme", "other"))
        )
        self.companies = self.commit = self.desk
        self.lanes, self.cursors, self.marks = DeskLanes(self.desk), MemoryCursors(), MemoryMarks()
        self.subscriptions, self.links = NoSubscriptions(), NoLinks()
        self.limits, self.doorbells = MemoryLimits(self.clock), Bells()
        app = Settings(xero_client_id="app", xero_client_secret=client_secret)
        self.client = XeroClient(self.xero.http)
        self.consents = XeroConsents(self.client, ENDPOINTS, XeroCredentials(app), redirect_uri=CALLBACK)
        self.organisations = [each["id"] for each in self.xero.control("GET", "state")["organisations"]]

    @property
    def at(self) -> Ports:
        return cast(Ports, self)

    @cached_property
    def ledgers(self) -> XeroLedgers:
        return XeroLedgers(
            client=self.client,
            endpoints=ENDPOINTS,
            companies=cast(Any, self.companies),
            access=lambda company: Access(company, self.at),
            limits=self.limits,
            clock=self.clock,
        )

    def consent(self, url: str, auto: str) -> dict[str, str]:
        """The person's answer on the consent page, as the callback gets it."""
        answer = self.xero.http.get(f"{url}&auto={auto}")
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def connect(self, company: str = "acme", *, auto: str = "") -> connect.Landed:
        """The whole way, in one browser."""
        started = connect.start(company, self.at, sub=SUB, email=EMAIL)
        query = self.consent(started.url, auto or self.organisations[0])
        return connect.callback(self.at, state=query["state"], code=query.get("code", ""), nonce=started.nonce)

    def connection(self, company: str = "acme") -> Connection:
        return self.desk.connection(company)

    def tokens(self, company: str = "acme") -> Tokens:
        found = self.desk.tokens(company)
        assert found is not None
        return found

    def calls(self, path: str) -> int:
        """How often an address was called that ends so."""
        return sum(request.url.path.endswith(path) for request in self.xero.wire.requests)
