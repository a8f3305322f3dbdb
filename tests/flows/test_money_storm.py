"""Money under a storm: people on both sides, lost news, lost answers; in the quiet after it both sides' books agree.

Every payment exactly once on each side, no document paid beyond its total, what is left equal to the cent.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from ledgerlink.errors import Refused
from ledgerlink.ports import PutDispatch, PutLane
from tests.flows.documents import Office, office
from tests.flows.test_money_in import ALWAYS, act, content, document, paid, pay, scheduled, told

__all__ = ["office"]

INVOICES = "123456"
STEPS = 45


class Storm:
    """One seed's worth of people and weather."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.dice, self.made = office, random.Random(seed), 0
        office.set(business_hours=ALWAYS)
        office.customer()
        for id_ in INVOICES:
            office.invoice(id_, total="120.00")
        for id_ in "78":
            office.credit_note(id_)
        office.drain()
        office.read()

    def step(self) -> None:
        people = [self.paid_there, self.paid_here, self.paid_here, self.taken_back, self.credited, self.released]
        what = self.dice.choice([*people, self.lost_answer, self.drained, self.news, self.asked])
        with suppress(httpx.HTTPStatusError, Refused):  # people try what cannot be done
            what()

    def _invoice(self) -> str:
        return self.dice.choice(INVOICES)

    def _amount(self) -> str:
        return str(Decimal(self.dice.randint(1, 9000)) / 100)

    def paid_there(self) -> None:
        act(self.office, "pay", id_=self._invoice(), amount=self._amount())

    def paid_here(self) -> None:
        self.made += 1
        pay(self.office, f"p{self.made}", self._amount(), document_id=self._invoice())

    def taken_back(self) -> None:
        act(self.office, "unpay", id_=self._invoice())

    def credited(self) -> None:
        fields = {"invoice": document(self.office, id_=self._invoice()), "amount": self._amount()}
        act(self.office, "allocate", "credit_notes", self.dice.choice("78"), **fields)

    def released(self) -> None:
        act(self.office, "deallocate", "credit_notes", self.dice.choice("78"))

    def lost_answer(self) -> None:
        kind = self.dice.choice(["error_after", "error_before"])
        self.office.fault(match={"method": "PUT", "path": "/Payments"}, kind=kind, status=503, times=1)

    def drained(self) -> None:
        self.office.drain()

    def news(self) -> None:
        told(self.office, document(self.office, id_=self._invoice()))
        self.office.read()

    def asked(self) -> None:
        scheduled(self.office)

    def calm(self) -> None:
        """The weather clears, time passes, everything is driven until nothing is under way."""
        at = self.office.at
        self.office.here.ledger.delete("/_sim/faults")
        for _ in range(6):
            long_ago = at.clock.now() - timedelta(minutes=20)
            for lost in at.lanes.open_dispatches("bench"):
                aged = {"deadline": long_ago, "resolve_at": long_ago, "state": "unknown"}
                at.commit.all(PutDispatch(lost.model_copy(update=aged)))
            for direction in ("export", "import"):
                lane = at.lanes.get("bench", direction)  # type: ignore[arg-type]
                at.commit.all(PutLane(lane.model_copy(update={"not_before": None})))
            self.office.drain()
            self.office.read()
            scheduled(self.office)


def books(office: Office) -> dict[str, Any]:
    state: dict[str, Any] = office.here.ledger.get("/_sim/state").json()
    return state


@pytest.mark.parametrize("seed", range(4))
def test_both_sides_agree_after_the_storm(office: Office, seed: int) -> None:
    storm = Storm(office, seed)
    for _ in range(STEPS):
        storm.step()
    storm.calm()
    state = books(office)
    there = {row["PaymentID"]: row for row in state["payments"]}
    links = {each.id: office.at_rest("payments", each.id) for each in paid(office)}
    holders = Counter(link.document_id for link in links.values() if link.document_id)
    assert max(holders.values(), default=1) == 1, "one record for a payment"
    assert office.at.lanes.open_dispatches("bench") == []
    active = {id_ for id_, row in there.items() if row["Status"] == "AUTHORISED"}
    ours = {links[each.id].document_id: each for each in paid(office) if content(each).status == "active"}
    assert active <= set(ours), "every payment there is one here"
    for id_, record in ours.items():
        if id_:
            assert there[id_]["Status"] == "AUTHORISED"
            assert Decimal(str(there[id_]["Amount"])) == content(record).amount
    marks = Counter(row["Reference"].split()[-1] for row in there.values() if "LL-" in row["Reference"])
    assert max(marks.values(), default=1) == 1, "none of ours was posted twice"
    for row in state["invoices"]:
        assert 0 <= row["AmountDue"] <= row["Total"]
        said = office.said("invoices", row["InvoiceNumber"].removeprefix("N-"))
        status = {"PAID": "paid"}.get(row["Status"], "approved" if row["AmountDue"] == row["Total"] else "part_paid")
        assert (said.amount_outstanding, said.status) == (Decimal(str(row["AmountDue"])), status)
    for row in state["credit_notes"]:
        credit = office.said("credit-notes", row["CreditNoteNumber"].removeprefix("C-"))
        assert credit.amount_outstanding == Decimal(str(row["RemainingCredit"]))
