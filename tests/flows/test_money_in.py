"""Money in, over the real adapters and the simulator: what is paid, credited and taken back in the ledger arrives."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.errors import Refused
from ledgerlink.flows.errors import fixing
from ledgerlink.flows.inbound import payment_schedule as payments
from ledgerlink.flows.inbound.intake import Change, take_note
from ledgerlink.flows.records import linking
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.kinds.money_documents import CreditNote
from ledgerlink.kinds.payment import Payment
from ledgerlink.ports import PutDispatch, PutLane, PutLink
from ledgerlink.rules import told_back
from ledgerlink.state.link import LinkKey, SyncError
from ledgerlink.state.record import Record, RecordKey
from tests.flows.documents import LINE, Office, office
from tests.flows.hub import ADA, CRM

__all__ = ["office"]

ALWAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "23:59"}


@pytest.fixture
def sent(office: Office) -> Office:
    """An invoice over 120.00 that is in the ledger, with everything asked once."""
    office.set(business_hours=ALWAYS)
    office.customer()
    office.invoice("1", total="120.00")
    office.drain()
    office.read()
    office.here.ledger_calls()
    return office


def document(office: Office, kind: str = "invoices", id_: str = "1") -> str:
    return office.at_rest(kind, id_).document_id


def act(office: Office, action: str, kind: str = "invoices", id_: str = "1", **fields: Any) -> None:
    office.here.ledger.post(
        "/_sim/human",
        json={"kind": kind, "action": action, "id": document(office, kind.replace("_", "-"), id_), "fields": fields},
    ).raise_for_status()


def told(office: Office, *ids: str, kind: str = "invoice") -> None:
    take_note([Change(office.context.organisation, kind, id_) for id_ in ids], office.at)


def scheduled(office: Office) -> payments.Run:
    return payments.run(office.at, seconds_left=lambda: 100.0)


def paid(office: Office) -> list[Record]:
    return [record for record in office.at.records.page("bench", "payments").items if not record.deleted]


def content(record: Record) -> Payment:
    assert isinstance(record.content, Payment)
    return record.content


def state(office: Office, id_: str = "1", kind: str = "invoices") -> tuple[str, Decimal | None]:
    said = office.said(kind, id_)
    return said.status, said.amount_outstanding


def test_a_burst_of_news_about_one_paid_invoice_is_one_read_and_all_of_it_arrives(sent: Office) -> None:
    act(sent, "pay", amount="20.00", reference="part")
    for _ in range(7):
        told(sent, document(sent))
    sent.read()
    assert sent.here.ledger_calls() == {"GET": 1}
    assert state(sent) == ("part_paid", Decimal("100.00"))
    assert sent.said("invoices", "1").stage == "live"
    [payment] = paid(sent)
    assert (content(payment).document_id, content(payment).amount, content(payment).reference) == ("1", 20, "part")
    link = sent.at_rest("payments", payment.id)
    assert (link.state, link.document_id) == ("linked", payment_ids(sent)[0])
    assert (sent.at_rest("invoices", "1").state, sent.at_rest("invoices", "1").seen) == ("linked", None)
    entries = sent.at.activity.of_record(RecordKey("bench", "invoices", "1")).items
    assert {"status", "amount_outstanding"} <= set(entries[0].diff)
    sent.drain()
    assert not sent.here.ledger_calls(), "nothing of it goes back"


def payment_ids(office: Office) -> list[str]:
    return [row["PaymentID"] for row in office.here.ledger.get("/_sim/state").json()["payments"]]


def test_the_schedule_brings_payments_with_their_account(sent: Office) -> None:
    act(sent, "pay")
    run = scheduled(sent)
    assert (run.companies, run.left) == (1, 0)
    assert state(sent) == ("paid", Decimal("0.00"))
    [payment] = paid(sent)
    assert content(payment).method == "090"
    assert sent.here.ledger_calls() == {"GET": 5}
    assert scheduled(sent).left == 0
    assert len(paid(sent)) == 1


def test_a_payment_that_its_invoice_told_of_gets_its_account_later(sent: Office) -> None:
    act(sent, "pay")
    told(sent, document(sent))
    sent.read()
    assert content(paid(sent)[0]).method == ""
    scheduled(sent)
    assert [content(each).method for each in paid(sent)] == ["090"]


def test_a_payment_taken_back_there_is_reversed_here(sent: Office) -> None:
    act(sent, "pay", amount="20.00")
    scheduled(sent)
    act(sent, "unpay")
    scheduled(sent)
    assert [content(each).status for each in paid(sent)] == ["reversed"]
    assert state(sent) == ("approved", Decimal("120.00"))


def test_a_payment_taken_back_is_missed_by_nobody_even_if_only_its_invoice_tells(sent: Office) -> None:
    sent.here.ledger.post("/_sim/settings", json={"deleted_payments_listed": False}).raise_for_status()
    act(sent, "pay", amount="20.00")
    scheduled(sent)
    act(sent, "unpay")
    told(sent, document(sent))
    sent.read()
    assert [content(each).status for each in paid(sent)] == ["reversed"]


def test_outside_business_hours_nobody_is_asked(sent: Office) -> None:
    sent.set(business_hours={"days": [], "from": "08:00", "to": "18:00"})
    assert scheduled(sent) == payments.Run()
    assert not sent.here.ledger_calls()


def test_a_credit_note_set_against_an_invoice_there_settles_both(sent: Office) -> None:
    sent.credit_note("9")
    sent.drain()
    act(sent, "allocate", "credit_notes", "9", invoice=document(sent), amount="50.00")
    scheduled(sent)
    assert state(sent) == ("part_paid", Decimal("70.00"))
    credit = sent.said("credit-notes", "9")
    assert isinstance(credit, CreditNote)
    assert (credit.remaining, [(each.document_id, each.amount) for each in credit.allocations]) == (70, [("1", 50)])
    assert paid(sent) == []
    act(sent, "deallocate", "credit_notes", "9")
    scheduled(sent)
    assert state(sent) == ("approved", Decimal("120.00"))


@pytest.mark.parametrize("kind", ["prepayments", "overpayments"])
@pytest.mark.parametrize("webhook", [True, False])
def test_a_prepayment_applied_there_settles_the_invoice_even_if_that_raises_no_time(
    sent: Office, kind: str, webhook: bool
) -> None:
    customer = sent.link("o1").document_id
    ledger = sent.here.ledger
    made = ledger.post(
        "/_sim/human",
        json={"kind": kind, "action": "create", "fields": {"Contact": {"ContactID": customer}, "amount": "30.00"}},
    ).raise_for_status()
    [credit] = made.json()[kind]
    fields = {"invoice": document(sent)}
    body: dict[str, Any] = {
        "kind": kind,
        "action": "allocate",
        "id": credit[f"{kind[:-1].capitalize()}ID"],
        "fields": fields,
    }
    ledger.post("/_sim/human", json=body).raise_for_status()
    if webhook:
        told(sent, body["id"], kind=kind[:-1])
        sent.read()
        sent.read()
        assert sent.here.ledger_calls() == {"GET": 2}
    else:
        scheduled(sent)
    assert state(sent) == ("part_paid", Decimal("90.00"))


def test_a_void_there_voids_here_where_the_profile_says_so(sent: Office) -> None:
    act(sent, "void")
    scheduled(sent)
    assert state(sent)[0] == "void"
    assert sent.at_rest("invoices", "1").state == "linked"
    sent.drain()
    assert sent.at_rest("invoices", "1").state == "linked"


def test_with_payments_from_ledger_off_nothing_comes_by_itself(sent: Office) -> None:
    sent.set(payments_from_ledger=False)
    act(sent, "pay", amount="20.00")
    told(sent, document(sent))
    sent.read()
    assert state(sent) == ("approved", Decimal("120.00"))
    assert paid(sent) == []
    sent.set(payments_from_ledger=True)
    scheduled(sent)
    assert state(sent) == ("part_paid", Decimal("100.00"))
    assert len(paid(sent)) == 1


# ------------------------------------------------------------------ out


def pay(office: Office, id_: str, amount: str, **fields: Any) -> None:
    said = {"document_id": "1", "date": "2026-11-21", "amount": amount, "method": "090", **fields}
    save(office.context, RecordKey("bench", "payments", id_), Push(said), CRM)


def test_a_payment_made_here_goes_out_once_and_its_invoice_follows(sent: Office) -> None:
    pay(sent, "p1", "50.00", reference="cheque 7")
    sent.drain()
    sent.drain()
    [made] = sent.here.ledger.get("/_sim/state").json()["payments"]
    assert (made["Amount"], made["Reference"], made["Account"]["Code"]) == (50.0, "cheque 7 LL-p1", "090")
    assert sent.at_rest("payments", "p1").document_id == made["PaymentID"]
    sent.read()
    assert state(sent) == ("part_paid", Decimal("70.00"))
    scheduled(sent)
    assert [(each.id, content(each).method) for each in paid(sent)] == [("p1", "090")]


def test_more_than_is_outstanding_is_refused_before_sending(sent: Office) -> None:
    pay(sent, "p1", "70.00")
    pay(sent, "p2", "60.00")
    pay(sent, "p3", "50.00")
    sent.drain()
    assert sent.at_rest("payments", "p3").state == "linked", "what was refused takes nothing away from the next"
    assert sent.at_rest("payments", "p1").state == "linked"
    refused = sent.at_rest("payments", "p2")
    assert (refused.state, refused.reason) == ("error", "exceeds_outstanding")
    assert sent.here.ledger_calls()["PUT"] == 1


def test_what_is_paid_is_the_ledgers_to_say_whatever_is_pushed(sent: Office) -> None:
    def pushed(status: str) -> str:
        save(sent.context, RecordKey("bench", "invoices", "1"), Push({"status": status}, mode="merge"), CRM)
        return state(sent)[0]

    assert [pushed(status) for status in ("paid", "part_paid")] == ["approved", "approved"]
    act(sent, "pay", amount="20.00")
    scheduled(sent)
    assert [pushed(status) for status in ("paid", "approved")] == ["part_paid", "part_paid"]


def test_what_the_ledger_refuses_to_have_paid_is_read_so_that_its_state_stands_here(sent: Office) -> None:
    act(sent, "pay", amount="115.00")  # nobody told
    pay(sent, "p1", "10.00")
    sent.drain()
    assert sent.at_rest("payments", "p1").reason == "exceeds_outstanding"
    sent.read()
    assert state(sent) == ("part_paid", Decimal("5.00"))


def test_a_payment_of_nothing_yet_waits_and_goes_once_it_is_allocated(sent: Office) -> None:
    pay(sent, "p1", "10.00", document_id=None)
    sent.drain()
    assert (sent.at_rest("payments", "p1").state, sent.at_rest("payments", "p1").reason) == ("due", "not_allocated")
    pay(sent, "p1", "10.00")
    sent.drain()
    assert sent.at_rest("payments", "p1").state == "linked"


def test_a_refund_goes_out_on_its_credit_note(sent: Office) -> None:
    sent.credit_note("9")
    sent.drain()
    pay(sent, "r1", "120.00", document_kind="credit_note", document_id="9")
    sent.drain()
    sent.read()
    assert sent.at_rest("payments", "r1").state == "linked"
    credit = sent.said("credit-notes", "9")
    assert isinstance(credit, CreditNote)
    assert (credit.status, credit.remaining) == ("paid", 0)


def test_a_payment_with_our_mark_and_another_amount_is_somebody_elses(sent: Office) -> None:
    sent.set(payments_to_ledger=False)
    pay(sent, "p1", "50.00")
    act(sent, "pay", amount="20.00", reference="copied LL-p1")
    scheduled(sent)
    assert sent.at_rest("payments", "p1").document_id == ""
    assert sorted(content(each).amount for each in paid(sent)) == [20, 50]


def test_what_is_in_the_ledger_is_neither_reversed_nor_changed_from_here(sent: Office) -> None:
    pay(sent, "p1", "50.00")
    pay(sent, "p2", "10.00")
    pay(sent, "p2", "10.00", status="reversed")
    sent.drain()
    assert (sent.at_rest("payments", "p2").state, sent.at_rest("payments", "p2").reason) == ("skipped", "reversed")
    pay(sent, "p1", "50.00")
    for change in ({"status": "reversed"}, {"reference": "other"}):
        with pytest.raises(Refused, match="managed_in_ledger"):
            pay(sent, "p1", "50.00", **change)
    act(sent, "pay", amount="20.00")
    scheduled(sent)
    [theirs] = [each.id for each in paid(sent) if each.id not in ("p1", "p2")]
    with pytest.raises(Refused, match="managed_in_ledger"):
        save(sent.context, RecordKey("bench", "payments", theirs), Push({"status": "reversed"}, mode="merge"), CRM)


def test_a_payment_waits_for_its_document(sent: Office) -> None:
    pay(sent, "p1", "10.00", document_id="2")
    sent.drain()
    assert sent.at_rest("payments", "p1").reason == "document_not_in_ledger"
    sent.invoice("2")
    sent.drain()
    sent.drain()
    assert sent.at_rest("payments", "p1").state == "linked"


def test_what_a_bookkeeper_edits_there_is_not_written_over(sent: Office) -> None:
    act(sent, "edit", Reference="theirs", DueDate="2026-12-31")
    told(sent, document(sent))
    sent.read()
    sent.invoice("1", total="120.00", due_date="2026-12-24", number="N-1a")
    sent.drain()
    link = sent.at_rest("invoices", "1")
    assert (link.state, [clash.field for clash in link.clashes]) == ("conflict", ["due_date"])
    sent.set(field_owner="crm")
    sent.invoice("1", total="120.00", due_date="2026-12-25", number="N-1a")
    sent.drain()
    made = sent.books()["N-1a"]
    assert (made["Reference"], made["DueDateString"][:10]) == ("theirs", "2026-12-25")


def test_what_was_sent_says_so_at_once(sent: Office) -> None:
    said = sent.said("invoices", "1")
    assert (said.amount_outstanding, said.total, said.total_tax) == (120, 120, 20)
    assert sent.at_rest("invoices", "1").last_export_at is not None
    assert sent.at_rest("invoices", "1").exported == sent.at_rest("invoices", "1").wanted
    sent.invoice("2", number="")
    sent.drain()
    assert sent.said("invoices", "2").number.startswith("INV-")
    sent.here.ledger_calls()
    sent.invoice("2", number="")
    sent.drain()
    assert not sent.here.ledger_calls()


def test_an_update_that_leaves_the_totals_is_no_news_to_the_crm(sent: Office) -> None:
    before = sent.at.records.get(RecordKey("bench", "invoices", "1"))
    assert before is not None
    sent.invoice("1", number="N-1", reference="Purchase order 7")
    saved = sent.at.records.get(before.key)
    assert saved is not None
    said = saved.content
    assert (said.subtotal, said.total_tax, said.total) == (100, 20, 120), "nothing they come from was edited"
    sent.drain()
    assert sent.at.records.get(before.key) == saved, "nobody was told anything"
    link = sent.at_rest("invoices", "1")
    assert (link.state, link.exported, link.wanted) == ("linked", saved.revision, saved.revision)


def test_totals_follow_the_lines_and_are_not_held_against_them(sent: Office) -> None:
    sent.invoice("1", {**LINE, "unit_price": "60.00"}, number="N-1")
    assert sent.said("invoices", "1").total is None, "unknown until the ledger says"
    sent.drain()
    said = sent.said("invoices", "1")
    assert (said.subtotal, said.total_tax, said.total, said.amount_outstanding) == (120, 24, 144, 144)
    sent.invoice("1", {**LINE, "unit_price": "60.00"}, number="N-1", reference="again")
    sent.drain()
    assert sent.at_rest("invoices", "1").state == "linked"


@pytest.mark.parametrize("price", ["50.00", "60.00"])
def test_an_invoice_that_is_adopted_has_what_was_paid_of_it_and_is_not_written_over(office: Office, price: str) -> None:
    office.set(business_hours=ALWAYS)
    customer = office.customer()
    line = {"Description": "A day's work", "Quantity": 2, "UnitAmount": 50, "TaxType": "OUTPUT2", "AccountCode": "200"}
    theirs = {"Type": "ACCREC", "InvoiceNumber": "N-1", "Contact": {"ContactID": customer}, "Status": "AUTHORISED"}
    theirs |= {"Date": "2026-11-20", "DueDate": "2026-12-20", "LineItems": [line]}
    office.here.ledger.post("/_sim/seed", json={"invoices": [theirs]}).raise_for_status()
    there = office.books()["N-1"]["InvoiceID"]
    paid_there = {"kind": "invoices", "action": "pay", "id": there, "fields": {"amount": 50}}
    office.here.ledger.post("/_sim/human", json=paid_there).raise_for_status()
    office.invoice("1", {**LINE, "unit_price": price})
    office.drain()
    assert office.at_rest("invoices", "1").reason == "number_taken"
    office.here.ledger_calls()
    fixing.fix(office.context, RecordKey("bench", "invoices", "1"), "link_to_holder", {}, ADA)
    office.drain()
    office.read()
    office.drain()
    said, link = office.said("invoices", "1"), office.at_rest("invoices", "1")
    assert (said.status, said.amount_outstanding) == ("part_paid", 70)
    assert [record.content.amount for record in paid(office)] == [50]  # type: ignore[attr-defined]
    assert (link.state, link.reason) == (("linked", "") if price == "50.00" else ("skipped", "paid_document"))
    assert "POST" not in office.here.ledger_calls()


def test_of_several_payments_with_our_mark_a_person_links_the_right_one(sent: Office) -> None:
    sent.set(payments_to_ledger=True)
    said = {"amount": "50.00", "date": "2026-11-20", "method": "090"}
    sent.put("payments", "p1", document_kind="invoice", document_id="1", **said)
    key = LinkKey("bench", "payments", "p1")
    [link] = sent.at.links.many([key]).values()
    error = SyncError(code="several_matches", message="x", since=sent.at.clock.now())
    parked = {"state": "parked", "reason": "several_matches", "error": error}
    sent.at.commit.all(PutLink(link.model_copy(update=parked)))
    act(sent, "pay", amount="50.00")
    [there] = payment_ids(sent)
    linking.link(sent.context, key.record, there, ADA, confirm=True)
    sent.drain()
    scheduled(sent)
    assert (sent.at_rest("payments", "p1").state, sent.at_rest("payments", "p1").document_id) == ("linked", there)
    assert state(sent) == ("part_paid", Decimal("70.00"))
    assert (len(paid(sent)), payment_ids(sent)) == (1, [there])


def totals(office: Office, id_: str) -> tuple[Any, ...]:
    said = office.said("invoices", id_)
    return said.subtotal, said.total_tax, said.total


@pytest.mark.parametrize("is_paid", [True, False])
def test_an_edit_that_is_taken_back_before_it_went_leaves_the_totals_as_they_are_there(
    office: Office, is_paid: bool
) -> None:
    office.set(business_hours=ALWAYS)
    office.customer()
    office.invoice("1")
    office.drain()
    office.invoice("1", {**LINE, "unit_price": "60.00"})  # what it comes to now counts, not what it was created with
    office.drain()
    assert totals(office, "1") == (120, 24, 144)
    if is_paid:
        act(office, "pay", amount=50)
        told(office, document(office))
        office.read()
    office.invoice("1", {**LINE, "unit_price": "70.00"})
    if is_paid:
        office.drain()
        assert office.at_rest("invoices", "1").reason == "paid_document"
    assert totals(office, "1") == (None, None, None)
    office.here.ledger_calls()
    office.invoice("1", {**LINE, "unit_price": "60.00"})
    office.drain()
    link, record = office.at_rest("invoices", "1"), office.at.records.get(RecordKey("bench", "invoices", "1"))
    assert record is not None
    assert totals(office, "1") == (120, 24, 144)
    assert (link.state, link.wanted, link.exported) == ("linked", record.revision, record.revision)
    assert "POST" not in office.here.ledger_calls()
    assert link.base is not None
    assert link.base.total == 144  # type: ignore[attr-defined]


def test_what_differs_there_tells_no_totals(sent: Office) -> None:
    """An undone edit is held: both sides say something else, and nothing goes."""
    sent.invoice("2")
    sent.drain()
    link, record = sent.at_rest("invoices", "2"), sent.at.records.get(RecordKey("bench", "invoices", "2"))
    assert record is not None
    blank = record.model_copy(update={"content": record.content.model_copy(update={"total": None})})
    now = sent.at.clock.now()
    assert told_back.as_agreed(blank, link, now).content.total == 120  # type: ignore[attr-defined]
    for differs in ({"held_fields": ("lines",)}, {"seen": link.base}):
        assert told_back.as_agreed(blank, link.model_copy(update=differs), now) is blank


def test_a_payment_of_ours_that_was_taken_off_before_it_was_found_is_reversed_here(sent: Office) -> None:
    """It was sent, the process died before anything was stored; somebody took it off before the import came."""
    pay(sent, "p1", "50.00")
    act(sent, "pay", amount="50.00", reference="LL-p1")
    act(sent, "unpay")
    told(sent, *payment_ids(sent), kind="payment")
    sent.read()
    assert sent.at_rest("payments", "p1").document_id == payment_ids(sent)[0]
    assert [content(each).status for each in paid(sent)] == ["reversed"]
    sent.drain()
    assert len(payment_ids(sent)) == 1, "not paid again"


def test_a_payment_whose_answer_was_lost_is_known_by_its_mark_and_never_paid_twice(sent: Office) -> None:
    pay(sent, "p1", "50.00")
    sent.fault(match={"method": "PUT", "path": "/Payments"}, kind="error_after", status=503, times=1)
    sent.drain()
    [lost] = sent.at.lanes.open_dispatches("bench")
    assert lost.state == "unknown"
    told(sent, document(sent))
    sent.read()
    assert paid(sent)[0].id == "p1", "while it is being found out, no other record is made of it"
    assert len(paid(sent)) == 1
    long_ago = sent.at.clock.now() - timedelta(minutes=20)
    lane = sent.at.lanes.get("bench", "export")
    sent.at.commit.all(
        PutDispatch(lost.model_copy(update={"deadline": long_ago, "resolve_at": long_ago})),
        PutLane(lane.model_copy(update={"not_before": None})),
    )
    sent.drain()
    assert sent.at_rest("payments", "p1").document_id == payment_ids(sent)[0]
    sent.read()
    assert len(payment_ids(sent)) == len(paid(sent)) == 1
    assert state(sent) == ("part_paid", Decimal("70.00"))


def test_news_of_somebody_elses_document_is_one_read(sent: Office) -> None:
    """Events of invoices do not say whether it is a bill (``facts/xero.md §5``)."""
    told(sent, "00000000-0000-4000-8000-00000000b111")
    sent.read()
    sent.read()
    assert sent.here.ledger_calls() == {"GET": 1}
    assert sent.at.marks.count(sent.context.organisation) == 0


def test_a_copy_of_our_payment_entered_by_a_person_is_a_payment_of_its_own(sent: Office) -> None:
    pay(sent, "p1", "50.00", reference="cheque 7")
    sent.drain()
    act(sent, "pay", amount="50.00", reference="cheque 7 LL-p1")
    scheduled(sent)
    assert sent.at_rest("payments", "p1").document_id == payment_ids(sent)[0]
    assert sorted(sent.at_rest("payments", each.id).document_id for each in paid(sent)) == sorted(payment_ids(sent))
    assert state(sent) == ("part_paid", Decimal("20.00"))
