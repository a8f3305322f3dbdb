"""The link columns: forms of ids, other ledgers, record ids (K9)."""

from __future__ import annotations

import pytest

from ledgerlink.rules.csv_links import link_cell, record_id

CONTACT = "b5b40c60-f4a4-4d32-b3f4-8cd54787daed"


@pytest.mark.parametrize("cell", [CONTACT, CONTACT.upper(), f" {CONTACT}\t", f"{{{CONTACT}}}"])
def test_a_contact_id_is_taken_however_it_is_written(cell: str) -> None:
    assert link_cell({"linked_xero_contact": cell}).document_id == CONTACT


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"linked_xero_contact": "58"}, "is not a ContactID of Xero"),
        ({"linked_xero_contact": CONTACT[:-1]}, "is not a ContactID of Xero"),
        ({"linked_xero_contact": CONTACT + "0"}, "is not a ContactID of Xero"),
        ({"linked_xero_contact": "00000000-0000-0000-0000-000000000000"}, "is not a ContactID of Xero"),
        ({"linked_xero_contact": "=HYPERLINK(1)"}, "is not a ContactID of Xero"),
        ({"linked_quickbooks_customer": "58"}, "QuickBooks is not connected"),
        ({"linked_quickbooks_customer": "abc"}, "which is digits"),
        ({"linked_sage_contact": CONTACT}, "Sage is not connected"),
        ({"linked_xero_contact": CONTACT, "linked_sage_contact": "1"}, "Sage is not connected"),
    ],
)
def test_what_is_no_contact_of_this_ledger_is_told(cells: dict[str, str], problem: str) -> None:
    assert problem in link_cell(cells).problem


@pytest.mark.parametrize("cells", [{}, {"linked_xero_contact": " "}, {"linked_sage_contact": ""}])
def test_an_empty_cell_says_nothing(cells: dict[str, str]) -> None:
    assert (link_cell(cells).document_id, link_cell(cells).problem) == ("", "")


@pytest.mark.parametrize("cell", ["1", "a.b_c~d@e+f-g", "'-1", " x ", "x" * 47])
def test_ids_of_records(cell: str) -> None:
    assert record_id({"id": cell}) == (cell.strip().removeprefix("'"), "")


@pytest.mark.parametrize("cell", ["", " ", "a b", "a#b", "x" * 48, "ä", "a/b"])
def test_what_cannot_be_an_id_is_told(cell: str) -> None:
    id_, problem = record_id({"id": cell})
    assert not id_
    assert problem
