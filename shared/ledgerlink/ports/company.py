"""What belongs to a company: its connection, members, lists, mappings, and whom it tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from ledgerlink.state.company import Company, Connection, Tokens
from ledgerlink.state.crm import CrmDelivery, CrmNotice, CrmWebhook
from ledgerlink.state.mapping import Mappings
from ledgerlink.state.member import Member
from ledgerlink.state.notice import Notice
from ledgerlink.state.record import RecordKey
from ledgerlink.state.reference import Reference
from ledgerlink.state.subscription import Subscription

from .records import Page


class Companies(Protocol):
    """Companies, connections, tokens and the pairing."""

    def get(self, company: str) -> Company | None: ...

    def all(self) -> list[Company]: ...

    def connection(self, company: str) -> Connection: ...

    def of_organisation(self, organisation: str) -> str | None:
        """Which company an organisation is paired with."""
        ...

    def tokens(self, company: str) -> Tokens | None: ...

    def put_tokens(self, company: str, tokens: Tokens) -> Tokens:
        """Encrypt and store; the stored version must still be ``tokens.version``. Raises Conflict."""
        ...

    def drop_tokens(self, company: str) -> None: ...

    def remember_state(self, state: str, data: Mapping[str, Any], *, expires_at: datetime) -> None:
        """Keep an OAuth state until it is taken."""
        ...

    def take_state(self, state: str) -> dict[str, Any] | None:
        """The state's data, once; None if unknown or taken. Whether it expired is the caller's to say."""
        ...


class Members(Protocol):
    """People and machine clients with their roles; few."""

    def get(self, who: str) -> Member | None: ...

    def all(self) -> list[Member]: ...

    def put(self, member: Member) -> None:
        """Raises Conflict."""
        ...

    def drop(self, who: str) -> None: ...


class Notices(Protocol):
    """E-mails to be sent."""

    def get(self, company: str, notice: str) -> Notice | None: ...


class Subscriptions(Protocol):
    """What people want to hear by e-mail; ``who`` is an address in lower case."""

    def get(self, company: str, who: str) -> Subscription | None: ...

    def all(self, company: str) -> list[Subscription]:
        """Everybody's who said something; few."""
        ...


class ReferenceData(Protocol):
    """The ledger's own lists and the company's mappings onto them."""

    def get(self, company: str) -> Reference:
        """As last read; empty where never."""
        ...

    def mappings(self, company: str) -> Mappings: ...


class CrmNotices(Protocol):
    """What the CRM is to be told, where, and what became of it. All reads are strong."""

    def webhook(self, company: str) -> CrmWebhook:
        """The endpoint; a blank one where none was ever set."""
        ...

    def get(self, key: RecordKey) -> CrmNotice | None: ...

    def unfinished(self, company: str, *, after: str | None = None, limit: int = 100) -> Page:
        """Notices that are pending or held."""
        ...

    def delivery(self, company: str, delivery: str) -> CrmDelivery | None: ...

    def deliveries(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        """Attempts, newest first."""
        ...
