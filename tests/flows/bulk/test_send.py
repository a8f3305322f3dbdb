"""Invoices by hand: send selected, send all live, and all or nothing where a product cannot go (D3, D7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.adapters.xero.ledger import XeroLedger
from ledgerlink.errors import Invalid
from ledgerlink.flows.bulk import codes_taken, jobs, send
from ledgerlink.flows.errors import fixing
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.records import allocating
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import RecordKey
from tests.support.aws import AwsInProcess
from tests.support.hub import ACME, ANN, Hub

LINE = {"description": "Work", "quantity": "1", "unit_price": "10.00", "tax_code": "OUTPUT2", "account_code": "200"}


@pytest.fixture
def hub(tables: object, aws: AwsInProcess) -> Iterator[Hub]:
    made = Hub(aws, profile="crm")
    reference_data.refresh(made.context)
    made.save("o1")
    yield made
    made.close()


def put(hub: Hub, id_: str, kind: str = "invoices", **fields: Any) -> None:
    said = {"number": f"N-{id_}", "organization_id": "o1", "issue_date": "2026-11-20", "lines": [LINE]}
    save(hub.context, RecordKey(ACME, kind, id_), Push(said | fields), ANN)


def product(hub: Hub, id_: str, code: str) -> None:
    save(hub.context, RecordKey(ACME, "products", id_), Push({"code": code, "name": code}), ANN)


def states(hub: Hub, *ids: str) -> list[str]:
    links = [hub.at.links.get(LinkKey(ACME, "invoices", id_)) for id_ in ids]
    return [link.state if link is not None else "" for link in links]


def test_all_live_go_as_drafts_and_the_pending_and_void_do_not(hub: Hub) -> None:
    put(hub, "1")
    put(hub, "2", status="awaiting_approval")
    put(hub, "3", status="void")
    put(hub, "4", kind="credit-notes")
    job = hub.done("send-invoices")
    assert hub.outcomes(job) == {"1": "created", "4": "created"}
    assert {row["Status"] for row in hub.xero.control("GET", "state")["invoices"]} == {"DRAFT"}


def test_those_selected_go_whatever_their_status_and_one_bad_one_stops_no_other(hub: Hub) -> None:
    put(hub, "1", status="awaiting_approval")
    put(hub, "2", lines=[])
    put(hub, "3")
    job = hub.done("send-invoices", ids=["1", "2", "9"])
    assert hub.outcomes(job) == {"1": "created", "2": "failed", "9": "failed"}
    assert states(hub, "1", "2", "3") == ["linked", "error", "unlinked"]


def test_what_was_sent_by_hand_and_failed_goes_as_soon_as_it_is_mended(hub: Hub) -> None:
    """By whoever edits it: nobody need look for it and send it once more."""
    for id_ in "12":
        put(hub, id_, currency="XXX")
    hub.done("send-invoices")
    assert states(hub, "1", "2") == ["error", "error"]
    put(hub, "1", currency="GBP")
    put(hub, "2", currency="GBP", status="awaiting_approval")
    hub.deliver()
    assert states(hub, "1", "2") == ["linked", "unlinked"], "pending ones go only where they are selected"


def test_a_plan_tells_what_is_wrong_and_sends_nothing(hub: Hub) -> None:
    put(hub, "1")
    put(hub, "2", currency="XXX")
    job = hub.done("send-invoices", dry_run=True)
    told = {item.id: (item.outcome, item.reason) for item in hub.items(job)}
    assert told == {"1": ("create", ""), "2": ("fail", "currency_not_subscribed")}
    assert not hub.xero.control("GET", "state")["invoices"]


def test_records_of_any_kind_can_be_sent(hub: Hub) -> None:
    product(hub, "1", "DRILL")
    put(hub, "1")
    job = hub.done("send", records=[("products", "1"), ("invoices", "1")])
    assert [(item.kind, item.outcome) for item in hub.items(job)] == [("products", "created"), ("invoices", "created")]


def test_a_product_that_cannot_go_stops_the_whole_send_and_is_named(hub: Hub) -> None:
    product(hub, "p1", "GOOD")
    product(hub, "p2", "X" * 31)
    put(hub, "1", lines=[{**LINE, "product_id": "p1"}])
    put(hub, "2", lines=[{**LINE, "product_id": "p2"}])
    job = hub.done("send-invoices")
    assert job.status == "failed"
    assert f"{'X' * 31} (field_too_long)" in job.error
    assert not hub.xero.control("GET", "state")["invoices"]
    hub.setting(stop_send_on_product_error=False)
    job = hub.done("send-invoices")
    assert hub.outcomes(job) == {"1": "created", "2": "skipped"}


def test_the_ledgers_lists_are_read_before_anything_is_judged_by_them(tables: object, aws: AwsInProcess) -> None:
    hub = Hub(aws, profile="crm")
    hub.save("o1")
    product(hub, "p1", "X" * 31)
    put(hub, "1", lines=[{**LINE, "product_id": "p1"}])
    put(hub, "2")
    job = hub.done("send-invoices")
    assert (job.status, "(field_too_long)" in job.error) == ("failed", True)
    assert not hub.xero.control("GET", "state")["invoices"]
    hub.close()


def test_those_sent_by_hand_go_once_their_code_is_mapped_from_one_of_them(hub: Hub) -> None:
    odd = {**LINE, "account_code": "odd"}
    for id_ in ("1", "2"):
        put(hub, id_, lines=[odd])
    put(hub, "3", lines=[{**LINE, "tax_code": "unheard of"}])
    hub.done("send-invoices", ids=["1", "2", "3"])
    assert states(hub, "1", "2", "3") == ["error"] * 3
    said = {"mapping": "account", "from": "odd", "side": "sales", "to": "200"}
    fixing.fix(hub.context, RecordKey(ACME, "invoices", "1"), "map", said, ANN)
    hub.rest()
    assert states(hub, "1", "2", "3") == ["linked", "linked", "error"]


def planned(hub: Hub, **more: Any) -> tuple[Any, dict[str, tuple[str, str, str]]]:
    job = hub.done("send-invoices", dry_run=True, **more)
    return job, {item.id: (item.outcome, item.reason, item.message) for item in hub.items(job)}


def test_a_plan_foretells_the_product_that_stops_it_all(hub: Hub) -> None:
    hub.xero.control("POST", "seed", {"items": [{"Code": "TAKEN", "Name": "Lamp"}]})
    for id_, code in (("p1", "GOOD"), ("p2", "X" * 31), ("p3", "good"), ("p4", "TAKEN")):
        product(hub, id_, code)
        put(hub, id_[1:], lines=[{**LINE, "product_id": id_}])
    job, told = planned(hub)
    refused = f"TAKEN (item_code_taken), {'X' * 31} (field_too_long), good (item_code_taken)"
    assert {id_: (outcome, reason) for id_, (outcome, reason, _) in told.items()} == {
        "1": ("skip", "product_error"),
        "2": ("skip", "field_too_long"),
        "3": ("skip", "item_code_taken"),
        "4": ("skip", "item_code_taken"),
    }
    assert told["1"][2] == f"nothing would be sent: {refused}"
    assert told["2"][2].startswith(f"product {'X' * 31}: code: has 31")
    assert (job.progress.skipped, job.progress.created, job.calls.needed) == (4, 0, 0)
    jobs.apply(hub.context, job.id, ANN)
    hub.run()
    assert hub.job(job.id).status == "failed"
    assert "nothing was sent" in hub.job(job.id).error


def test_a_plan_without_the_stop_says_only_which_documents_wait_for_their_product(hub: Hub) -> None:
    hub.setting(stop_send_on_product_error=False)
    product(hub, "p1", "GOOD")
    product(hub, "p2", "X" * 31)
    put(hub, "1", lines=[{**LINE, "product_id": "p1"}])
    put(hub, "2", lines=[{**LINE, "product_id": "p2"}])
    job, told = planned(hub)
    assert [told[id_][:2] for id_ in ("1", "2")] == [("create", ""), ("skip", "field_too_long")]
    product(hub, "p2", "MENDED")
    jobs.apply(hub.context, job.id, ANN)
    hub.run()
    assert hub.outcomes(hub.job(job.id)) == {"1": "created", "2": "created"}


def test_a_plan_asks_for_each_code_once_one_call_a_turn_whatever_the_calls_allow(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute allows a bulk job few calls at once: what a turn was told is kept, though the next is put off."""
    monkeypatch.setattr(codes_taken, "CODES_AT_ONCE", 2)
    monkeypatch.setattr(codes_taken, "IN_CHUNK", 3)
    monkeypatch.setattr(send, "PAGE", 10)
    asked: list[str] = []
    having = XeroLedger.having

    def noted(ledger: Any, type_: Any, field: str, values: Any, **more: Any) -> Any:
        found = having(ledger, type_, field, values, **more)
        asked.extend(values)
        return found

    monkeypatch.setattr(XeroLedger, "having", noted)
    hub.setting(stop_send_on_product_error=False)
    for n in range(25):
        product(hub, f"p{n}", f"CODE{n}")
        put(hub, str(n), lines=[{**LINE, "product_id": f"p{n}"}])
    job, told = planned(hub)
    assert {outcome for outcome, *_ in told.values()} == {"create"}
    assert sorted(asked) == sorted(f"CODE{n}" for n in range(25))
    assert job.calls.used == 5 + 5 + 3


