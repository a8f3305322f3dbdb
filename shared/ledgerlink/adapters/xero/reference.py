"""The organisation's own lists: tax rates, accounts, tracking, currencies, lock dates (``facts/xero.md §4.7``).

They are short, mostly know no ``If-Modified-Since``, and are always read whole: six calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerlink.errors import LedgerBusy
from ledgerlink.ports import LedgerLists, Purpose
from ledgerlink.state.company import Organisation
from ledgerlink.state.reference import Account, Currency, Reference, TaxRate, TrackingCategory, TrackingOption

from . import reading
from .dates import moment
from .kinds.base import Element
from .session import Session

_APPLIES_TO = ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")


def read(session: Session, purpose: Purpose) -> LedgerLists:
    """Raises LedgerBusy, NotConnected."""

    def rows(path: str, envelope: str, **query: object) -> list[Element]:
        return reading.rows(session.get(path, query, purpose=purpose), envelope).elements

    told = organisation_row(session, purpose)
    try:
        reference = Reference(
            tax_rates=tuple(_tax_rate(row) for row in rows("/TaxRates", "TaxRates")),
            accounts=tuple(_account(row) for row in rows("/Accounts", "Accounts")),
            tracking_categories=tuple(
                _tracking(row) for row in rows("/TrackingCategories", "TrackingCategories", includeArchived="true")
            ),
            currencies=tuple(
                Currency(code=_text(row, "Code"), name=_text(row, "Description"))
                for row in rows("/Currencies", "Currencies")
            ),
            base_currency=_text(told, "BaseCurrency"),
            locked_until=_day(told.get("PeriodLockDate")),
            closed_until=_day(told.get("EndOfYearLockDate")),
            actions={
                _text(row, "Name"): _text(row, "Status") == "ALLOWED"
                for row in rows("/Organisation/Actions", "Actions")
            },
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise LedgerBusy(f"lists that cannot be read: {type(error).__name__}") from error
    return LedgerLists(organisation_of(told), reference)


def organisation_row(session: Session, purpose: Purpose) -> Element:
    """The organisation in Xero's words. Raises LedgerBusy where it is not told."""
    answer = session.get("/Organisation", purpose=purpose)
    [told] = reading.rows(answer, "Organisations").elements[:1] or [{}]
    if not told.get("OrganisationID"):
        raise LedgerBusy("the organisation was not told")
    return told


def organisation_of(told: Element) -> Organisation:
    """The same in ours."""
    return Organisation(
        id=_text(told, "OrganisationID").lower(),
        name=_text(told, "Name"),
        short_code=_text(told, "ShortCode"),
        base_currency=_text(told, "BaseCurrency"),
        country=_text(told, "CountryCode"),
        timezone=_text(told, "Timezone"),
    )


def _tax_rate(row: Element) -> TaxRate:
    rate = row.get("EffectiveRate")
    return TaxRate(
        code=str(row["TaxType"]),
        name=_text(row, "Name"),
        rate=Decimal(str(row.get("DisplayTaxRate") or 0 if rate is None else rate)),
        status=_status(row),
        applies_to=tuple(name.lower() for name in _APPLIES_TO if row.get(f"CanApplyTo{name}")),
    )


def _account(row: Element) -> Account:
    return Account(
        id=str(row["AccountID"]).lower(),
        code=_text(row, "Code"),
        name=_text(row, "Name"),
        type=_text(row, "Type").lower(),
        account_class=_text(row, "Class").lower(),
        status=_status(row),
        tax_code=_text(row, "TaxType"),
        system=_text(row, "SystemAccount").lower(),
        takes_payments=bool(row.get("EnablePaymentsToAccount")) or _text(row, "Type") == "BANK",
        currency=_text(row, "CurrencyCode"),
    )


def _tracking(row: Element) -> TrackingCategory:
    options = tuple(
        TrackingOption(id=str(each["TrackingOptionID"]).lower(), name=_text(each, "Name"), status=_status(each))
        for each in row.get("Options") or ()
    )
    return TrackingCategory(
        id=str(row["TrackingCategoryID"]).lower(), name=_text(row, "Name"), status=_status(row), options=options
    )


def _status(row: Mapping[str, Any]) -> str:
    return _text(row, "Status").lower() or "active"


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")


def _day(value: object) -> date | None:
    """A calendar date, written as the moment of its midnight (``facts/xero.md §3.5``)."""
    found = moment(value)
    return found.date() if found is not None else None
