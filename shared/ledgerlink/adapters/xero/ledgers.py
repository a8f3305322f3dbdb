"""Opens the ledger of a company (``ports.Ledgers``)."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from ledgerlink.errors import NotConnected
from ledgerlink.ports import Clock, Companies, Limits
from ledgerlink.state.company import Organisation

from .client import XeroClient, XeroEndpoints
from .kinds import WIRE
from .ledger import XeroLedger
from .searches import Searches
from .session import Access, Session


class XeroLedgers:
    """``access`` gives each company's token (``flows.connection.tokens`` behind it)."""

    def __init__(
        self,
        *,
        client: XeroClient,
        endpoints: XeroEndpoints,
        companies: Companies,
        access: Callable[[str], Access],
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._client, self._endpoints, self._companies = client, endpoints, companies
        self._access, self._limits, self._clock = access, limits, clock
        self._searches = Searches(clock)

    def of(self, company: str, *, timezone: str = "UTC") -> XeroLedger:
        connection = self._companies.connection(company)
        if connection.state != "connected" or connection.organisation is None:
            raise NotConnected("the company is not connected to a ledger organisation")
        session = Session(
            connection.organisation.id,
            client=self._client,
            api_url=self._endpoints.api_url,
            access=self._access(company),
            limits=self._limits,
            clock=self._clock,
            zone=ZoneInfo(timezone),
        )
        short_code = connection.organisation.short_code
        return XeroLedger(session, clock=self._clock, short_code=short_code, searches=self._searches)

    def url(self, organisation: Organisation, document_type: str, document_id: str) -> str:
        return WIRE[document_type].url(document_id, organisation.short_code)
