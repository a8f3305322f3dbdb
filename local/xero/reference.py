"""Fills the books of a fresh organisation with its chart of accounts, tax rates, tracking, currencies and theme."""

import uuid
from datetime import UTC, datetime

from local.xero import charts
from local.xero.books import Books, Row
from local.xero.charts import ALL, PURCHASE, SALE
from local.xero.dates import wire
from local.xero.kinds.accounts import CLASS_OF
from local.xero.kinds.currencies import NAMES
from local.xero.kinds.tax_rates import CLASSES
from local.xero.messages import Json
from local.xero.money import decimal

MADE = datetime(2024, 2, 12, 9, 30, tzinfo=UTC)


def fill(books: Books) -> None:
    """Ids follow from the organisation and the name, so they never change."""
    version = str(books.organisation["Version"])
    usual = charts.USUAL[version]
    put = _Putter(books)
    for tax in charts.TAXES[version]:
        put.row("tax_rates", "TaxType", tax.type, _tax(tax))
    for account in charts.ACCOUNTS:
        known = account.tax and {SALE: usual.sale, PURCHASE: usual.purchase}[account.tax]
        none = charts.TAXES[version][-1].type
        put.named("accounts", "AccountID", account.name, _account(account, known or none, books))
    for name, options in charts.TRACKING.items():
        listed = [
            {"TrackingOptionID": put.guid(f"{name}/{each}"), "Name": each, "Status": "ACTIVE"} for each in options
        ]
        fields: Json = {"Name": name, "Status": "ACTIVE", "Options": tuple(listed)}
        put.named("tracking_categories", "TrackingCategoryID", name, fields)
    base = str(books.organisation["BaseCurrency"])
    for code in sorted(charts.CURRENCIES, key=lambda code: code != base)[: charts.MOST_CURRENCIES]:
        put.row("currencies", "Code", code, {"Description": NAMES[code]})
    theme = {"Name": "Standard", "SortOrder": 0, "CreatedDateUTC": wire(MADE)}
    put.named("branding_themes", "BrandingThemeID", "Standard", theme)
    books.settle()


class _Putter:
    def __init__(self, books: Books) -> None:
        self._books = books

    def guid(self, name: str) -> str:
        return str(uuid.uuid5(uuid.UUID(self._books.id), name))

    def named(self, kind: str, id_field: str, name: str, fields: Json) -> None:
        self.row(kind, id_field, self.guid(f"{kind}/{name}"), fields)

    def row(self, kind: str, id_field: str, id: str, fields: Json) -> None:
        whole = {**fields, id_field: id, "UpdatedDateUTC": wire(MADE)}
        self._books.put(kind, Row(id, whole, MADE), silent=True)


def _tax(tax: charts.Tax) -> Json:
    sides = {SALE: {"Revenue"}, PURCHASE: {"Expenses"}, ALL: {"Revenue", "Expenses"}}.get(tax.side)
    applies = {"Liabilities"} if sides is None else {"Assets", "Equity", "Liabilities", *sides}
    rate = decimal("Rate", tax.percent)
    part = {"Name": tax.component, "Rate": rate, "IsCompound": False, "IsNonRecoverable": False}
    return {
        "Name": tax.name,
        "ReportTaxType": tax.report,
        "Status": "ACTIVE",
        "TaxComponents": [part],
        "EffectiveRate": rate,
        "_system": True,
        **{f"CanApplyTo{name}": name in applies for name in CLASSES},
    }


def _account(account: charts.Account, tax_type: str, books: Books) -> Json:
    fields: Json = {"Code": account.code, "Name": account.name, "Type": account.type, "Status": "ACTIVE"}
    fields |= {"Class": CLASS_OF[account.type], "TaxType": tax_type, "SystemAccount": account.system}
    fields |= {"EnablePaymentsToAccount": "p" in account.flags, "AddToWatchlist": "w" in account.flags}
    if account.type == "BANK":
        number = "1234567890" if account.code else "1234567899"
        currency = books.organisation["BaseCurrency"]
        fields |= {"BankAccountType": "BANK", "BankAccountNumber": number, "CurrencyCode": currency}
    return fields
