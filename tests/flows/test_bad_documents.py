"""Documents that make no sense: each refused with its reason before anything is sent, and its neighbours go through."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.flows.inbound import reference_data
from ledgerlink.rules.fixes import fixes_of
from tests.flows.documents import LINE, Office, office

__all__ = ["office"]

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "negative": ({"lines": [{**LINE, "unit_price": "-50"}]}, "total_negative"),
    "three decimals of money": ({"total": "120.001"}, "too_many_decimals"),
    "three decimals of a subtotal": ({"subtotal": "100.004", "total": "120"}, "too_many_decimals"),
    "a huge amount": ({"lines": [{**LINE, "quantity": "99999", "unit_price": "999999999"}]}, "amount_too_large"),
    "a huge quantity": ({"lines": [{**LINE, "quantity": "1000000000"}]}, "amount_too_large"),
    "an unknown currency": ({"currency": "XXX"}, "currency_not_subscribed"),
    "a rate of nothing": ({"currency": "EUR", "exchange_rate": "0"}, "exchange_rate_not_allowed"),
    "a rate whose inverse the ledger cannot hold": (
        {"currency": "EUR", "exchange_rate": "9e6"},
        "exchange_rate_not_allowed",
    ),
    "a rate whose inverse is coarse there": (
        {"currency": "EUR", "exchange_rate": "26000"},
        "exchange_rate_not_allowed",
    ),
    "a tax code of the other side": ({"lines": [{**LINE, "tax_code": "INPUT2"}]}, "mapping_wrong_side"),
    "a tax code nobody knows": ({"lines": [{**LINE, "tax_code": "MOON"}]}, "tax_not_mapped"),
    "a control account": ({"lines": [{**LINE, "account_code": "610"}]}, "mapping_control_account"),
    "no account": ({"lines": [{**LINE, "account_code": ""}]}, "account_not_mapped"),
    "dated 1899": ({"issue_date": "1899-12-31"}, "date_not_allowed"),
    "due in 2100": ({"due_date": "2100-01-01"}, "date_not_allowed"),
    "a text of 5,000 characters": ({"lines": [{**LINE, "description": "x" * 5000}]}, "field_too_long"),
    "no lines": ({"lines": []}, "lines_missing"),
    "an empty line": ({"lines": [{}]}, "line_empty"),
    "another total": ({"total": "100"}, "totals_differ"),
    "another subtotal": ({"subtotal": "90", "total": "120"}, "totals_differ"),
    "a number in Cyrillic": ({"number": "Счёт 1"}, "number_not_allowed"),
    "a discount above the price": ({"lines": [{**LINE, "discount_percent": "101"}]}, "discount_not_allowed"),
    "a product that is not here": ({"lines": [{**LINE, "product_id": "p9"}]}, "product_unknown"),
    "an address with the ledger's name": ({"url": "https://xero.example/1"}, "url_not_allowed"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_it_is_refused_before_it_is_sent_and_its_neighbour_goes(office: Office, case: str) -> None:
    fields, code = BAD[case]
    office.customer()
    said = {"number": "N-bad", "organization_id": "o1", "issue_date": "2026-11-20", "lines": [LINE], **fields}
    office.put("invoices", "bad", **said)
    office.invoice("good")
    office.here.ledger_calls()
    office.drain()
    link = office.at_rest("invoices", "bad")
    assert (link.state, link.reason, link.attempts) == ("error", code, 0)
    assert office.at_rest("invoices", "good").state == "linked"
    assert office.here.ledger_calls() == {"PUT": 1}


def test_everything_wrong_is_told_at_once(office: Office) -> None:
    office.invoice("1", {**LINE, "tax_code": "MOON", "account_code": "?"}, currency="XXX", due_date="2100-01-01")
    office.drain()
    error = office.at_rest("invoices", "1").error
    assert error is not None
    assert {detail.partition(":")[0] for detail in error.details} == {
        "line 1, account_code",
        "line 1, tax_code",
        "currency",
        "due_date",
        "organization_id",
    }


def test_a_text_that_is_too_long_is_told_with_its_line(office: Office) -> None:
    office.customer()
    office.invoice("1", LINE, {**LINE, "description": "x" * 5000})
    office.drain()
    error = office.at_rest("invoices", "1").error
    assert error is not None
    assert error.details == ("line 2, description: has 5000 characters; the ledger holds 4000",)


def test_duplicate_numbers_in_one_batch_are_told_and_the_first_goes(office: Office) -> None:
    office.customer()
    for id_ in ("1", "2"):
        office.invoice(id_, number="SAME")
    office.invoice("3")
    office.drain()
    assert [office.at_rest("invoices", id_).reason for id_ in "123"] == ["", "number_taken", ""]


PAID: dict[str, Any] = {"document_id": "1", "date": "2026-11-20", "amount": "5.00", "method": "090"}
BAD_PAYMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "three decimals": ({"amount": "1.005"}, "too_many_decimals"),
    "negative": ({"amount": "-5"}, "amount_not_positive"),
    "zero": ({"amount": "0"}, "amount_not_positive"),
    "huge": ({"amount": "99999999999"}, "exceeds_outstanding"),
    "of a void invoice": ({"document_id": "void"}, "document_void"),
    "dated 1899": ({"date": "1899-12-31"}, "date_not_allowed"),
    "dated 2100": ({"date": "2100-01-01"}, "date_not_allowed"),
    "by a way that is an account of sales": ({"method": "200"}, "mapping_no_payments"),
    "by a way nobody knows": ({"method": "barter"}, "payment_method_not_mapped"),
}


@pytest.mark.parametrize("case", list(BAD_PAYMENTS))
def test_a_payment_that_makes_no_sense_is_refused_and_its_neighbour_goes(office: Office, case: str) -> None:
    fields, code = BAD_PAYMENTS[case]
    office.customer()
    office.invoice("1")
    office.invoice("void")
    office.drain()
    office.invoice("void", status="void")
    office.put("payments", "bad", **(PAID | fields))
    office.put("payments", "good", **PAID)
    office.drain()
    bad = office.at_rest("payments", "bad")
    assert (bad.state, bad.reason, bad.attempts) == ("error", code, 0)
    assert office.at_rest("payments", "good").state == "linked"
    assert [row["Amount"] for row in office.here.ledger.get("/_sim/state").json()["payments"]] == [5.0]


def test_the_line_names_the_item_by_what_the_ledger_calls_it(office: Office) -> None:
    """A new code that the ledger refused is another product's: its stock must not go down for ours."""
    office.customer()
    office.put("products", "p1", code="LADDER", name="Ladder", sale={"price": "10"})
    office.invoice("1", {**LINE, "product_id": "p1"})
    office.drain()
    office.here.ledger.post("/_sim/seed", json={"items": [{"Code": "TAKEN", "Name": "Lamp"}]}).raise_for_status()
    office.put("products", "p1", code="TAKEN", name="Ladder", sale={"price": "10"})
    office.drain()
    assert office.at_rest("products", "p1").reason == "item_code_taken"
    office.invoice("2", {**LINE, "product_id": "p1"})
    office.drain()
    assert office.books()["N-2"]["LineItems"][0]["ItemCode"] == "LADDER"
    office.put("products", "p1", code="STEPS", name="Ladder", sale={"price": "10"})
    office.invoice("3", {**LINE, "product_id": "p1"})
    office.drain()
    assert office.books()["N-3"]["LineItems"][0]["ItemCode"] == "STEPS"


