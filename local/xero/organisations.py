"""The organisations somebody can choose from when connecting, and `GET /Organisation`."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from local.xero.books import Books, Table
from local.xero.dates import wire_now
from local.xero.kinds import KINDS
from local.xero.messages import Json

_CREATED = datetime(2024, 2, 12, 9, 30, tzinfo=UTC)
_COUNTRIES: dict[str, Json] = {
    "GB": {"Version": "UK", "BaseCurrency": "GBP", "Timezone": "GMTSTANDARDTIME"},
    "NZ": {"Version": "NZ", "BaseCurrency": "NZD", "Timezone": "NEWZEALANDSTANDARDTIME"},
    "AU": {"Version": "AU", "BaseCurrency": "AUD", "Timezone": "AUSEASTERNSTANDARDTIME"},
    "US": {"Version": "US", "BaseCurrency": "USD", "Timezone": "EASTERNSTANDARDTIME"},
    "DE": {"Version": "GLOBAL", "BaseCurrency": "EUR", "Timezone": "WEUROPESTANDARDTIME"},
}
DEFAULT: tuple[Json, ...] = (
    {"Name": "Harbour Hire Demo (UK)", "CountryCode": "GB"},
    {"Name": "Fernhill Trading Demo (Global)", "CountryCode": "DE"},
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
        "CreatedDateUTC": wire_now(_CREATED),
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
    merged = {**defaults, **given}
    return {**merged, "OrganisationID": merged["OrganisationID"].lower()}


def open_books(given: Iterable[Json]) -> dict[str, Books]:
    """By organisation id, in the order given; the first is the one `/_sim/state` shows."""
    shelf = {}
    for each in given:
        fields = organisation(each)
        shelf[fields["OrganisationID"]] = Books(fields, {kind.name: Table(kind.keys) for kind in KINDS.values()})
    return shelf
