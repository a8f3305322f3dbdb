"""Cells that would run as formulas, and the names of columns."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerlink.rules.csv_cells import has_control_characters, header_name, neutralised, restored


@pytest.mark.parametrize("text", ["=1+1", "+44 20 7946 0000", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''+1"])
def test_what_would_run_is_neutralised_and_comes_back_as_it_was(text: str) -> None:
    assert neutralised(text) == f"'{text}"
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize("text", ["", "Hall", "O'Neill", "'quoted'", "0201234", "a=b", "1-2"])
def test_everything_else_stays(text: str) -> None:
    assert neutralised(text) == restored(text) == text


@given(st.text())
def test_out_and_in_is_the_same_for_every_text(text: str) -> None:
    assert restored(neutralised(text)) == text


@given(st.text())
def test_no_cell_that_goes_out_begins_a_formula(text: str) -> None:
    assert neutralised(text)[:1] not in set("=+-@\t\r\n") - {""} or not text


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")), min_size=2, max_size=4))
def test_pythons_csv_carries_it_through(row: list[str]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([neutralised(cell) for cell in row])
    assert [[restored(cell) for cell in back] for back in csv.reader(io.StringIO(text.getvalue(), newline=""))] == [row]


@pytest.mark.parametrize(
    "cell", ["Linked Xero contact", "linked_xero_contact", " LINKED  XERO-CONTACT ", "\ufeffLinked Xero Contact"]
)
def test_a_column_is_known_however_it_is_written(cell: str) -> None:
    assert header_name(cell) == "linked_xero_contact"


def test_control_characters_are_seen_but_line_breaks_are_none() -> None:
    assert has_control_characters("a\x00b")
    assert not has_control_characters("a\r\n\tb")