def test_a_plan_foretells_that_a_product_of_an_earlier_page_has_the_code(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "PAGE", 1)
    hub.setting(stop_send_on_product_error=False)
    for id_, code in (("1", "SAME"), ("2", "same")):
        product(hub, f"p{id_}", code)
        put(hub, id_, lines=[{**LINE, "product_id": f"p{id_}"}])
    _, told = planned(hub)
    assert [told[id_][:2] for id_ in ("1", "2")] == [("create", ""), ("skip", "item_code_taken")]


def test_a_plan_counts_the_products_of_lines_that_do_not_go_as_the_run_does(hub: Hub) -> None:
    put(hub, "1")
    put(hub, "2", lines=[{**LINE, "product_id": "p9"}])
    job, told = planned(hub)
    assert told["1"] == ("skip", "product_error", "nothing would be sent: p9 (product_unknown)")
    jobs.apply(hub.context, job.id, ANN)
    hub.run()
    assert hub.job(job.id).error == "nothing was sent: p9 (product_unknown)"


def test_a_product_that_is_not_here_or_that_the_ledger_refused_stops_it_too(hub: Hub) -> None:
    product(hub, "p1", "GOOD")
    put(hub, "1", lines=[{**LINE, "product_id": "p1"}])
    put(hub, "2", lines=[{**LINE, "product_id": "p9"}])
    job = hub.done("send-invoices")
    assert (job.status, job.error) == ("failed", "nothing was sent: p9 (product_unknown)")
    assert hub.outcomes(hub.done("send-invoices", ids=["1"])) == {"1": "created"}
    hub.xero.control("POST", "seed", {"items": [{"Code": "TAKEN", "Name": "Lamp"}]})
    product(hub, "p1", "TAKEN")
    hub.run()
    put(hub, "3", lines=[{**LINE, "product_id": "p1"}])
    assert hub.done("send-invoices", ids=["3"]).error == "nothing was sent: TAKEN (item_code_taken)"


