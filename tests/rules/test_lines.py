"""Lines in the ledger's terms: discounts, tax, texts and totals to the cent."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledgerlink.kinds.money_documents import Invoice, TaxMode
from ledgerlink.kinds.product import Product
from ledgerlink.rules import lines
from ledgerlink.rules.facts import Facts
from ledgerlink.state.company import Company
from ledgerlink.state.record import RecordKey
from ledgerlink.state.reference import Account, Reference, TaxRate
from tests.support.builders import a_record, settings

SALES = lines.Terms("sales", discounts=True)
CREDIT = lines.Terms("sales")
VECTORS = Path(__file__).parents[3] / "shared" / "xero" / "rounding_vectors.json"


def facts(**changed: Any) -> Facts:
    rate = {"name": "20%", "rate": Decimal(20), "applies_to": ("revenue",)}
    none = TaxRate(code="NONE", name="No VAT", rate=Decimal(0), applies_to=("revenue", "liabilities"))
    reference = Reference(
        tax_rates=(TaxRate(code="OUT", **rate), none),
        accounts=(
            Account(id="a", code="200", name="Sales", account_class="revenue", tax_code="OUT"),
            Account(id="r", code="860", name="Rounding", account_class="liability", system="rounding"),
        ),
        base_currency="GBP",
    )
    drill = a_record(Product(code="DRILL", name="Drill"), kind="products", id="p1")  # type: ignore[arg-type]
    screws = Product(code="SCREW", name="Screw", inventory_account_code="630", cost_of_sales_account_code="310")
    stocked = a_record(screws, kind="products", id="p2")  # type: ignore[arg-type]
    return Facts(
        company=Company(id="c1", name="C", profile="crm"),
        settings=settings("crm", **changed),
        today=date(2026, 11, 22),
        records={RecordKey("c1", "products", "p1"): drill, RecordKey("c1", "products", "p2"): stocked},
        reference=reference,
    )


def said(*given: dict[str, Any], terms: lines.Terms = SALES, settings: Any = None, **head: Any) -> lines.Said:
    base = {"id": "1", "description": "Work", "quantity": "1", "tax_code": "OUT", "account_code": "200"}
    content = Invoice.model_validate({"organization_id": "o1", "lines": [{**base, **line} for line in given], **head})
    known = facts(**(settings or {}))
    return lines.rounded(lines.said(content, terms, known), content.total, content.tax_mode, known)


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ({"quantity": "2", "unit_price": "50", "discount_percent": "10"}, ("2", "50", "10")),
        ({"quantity": "2", "unit_price": "50", "discount_amount": "25"}, ("2", "50", "25")),
        # 1/3 of a percent does not come to the cent: the net price is sent.
        ({"quantity": "3", "unit_price": "1000", "discount_amount": "10"}, ("3", "996.6667", None)),
        ({"quantity": "4", "unit_price": "1000", "discount_amount": "10.10"}, ("4", "997.475", None)),
        ({"quantity": "-2", "unit_price": "50"}, ("2", "-50", None)),
        # What is taken back mirrors what was sold; the ledger takes no percentage outside 0 to 100.
        ({"quantity": "-2", "unit_price": "50", "discount_amount": "10"}, ("2", "-50", "10")),
        ({"quantity": "2", "unit_price": "-50", "discount_amount": "100"}, ("2", "-50", "100")),
        ({"quantity": "-3", "unit_price": "1000", "discount_amount": "10"}, ("3", "-996.6667", None)),
        ({"quantity": "-2", "unit_price": "50", "discount_percent": "10"}, ("2", "-50", "10")),
        ({"quantity": "1", "unit_price": "12.34567"}, ("1", "12.3457", None)),
    ],
)
def test_a_discount_is_a_percentage_where_that_comes_to_the_cent(line: dict[str, str], sent: tuple[Any, ...]) -> None:
    made = said(line).lines[0]
    assert made.quantity is not None
    quantity, price, percent = (None if value is None else Decimal(value) for value in sent)
    assert (made.quantity, made.unit_price, made.discount_percent) == (quantity, price, percent)


@pytest.mark.parametrize(
    ("line", "sent", "net"),
    [
        ({"quantity": "1000", "unit_price": "0.12345"}, ("1", "123.45", None), "123.45"),
        ({"quantity": "1000000", "unit_price": "0.00001"}, ("1", "10", None), "10"),
        ({"quantity": "0.33333", "unit_price": "3000"}, ("1", "999.99", None), "999.99"),
        ({"quantity": "1000", "unit_price": "0.12345", "discount_percent": "10"}, ("1", "111.11", None), "111.11"),
        ({"quantity": "1000", "unit_price": "0.1234", "discount_percent": "10"}, ("1000", "0.1234", "10"), "111.06"),
    ],
)
def test_a_price_of_more_places_than_the_ledger_holds_comes_to_the_cent(
    line: dict[str, str], sent: tuple[Any, ...], net: str
) -> None:
    made = said(line)
    quantity, price, percent = (None if value is None else Decimal(value) for value in sent)
    [only] = made.lines
    assert (only.quantity, only.unit_price, only.discount_percent) == (quantity, price, percent)
    assert made.net == Decimal(net)


@pytest.mark.parametrize(
    ("line", "terms", "sent", "drift"),
    [
        ({"quantity": "700", "unit_price": "0.03", "discount_percent": "7.5"}, CREDIT, ("700", "0.0278"), "-0.03"),
        ({"quantity": "1000", "unit_price": "0.12345"}, SALES, ("1000", "0.1235"), "-0.05"),
        ({"quantity": "700", "unit_price": "0.04", "discount_percent": "10"}, CREDIT, ("700", "0.036"), None),
    ],
)
def test_what_is_stock_in_the_ledger_moves_by_the_quantity_that_was_said(
    line: dict[str, str], terms: lines.Terms, sent: tuple[str, str], drift: str | None
) -> None:
    """One of the net amount would come to the cent, and move one piece. What is left of the cents is rounded."""
    for total in ({}, {"tax_mode": "inclusive"}):
        made = said({"product_id": "p2", **line}, terms=terms, **total)
        first, *rest = made.lines
        assert (first.quantity, first.unit_price) == tuple(Decimal(value) for value in sent)
        assert [each.unit_price for each in rest] == ([Decimal(drift)] if drift else [])
        assert not made.problems
    assert said({"product_id": "p1", **line}, terms=terms).lines[0].quantity in (1, 700)


def test_stock_that_comes_back_is_no_line_below_zero() -> None:
    """Its price would be sent negative instead, and the ledger would take more out."""
    [problem] = said({"product_id": "p2", "quantity": "-2", "unit_price": "5"}).problems
    assert (problem.code, problem.field) == ("stock_goes_back", "lines.1.quantity")
    assert not said({"product_id": "p1", "quantity": "-2", "unit_price": "5"}).problems


def test_where_the_ledger_takes_no_discount_the_net_price_is_sent() -> None:
    made = said({"quantity": "2", "unit_price": "50", "discount_percent": "10"}, terms=CREDIT)
    assert (made.lines[0].unit_price, made.lines[0].discount_percent, made.net) == (45, None, 90)


@pytest.mark.parametrize(
    ("on", "line", "text"),
    [
        (True, {"product_id": "p1", "description": "the red one"}, "Drill\nthe red one"),
        (False, {"product_id": "p1", "description": "the red one"}, "Drill"),
        (True, {"product_id": "p1", "description": ""}, "Drill"),
        (False, {"description": "Work"}, "Work"),
    ],
)
def test_descriptions_go_by_the_setting(on: bool, line: dict[str, str], text: str) -> None:
    made = said({"unit_price": "1", **line}, settings={"sync_item_descriptions": on})
    assert made.lines[0].description == text


def test_a_cent_too_many_becomes_a_rounding_line_or_is_refused() -> None:
    made = said({"unit_price": "10.00"}, total="12.01")
    assert [(line.description, line.unit_price, line.account_code) for line in made.lines[1:]] == [
        ("Rounding", Decimal("0.01"), "860")
    ]
    assert made.total("exclusive") == Decimal("12.01")
    refused = said({"unit_price": "10.00"}, total="12.01", settings={"rounding_difference": "refuse"})
    assert [problem.code for problem in refused.problems] == ["rounding_difference"]
    assert [problem.code for problem in said({"unit_price": "10.00"}, total="15").problems] == ["totals_differ"]


def test_a_tax_of_its_own_is_sent_and_one_the_ledger_makes_is_not() -> None:
    own, usual = said(
        {"unit_price": "10.00", "tax_amount": "1.99"}, {"unit_price": "10.00", "tax_amount": "2.00"}
    ).lines
    assert (own.tax_amount, usual.tax_amount) == (Decimal("1.99"), None)


@pytest.mark.skipif(not VECTORS.exists(), reason="the recorded taxes lie beside the repository")
def test_taxes_are_those_that_the_ledger_computed() -> None:
    modes: dict[str, TaxMode] = {"Exclusive": "exclusive", "Inclusive": "inclusive"}
    for each in json.loads(VECTORS.read_text()):
        amount, rate = Decimal(each["line_amount"]), Decimal(each["rate"]) * 100
        assert lines.tax_of(amount, rate, modes[each["line_amount_types"]]) == Decimal(each["tax_amount"]), each
