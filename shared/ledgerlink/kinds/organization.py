"""An organization: a customer or supplier of the company. Its counterpart in the ledger is a contact (rule K1)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, StrictBool, field_validator
from pydantic import Field as Declared

from .base import Content, Field, Kind, Limit, Value

PhoneKind = Literal["main", "direct", "mobile", "fax"]
AddressKind = Literal["billing", "street"]
Role = Literal["customer", "supplier"]

PHONE_KINDS: tuple[PhoneKind, ...] = ("main", "direct", "mobile", "fax")
ADDRESS_KINDS: tuple[AddressKind, ...] = ("billing", "street")

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A string for which null means blank."""


class Phone(Value):
    """A telephone number in the ledger's three parts; a number that came whole stands in ``number``."""

    kind: PhoneKind
    country: Text = ""
    area: Text = ""
    number: Text = ""


class Address(Value):
    """A postal address; ``billing`` is the one printed on documents."""

    kind: AddressKind
    line1: Text = ""
    line2: Text = ""
    line3: Text = ""
    line4: Text = ""
    city: Text = ""
    region: Text = ""
    postcode: Text = ""
    country: Text = ""


class Person(Value):
    """A human being at the organization."""

    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""


class Balance(Value):
    """What is outstanding, in the company's currency, as of a time. The hub's own figure."""

    receivable: Decimal = Decimal("0")
    payable: Decimal = Decimal("0")
    as_of: datetime | None = None


class Organization(Content):
    """A customer, supplier or both. Names may repeat here; in the ledger they may not (rule K5)."""

    name: str = Declared(min_length=1)
    active: StrictBool = True
    roles: tuple[Role, ...] = ()
    account_number: Text = ""
    email: Text = ""
    tax_number: Text = ""
    currency: Text = ""
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    person: Annotated[Person, BeforeValidator(lambda value: {} if value is None else value)] = Person()
    people: tuple[Person, ...] = Declared(default=(), max_length=5)
    balance: Balance | None = None

    @field_validator("name")
    @classmethod
    def _name_says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("a name is needed")
        return value

    @field_validator("phones", "addresses", "people", "roles", mode="before")
    @classmethod
    def _null_is_none(cls, value: object) -> object:
        return () if value is None else value

    @field_validator("phones", "addresses")
    @classmethod
    def _one_of_each_kind(cls, value: tuple[Phone | Address, ...]) -> tuple[Phone | Address, ...]:
        kinds = [item.kind for item in value]
        if len(kinds) != len(set(kinds)):
            raise ValueError("at most one of each kind")
        return value


def ledger_view(content: Organization) -> Organization:
    """The organization as a contact can say it.

    A contact has one e-mail address, which is its primary person's: our ``email``, or the person's where that is blank.
    Names and texts lose surrounding and doubled spaces, which Xero refuses or drops (``facts/xero.md §3.1``).
    """
    tidy = Organization.model_validate(_tidied(content.model_dump()))
    person = tidy.person
    return tidy.model_copy(
        update={
            "email": tidy.email or person.email,
            "person": Person(first_name=person.first_name, last_name=person.last_name),
            "balance": None,
            "roles": (),
        }
    )


def _tidied(value: object) -> object:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return {key: _tidied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_tidied(item) for item in value)
    return value


_ADDRESS_LIMITS = (
    *(Limit(500, f"line{n}") for n in (1, 2, 3, 4)),
    Limit(255, "city"),
    Limit(255, "region"),
    Limit(50, "postcode"),
    Limit(50, "country"),
)
_PHONE_LIMITS = (Limit(50, "number"), Limit(10, "area"), Limit(20, "country"))

ORGANIZATIONS: Kind[Organization] = Kind(
    name="organizations",
    singular="organization",
    model=Organization,
    document_type="contact",
    stage=1,
    ledger_view=ledger_view,
    title=lambda content: content.name,
    needed=frozenset({"name"}),
    hub_fields=frozenset({"balance"}),
    fields=(
        Field("name", "Name", (Limit(255),)),
        Field("account_number", "Account number", (Limit(50),)),
        Field("email", "E-mail", (Limit(255),)),
        Field("tax_number", "Tax number", (Limit(50),)),
        Field("currency", "Currency", (Limit(3),)),
        *(Field(f"phones.{kind}", f"Phone ({kind})", _PHONE_LIMITS, keyed=True) for kind in PHONE_KINDS),
        *(Field(f"addresses.{kind}", f"Address ({kind})", _ADDRESS_LIMITS, keyed=True) for kind in ADDRESS_KINDS),
        Field("person.first_name", "First name", (Limit(255),)),
        Field("person.last_name", "Last name", (Limit(255),)),
        Field("people", "More people", (Limit(255, "first_name"), Limit(255, "last_name"), Limit(255, "email"))),
    ),
)