@pytest.mark.parametrize("number", ["N-1", ""])
@pytest.mark.parametrize("fault", ["error_after", "timeout_after_apply", "error_before"])
def test_whatever_becomes_of_the_answer_it_is_posted_once(hub: Hub, fault: str, number: str) -> None:
    """Also without a number: our mark stands behind its address."""
    put(hub, "1", number=number)
    put(hub, "1", kind="credit-notes", number=number and "C-1")
    hub.xero.control("POST", "faults", {"match": {"path": "/Invoices"}, "kind": fault, "times": 3})
    hub.xero.control("POST", "faults", {"match": {"path": "/CreditNotes"}, "kind": fault, "times": 3})
    hub.start("send-invoices")
    hub.deliver(("job", "export"), most=30)
    hub.clock.advance(20 * 60)
    hub.run(sweeps=40)
    state = hub.xero.control("GET", "state")
    assert (len(state["invoices"]), len(state["credit_notes"])) == (1, 1)
    assert states(hub, "1") == ["linked"]


def test_a_job_whose_answers_are_lost_rests_until_the_ledger_can_be_asked(hub: Hub) -> None:
    """It would ring, and look, every second for a quarter of an hour."""
    put(hub, "1")
    hub.xero.control("POST", "faults", {"match": {"path": "/Invoices"}, "kind": "error_after", "times": 9})
    job = hub.start("send-invoices")
    hub.run(sweeps=8)
    [dispatch] = hub.at.lanes.open_dispatches(job.company)
    resting, turns = hub.job(job.id), hub.job(job.id).turns
    assert (dispatch.state, resting.status, resting.waiting_for) == ("unknown", "running", "lost_answer")
    hub.run(sweeps=8)
    assert hub.job(job.id).turns <= turns + 2
    hub.run(sweeps=20)
    assert hub.outcomes(job) == {"1": "created"}
    assert len(hub.xero.control("GET", "state")["invoices"]) == 1


