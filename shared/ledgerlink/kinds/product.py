"""A product: what is sold, hired or bought. Its counterpart in the ledger is an item."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, StrictBool
from pydantic import Field as Declared

from .amounts import MaybeAmount, to_places
from .base import Content, Field, Kind, Limit, Value
from .organization import Text


class Trade(Value):
    """Price and codes for one side, sale or purchase. Codes are the CRM's own; mappings translate them."""

    price: MaybeAmount = None
    account_code: Text = ""
    tax_code: Text = ""


_blank_trade = BeforeValidator(lambda value: {} if value is None else value)


class Product(Content):
    """Something on document lines. ``tracked`` ones have a quantity on hand, of which the CRM is the master."""

    code: str = Declared(min_length=1)
    name: Text = ""
    description: Text = ""
    revenue_group: Text = ""
    sale: Annotated[Trade, _blank_trade] = Trade()
    purchase: Annotated[Trade, _blank_trade] = Trade()
    tracked: StrictBool = False
    quantity_on_hand: MaybeAmount = None
    inventory_account_code: Text = ""
    cost_of_sales_account_code: Text = ""


def ledger_view(content: Product) -> Product:
    """The product as an item can say it, but for its codes, which mappings translate (``rules.products``).

    A quantity is no field of an item that anyone may set: it moves with documents alone (``facts/xero.md §4.5``).
    """
    return content.model_copy(
        update={
            "code": " ".join(content.code.split()),
            "name": " ".join(content.name.split()),
            "revenue_group": "",
            "quantity_on_hand": None,
            "tracked": bool(content.inventory_account_code),
            "sale": content.sale.model_copy(update={"price": to_places(content.sale.price, PRICE_PLACES)}),
            "purchase": content.purchase.model_copy(update={"price": to_places(content.purchase.price, PRICE_PLACES)}),
        }
    )


PRICE_PLACES = 4  # asked for by unitdp=4, else two (facts/xero.md §7)

PRODUCTS: Kind[Product] = Kind(
    name="products",
    singular="product",
    model=Product,
    document_type="item",
    stage=2,
    ledger_view=ledger_view,
    title=lambda content: content.name or content.code,
    needed=frozenset({"code"}),
    own_key=lambda content: " ".join(content.code.split()),
    fields=(
        Field("code", "Code", (Limit(30),)),
        Field("name", "Name", (Limit(50),)),
        Field("description", "Description", (Limit(4000),)),
        *(
            Field(f"{side}.{part}", f"{label} {told}")
            for side, label in (("sale", "Sale"), ("purchase", "Purchase"))
            for part, told in (("price", "price"), ("account_code", "account"), ("tax_code", "tax"))
        ),
        Field("inventory_account_code", "Inventory account"),
        Field("cost_of_sales_account_code", "Cost of sales account"),
    ),
)
