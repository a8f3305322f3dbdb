"""Products, invoices, credit notes and payments for the simulation: how they are made up, what they come to, and how
the ledger's rows read. The totals are reckoned here anew, so that neither side is its own witness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from .books import Flat

Json = dict[str, Any]

INVOICES, CREDIT_NOTES, PAYMENTS, PRODUCTS, ALLOCATIONS = (
    "invoices",
    "credit-notes",
    "payments",
    "products",
    "allocations",
)
BOOKS = {
    INVOICES: "invoices",
    CREDIT_NOTES: "credit_notes",
    PAYMENTS: "payments",
    PRODUCTS: "items",
    ALLOCATIONS: "allocations",
}
"""Our kinds, and the tables that hold them in the ledger."""

_MARK = "LL-"
_RATES = {"OUTPUT2": Decimal(20), "RROUTPUT": Decimal(5), "ZERORATEDOUTPUT": Decimal(0), "": Decimal(20)}
_ACCOUNTS = ("200", "210", "220")
_CENT, _HUNDRED = Decimal("0.01"), Decimal(100)
_TEXTS = ("A day's work", "Scaffold, week", "Delivery & collection", "Größe 4", "Repair")

# ------------------------------------------------------------------ making up


def product(dice: Random, id: str) -> Json:
    """A product that is sold."""
    trade = {"price": _price(dice), "account_code": dice.choice(_ACCOUNTS), "tax_code": "OUTPUT2"}
    return {"code": f"SKU-{id}", "name": f"Thing {id}", "description": "A thing", "sale": trade}


def line(dice: Random, products: Iterable[str] = ()) -> Json:
    """One line: whole and broken quantities, prices to four places, a discount now and then."""
    named = sorted(products)
    found: Json = {
        "description": dice.choice(_TEXTS),
        "quantity": dice.choice(("1", "2", "3", "0.5", "7.25")),
        "unit_price": _price(dice),
        "tax_code": dice.choice(tuple(code for code in _RATES if code)),
        "account_code": dice.choice(_ACCOUNTS),
    }
    if dice.random() < 0.2:
        found["discount_percent"] = dice.choice(("10", "12.5", "33.33"))
    if named and dice.random() < 0.5:
        found["product_id"] = dice.choice(named)
    return found


def document(dice: Random, id: str, customer: str, products: Iterable[str], *, numbered: bool) -> Json:
    """An invoice or a credit note."""
    on = date(2026, dice.choice((10, 11, 11)), dice.randint(1, 28))
    found: Json = {
        "organization_id": customer,
        "issue_date": on.isoformat(),
        "tax_mode": dice.choice(("exclusive", "exclusive", "exclusive", "inclusive", "none")),
        "lines": [line(dice, products) for _ in range(dice.choice((1, 1, 2, 3)))],
    }
    if numbered:
        found["number"] = f"N-{id}"
    if dice.random() < 0.2:
        found |= {"currency": dice.choice(("EUR", "USD")), "exchange_rate": "0.8"}
    return found


def _price(dice: Random) -> str:
    places = dice.choice((2, 2, 2, 4))
    return f"{Decimal(dice.randint(1_00, 900_00)) / _HUNDRED + Decimal(dice.randint(0, 99)) / 10_000:.{places}f}"


# ------------------------------------------------------------------ what it comes to


@dataclass(frozen=True)
class Sums:
    """Net, tax and gross."""

    net: Decimal
    tax: Decimal
    gross: Decimal

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.net + other.net, self.tax + other.tax, self.gross + other.gross)

    def __str__(self) -> str:
        return f"{self.net} + {self.tax} = {self.gross}"


NOTHING = Sums(Decimal(0), Decimal(0), Decimal(0))


def sums_of(body: Mapping[str, Any]) -> Sums:
    """What a pushed document comes to."""
    mode = body.get("tax_mode", "exclusive")
    net, tax = Decimal(0), Decimal(0)
    for each in body["lines"]:
        full = Decimal(each["quantity"]) * Decimal(each["unit_price"])
        amount = _cents(full * (_HUNDRED - Decimal(each.get("discount_percent", "0"))) / _HUNDRED)
        rate = Decimal(0) if mode == "none" else _RATES[each["tax_code"]]
        tax += _cents(amount * rate / (_HUNDRED + rate if mode == "inclusive" else _HUNDRED))
        net += amount
    return Sums(net - tax, tax, net) if mode == "inclusive" else Sums(net, tax, net + tax)


def sums_there(fields: Json) -> Sums:
    """What a document in the ledger comes to."""
    return Sums(fields["SubTotal"], fields["TotalTax"], fields["Total"])


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def left_of(fields: Json) -> Decimal:
    """What is still owed of an invoice, or remains of a credit note."""
    found: Decimal = fields["AmountDue"] if "AmountDue" in fields else fields["RemainingCredit"]
    return found


# ------------------------------------------------------------------ the ledger's rows


def mark_in(kind: str, fields: Json) -> str:
    """The record whose document this is, by our mark on it; "" where it is nobody's."""
    if kind == PRODUCTS:
        return str(fields["Code"]).removeprefix("SKU-")
    text = str(fields.get("Url" if kind == INVOICES else "Reference") or "")
    _, found, id = text.rpartition(_MARK)
    return id if found else ""


def _flat_document(kind: str) -> Callable[[Json], Flat]:
    def flat(fields: Json) -> Flat:
        return {"mark": mark_in(kind, fields), "status": fields["Status"], "left": str(left_of(fields))}

    return flat


def _flat_payment(fields: Json) -> Flat:
    told = {"mark": mark_in(PAYMENTS, fields), "status": fields["Status"], "amount": str(fields["Amount"])}
    return {**told, "document": fields["DocumentID"]}


def _flat_item(fields: Json) -> Flat:
    return {"mark": mark_in(PRODUCTS, fields), "code": fields["Code"]}


def _flat_allocation(fields: Json) -> Flat:
    return {"mark": f"{fields['CreditID']}/{fields['InvoiceID']}/{fields['Amount']:.2f}"}


FLATTEN: dict[str, Callable[[Json], Flat]] = {
    "invoices": _flat_document(INVOICES),
    "credit_notes": _flat_document(CREDIT_NOTES),
    "payments": _flat_payment,
    "items": _flat_item,
    "allocations": _flat_allocation,
}
