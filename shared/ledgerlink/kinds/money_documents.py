"""What invoices, credit notes and their like have in common: a head, lines, totals, a state of payment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic import Field as Declared

from .amounts import Amount, MaybeAmount, MaybeDate, MaybeTime
from .base import Content, Value
from .organization import Person, Text

Status = Literal["draft", "awaiting_approval", "approved", "part_paid", "paid", "void"]
Stage = Literal["created", "live"]
TaxMode = Literal["exclusive", "inclusive", "none"]

_blank_person = BeforeValidator(lambda value: {} if value is None else value)


class Tracking(Value):
    """A tracking category and the option chosen, by the ledger's names."""

    category: str
    option: str


class Line(Value):
    """One line. Without an id it gets one that stays; amounts are in the document's currency, prices to 4 places."""

    id: Text = ""
    product_id: Text = ""
    description: Text = ""
    quantity: MaybeAmount = None
    unit_price: MaybeAmount = None
    discount_percent: MaybeAmount = None
    discount_amount: MaybeAmount = None
    tax_code: Text = ""
    tax_amount: MaybeAmount = None
    account_code: Text = ""
    location: Text = ""
    tracking: tuple[Tracking, ...] = ()


class MoneyDocument(Content):
    """The fields every one of them has. What the hub itself keeps is named in ``HUB_FIELDS``."""

    number: Text = ""
    reference: Text = ""
    organization_id: str = Declared(min_length=1)
    person: Annotated[Person, _blank_person] = Person()
    status: Status = "approved"
    stage: Stage = "created"
    issue_date: MaybeDate = None
    due_date: MaybeDate = None
    made_at: MaybeTime = None
    currency: Text = ""
    exchange_rate: MaybeAmount = None  # base currency per one of the document's (rule D17)
    tax_mode: TaxMode = "exclusive"
    location: Text = ""
    url: Text = ""
    lines: tuple[Line, ...] = ()
    subtotal: MaybeAmount = None
    total_tax: MaybeAmount = None
    total: MaybeAmount = None  # pushed, it is checked against the lines
    amount_outstanding: MaybeAmount = None
    sent_at: MaybeTime = None


HUB_FIELDS = frozenset({"amount_outstanding", "sent_at", "stage", "total_tax"})


class Invoice(MoneyDocument):
    """A sales invoice."""


class Allocation(Value):
    """Part of a credit note set against an invoice."""

    id: Text = ""
    document_id: str
    amount: Amount
    date: MaybeDate = None


class CreditNote(MoneyDocument):
    """A credit note to a customer; ``remaining`` is what is not yet allocated or refunded."""

    remaining: MaybeAmount = None
    allocations: tuple[Allocation, ...] = ()
