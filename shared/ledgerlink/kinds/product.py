"""A product: what is sold, hired or bought. Its counterpart in the ledger is an item."""

from __future__ import annotations

from pydantic import Field as Declared

from .amounts import MaybeAmount
from .base import Content, Value
from .organization import Text


class Trade(Value):
    """Price and codes for one side, sale or purchase. Codes are the CRM's own; mappings translate them."""

    price: MaybeAmount = None
    account_code: Text = ""
    tax_code: Text = ""


class Product(Content):
    """Something on document lines. ``tracked`` ones have a quantity on hand, of which the CRM is the master."""

    code: str = Declared(min_length=1)
    name: Text = ""
    description: Text = ""
    revenue_group: Text = ""
    sale: Trade = Trade()
    purchase: Trade = Trade()
    tracked: bool = False
    quantity_on_hand: MaybeAmount = None
    inventory_account_code: Text = ""
    cost_of_sales_account_code: Text = ""
