"""What every flow of a company starts from: the company, its settings, its organisation and its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ledgerlink.errors import NotConnected, NotFound
from ledgerlink.ports import Ledger, Ports
from ledgerlink.rules.profiles import CompanySettings, settings_for
from ledgerlink.state.company import Company, Connection
from ledgerlink.state.mapping import Mappings
from ledgerlink.state.reference import Reference


@dataclass(frozen=True)
class Context:
    """A company at work. ``ledger`` is opened when first used; it raises NotConnected."""

    company: Company
    settings: CompanySettings
    connection: Connection
    at: Ports

    @property
    def organisation(self) -> str:
        """The ledger organisation's id. Raises NotConnected where none was ever chosen."""
        if self.connection.organisation is None:
            raise NotConnected("the company is not connected to a ledger organisation")
        return self.connection.organisation.id

    @property
    def why_closed(self) -> str:
        """The reason code for a connection that cannot be used."""
        return "needs_reconnect" if self.connection.state == "needs_reconnect" else "not_connected"

    @cached_property
    def reference(self) -> Reference:
        """The ledger's own lists as last read."""
        return self.at.reference.get(self.company.id)

    def lists_read(self) -> None:
        """They were read anew: what is at hand of them is old."""
        vars(self).pop("reference", None)

    @cached_property
    def mappings(self) -> Mappings:
        return self.at.reference.mappings(self.company.id)

    @cached_property
    def ledger(self) -> Ledger:
        return self.at.ledgers.of(self.company.id, timezone=self.company.timezone)


def open_context(company: str, at: Ports) -> Context:
    """Raises NotFound."""
    found = at.companies.get(company)
    if found is None:
        raise NotFound("company")
    settings = settings_for(found.profile, found.overrides, connect_date=found.connect_date)
    return Context(found, settings, at.companies.connection(company), at)


def connected_context(company: str, at: Ports) -> Context:
    """A context whose ledger can be called. Raises NotFound, NotConnected."""
    context = open_context(company, at)
    if context.connection.state != "connected" or context.connection.organisation is None:
        raise NotConnected("the company is not connected to a ledger organisation")
    return context
