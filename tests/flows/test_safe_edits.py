"""Safe edits over the real adapters and the simulator: our money comes off, the document is edited, it goes back."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.flows.errors import safe_editing
from ledgerlink.state.record import RecordKey
from tests.flows.documents import LINE, Office, office
from tests.flows.hub import ADA
from tests.flows.test_money_in import ALWAYS, content, paid, pay, scheduled, state

__all__ = ["office"]

INVOICE = RecordKey("bench", "invoices", "1")
DEARER = {**LINE, "unit_price": "60.00"}  # with tax 144.00 instead of 120.00
CHEAPER = {**LINE, "unit_price": "40.00"}  # 96.00


@pytest.fixture
def sent(office: Office) -> Office:
    office.set(business_hours=ALWAYS)
    office.customer()
    office.invoice("1")
    office.drain()
    office.read()
    return office


@pytest.fixture
def edited(sent: Office) -> Office:
    """An invoice that we paid in part, and that was edited here afterwards."""
    pay(sent, "p1", "50.00", reference="cheque 7")
    settle(sent)
    sent.invoice("1", DEARER)
    sent.drain()
    assert (sent.at_rest("invoices", "1").state, sent.at_rest("invoices", "1").reason) == ("skipped", "paid_document")
    sent.here.ledger_calls()
    return sent


def settle(office: Office, times: int = 4) -> None:
    """Both lanes in turn, until nothing more happens."""
    for _ in range(times):
        office.drain()
        office.read()


def lift(office: Office) -> None:
    safe_editing.run(office.context, INVOICE, "lift_payment", ADA)


def payments(office: Office) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = office.here.ledger.get("/_sim/state").json()["payments"]
    return rows


def active(office: Office) -> list[tuple[float, str]]:
    return sorted((row["Amount"], row["Reference"]) for row in payments(office) if row["Status"] == "AUTHORISED")


def assert_mended(office: Office, total: str, *amounts: tuple[float, str]) -> None:
    """Both sides agree, every payment stands once, and nothing is under way."""
    invoice = office.books()["N-1"]
    assert Decimal(str(invoice["Total"])) == Decimal(total)
    assert active(office) == sorted(amounts)
    left = Decimal(total) - sum((Decimal(str(amount)) for amount, _ in amounts), Decimal(0))
    assert (Decimal(str(invoice["AmountDue"])), state(office)[1]) == (left, left)
    assert office.at.lanes.open_dispatches("bench") == []
    links = [office.at_rest("invoices", "1"), *(office.at_rest("payments", each.id) for each in paid(office))]
    assert not any(link.is_lifting for link in links)
    there = {row["PaymentID"] for row in payments(office) if row["Status"] == "AUTHORISED"}
    held = Counter(link.document_id for link in links[1:] if link.document_id in there)
    assert held == Counter(there), "one record for each payment"


def test_our_payment_is_lifted_the_invoice_updated_and_the_payment_put_back(edited: Office) -> None:
    lines = [line["LineItemID"] for line in edited.books()["N-1"]["LineItems"]]
    plan = safe_editing.plan(edited.context, INVOICE, "lift_payment")
    told = [(step.action, step.record.id, step.amount) for step in plan.steps]
    assert told == [("take_off", "p1", 50), ("update", "1", 144), ("put_back", "p1", 50)]
    assert set(plan.diff) == {"lines"}
    before = payments(edited)
    assert edited.here.ledger_calls() == {"GET": 2}, "a plan only reads"
    lift(edited)
    settle(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))
    [old] = [row for row in payments(edited) if row["Status"] == "DELETED"]
    [new] = [row for row in payments(edited) if row["Status"] == "AUTHORISED"]
    assert old["PaymentID"] == before[0]["PaymentID"]
    same = ("Amount", "Date", "Reference", "Account")
    assert {name: new[name] for name in same} == {name: old[name] for name in same}
    assert [line["LineItemID"] for line in edited.books()["N-1"]["LineItems"]] == lines
    assert edited.here.ledger_calls()["PUT"] == 1
    assert state(edited) == ("part_paid", Decimal("94.00"))
    scheduled(edited)
    settle(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))
    assert [content(each).status for each in paid(edited)] == ["active"], "the CRM hears of no reversal"


def test_the_history_tells_every_step(edited: Office) -> None:
    lift(edited)
    settle(edited)
    said = {
        key: [(e.direction, e.action, e.reason) for e in edited.at.activity.of_record(key).items[::-1]]
        for key in (INVOICE, RecordKey("bench", "payments", "p1"))
    }
    assert ("here", "ordered", "lift_payment") in said[INVOICE]
    assert ("export", "updated", "") in said[INVOICE]
    steps = [entry[1] for entry in said[RecordKey("bench", "payments", "p1")] if entry[2] != "payment_lifted"]
    assert steps == ["created", "created", "ordered", "archived", "created"]
