"""Invoices and credit notes of the demo, made up from a seed; some wrong on purpose, each with its reason."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
RATES = {"standard": Decimal(20), "reduced": Decimal(5), "zero": Decimal(0)}
PRODUCTS: list[dict[str, Any]] = [
    {"id": f"prod-{n}", "code": f"HIRE-{n:02}", "name": name, "revenue_group": "hire", "sale": {"price": price}}
    for n, (name, price) in enumerate(
        [("Mini excavator", "184.375"), ("Scaffold tower", "42.50"), ("Breaker", "31.3333"), ("Generator", "65.10")]
    )
]
# What is wrong with every so many of them, and how that is told.
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("an unknown currency", {"currency": "XAU"}, "currency_not_subscribed"),
    ("dated 1899", {"issue_date": "1899-12-31"}, "date_not_allowed"),
    ("a total that is not the lines'", {"total": "1.00"}, "totals_differ"),
    ("a tax code of purchases", {"tax_code": "INPUT2"}, "mapping_wrong_side"),
    ("no lines", {"lines": []}, "lines_missing"),
]
WRONG_EVERY = 100


@dataclass
class Papers:
    """The documents by kind, and the reason that each wrong one is to be refused with."""

    invoices: list[dict[str, Any]] = field(default_factory=list)
    credit_notes: list[dict[str, Any]] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


def make(customers: Sequence[str], invoices: int, credit_notes: int) -> Papers:
    """For these customers, by their ids."""
    dice, papers = random.Random(7), Papers()
    for n in range(invoices):
        papers.invoices.append(_document(dice, f"inv-{n:05}", f"R-{n:05}", customers, papers, n))
    for n in range(credit_notes):
        papers.credit_notes.append(_document(dice, f"cn-{n:05}", f"G-{n:05}", customers, papers, n + 7))
    return papers


def _document(
    dice: random.Random, id: str, number: str, customers: Sequence[str], papers: Papers, n: int
) -> dict[str, Any]:
    lines = [_line(dice) for _ in range(dice.randint(1, 4))]
    made: dict[str, Any] = {
        "id": id,
        "number": number,
        "organization_id": dice.choice(customers),
        "issue_date": f"2026-{dice.randint(1, 11):02}-{dice.randint(1, 28):02}",
        "due_date": "2026-12-31",
        "lines": lines,
        "total": f"{sum((_gross(line) for line in lines), Decimal(0))}",
    }
    if n % WRONG_EVERY == WRONG_EVERY - 1:
        _, change, code = WRONG[n // WRONG_EVERY % len(WRONG)]
        papers.wrong[id] = code
        if "tax_code" in change:
            lines[0]["tax_code"] = change["tax_code"]
        else:
            made |= change
    return made


def _line(dice: random.Random) -> dict[str, Any]:
    line: dict[str, Any] = {"quantity": str(dice.randint(1, 12)), "tax_code": dice.choice(list(RATES))}
    if dice.random() < 0.6:
        product = dice.choice(PRODUCTS)
        line |= {"product_id": product["id"], "description": "for the site in Leeds"}
    else:
        price = Decimal(dice.randint(100, 99999)) / 100
        line |= {"description": "Labour", "unit_price": f"{price}", "account_code": "service"}
    if dice.random() < 0.3:
        line["discount_percent"] = str(dice.choice([5, 10, "12.5"]))
    return line


def _gross(line: dict[str, Any]) -> Decimal:
    """As the rental system reckons it: line by line, half up."""
    price = line.get("unit_price") or next(p["sale"]["price"] for p in PRODUCTS if p["id"] == line["product_id"])
    off = Decimal(line.get("discount_percent", 0))
    net = _half_up(Decimal(line["quantity"]) * Decimal(str(price)) * (100 - off) / 100)
    return net + _half_up(net * RATES[line["tax_code"]] / 100)


def _half_up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
