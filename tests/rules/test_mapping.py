"""What the CRM's codes mean in the ledger, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.rules import mapping
from ledgerlink.state.mapping import Mapped, Mappings
from ledgerlink.state.reference import Account, Reference, TaxRate, TrackingCategory, TrackingOption

LISTS = Reference(
    tax_rates=(
        TaxRate(code="OUTPUT2", name="20% (VAT on Income)", rate=Decimal("20.0000"), applies_to=("revenue", "assets")),
        TaxRate(code="INPUT2", name="20% (VAT on Expenses)", rate=Decimal(20), applies_to=("expenses", "assets")),
        TaxRate(code="ZERORATEDOUTPUT", name="Zero Rated Income", rate=Decimal(0), applies_to=("revenue",)),
        TaxRate(code="OLD", name="17.5%", rate=Decimal("17.5"), applies_to=("revenue",), status="archived"),
    ),
    accounts=(
        Account(id="a1", code="200", name="Sales", type="revenue", account_class="revenue"),
        Account(id="a2", code="260", name="Hire income", type="revenue", account_class="revenue"),
        Account(id="a3", code="610", name="Debtors", type="current", account_class="asset", system="debtors"),
        Account(id="a4", code="090", name="Business account", type="bank", account_class="asset", takes_payments=True),
        Account(id="a5", name="Card machine", type="bank", account_class="asset", takes_payments=True),
        Account(id="a6", code="299", name="Gone", type="revenue", account_class="revenue", status="archived"),
    ),
    tracking_categories=(
        TrackingCategory(
            id="c1",
            name="Region",
            options=(
                TrackingOption(id="o1", name="North"),
                TrackingOption(id="o2", name="South"),
                TrackingOption(id="o3", name="West", status="archived"),
            ),
        ),
    ),
    read_at=datetime(2026, 11, 22, tzinfo=UTC),
)


def mapped(kind: str, source: str, target: str, side: Any = "") -> Mappings:
    return Mappings(**{kind.replace("-", "_"): (Mapped(source=source, side=side, target=target),)})


@pytest.mark.parametrize(
    ("kind", "source", "side", "mappings", "code"),
    [
        ("tax", "VAT20", "sales", mapped("tax", "VAT20", "OUTPUT2", "sales"), "OUTPUT2"),
        ("tax", "VAT20", "purchase", mapped("tax", "VAT20", "OUTPUT2", "sales"), None),
        ("tax", "OUTPUT2", "sales", Mappings(), "OUTPUT2"),
        ("tax", "OUTPUT2", "purchase", Mappings(), None),  # itself, but not for purchases
        ("tax", "OLD", "sales", Mappings(), None),
        ("tax", "OUTPUT2", "sales", mapped("tax", "OUTPUT2", "ZERORATEDOUTPUT"), "ZERORATEDOUTPUT"),
        ("account", "200", "sales", Mappings(), "200"),
        ("account", "610", "sales", Mappings(), None),
        ("account", "hire", "sales", mapped("account", "hire", "260"), "260"),
        ("payment-method", "card", "", mapped("payment-method", "card", "a5"), "a5"),
        ("payment-method", "090", "", Mappings(), "a4"),
        ("payment-method", "cash", "", Mappings(), None),
        ("location", "Yard", "", mapped("location", "Yard", "Region/North"), "o1"),
        ("location", "South", "", Mappings(), "o2"),
        ("location", "West", "", Mappings(), None),
    ],
)
def test_a_code_means_what_it_is_mapped_to_or_else_itself(
    kind: Any, source: str, side: Any, mappings: Mappings, code: str | None
) -> None:
    found = mapping.resolve(kind, source, side, mappings, LISTS)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("kind", "target", "side", "problem"),
    [
        ("tax", "INPUT2", "sales", "mapping_wrong_side"),
        ("tax", "INPUT2", "", ""),
        ("tax", "OLD", "sales", "mapping_inactive"),
        ("tax", "X", "", "mapping_unknown"),
        ("account", "610", "", "mapping_control_account"),
        ("account", "090", "", "mapping_bank_account"),
        ("account", "299", "", "mapping_inactive"),
        ("payment-method", "200", "", "mapping_no_payments"),
        ("payment-method", "090", "", ""),
        ("location", "Region/West", "", "mapping_inactive"),
        ("location", "o2", "", ""),
    ],
)
def test_what_cannot_be_used_says_why(kind: Any, target: str, side: Any, problem: str) -> None:
    assert mapping.check(kind, target, side, LISTS).problem == problem


@pytest.mark.parametrize(
    ("kind", "source", "side", "wrong"),
    [
        ("tax", "OUTPUT2", "sales", None),
        ("tax", "MOON", "sales", ("tax_not_mapped", "'MOON' means nothing in the ledger")),
        ("tax", "INPUT2", "sales", ("mapping_wrong_side", "'INPUT2' is '20% (VAT on Expenses)'")),
        ("account", "610", "sales", ("mapping_control_account", "'610' is 'Debtors'")),
        ("account", "hire", "sales", ("mapping_inactive", "'hire' is mapped to 'Gone'")),
    ],
)
def test_a_code_that_cannot_be_used_says_what_it_is(kind: Any, source: str, side: Any, wrong: Any) -> None:
    found = mapping.wrong_with(kind, source, side, mapped("account", "hire", "299"), LISTS)
    assert found == wrong or (found[0] == wrong[0] and found[1].startswith(wrong[1]))


@pytest.mark.parametrize(
    ("kind", "source", "side", "guess"),
    [
        ("tax", "VAT 20", "sales", "OUTPUT2"),
        ("tax", "VAT 20", "purchase", "INPUT2"),
        ("tax", "VAT 20", "", ""),  # two are as likely
        ("tax", "zero rated", "sales", "ZERORATEDOUTPUT"),
        ("account", "Hire", "sales", "260"),
        ("account", "sales", "sales", "200"),
        ("account", "debtors", "sales", ""),
        ("payment-method", "Card", "", "a5"),
        ("location", "north", "", "Region/North"),
        ("location", "Moon", "", ""),
    ],
)
def test_a_guess_goes_by_name_and_says_nothing_when_unsure(kind: Any, source: str, side: Any, guess: str) -> None:
    assert mapping.suggestion(kind, source, side, LISTS) == guess


def test_back_again_only_where_one_code_maps_to_it() -> None:
    one = Mappings(payment_method=(Mapped(source="bank", target="090"),))
    two = Mappings(payment_method=(*one.payment_method, Mapped(source="transfer", target="a4")))
    assert mapping.reverse("payment-method", "a4", "", one, LISTS) == "bank"
    assert mapping.reverse("payment-method", "a4", "", two, LISTS) == "090"
    assert mapping.reverse("payment-method", "a5", "", one, LISTS) == "Card machine"
    assert mapping.reverse("tax", "OUTPUT2", "sales", Mappings(), LISTS) == "OUTPUT2"
    assert mapping.reverse("location", "o1", "", Mappings(), LISTS) == "North"


def test_a_tax_rate_fits_the_class_of_an_account() -> None:
    rate, account = LISTS.tax_rate("INPUT2"), LISTS.account("200")
    assert rate is not None
    assert account is not None
    assert not mapping.fits(rate, account)


def test_what_was_mapped_before_may_stay_although_it_went_bad() -> None:
    pairs = [Mapped(source="old", target="OLD"), Mapped(source="old", target="OLD"), Mapped(source="new", target="X")]
    assert mapping.problems("tax", pairs, pairs[:1], LISTS) == ["", "twice", "mapping_unknown"]
    assert mapping.problems("location", [Mapped(source="x", target="North", side="sales")], [], LISTS) == ["no_sides"]
    assert mapping.problems("tax", pairs[2:], [], Reference()) == [""]  # nothing is known yet to check against


def test_only_what_may_be_used_is_offered() -> None:
    taxes = mapping.choices("tax", LISTS)
    assert [(each.code, each.sides) for each in taxes] == [
        ("INPUT2", ("purchase",)),
        ("OUTPUT2", ("sales",)),
        ("ZERORATEDOUTPUT", ("sales",)),
    ]
    assert [each.code for each in mapping.choices("account", LISTS)] == ["260", "200"]
    assert [each.code for each in mapping.choices("payment-method", LISTS)] == ["090", "a5"]
    assert [each.code for each in mapping.choices("location", LISTS)] == ["Region/North", "Region/South"]
