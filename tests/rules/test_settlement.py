"""What is paid, credited and voided in the ledger makes of a document here (D8, D12, D13, D19, P4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.kinds.money_documents import Allocation, CreditNote, Invoice
from ledgerlink.rules import settlement as rules
from ledgerlink.state.document import Document
from ledgerlink.state.settlement import Settlement, SettlingPart
from tests.support.builders import NOON


def told(status: Any, left: str = "100", *parts: SettlingPart, listed: bool = True) -> Settlement:
    return Settlement(
        status=status, total=Decimal(100), outstanding=Decimal(left), parts=tuple(parts) if listed else None
    )


def part(id_: str, amount: str = "10", sort: Any = "payment", document: str = "") -> SettlingPart:
    return SettlingPart(sort=sort, id=id_, amount=Decimal(amount), document_id=document)


@pytest.mark.parametrize(
    ("here", "there", "known", "becomes"),
    [
        ("approved", told("approved"), None, "approved"),
        ("approved", told("approved", "40"), None, "part_paid"),
        ("approved", told("paid", "0"), None, "paid"),
        ("paid", told("approved", "40"), None, "part_paid"),
        ("paid", told("approved"), None, "approved"),
        ("part_paid", told("approved"), None, "approved"),
        ("draft", told("approved"), told("draft"), "approved"),
        ("draft", told("approved"), told("approved"), "draft"),
        ("approved", told("draft"), told("approved"), "approved"),
        ("approved", told("void", "0"), None, "void"),
        ("void", told("approved"), None, "void"),
        ("void", told("paid", "0"), None, "void"),
    ],
)
def test_status(here: Any, there: Settlement, known: Settlement | None, becomes: str) -> None:
    content = Invoice(organization_id="o1", status=here)
    assert rules.taken_in(content, there, known, sync_voids=True, targets={}).content.status == becomes


def test_nothing_is_outstanding_on_a_draft_that_was_deleted_there() -> None:
    content = Invoice(organization_id="o1", status="void", amount_outstanding=Decimal(100))
    found = rules.taken_in(content, told("void", "100"), None, sync_voids=True, targets={}).content
    assert found.amount_outstanding == 0


def test_a_void_there_stays_there_unless_voids_travel() -> None:
    content = Invoice(organization_id="o1", status="approved", amount_outstanding=Decimal(100))
    found = rules.taken_in(content, told("void", "0"), None, sync_voids=False, targets={}, update=False)
    assert (found.content, found.changes) == (content, ())


def test_the_first_update_makes_it_live_and_the_answer_to_our_own_write_does_not() -> None:
    content = Invoice(organization_id="o1")
    stages = [
        rules.taken_in(content, told("approved"), None, sync_voids=True, targets={}, update=update).content.stage
        for update in (True, False)
    ]
    assert stages == ["live", "created"]


def test_allocations_are_told_under_the_ledgers_ids_two_alike_are_two() -> None:
    known = Allocation(id="t0", document_id="i1", amount=Decimal(30))  # taken back there, and made again as t1
    content = CreditNote(organization_id="o1", allocations=(known,))
    alike = (part(id_, "30", "allocation", "doc-1") for id_ in ("t1", "t2"))
    there = told("approved", "20", *alike, part("t3", "20", "allocation", "doc-2"))
    found = rules.taken_in(content, there, None, sync_voids=True, targets={"doc-1": "i1"}).content
    assert isinstance(found, CreditNote)
    said = [(each.id, each.document_id) for each in found.allocations]
    assert said == [("t1", "i1"), ("t2", "i1"), ("t3", "doc-2")]
    assert (found.remaining, found.status) == (20, "part_paid")


def test_what_an_answer_does_not_list_takes_nothing_away() -> None:
    known = told("approved", "90", part("p1"))
    assert told("approved", "90", listed=False).over(known).parts == known.parts
    assert not told("approved", "90", listed=False).says_more(known)


def a_document(settlement: Settlement) -> Document:
    content = Invoice(organization_id="c")
    return Document(
        type="invoice", id="doc-1", kind="invoices", updated_at=NOON, content=content, settlement=settlement
    )


def test_a_document_tells_of_its_payments_and_of_those_that_are_gone() -> None:
    found = rules.payments_on(a_document(told("approved", "90", part("new"))), told("approved", "90", part("old")))
    assert [(each.id, each.status, each.updated_at > rules.FROM_ITS_DOCUMENT) for each in found] == [
        ("new", "active", False),
        ("old", "archived", True),
    ]
    assert rules.payments_on(a_document(told("approved", listed=False)), told("approved", "90", part("old"))) == []


@pytest.mark.parametrize(
    ("known", "gone", "shown"),
    [
        (told("approved", "90", part("p1")), False, True),
        (told("approved", "90", part("p1")), True, False),
        (told("approved", "100"), True, True),
        (told("approved", "100"), False, False),
        (told("approved", listed=False), False, False),
        (None, True, False),
    ],
)
def test_whether_a_document_is_known_to_be_so(known: Settlement | None, gone: bool, shown: bool) -> None:
    assert rules.shows(known, part("p1"), gone=gone) is shown
