"""A line's own tax, over the real adapters and the simulator: what the ledger holds comes to what is said here (D6)."""

from __future__ import annotations

from itertools import product

import pytest

from tests.flows.documents import LINE, Office, office

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
