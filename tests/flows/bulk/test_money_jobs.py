"""The jobs that bring money in on demand: payments now, chosen documents, all of them with their balances."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.adapters.dynamodb import reading
from ledgerlink.errors import Invalid
from ledgerlink.flows.bulk import jobs, update_invoices
from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.ports import PutLink, Unclaim
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import LinkKey
from tests.flows.documents import Office, office
from tests.flows.hub import ADA
from tests.flows.test_money_in import act, content, paid, sent, state

__all__ = ["office", "sent"]


def finish(office: Office, job: Job) -> tuple[Job, list[JobItem]]:
    """Turn after turn until it has ended or waits to be applied; its lines, of the plan or of what was done."""
    for _ in range(30):
        found = jobs.get(office.context, job.id)
        if found.status in ("done", "failed", "cancelled", "planned"):
            break
        run_turn("bench", job.id, office.at, seconds_left=lambda: 100.0)
    sort = "plan" if found.status == "planned" else "result"
    chunks = found.chunk if sort == "plan" else found.results
    return found, [item for number in range(chunks) for item in office.at.jobs.read_chunk(found, sort, number)]  # type: ignore[arg-type]


def run(office: Office, kind: str, **more: Any) -> tuple[Job, list[JobItem]]:
    return finish(office, jobs.start(office.context, kind, ADA, **more))


def outcomes(items: list[JobItem]) -> dict[tuple[str, str], str]:
    return {(item.kind, item.id): item.outcome for item in items}


def test_however_many_are_chosen_each_is_read_and_the_jobs_memory_stays_small(
    sent: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """20,000 ids at once were more than a stored job holds."""
    monkeypatch.setattr(update_invoices, "IDS_IN_CHUNK", 3)
    monkeypatch.setattr(update_invoices, "ids_at_once", lambda _kind: 2)
    for n in range(2, 6):
        (sent.invoice if n % 2 else sent.credit_note)(str(n))
    sent.drain()
    chosen = ["nobody", *(str(n) for n in range(1, 6)), "nothing"]
    job = jobs.start(sent.context, "update-invoices", ADA, ids=chosen)
    while job.status == "running":
        assert len(job.memory.get("ids", [])) <= 3
        run_turn("bench", job.id, sent.at, seconds_left=lambda: 100.0)
        job = jobs.get(sent.context, job.id)
    _, items = finish(sent, job)
    assert (job.status, sorted(item.id for item in items)) == ("done", sorted(chosen))
    assert [item.reason for item in items if item.outcome == "skipped"] == ["no_such_record"] * 2


def test_update_all_looks_for_what_is_open_in_as_many_turns_as_it_takes(
    sent: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LOOKED_AT", 1)
    monkeypatch.setattr(reading, "MOST_LOOKED_AT", 1)
    for n in (2, 3, 4):
        sent.invoice(str(n))
    sent.drain()
    for id_ in "13":
        act(sent, "pay", id_=id_)
    run(sent, "update-invoices", ids=["1"])
    _, items = run(sent, "update-invoices")
    assert outcomes(items) == {("invoices", "2"): "updated", ("invoices", "3"): "updated", ("invoices", "4"): "updated"}


def test_payments_come_now_whatever_the_hour(sent: Office) -> None:
    sent.set(business_hours={"days": [], "from": "08:00", "to": "18:00"}, payments_from_ledger=False)
    act(sent, "pay", amount="20.00")
    job, items = run(sent, "import-payments")
    assert (job.status, job.calls.used) == ("done", 5)
    assert sorted(item.outcome for item in items) == ["created", "updated"]
    assert state(sent) == ("part_paid", Decimal("100.00"))
    assert [content(each).method for each in paid(sent)] == ["090"]


def test_a_plan_of_payments_changes_nothing_and_is_then_carried_out(sent: Office) -> None:
    act(sent, "pay", amount="20.00")
    job, items = run(sent, "import-payments", dry_run=True)
    assert job.status == "planned"
    assert sorted((item.kind, item.outcome) for item in items) == [("invoices", "update"), ("payments", "create")]
    assert state(sent) == ("approved", Decimal("120.00"))
    jobs.apply(sent.context, job.id, ADA)
    _, items = finish(sent, job)
    assert sorted((item.kind, item.outcome) for item in items) == [("invoices", "updated"), ("payments", "created")]
    assert (state(sent), len(paid(sent))) == (("part_paid", Decimal("100.00")), 1)


def test_payments_are_not_chosen_by_name(sent: Office) -> None:
    with pytest.raises(Invalid):
        jobs.start(sent.context, "import-payments", ADA, ids=["1"])


def test_selected_documents_are_read_in_one_call_and_balances_left_alone(sent: Office) -> None:
    sent.invoice("2")
    sent.credit_note("3")
    sent.drain()
    sent.here.ledger_calls()
    act(sent, "pay", amount="20.00")
    act(sent, "pay", id_="2", amount="20.00")
    _, items = run(sent, "update-invoices", ids=["1", "3", "nobody"])
    assert outcomes(items) == {
        ("invoices", "1"): "updated",
        ("invoices", "nobody"): "skipped",
        ("credit-notes", "3"): "updated",
    }
    assert sent.here.ledger_calls() == {"GET": 2}
    assert (state(sent)[0], state(sent, "2")[0]) == ("part_paid", "approved")
    assert sent.content("o1").balance is None


def test_update_all_leaves_out_what_is_paid_and_ends_with_the_balances(sent: Office) -> None:
    sent.invoice("2")
    sent.drain()
    act(sent, "pay")
    run(sent, "update-invoices", ids=["1"])
    act(sent, "pay", id_="2", amount="50.00")
    job, items = run(sent, "update-invoices")
    assert outcomes(items) == {("invoices", "2"): "updated"}
    assert job.figures == {"balances": 1}
    balance = sent.content("o1").balance
    assert balance is not None
    assert (balance.receivable, balance.payable) == (Decimal("70.00"), 0)
    assert sent.link("o1").state == "linked"
    sent.here.ledger_calls()
    sent.drain()
    assert not sent.here.ledger_calls()
    again, _ = run(sent, "update-invoices")
    assert again.figures == {"balances": 0}


def test_many_are_read_page_by_page(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledgerlink.flows.bulk.update_invoices.FEW", 2)
    for id_ in "234":
        sent.invoice(id_)
    sent.drain()
    for id_ in "1234":
        act(sent, "pay", id_=id_, amount="20.00")
    sent.here.ledger_calls()
    _, items = run(sent, "update-invoices")
    assert outcomes(items) == {("invoices", id_): "updated" for id_ in "1234"}
    assert sent.here.ledger_calls() == {"GET": 2}


def test_an_organization_linked_to_nothing_is_linked_to_its_documents_contact(sent: Office) -> None:
    contact = sent.link("o1").document_id
    at, key = sent.at, LinkKey("bench", "organizations", "o1")
    link = sent.link("o1")
    at.commit.all(  # as where its organization was linked by nobody, and the document by hand
        PutLink(link.model_copy(update={"document_id": "", "base": None, "base_at": None, "state": "unlinked"})),
        Unclaim(key, "contact", contact),
    )
    act(sent, "pay", amount="20.00")
    run(sent, "update-invoices", ids=["1"])
    assert sent.link("o1").document_id == contact
