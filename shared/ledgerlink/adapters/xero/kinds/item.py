"""Products as Xero's items, found by their code (``facts/xero.md §4.5``)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from ledgerlink.adapters.xero.dates import moment
from ledgerlink.kinds.product import PRODUCTS, Product, Trade
from ledgerlink.ports import Outgoing
from ledgerlink.state.document import Document

from .base import Element, WireKind, deep_link

_SIDES = {"sale": "SalesDetails", "purchase": "PurchaseDetails"}
_PARTS = {"price": "UnitPrice", "account_code": "AccountCode", "tax_code": "TaxType"}
_TEXTS = {
    "code": "Code",
    "name": "Name",
    "description": "Description",
    "inventory_account_code": "InventoryAssetAccountCode",
}


def to_wire(outgoing: Outgoing) -> dict[str, Any]:
    """One item: everything it says for a create, what changed for an update, always with its code."""
    content = cast(Product, outgoing.content)
    names = outgoing.fields if outgoing.action == "update" else tuple(field.name for field in PRODUCTS.fields)
    said = _fields(content, names, whole=outgoing.action == "update")
    if outgoing.action == "update":
        return {"ItemID": outgoing.document_id, "Code": content.code, **said}
    return said


def _fields(content: Product, names: Iterable[str], *, whole: bool) -> dict[str, Any]:
    element: dict[str, Any] = {}
    for name in names:
        value = PRODUCTS.field(name).of(content)
        side, _, part = name.partition(".")
        if value in ("", None) and not whole:
            continue
        if part:
            element.setdefault(_SIDES[side], {})[_PARTS[part]] = float(value) if part == "price" else value
        elif name == "cost_of_sales_account_code":
            element.setdefault("PurchaseDetails", {})["COGSAccountCode"] = value
        else:
            element[_TEXTS[name]] = value
    if "COGSAccountCode" in element.get("PurchaseDetails", {}):
        element["PurchaseDetails"].pop("AccountCode", None)  # tracked items have no purchase account of their own
    return element


def from_wire(element: Element, short_code: str) -> Document:
    updated_at = moment(element.get("UpdatedDateUTC"))
    if updated_at is None:
        raise ValueError("an item without UpdatedDateUTC")
    content = content_of(element)
    id = str(element["ItemID"]).lower()
    return Document.model_construct(
        type=PRODUCTS.document_type,
        id=id,
        kind=PRODUCTS.name,
        status="active",
        updated_at=updated_at,
        reference=content.code,
        merged_into="",
        content=content,
        outstanding=False,
        roles=(),
        url=_url(id, short_code),
        settlement=None,
    )


def content_of(element: Element) -> Product:
    """What the item says; its quantity comes only where it is counted there."""
    bought = element.get("PurchaseDetails") or {}
    quantity = element.get("QuantityOnHand")
    texts: dict[str, Any] = {ours: " ".join(str(element.get(wire) or "").split()) for ours, wire in _TEXTS.items()}
    return Product.model_construct(
        **texts,
        revenue_group="",
        sale=_trade(element.get("SalesDetails") or {}),
        purchase=_trade(bought),
        tracked=bool(texts["inventory_account_code"]),
        quantity_on_hand=None if quantity is None else Decimal(str(quantity)).normalize(),
        cost_of_sales_account_code=str(bought.get("COGSAccountCode") or ""),
    )


def _trade(details: Element) -> Trade:
    price = details.get("UnitPrice")
    return Trade.model_construct(
        price=None if price is None else Decimal(str(price)),
        account_code=str(details.get("AccountCode") or ""),
        tax_code=str(details.get("TaxType") or ""),
    )


def _url(id: str, short_code: str) -> str:
    return deep_link(f"/Inventory/EditItem.aspx?id={id}", short_code)


WIRE = WireKind(
    kind=PRODUCTS,
    endpoint="/Items",
    envelope="Items",
    id_field="ItemID",
    key_field="Code",
    category="",  # Xero sends no events of items: they are polled
    gone="item_gone",
    to_wire=to_wire,
    from_wire=from_wire,
    content=content_of,
    unique={"code": "Code"},
    url=_url,
    write_query="summarizeErrors=false&unitdp=4",
    read_query={"unitdp": "4"},
    unasked=frozenset({"page", "pageSize", "order", "includeArchived"}),
    ids_filter=False,
)