@pytest.mark.parametrize("fault", ["error_after", "error_before"])
def test_an_allocation_is_made_once_and_taken_back_once(hub: Hub, fault: str) -> None:
    hub.setting(document_target_status="approved")
    put(hub, "1")
    put(hub, "1", kind="credit-notes", number="C-1")
    hub.done("send-invoices")
    match = {"match": {"path": "/Allocations"}, "kind": fault, "status": 503, "times": 1}
    hub.xero.control("POST", "faults", match)
    made = allocating.allocate(hub.context, "1", document_id="1", amount=Decimal("4.00"), on=None, actor=ANN)
    hub.deliver()
    hub.clock.advance(20 * 60)
    hub.rest()
    [note] = hub.xero.control("GET", "state")["credit_notes"]
    assert [each["Amount"] for each in note["Allocations"]] == [4.0]
    hub.xero.control("POST", "faults", match)
    allocating.take_back(hub.context, "1", made.record.id, ANN)
    hub.deliver()
    hub.clock.advance(20 * 60)
    hub.rest()
    [note] = hub.xero.control("GET", "state")["credit_notes"]
    link = hub.at.links.get(LinkKey(*made.record.key))
    assert link is not None
    assert (note["Allocations"], link.state, link.document_status) == ([], "linked", "archived")


def test_from_a_date_on_older_ones_stay(hub: Hub) -> None:
    put(hub, "old", issue_date="2026-10-31")
    put(hub, "day", issue_date="2026-11-01")
    put(hub, "new", kind="credit-notes", number="C-1")
    put(hub, "open", issue_date=None)
    product(hub, "p1", "DRILL")
    planned = hub.done("send-invoices", dry_run=True, options={"from_date": "2026-11-01"})
    assert {item.id for item in hub.items(planned)} == {"day", "new", "open"}
    job = hub.done("send", options={"from_date": "2026-11-01"})
    assert hub.outcomes(job) == {"day": "created", "new": "created", "open": "created"}
    assert hub.job(job.id).notes == (
        "Left out for from_date, being without a date: every organization, every product.",
    )


def test_a_date_and_names_are_refused_together(hub: Hub) -> None:
    put(hub, "1")
    with pytest.raises(Invalid) as refused:
        hub.start("send-invoices", ids=["1"], options={"from_date": "2026-11-01"})
    assert refused.value.problems[0].field == "options.from_date"
