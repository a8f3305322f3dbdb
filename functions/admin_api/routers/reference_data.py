"""The ledger's own lists, read only: they are managed there and only come this way (rule D1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field, PlainSerializer

from admin_api.access import READERS, At, open_to
from admin_api.answers import Shown
from ledgerlink.flows.inbound import reference_data

from .companies import COMPANY

routes = Router()

Percent = Annotated[
    Decimal, PlainSerializer(lambda value: format(value.normalize(), "f"), return_type=str, when_used="json")
]


class TaxRateOut(Shown):
    code: str
    name: str
    rate: Percent = Field(description="Per cent")
    status: str
    applies_to: list[str] = Field(description="Classes of account: assets, equity, expenses, liabilities, revenue")


class TaxRateList(Shown):
    items: list[TaxRateOut]
    next: None = None


class AccountOut(Shown):
    id: str
    code: str
    name: str
    type: str
    class_: str = Field(serialization_alias="class", description="asset, equity, expense, liability, revenue")
    status: str
    tax_code: str = Field(description="Of lines that say nothing else")
    system: str = Field(description="What the ledger itself uses it for; documents may not")
    takes_payments: bool

    model_config = Shown.model_config | {"serialize_by_alias": True}


class AccountList(Shown):
    items: list[AccountOut]
    next: None = None


class TrackingCategoryOut(Shown):
    id: str
    name: str
    status: str
    options: list[str] = Field(description="Names of the active ones")


class TrackingCategoryList(Shown):
    items: list[TrackingCategoryOut]
    next: None = None


class CurrencyOut(Shown):
    code: str
    name: str


class CurrencyList(Shown):
    items: list[CurrencyOut]
    next: None = None


class BankAccountOut(Shown):
    id: str
    code: str
    name: str
    currency: str
    status: str


class BankAccountList(Shown):
    items: list[BankAccountOut]
    next: None = None


@routes.get(f"{COMPANY}/tax-rates", tags=["ledger"], **open_to(*READERS))
def tax_rates(at: At) -> TaxRateList:
    """The organisation's tax rates, archived ones too."""
    told = (each.model_dump() for each in reference_data.known(at).tax_rates)
    return TaxRateList(items=[TaxRateOut(**{**each, "applies_to": list(each["applies_to"])}) for each in told])


@routes.get(f"{COMPANY}/accounts", tags=["ledger"], **open_to(*READERS))
def accounts(at: At) -> AccountList:
    """The chart of accounts, archived ones and bank accounts too."""
    return AccountList(
        items=[
            AccountOut(class_=each.account_class, **each.model_dump(exclude={"account_class", "currency"}))
            for each in reference_data.known(at).accounts
        ]
    )


@routes.get(f"{COMPANY}/tracking-categories", tags=["ledger"], **open_to(*READERS))
def tracking_categories(at: At) -> TrackingCategoryList:
    """Dimensions that lines may carry."""
    return TrackingCategoryList(
        items=[
            TrackingCategoryOut(
                id=each.id,
                name=each.name,
                status=each.status,
                options=[option.name for option in each.options if option.status == "active"],
            )
            for each in reference_data.known(at).tracking_categories
        ]
    )


@routes.get(f"{COMPANY}/currencies", tags=["ledger"], **open_to(*READERS))
def currencies(at: At) -> CurrencyList:
    """Currencies the organisation is subscribed to."""
    known = reference_data.known(at).currencies
    return CurrencyList(items=[CurrencyOut(code=each.code, name=each.name) for each in known])


@routes.get(f"{COMPANY}/bank-accounts", tags=["ledger"], **open_to(*READERS))
def bank_accounts(at: At) -> BankAccountList:
    """Bank accounts by the ledger's id: some have no code."""
    return BankAccountList(
        items=[
            BankAccountOut(id=each.id, code=each.code, name=each.name, currency=each.currency, status=each.status)
            for each in reference_data.known(at).accounts
            if each.type == "bank"
        ]
    )
