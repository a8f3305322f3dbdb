"""Credit notes set against invoices and taken back, over the real adapters and the simulator (rule D19)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.errors import NotFound, Refused
from ledgerlink.flows.errors import safe_editing
from ledgerlink.flows.records import allocating
from ledgerlink.flows.records.drafting import Saved
from ledgerlink.state.link import Link, LinkKey
from tests.flows.documents import LINE, Office, office
from tests.flows.hub import ADA

__all__ = ["office"]


def allocate(office: Office, amount: str, invoice: str = "1") -> Saved:
    said: dict[str, Any] = {"document_id": invoice, "amount": Decimal(amount), "on": None}
    return allocating.allocate(office.context, "1", actor=ADA, **said)


def link(office: Office, saved: Saved) -> Link:
    found = office.at.links.get(LinkKey(*saved.record.key))
    assert found is not None
    return found


def both(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.credit_note("1")
    office.drain()


def test_it_reaches_the_ledger_once_and_both_documents_are_read(office: Office) -> None:
    both(office)
    made = allocate(office, "70.00")
    office.drain()
    office.drain()
    office.read()
    assert link(office, made).state == "linked"
    assert office.books()["N-1"]["AmountDue"] == 50.0
    assert office.books("credit_notes")["C-1"]["RemainingCredit"] == 50.0
    note = office.said("credit-notes", "1")
    assert [(each.document_id, each.amount) for each in note.allocations] == [("1", Decimal("70.00"))]  # type: ignore[attr-defined]
    assert office.said("invoices", "1").amount_outstanding == 50


def test_it_waits_for_its_documents(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.credit_note("1")
    made = allocate(office, "10.00")
    office.drain()
    assert link(office, made).state == "linked"


def test_more_than_is_left_is_refused_before_it_is_sent(office: Office) -> None:
    both(office)
    made = allocate(office, "120.01")
    office.here.ledger_calls()
    office.drain()
    assert (link(office, made).state, link(office, made).reason) == ("error", "exceeds_outstanding")
    assert not office.here.ledger_calls()


@pytest.mark.parametrize(
    ("amount", "invoice", "code"),
    [("500.00", "1", "exceeds_outstanding"), ("1.00", "void", "document_void")],
)
def test_one_that_makes_no_sense_is_refused_and_its_neighbour_goes(
    office: Office, amount: str, invoice: str, code: str
) -> None:
    both(office)
    office.invoice("void")
    office.drain()
    office.invoice("void", status="void")
    bad, good = allocate(office, amount, invoice), allocate(office, "70.00")
    office.drain()
    error = link(office, bad).error
    assert error is not None
    assert (link(office, bad).attempts, error.code) == (0, code)
    assert link(office, good).state == "linked"


def test_it_is_taken_back_by_its_own_or_the_ledgers_id(office: Office) -> None:
    both(office)
    made = allocate(office, "70.00")
    office.drain()
    allocating.take_back(office.context, "1", link(office, made).document_id, ADA)
    office.drain()
    assert link(office, made).document_status == "archived"
    assert office.books()["N-1"]["AmountDue"] == 120.0
    office.drain()
    assert office.books("credit_notes")["C-1"]["RemainingCredit"] == 120.0


def test_it_is_no_allocation_of_another_credit_note(office: Office) -> None:
    both(office)
    office.credit_note("2")
    made = allocate(office, "70.00")
    office.drain()
    for id_ in (made.record.id, link(office, made).document_id):
        with pytest.raises(NotFound):
            allocating.take_back(office.context, "2", id_, ADA)


def test_an_answer_that_was_lost_is_looked_up_and_nothing_is_set_twice(office: Office) -> None:
    both(office)
    made = allocate(office, "70.00")
    office.fault(match={"method": "PUT", "path": "/Allocations"}, kind="error_after", status=503, times=1)
    office.drain()
    [open_one] = office.at.lanes.open_dispatches("bench")
    assert open_one.state == "unknown"
    assert office.books()["N-1"]["AmountDue"] == 50.0
    assert link(office, made).state == "due"


def test_what_the_ledger_has_no_more_is_taken_back_already(office: Office) -> None:
    both(office)
    made = allocate(office, "70.00")
    office.drain()
    office.person("deallocate", "1", kind="credit-notes")
    allocating.take_back(office.context, "1", made.record.id, ADA)
    office.drain()
    assert (link(office, made).state, link(office, made).document_status) == ("linked", "archived")


def test_what_was_ordered_is_told_before_the_ledger_has_it_and_after(office: Office) -> None:
    both(office)
    office.credit_note("10", number="C-10")
    made = allocate(office, "70.00")

    def told() -> list[tuple[str, str, str]]:
        ordered = allocating.ordered(office.context, "1")
        return [(record.id, record.content.status, link.state) for record, link in ordered]  # type: ignore[attr-defined]

    assert told() == [(made.record.id, "active", "due")]
    office.drain()
    assert told() == [(made.record.id, "active", "linked")]
    allocating.take_back(office.context, "1", made.record.id, ADA)
    assert told() == [(made.record.id, "reversed", "due")]
    assert allocating.ordered(office.context, "10") == []


def test_several_that_are_ordered_at_once_are_all_kept(office: Office) -> None:
    both(office)
    made = [allocate(office, amount) for amount in ("10.00", "20.00", "30.00")]
    assert len({saved.record.id for saved in made}) == 3
    office.drain()
    assert office.books()["N-1"]["AmountDue"] == 60.0


def test_an_edit_of_a_credit_note_in_use_is_kept_and_goes_once_the_allocation_is_taken_back(office: Office) -> None:
    both(office)
    made = allocate(office, "70.00")
    office.drain()
    office.read()
    office.credit_note("1", {**LINE, "unit_price": "60.00"})
    office.drain()
    note = office.at_rest("credit-notes", "1")
    assert (note.state, note.reason) == ("skipped", "credit_in_use")
    for ask in (lambda: safe_editing.plans(office.context, note.key.record), lambda: lifted(office)):
        with pytest.raises(Refused) as closed:
            ask()
        assert closed.value.code == "credit_in_use"
    allocating.take_back(office.context, "1", made.record.id, ADA)
    office.drain()
    office.read()
    office.drain()
    assert office.books("credit_notes")["C-1"]["Total"] == 144.0
    assert office.at_rest("credit-notes", "1").state == "linked"
    again = allocate(office, "70.00")
    office.drain()
    assert link(office, again).state == "linked"


def lifted(office: Office) -> Any:
    return safe_editing.run(office.context, office.at_rest("credit-notes", "1").key.record, "lift_payment", {}, ADA)
