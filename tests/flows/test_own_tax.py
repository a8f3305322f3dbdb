"""A line's own tax, over the real adapters and the simulator: what the ledger holds comes to what is said here (D6)."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from ledgerlink.flows.errors import problems
from ledgerlink.flows.inbound import reference_data
from ledgerlink.ports import PutLink, PutReference
from ledgerlink.rules.export import due
from tests.flows.documents import LINE, Office, office, pass_time
from tests.flows.hub import ADA

__all__ = ["office"]

OWN = {**LINE, "id": "a", "tax_amount": "19.99"}  # usually 20.00
USUAL = {**LINE, "id": "b", "quantity": "1"}
TOTALS = {"exclusive": "179.99", "inclusive": "150.00", "none": "150.00"}


def goes(office: Office, *lines: dict[str, object], **said: str) -> tuple[float, str]:
    office.invoice("1", *lines, **said)
    for _ in range(2):
        office.drain()
        office.read()
    link = office.at_rest("invoices", "1")
    assert link.state == "linked"
    return office.books()["N-1"]["Total"], "edited there" if link.seen is not None else ""


@pytest.mark.parametrize("modes", list(product(TOTALS, repeat=3)), ids=str)
def test_it_outlives_changes_of_the_tax_mode(office: Office, modes: tuple[str, ...]) -> None:
    office.customer()
    for mode in modes:
        said = {"tax_mode": mode, "total": TOTALS[mode]}
        assert goes(office, OWN, USUAL, **said) == (float(TOTALS[mode]), "")


def test_what_the_ledger_reckons_in_another_mode_is_no_edit_of_a_bookkeepers(office: Office) -> None:
    office.customer()
    for mode in ("exclusive", "inclusive", "none", "exclusive"):
        total = 60.0 if mode == "exclusive" else 50.0
        assert goes(office, USUAL, tax_mode=mode) == (total, "")


@pytest.mark.parametrize("text", ["A day's work", "Another day's"])
@pytest.mark.parametrize("again", [{"tax_amount": "20.00"}, {}], ids=["said", "left out"])
def test_the_usual_tax_takes_its_place_where_the_crm_says_so(office: Office, again: dict[str, str], text: str) -> None:
    office.customer()
    assert goes(office, OWN, total="119.99") == (119.99, "")
    assert goes(office, {**LINE, "id": "a", "description": text, **again}, total="120.00") == (120.0, "")


def test_left_out_without_a_total_it_stays_for_a_blank_clears_nothing(office: Office) -> None:
    office.customer()
    assert goes(office, OWN) == (119.99, "")
    assert goes(office, {**LINE, "id": "a"}) == (119.99, "")
    assert str(office.said("invoices", "1").total) == "119.99"


def knows_rate(office: Office, rate: str) -> None:
    """The lists were read before the rate became another one in the ledger."""
    known = office.at.reference.get("bench")
    assert known is not None
    rates = tuple(
        each.model_copy(update={"rate": Decimal(rate)}) if each.code == "OUTPUT2" else each for each in known.tax_rates
    )
    office.at.commit.all(PutReference("bench", known.model_copy(update={"tax_rates": rates})))


@pytest.mark.parametrize("answer", ["answered", "lost"])
def test_another_total_in_the_ledger_is_an_error_and_the_crms_is_said_again(office: Office, answer: str) -> None:
    office.customer()
    knows_rate(office, "15")
    if answer == "lost":
        office.fault(match={"method": "PUT", "path": "/Invoices"}, kind="timeout_after_apply", times=1)
    office.invoice("1", LINE, total="115.00")
    office.invoice("2", LINE, total="")  # leaves its total to the ledger
    office.drain()
    if answer == "lost":
        pass_time(office)
        office.drain()
    wrong = office.at_rest("invoices", "1")
    assert wrong.error is not None
    assert (wrong.state, wrong.reason) == ("error", "ledger_total_differs")
    assert wrong.error.message == "total: the ledger comes to 120.00, not to 115.00"
    assert (office.at_rest("invoices", "2").state, str(office.said("invoices", "2").total)) == ("linked", "120.00")
    (entry, *_) = office.at.activity.of_record(wrong.key.record).items
    assert (entry.action, entry.outcome, entry.reason) == ("created", "ok", "ledger_total_differs")
    office.read()  # once it was read, as a retry does: the tax that makes the CRM's total is said
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"
    assert {number: row["Total"] for number, row in office.books().items()} == {"N-1": 115.0, "N-2": 120.0}


def test_it_stays_an_error_where_nothing_is_left_to_say(office: Office) -> None:
    office.customer()
    office.invoice("1", LINE, total="120.00")
    office.drain()
    link = office.at_rest("invoices", "1")
    there = link.base.model_copy(update={"total": Decimal("119.98")})  # type: ignore[union-attr]
    office.at.commit.all(
        PutLink(due(link.model_copy(update={"base": there, "ordered_by": "person"}), office.at.clock.now()))
    )
    for _ in range(2):
        office.drain()
        wrong = office.at_rest("invoices", "1")
        assert (wrong.state, wrong.reason) == ("error", "ledger_total_differs")
        problems.retry(office.context, ADA, keys=[link.key])


def test_another_total_is_mended_by_the_crm_saying_so(office: Office) -> None:
    office.customer()
    knows_rate(office, "15")
    office.invoice("1", LINE, total="115.00")
    office.drain()
    assert office.at_rest("invoices", "1").reason == "ledger_total_differs"
    reference_data.refresh(office.context)
    office.invoice("1", LINE, total="120.00")
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"
    assert office.books()["N-1"]["Total"] == 120.0


def test_what_a_bookkeeper_corrects_there_ends_the_error(office: Office) -> None:
    office.customer()
    knows_rate(office, "15")
    office.invoice("1", LINE, total="115.00")
    office.drain()
    assert office.at_rest("invoices", "1").reason == "ledger_total_differs"
    (line,) = office.books()["N-1"]["LineItems"]
    office.person("edit", "1", LineItems=[line | {"TaxAmount": 15.0}])
    office.read()
    office.drain()
    assert office.books()["N-1"]["Total"] == 115.0
    assert office.at_rest("invoices", "1").state == "linked"