@pytest.mark.parametrize("amounts", [{"unit_price": "0"}, {"quantity": "-2", "unit_price": "-50"}])
def test_zero_and_twice_negative_are_good(office: Office, amounts: dict[str, str]) -> None:
    office.customer()
    office.invoice("1", {**LINE, **amounts})
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"


def test_two_hundred_lines_are_good(office: Office) -> None:
    office.customer()
    office.invoice("1", *({**LINE, "unit_price": f"{n}.0005"} for n in range(200)))
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, len(link.line_ids)) == ("linked", 200)


@pytest.mark.parametrize("known", [True, False])
def test_a_locked_period_parks_it_with_choices(office: Office, known: bool) -> None:
    """Whether we have heard of the lock already or only the ledger tells."""
    office.customer()
    lock = {"kind": "organisation", "action": "edit", "fields": {"PeriodLockDate": "2026-11-30"}}
    office.here.ledger.post("/_sim/human", json=lock).raise_for_status()
    if known:
        reference_data.refresh(office.context)
    office.invoice("1")
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason, link.attempts) == ("parked", "period_locked", 0 if known else 1)
    record = office.at.records.get(link.key.record)
    assert record is not None
    assert [fix.id for fix in fixes_of(record, link)] == ["retry", "edit"]
    reference_data.refresh(office.context)
    office.here.ledger.post("/_sim/human", json={**lock, "fields": {"PeriodLockDate": None}}).raise_for_status()
    reference_data.refresh(office.context)
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"


@pytest.mark.parametrize("rate", ["0.0000302", "0.8", "150.25", "1400", "3600"])
def test_a_rate_goes_where_six_places_of_its_inverse_are_the_same_rate(office: Office, rate: str) -> None:
    office.customer()
    office.invoice("1", currency="EUR", exchange_rate=rate)
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"
    there = office.books()["N-1"]["CurrencyRate"]
    assert abs(there * float(rate) - 1) < 0.005
