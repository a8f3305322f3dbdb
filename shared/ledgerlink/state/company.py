"""A company and its connection to a ledger organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ledgerlink.kinds import Value

ProfileName = Literal["rental", "crm", "inventory", "property"]
ConnectionState = Literal["none", "pending", "choose", "connected", "needs_reconnect", "disconnected"]


class Company(Value):
    """One business in the CRM; everything is partitioned by it."""

    id: str
    name: str
    profile: ProfileName
    timezone: str = "UTC"
    currency: str = ""
    overrides: dict[str, Any] = {}  # settings changed by hand
    settings_version: int = 0
    connect_date: str = ""  # YYYY-MM-DD of the first connection, default of import_from_date
    version: int = 0


class Organisation(Value):
    """The ledger's organisation the company is paired with, for life."""

    id: str
    name: str = ""
    short_code: str = ""
    base_currency: str = ""
    country: str = ""
    timezone: str = ""


class Choice(Value):
    """An organisation the consent covers, to choose from."""

    id: str
    name: str
    connection_id: str = ""


WANTED = "wanted"


class Connection(Value):
    """The state of the company's connection. Tokens are stored apart, encrypted."""

    company: str
    state: ConnectionState = "none"
    organisation: Organisation | None = None
    connection_id: str = ""  # the ledger's id of the consent's connection, to delete it
    choices: tuple[Choice, ...] = ()
    scopes: tuple[str, ...] = ()
    connected_at: datetime | None = None
    connected_by: str = ""  # sub
    connected_email: str = ""  # who hears when the connection breaks
    last_error: str = ""
    first_look: str = ""  # ``WANTED``, or the job that looks for possible duplicates; while it runs nothing is sent
    version: int = 0


class Tokens(Value):
    """One set of tokens. ``previous_refresh_token`` serves the 30-minute grace (``facts/xero.md §1.2``)."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    previous_refresh_token: str = ""
    refreshing_since: datetime | None = None  # write-ahead mark: a refresh may have reached the ledger
    version: int = 0
