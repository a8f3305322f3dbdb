"""The ledger's own lists, which only come this way (D1): tax rates, accounts, tracking, currencies, lock dates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from ledgerlink.kinds import Value


class TaxRate(Value):
    """A tax rate; ``code`` is what lines carry in the ledger (Xero's TaxType)."""

    code: str
    name: str
    rate: Decimal
    status: str = "active"
    applies_to: tuple[str, ...] = ()  # assets, equity, expenses, liabilities, revenue


class Account(Value):
    """An account of the chart; bank accounts may have no code, so ``id`` tells them apart."""

    id: str
    code: str = ""
    name: str
    type: str = ""  # the ledger's, lower case: bank, sales, expense …
    account_class: str = ""  # asset, equity, expense, liability, revenue
    status: str = "active"
    tax_code: str = ""  # its default
    system: str = ""  # what the ledger itself uses it for: documents may not
    takes_payments: bool = False
    currency: str = ""


class TrackingOption(Value):
    """One option of a tracking category."""

    id: str
    name: str
    status: str = "active"


class TrackingCategory(Value):
    """A dimension lines may carry; at most two are active."""

    id: str
    name: str
    status: str = "active"
    options: tuple[TrackingOption, ...] = ()


class Currency(Value):
    """A currency the organisation is subscribed to."""

    code: str
    name: str = ""


class Reference(Value):
    """All of it, as last read."""

    tax_rates: tuple[TaxRate, ...] = ()
    accounts: tuple[Account, ...] = ()
    tracking_categories: tuple[TrackingCategory, ...] = ()
    currencies: tuple[Currency, ...] = ()
    base_currency: str = ""
    locked_until: date | None = None  # documents dated on or before are refused
    closed_until: date | None = None
    actions: dict[str, bool] = {}  # what the ledger's plan allows: CreateApprovedInvoice …
    read_at: datetime | None = None
    version: int = 0

    def is_locked(self, day: date | None) -> bool:
        """Whether documents of this date can no longer be booked or changed."""
        locks = [each for each in (self.locked_until, self.closed_until) if each is not None]
        return day is not None and any(day <= each for each in locks)

    def tax_rate(self, code: str) -> TaxRate | None:
        return next((rate for rate in self.tax_rates if rate.code == code), None)

    def account(self, code: str) -> Account | None:
        """By code, or by id for bank accounts without one."""
        return next((a for a in self.accounts if code and code in (a.code, a.id)), None)
