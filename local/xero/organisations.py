"""The organisations somebody can choose from when connecting, and `GET /Organisation`."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

from local.xero import reference
from local.xero.books import Books, Table
from local.xero.dates import calendar_date, wire_date, wire_now
from local.xero.errors import Refused
from local.xero.kinds import TABLES
from local.xero.messages import Json

_COUNTRIES: dict[str, Json] = {
    "GB": {"Version": "UK", "BaseCurrency": "GBP", "Timezone": "GMTSTANDARDTIME"},
    "NZ": {"Version": "NZ", "BaseCurrency": "NZD", "Timezone": "NEWZEALANDSTANDARDTIME"},
    "AU": {"Version": "AU", "BaseCurrency": "AUD", "Timezone": "AUSEASTERNSTANDARDTIME"},
    "US": {"Version": "US", "BaseCurrency": "USD", "Timezone": "EASTERNSTANDARDTIME"},
    "DE": {"Version": "GLOBAL", "BaseCurrency": "EUR", "Timezone": "WEUROPESTANDARDTIME"},
}
LOCKS = ("PeriodLockDate", "EndOfYearLockDate")
DEFAULT: tuple[Json, ...] = (
    {"Name": "Harbour Hire Demo (UK)", "CountryCode": "GB"},
    {"Name": "Fernhill Trading Demo (NZ)", "CountryCode": "NZ"},
)
ACTIONS = (
    *("CreateApprovedInvoice", "CreateDraftPurchaseOrder", "CreateApprovedBill", "AttachFilesIntoInvoice"),
    *("UseMulticurrency", "CreateDraftInvoice", "CreateRepeatingInvoice", "CreateRepeatingBill", "CreateSentQuote"),
    *("CreateInvoicePayment", "CreateApprovedPurchaseOrder", "CreateDraftQuote", "CreateDraftBill"),
)


def organisation(given: Json) -> Json:
    """The fields of an organisation; its id and short code follow from its name, so they never change."""
    name = given["Name"]
    digest = hashlib.sha256(name.encode()).hexdigest()
    defaults: dict[str, Any] = {
        "Name": name,
        "LegalName": name,
        "PaysTax": True,
        **_COUNTRIES[given.get("CountryCode", "GB")],
        "OrganisationType": "COMPANY",
        "CountryCode": "GB",
        "IsDemoCompany": True,
        "OrganisationStatus": "ACTIVE",
        "TaxNumber": "",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": wire_now(reference.MADE),
        "OrganisationEntityType": "COMPANY",
        "ShortCode": f"!{digest[:5]}",
        "OrganisationID": str(uuid.uuid5(uuid.NAMESPACE_URL, f"ledgerlink/simulator/{name}")),
        "Edition": "BUSINESS",
        "Class": "DEMO",
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
    merged = {**defaults, **given, **{name: _lock_date(given[name]) for name in LOCKS if given.get(name)}}
    return {**merged, "OrganisationID": merged["OrganisationID"].lower()}


def open_books(given: Iterable[Json]) -> dict[str, Books]:
    """By organisation id, in the order given; the first is the one `/_sim/state` shows."""
    shelf = {}
    for each in given:
        fields = organisation(each)
        tables = {name: Table(keys) for name, keys in TABLES.items()}
        shelf[fields["OrganisationID"]] = books = Books(fields, tables)
        reference.fill(books)
    return shelf


def edit(books: Books, fields: Json) -> None:
    """A person changes settings: lock dates as YYYY-MM-DD, null to lift them. Raises Refused."""
    known = {**books.organisation, "PeriodLockDate": None, "EndOfYearLockDate": None}
    unknown = set(fields) - set(known) - {"OrganisationID"}
    if unknown or "OrganisationID" in fields:
        raise Refused(f"an organisation has no {', '.join(sorted(unknown)) or 'other OrganisationID'} to set")
    changed = {name: _lock_date(value) if name in LOCKS else value for name, value in fields.items()}
    kept = {**books.organisation, **changed}
    books.organisation = {name: value for name, value in kept.items() if value is not None}


def _lock_date(value: object) -> str | None:
    if value in (None, ""):
        return None
    found = calendar_date(value)
    if found is None:
        raise Refused(f"{value!r} is not a date")
    return wire_date(found)
