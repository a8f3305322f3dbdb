"""What an organisation starts with: accounts, tax rates, tracking and currencies by Xero's version for its country.

Codes of tax types differ by country: OUTPUT2 is the usual sales rate in the UK and New Zealand, OUTPUT in Australia
(facts/xero.md §4.7).
"""

from typing import NamedTuple

SALE, PURCHASE, ALL = "sale", "purchase", "all"


class Tax(NamedTuple):
    type: str
    name: str
    percent: str
    report: str
    side: str  # what it applies to beside assets, equity and liabilities
    component: str = "VAT"


class Account(NamedTuple):
    """`tax` is sale, purchase or nothing; `flags` p: payments can be made to it, w: on the watchlist."""

    code: str
    name: str
    type: str
    tax: str = ""
    system: str = ""
    flags: str = ""


class Usual(NamedTuple):
    """The tax types that accounts of income and expense start with."""

    sale: str
    purchase: str


USUAL = {
    "UK": Usual("OUTPUT2", "INPUT2"),
    "NZ": Usual("OUTPUT2", "INPUT2"),
    "AU": Usual("OUTPUT", "INPUT"),
    "US": Usual("OUTPUT", "INPUT"),
    "GLOBAL": Usual("OUTPUT", "INPUT"),
}

TAXES: dict[str, tuple[Tax, ...]] = {
    "UK": (
        Tax("OUTPUT2", "20% (VAT on Income)", "20", "OUTPUT", SALE),
        Tax("INPUT2", "20% (VAT on Expenses)", "20", "INPUT", PURCHASE),
        Tax("RROUTPUT", "5% (VAT on Income)", "5", "OUTPUT", SALE),
        Tax("RRINPUT", "5% (VAT on Expenses)", "5", "INPUT", PURCHASE),
        Tax("ZERORATEDOUTPUT", "Zero Rated Income", "0", "OUTPUT", SALE),
        Tax("ZERORATEDINPUT", "Zero Rated Expenses", "0", "INPUT", PURCHASE),
        Tax("EXEMPTOUTPUT", "Exempt Income", "0", "EXEMPTOUTPUT", SALE),
        Tax("EXEMPTINPUT", "Exempt Expenses", "0", "EXEMPTINPUT", PURCHASE),
        Tax("NONE", "No VAT", "0", "NONE", ALL),
    ),
    "NZ": (
        Tax("OUTPUT2", "15% GST on Income", "15", "OUTPUT", SALE, "GST"),
        Tax("INPUT2", "15% GST on Expenses", "15", "INPUT", PURCHASE, "GST"),
        Tax("ZERORATED", "Zero Rated", "0", "OUTPUT", SALE, "GST"),
        Tax("GSTONIMPORTS", "GST on Imports", "0", "GSTONIMPORTS", "liabilities", "GST"),
        Tax("NONE", "No GST", "0", "NONE", ALL, "GST"),
    ),
    "AU": (
        Tax("OUTPUT", "GST on Income", "10", "OUTPUT", SALE, "GST"),
        Tax("INPUT", "GST on Expenses", "10", "INPUT", PURCHASE, "GST"),
        Tax("EXEMPTOUTPUT", "GST Free Income", "0", "EXEMPTOUTPUT", SALE, "GST"),
        Tax("EXEMPTEXPENSES", "GST Free Expenses", "0", "EXEMPTEXPENSES", PURCHASE, "GST"),
        Tax("CAPEXINPUT", "GST on Capital", "10", "CAPITALEXPENSESINPUT", PURCHASE, "GST"),
        Tax("BASEXCLUDED", "BAS Excluded", "0", "BASEXCLUDED", ALL, "GST"),
    ),
    "US": (
        Tax("OUTPUT", "Tax on Sales", "0", "OUTPUT", ALL, "TAX"),
        Tax("INPUT", "Tax on Purchases", "0", "INPUT", ALL, "TAX"),
        Tax("NONE", "Tax Exempt", "0", "NONE", ALL, "TAX"),
    ),
    "GLOBAL": (
        Tax("OUTPUT", "Tax on Sales", "19", "OUTPUT", SALE, "TAX"),
        Tax("INPUT", "Tax on Purchases", "19", "INPUT", PURCHASE, "TAX"),
        Tax("NONE", "Tax Exempt", "0", "NONE", ALL, "TAX"),
    ),
}

