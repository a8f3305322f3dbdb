"""Safe edits over the real adapters and the simulator: our money comes off, the document is edited, it goes back."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import httpx
import pytest

from ledgerlink.errors import Invalid, NotFound, Refused
from ledgerlink.flows.errors import problems, safe_editing
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.inbound.intake import Change, take_note
from ledgerlink.flows.records import deleting, linking
from ledgerlink.rules.fixes import fixes_of
from ledgerlink.state.record import RecordKey
from tests.flows.documents import LINE, Office, an_office, office, pass_time
from tests.flows.hub import ADA
from tests.flows.test_money_in import ALWAYS, act, content, paid, pay, scheduled, state

__all__ = ["office"]

INVOICE = RecordKey("bench", "invoices", "1")
DEARER = {**LINE, "unit_price": "60.00"}  # with tax 144.00 instead of 120.00
CHEAPER = {**LINE, "unit_price": "40.00"}  # 96.00


DEATHS = 6  # tried in one run of the tests, of some seven hundred; more with DEATHS=n in the environment


def invoiced(office: Office) -> Office:
    office.set(business_hours=ALWAYS)
    office.customer()
    office.invoice("1")
    office.drain()
    office.read()
    return office


def paid_and_edited(office: Office) -> Office:
    pay(office, "p1", "50.00", reference="cheque 7")
    settle(office)
    office.invoice("1", DEARER)
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason) == ("skipped", "paid_document")
    office.here.ledger_calls()
    return office


@pytest.fixture
def sent(office: Office) -> Office:
    return invoiced(office)


@pytest.fixture
def edited(sent: Office) -> Office:
    """An invoice that we paid in part, and that was edited here afterwards."""
    return paid_and_edited(sent)


@contextmanager
def offices() -> Iterator[Office]:
    """The same, as often as somebody dies."""
    with an_office() as office:
        yield paid_and_edited(invoiced(office))


def settle(office: Office, times: int = 4) -> None:
    """Both lanes in turn, until nothing more happens."""
    for _ in range(times):
        office.drain()
        office.read()


def lift(office: Office) -> None:
    safe_editing.run(office.context, INVOICE, "lift_payment", {}, ADA)


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
    plan = safe_editing.plan(edited.context, INVOICE, "lift_payment", {})
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


def test_what_is_left_is_read_even_if_the_ledger_tells_of_the_update_afterwards(edited: Office) -> None:
    """All of it may happen within one second: then the news of the payment looks like an echo of the update."""
    lift(edited)
    for _ in range(4):
        edited.drain()
        invoice = edited.at_rest("invoices", "1")
        take_note([Change(edited.context.organisation, "invoice", invoice.document_id, invoice.base_at)], edited.at)
        edited.read()
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))


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


# ------------------------------------------------------------------ what keeps it from being done


def closed(office: Office, way: str = "lift_payment") -> str:
    """The reason why the way is closed, told by the plan and by trying."""
    [told] = [each.closed for each in safe_editing.plans(office.context, INVOICE) if each.way == way]
    with pytest.raises(Refused) as refused:
        safe_editing.run(office.context, INVOICE, way, {}, ADA)
    assert refused.value.code == told
    return told


def on_the_payment(office: Office, **fields: Any) -> None:
    [made] = [row["PaymentID"] for row in payments(office) if row["Status"] == "AUTHORISED"]
    body = {"kind": "payments", "action": "edit", "id": made, "fields": fields}
    office.here.ledger.post("/_sim/human", json=body).raise_for_status()


def test_money_that_somebody_else_posted_is_never_touched(edited: Office) -> None:
    act(edited, "pay", amount="20.00", reference="copied LL-p1")
    scheduled(edited)
    before = active(edited)
    assert closed(edited) == "money_not_ours"
    settle(edited)
    assert active(edited) == before


def test_a_credit_set_against_it_closes_the_way(edited: Office) -> None:
    edited.credit_note("9")
    edited.drain()
    act(edited, "allocate", "credit_notes", "9", invoice=edited.at_rest("invoices", "1").document_id, amount="5.00")
    assert closed(edited) == "money_not_ours"


def test_a_payment_that_the_bank_matched_stays(edited: Office) -> None:
    on_the_payment(edited, IsReconciled=True)
    assert closed(edited) == "payment_reconciled"


def test_an_edit_below_what_was_paid_is_not_lifted(sent: Office) -> None:
    pay(sent, "p1", "100.00")
    settle(sent)
    sent.invoice("1", CHEAPER)
    sent.drain()
    assert closed(sent) == "total_below_paid"


def test_a_locked_period_closes_the_way(edited: Office) -> None:
    lock = {"kind": "organisation", "action": "edit", "fields": {"PeriodLockDate": "2026-11-21"}}
    edited.here.ledger.post("/_sim/human", json=lock).raise_for_status()
    reference_data.refresh(edited.context)
    assert closed(edited) == "period_locked"


def test_an_edit_that_could_not_go_anyway_says_what_is_wrong_with_it(edited: Office) -> None:
    edited.invoice("1", {**DEARER, "tax_code": "ODD"})
    edited.drain()
    assert closed(edited) == "tax_not_mapped"


def test_only_where_an_edit_waits_is_there_a_way(sent: Office) -> None:
    pay(sent, "p1", "50.00")
    settle(sent)
    with pytest.raises(NotFound):
        lift(sent)


# ------------------------------------------------------------------ several payments, other people meanwhile


def test_several_payments_come_off_and_all_go_back(edited: Office) -> None:
    for id_, amount in (("p2", "30.00"), ("p3", "40.00")):
        pay(edited, id_, amount)
    settle(edited)
    lift(edited)
    settle(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"), (30.0, "LL-p2"), (40.0, "LL-p3"))


def test_a_paid_invoice_can_be_edited_again_and_again(edited: Office) -> None:
    for price, total in (("60.00", "144.00"), ("70.00", "168.00"), ("45.00", "108.00")):
        edited.invoice("1", {**LINE, "unit_price": price})
        edited.drain()
        lift(edited)
        settle(edited)
        assert_mended(edited, total, (50.0, "cheque 7 LL-p1"))


def test_nobody_links_unlinks_deletes_or_edits_what_is_under_way(edited: Office) -> None:
    lift(edited)
    edited.drain()
    payment = RecordKey("bench", "payments", "p1")
    for key in (INVOICE, payment):
        with pytest.raises(Refused, match="in_flight"):
            linking.unlink(edited.context, key, ADA)
        with pytest.raises(Refused, match="in_flight"):
            deleting.delete(edited.context, key, ADA, force=True, reason="a test")
    with pytest.raises(Refused, match="managed_in_ledger"):
        pay(edited, "p1", "49.00", reference="cheque 7")
    with pytest.raises(Refused, match="in_flight"):
        lift(edited)
    settle(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))


def test_an_edit_saved_meanwhile_goes_too(edited: Office) -> None:
    lift(edited)
    edited.drain()
    edited.invoice("1", {**LINE, "unit_price": "65.00"})
    settle(edited)
    assert_mended(edited, "156.00", (50.0, "cheque 7 LL-p1"))


def test_an_edit_taken_back_meanwhile_brings_the_payment_back(edited: Office) -> None:
    lift(edited)
    edited.drain()
    edited.invoice("1")
    settle(edited)
    assert_mended(edited, "120.00", (50.0, "cheque 7 LL-p1"))


def test_a_payment_taken_back_there_meanwhile_is_not_put_back(edited: Office) -> None:
    lift(edited)
    act(edited, "unpay")
    settle(edited)
    scheduled(edited)
    settle(edited)
    assert_mended(edited, "144.00")
    assert [content(each).status for each in paid(edited)] == ["reversed"]


def test_whoever_pays_while_ours_is_off_is_left_alone_and_ours_goes_back(edited: Office) -> None:
    lift(edited)
    edited.drain()
    act(edited, "pay", amount="10.00", reference="theirs")
    settle(edited)
    link = edited.at_rest("invoices", "1")
    assert (link.state, link.reason) == ("error", "money_not_ours")
    assert_mended(edited, "120.00", (50.0, "cheque 7 LL-p1"), (10.0, "theirs"))


def test_a_payment_that_finds_no_room_any_more_says_so_loudly(edited: Office) -> None:
    lift(edited)
    edited.drain()
    act(edited, "pay", amount="100.00", reference="theirs")
    settle(edited)
    link = edited.at_rest("payments", "p1")
    assert (link.state, link.reason) == ("error", "exceeds_outstanding")
    assert active(edited) == [(100.0, "theirs")]
    pay(edited, "p1", "20.00", reference="cheque 7")
    settle(edited)
    assert active(edited) == [(20.0, "cheque 7 LL-p1"), (100.0, "theirs")]
    assert edited.at_rest("payments", "p1").state == "linked"


@pytest.mark.parametrize("heard", [True, False])
def test_a_payment_whose_period_was_locked_meanwhile_says_that_it_is_off(edited: Office, *, heard: bool) -> None:
    lift(edited)
    edited.drain()
    assert active(edited) == []
    lock = {"kind": "organisation", "action": "edit", "fields": {"PeriodLockDate": "2026-11-21"}}
    edited.here.ledger.post("/_sim/human", json=lock).raise_for_status()
    if heard:
        reference_data.refresh(edited.context)
    settle(edited)
    link = edited.at_rest("payments", "p1")
    assert (link.state, link.reason) == ("parked", "payment_off_and_locked")
    record = edited.at.records.get(link.key.record)
    assert record is not None
    assert [fix.id for fix in fixes_of(record, link)] == ["retry"]
    unlock = {"kind": "organisation", "action": "edit", "fields": {"PeriodLockDate": None}}
    edited.here.ledger.post("/_sim/human", json=unlock).raise_for_status()
    reference_data.refresh(edited.context)
    problems.retry(edited.context, ADA, keys=[edited.at_rest("invoices", "1").key, link.key])
    settle(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))


# ------------------------------------------------------------------ refused in the middle


def test_an_update_that_the_ledger_refuses_brings_the_payment_back_and_can_be_tried_again(edited: Office) -> None:
    fault = {"match": {"method": "POST", "path": "/Invoices"}, "kind": "element_error", "times": 1}
    edited.fault(**fault, message="Account code '200' is not a valid code for this document.")
    lift(edited)
    settle(edited)
    link = edited.at_rest("invoices", "1")
    assert (link.state, link.reason) == ("error", "account_not_valid")
    assert_mended(edited, "120.00", (50.0, "cheque 7 LL-p1"))
    lift(edited)
    settle(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))


def test_a_payment_that_the_ledger_does_not_let_go_leaves_all_as_it_was(edited: Office) -> None:
    pay(edited, "p2", "30.00")
    settle(edited)
    held = edited.at_rest("payments", "p2").document_id
    fault = {
        "match": {"method": "POST", "path": f"/Payments/{held}"},
        "kind": "error_before",
        "status": 400,
        "times": 1,
    }
    edited.fault(**fault)
    lift(edited)
    settle(edited)
    link = edited.at_rest("invoices", "1")
    assert (link.state, link.reason) == ("error", "refused_by_ledger")
    assert_mended(edited, "120.00", (30.0, "LL-p2"), (50.0, "cheque 7 LL-p1"))


def test_a_payment_that_cannot_go_back_is_an_error_that_a_retry_mends(edited: Office) -> None:
    fault = {"match": {"method": "PUT", "path": "/Payments"}, "kind": "element_error", "times": 1}
    edited.fault(**fault, message="The Account for the payment could not be found or is not active.")
    lift(edited)
    settle(edited)
    assert edited.at_rest("payments", "p1").state == "error"
    problems.retry(edited.context, ADA, keys=[edited.at_rest("payments", "p1").key])
    settle(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))


# ------------------------------------------------------------------ credit and re-issue


def reissue(office: Office, **params: Any) -> dict[str, RecordKey]:
    """Order it; answers the records made, by what they are."""
    plan = safe_editing.run(office.context, INVOICE, "credit_and_reissue", params, ADA)
    return {step.action: step.record for step in plan.steps if step.action in ("credit", "issue")}


def assert_reissued(office: Office, made: dict[str, RecordKey], left: str, over: str = "0.00") -> None:
    """The old invoice is settled, the new one says the edit, the credit went where it was said to go."""
    books, notes = office.books(), office.books("credit_notes")
    old, new = books["N-1"], books["N-1-R"]
    [note] = notes.values()
    assert (old["Total"], old["AmountDue"], old["Status"]) == (120.0, 0.0, "PAID")
    assert (note["Total"], Decimal(str(note["RemainingCredit"]))) == (120.0, Decimal(over))
    assert Decimal(str(new["AmountDue"])) == Decimal(left)
    here = office.said("invoices", "1"), office.said("invoices", made["issue"].id)
    assert [(each.number, each.amount_outstanding) for each in here] == [("N-1", 0), ("N-1-R", Decimal(left))]
    assert here[0].lines[0].unit_price == 50
    for kind, id_ in (("invoices", "1"), ("invoices", made["issue"].id), ("credit-notes", made["credit"].id)):
        assert office.at_rest(kind, id_).state == "linked"
    assert office.at.lanes.open_dispatches("bench") == []


def test_whoever_paid_it_it_is_credited_in_full_and_issued_anew(edited: Office) -> None:
    act(edited, "pay", amount="20.00", reference="theirs")
    scheduled(edited)
    before = active(edited)
    plan = safe_editing.plan(edited.context, INVOICE, "credit_and_reissue", {})
    told = [(step.action, step.amount) for step in plan.steps]
    assert told == [("credit", 120), ("issue", 144), ("allocate", 50), ("allocate", 70)]
    made = reissue(edited)
    settle(edited, 6)
    assert_reissued(edited, made, left="74.00")
    assert active(edited) == before, "no payment is touched"
    edited.invoice("1", DEARER)
    settle(edited)
    assert_reissued(edited, made, left="74.00")


def test_an_edit_below_what_was_paid_leaves_credit(sent: Office) -> None:
    pay(sent, "p1", "110.00")
    settle(sent)
    sent.invoice("1", CHEAPER)
    sent.drain()
    plan = safe_editing.plan(sent.context, INVOICE, "credit_and_reissue", {})
    assert plan.message == "14.00 stays with the customer as credit"
    made = reissue(sent)
    settle(sent, 6)
    assert_reissued(sent, made, left="0.00", over="14.00")


@pytest.mark.parametrize(("amount", "steps"), [("50.00", [70, 50]), (None, [120])])
def test_a_locked_invoice_is_issued_anew_with_the_edit_that_comes_along(
    sent: Office, amount: str | None, steps: list[int]
) -> None:
    if amount:
        pay(sent, "p1", amount)
        settle(sent)
    sent.set(lock_after_transfer=True)
    with pytest.raises(Refused, match="locked"):
        sent.invoice("1", DEARER)
    with pytest.raises(NotFound):
        reissue(sent)
    edit = {"fields": {"lines": [DEARER]}}
    with pytest.raises(Invalid, match="fields"):
        safe_editing.run(sent.context, INVOICE, "lift_payment", edit, ADA)
    plan = safe_editing.plan(sent.context, INVOICE, "credit_and_reissue", edit)
    assert [step.amount for step in plan.steps if step.action == "allocate"] == [Decimal(each) for each in steps]
    made = reissue(sent, **edit)
    settle(sent, 6)
    assert_reissued(sent, made, left="94.00" if amount else "144.00")
    sent.invoice("1")
    assert sent.said("invoices", "1").lines[0].unit_price == 50, "the CRM repeats itself, which is no edit"


def test_what_was_issued_anew_is_not_credited_twice(edited: Office) -> None:
    made = reissue(edited)
    settle(edited, 6)
    edited.invoice("1", CHEAPER)
    settle(edited)
    for way in ("credit_and_reissue", "lift_payment"):
        with pytest.raises(Refused, match="issued_anew"):
            safe_editing.run(edited.context, INVOICE, way, {}, ADA)
    assert edited.at_rest("invoices", "1").reason == "paid_document"
    assert len(edited.books("credit_notes")) == 1
    key = made["issue"]
    edited.put("invoices", key.id, number="N-1-R", organization_id="o1", issue_date="2026-11-22", lines=[CHEAPER])
    edited.drain()
    assert [each.closed for each in safe_editing.plans(edited.context, key)] == ["money_not_ours", ""]


def test_the_new_one_has_the_number_that_a_person_gives(edited: Office) -> None:
    made = reissue(edited, number=" R 7 ")
    settle(edited, 6)
    assert edited.said("invoices", made["issue"].id).number == "R 7"
    assert edited.books()["R 7"]["Total"] == 144.0


def test_what_was_edited_several_times_goes_back_to_what_was_sent(edited: Office) -> None:
    edited.invoice("1", {**DEARER, "unit_price": "70.00"}, reference="second")
    edited.invoice("1", {**DEARER, "unit_price": "80.00"}, reference="third")
    edited.drain()
    made = reissue(edited)
    settle(edited, 6)
    assert_reissued(edited, made, left="142.00")
    assert (edited.said("invoices", "1").reference, edited.said("invoices", made["issue"].id).reference) == (
        "",
        "third",
    )


def test_what_a_bookkeeper_changed_there_is_not_credited_by_guess(edited: Office) -> None:
    act(edited, "edit", InvoiceNumber="X-1")
    assert closed(edited, "credit_and_reissue") == "history_gone"


def test_another_customer_gets_no_credit_of_the_first(edited: Office) -> None:
    edited.customer("o2")
    edited.invoice("1", DEARER, organization_id="o2")
    edited.drain()
    plan = safe_editing.plan(edited.context, INVOICE, "credit_and_reissue", {})
    assert [(step.action, step.amount) for step in plan.steps][2:] == [("allocate", 70)]
    assert plan.message == "50.00 stays with the customer as credit"


# ------------------------------------------------------------------ lost answers, crashes


def weather_clears(office: Office) -> None:
    for _ in range(4):
        pass_time(office)
        settle(office, 2)
    scheduled(office)
    settle(office, 2)


STEPS = [("POST", r"/Payments/"), ("POST", "/Invoices"), ("PUT", "/Payments")]


@pytest.mark.parametrize("kind", ["error_before", "error_after", "reset", "timeout_after_apply", "torn"])
@pytest.mark.parametrize(("method", "path"), STEPS)
def test_an_answer_lost_at_any_step_loses_nothing_and_posts_nothing_twice(
    edited: Office, method: str, path: str, kind: str
) -> None:
    if path.endswith("/"):
        path += edited.at_rest("payments", "p1").document_id
    lift(edited)
    edited.fault(
        match={"method": method, "path": path}, kind=kind, times=4, **({"status": 503} if "error" in kind else {})
    )
    settle(edited)
    weather_clears(edited)
    assert_mended(edited, "144.00", (50.0, "cheque 7 LL-p1"))


class Killed(BaseException):
    """The process is gone."""


class Deaths:
    """Kills whoever makes the n-th call, of AWS or of the ledger, before or after it was carried out; once."""

    def __init__(self, office: Office, at: int = 0, *, after: bool = False) -> None:
        self.office, self.seen, self.at, self.after = office, 0, at, after
        here, self.aws_hook, self.ledger = office.here, office.here.aws.hook, office.here.stopwatch.simulator
        here.aws.hook = lambda call, answer: self._counted(lambda: self.aws_hook(call, answer))  # type: ignore
        here.stopwatch.simulator = self

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._counted(lambda: self.ledger.handle_request(request))

    def _counted(self, carry_out: Any) -> Any:
        self.seen += 1
        if self.seen != self.at:
            return carry_out()
        if self.after:
            carry_out()
        raise Killed

    def end(self) -> None:
        self.office.here.aws.hook, self.office.here.stopwatch.simulator = self.aws_hook, self.ledger


def lifted(office: Office) -> None:
    lift(office)
    settle(office)


def assert_lifted(office: Office) -> None:
    assert_mended(office, "144.00", (50.0, "cheque 7 LL-p1"))


def reissued(office: Office) -> None:
    reissue(office)
    settle(office, 6)


def assert_reissued_once(office: Office) -> None:
    [issued] = [each.id for each in office.at.records.page("bench", "invoices").items if each.id != "1"]
    [credit] = [each.id for each in office.at.records.page("bench", "credit-notes").items]
    made = {"issue": RecordKey("bench", "invoices", issued), "credit": RecordKey("bench", "credit-notes", credit)}
    assert_reissued(office, made, left="94.00")
    assert active(office) == [(50.0, "cheque 7 LL-p1")]


SCENES = [(lifted, assert_lifted), (reissued, assert_reissued_once)]


@pytest.mark.parametrize(("scene", "holds"), SCENES, ids=lambda each: each.__name__)
def test_killed_at_any_call_it_ends_as_if_it_had_not_been(
    scene: Callable[[Office], None], holds: Callable[[Office], None]
) -> None:
    with offices() as office:
        calls = Deaths(office)
        scene(office)
        calls.end()
        holds(office)
    deaths = [(call, after) for call in range(1, calls.seen + 1) for after in (False, True)]
    for call, after in random.Random(scene.__name__).sample(
        deaths, min(len(deaths), int(os.environ.get("DEATHS", DEATHS)))
    ):
        with offices() as office:
            death = Deaths(office, call, after=after)
            with suppress(Killed):
                scene(office)
            death.end()
            weather_clears(office)
            if office.at_rest("invoices", "1").reason == "paid_document":  # it died before anything was ordered
                scene(office)
            holds(office)


@pytest.mark.parametrize("kind", ["error_before", "error_after"])
@pytest.mark.parametrize("path", ["/CreditNotes$", "/Invoices", "/Allocations"])
def test_an_answer_lost_while_issuing_anew_posts_nothing_twice(edited: Office, path: str, kind: str) -> None:
    edited.fault(match={"method": "PUT", "path": path}, kind=kind, times=4, status=503)
    reissued(edited)
    weather_clears(edited)
    assert_reissued_once(edited)


def test_the_schedule_in_the_middle_takes_nothing_for_a_reversal(edited: Office) -> None:
    lift(edited)
    edited.drain()
    assert active(edited) == []
    scheduled(edited)
    assert [(each.id, content(each).status) for each in paid(edited)] == [("p1", "active")]
    settle(edited)
    scheduled(edited)
    settle(edited)
    assert_lifted(edited)
    assert [(each.id, content(each).status) for each in paid(edited)] == [("p1", "active")]


@pytest.mark.parametrize(("payments", "why"), [(45, ""), (46, "too_many_payments")])
def test_as_many_payments_are_lifted_as_one_transaction_orders(office: Office, payments: int, why: str) -> None:
    invoiced(office)
    for n in range(payments):
        pay(office, f"p{n:02}", "1.00")
    settle(office)
    office.invoice("1", DEARER)
    office.drain()
    if why:
        assert closed(office) == why
        return
    lift(office)
    settle(office, payments)
    assert_mended(office, "144.00", *((1.0, f"LL-p{n:02}") for n in range(payments)))