ACCOUNTS = (
    Account("090", "Business Bank Account", "BANK", flags="w"),
    Account("", "Savings Account", "BANK"),  # bank accounts may have no Code
    Account("200", "Sales", "REVENUE", SALE, flags="w"),
    Account("210", "Hire Income", "REVENUE", SALE),
    Account("220", "Service Income", "REVENUE", SALE),
    Account("260", "Other Revenue", "REVENUE", SALE),
    Account("270", "Interest Income", "REVENUE"),
    Account("300", "Purchases", "DIRECTCOSTS", PURCHASE),
    Account("310", "Cost of Goods Sold", "DIRECTCOSTS", PURCHASE),
    Account("320", "Subcontractors", "DIRECTCOSTS", PURCHASE),
    Account("330", "Stock Adjustments", "DIRECTCOSTS"),
    Account("400", "Advertising", "EXPENSE", PURCHASE),
    Account("404", "Bank Fees", "EXPENSE"),
    Account("425", "Freight and Courier", "EXPENSE", PURCHASE),
    Account("429", "General Expenses", "EXPENSE", PURCHASE),
    Account("445", "Light, Power, Heating", "EXPENSE", PURCHASE),
    Account("449", "Motor Vehicle Expenses", "EXPENSE", PURCHASE),
    Account("453", "Office Expenses", "EXPENSE", PURCHASE),
    Account("469", "Rent", "EXPENSE", PURCHASE),
    Account("473", "Repairs and Maintenance", "EXPENSE", PURCHASE),
    Account("477", "Salaries", "EXPENSE"),
    Account("489", "Telephone and Internet", "EXPENSE", PURCHASE),
    Account("497", "Bank Revaluations", "EXPENSE", system="BANKCURRENCYGAIN"),
    Account("498", "Unrealised Currency Gains", "EXPENSE", system="UNREALISEDCURRENCYGAIN"),
    Account("499", "Realised Currency Gains", "EXPENSE", system="REALISEDCURRENCYGAIN"),
    Account("610", "Accounts Receivable", "CURRENT", system="DEBTORS"),
    Account("620", "Deposits Paid", "CURRENT"),
    Account("630", "Inventory", "INVENTORY"),
    Account("710", "Office Equipment", "FIXED", PURCHASE),
    Account("720", "Hire Equipment", "FIXED", PURCHASE),
    Account("800", "Accounts Payable", "CURRLIAB", system="CREDITORS"),
    Account("801", "Unpaid Expense Claims", "CURRLIAB", system="UNPAIDEXPCLM"),
    Account("820", "Sales Tax", "CURRLIAB", system="GST"),
    Account("830", "Deposits Received", "CURRLIAB"),
    Account("840", "Historical Adjustment", "CURRLIAB", system="HISTORICAL"),
    Account("855", "Clearing Account", "CURRLIAB", flags="p"),
    Account("860", "Rounding", "CURRLIAB", system="ROUNDING"),
    Account("877", "Tracking Transfers", "CURRLIAB", system="TRACKINGTRANSFERS"),
    Account("880", "Owner Drawings", "EQUITY", flags="p"),
    Account("900", "Loan", "TERMLIAB"),
    Account("960", "Retained Earnings", "EQUITY", system="RETAINEDEARNINGS"),
    Account("970", "Owner Share Capital", "EQUITY"),
)

TRACKING = {
    "Region": ("North", "South", "East", "West"),
    "Department": ("Hire", "Sales", "Workshop"),
}
CURRENCIES = ("GBP", "EUR", "USD", "NZD", "AUD")
MOST_CURRENCIES = 4  # of them, the organisation's own one first
