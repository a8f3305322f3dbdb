"""Jobs as people handle them, and the turns that carry them out."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.errors import Invalid, NotFound, Refused
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.registry import REGISTRY, STARTABLE
from ledgerlink.flows.bulk.turns import MOST_TRIES, run_turn
from ledgerlink.state.job import Job
from tests.support.hub import ACME, ANN, Hub


def turn(hub: Hub, job: Job) -> Any:
    return run_turn(ACME, job.id, hub.at, seconds_left=lambda: 100.0)


def test_an_unknown_kind_is_refused_with_the_known_ones(hub: Hub) -> None:
    with pytest.raises(Invalid, match="import-contacts"):
        hub.start("make-coffee")


def test_a_job_nobody_knows_is_not_found(hub: Hub) -> None:
    for ask in (jobs.get, jobs.cancel, jobs.items):
        with pytest.raises(NotFound):
            ask(hub.context, "nothing")


def test_jobs_are_listed_newest_first(hub: Hub) -> None:
    started = [hub.start("import-contacts").id for _ in range(3)]
    assert sorted(started) == started
    assert [job.id for job in jobs.page(hub.context).items] == started[::-1]


def test_items_come_in_pages_across_chunks_and_by_outcome(hub: Hub) -> None:
    hub.xero.seed(*({"Name": f"C {n}"} for n in range(5)), {"Name": "Old", "ContactStatus": "ARCHIVED"})
    job = hub.done("import-contacts")
    read, after = [], None
    while True:
        page = jobs.items(hub.context, job.id, after=after, limit=2)
        read += page.items
        after = page.next
        if after is None:
            break
    assert len({item.document_id for item in read}) == len(read) == 6
    assert [item.title for item in jobs.items(hub.context, job.id, outcome="skip").items] == ["Old"]
    assert jobs.items(hub.context, job.id, outcome="failed").items == []


@pytest.mark.parametrize("after", ["x", "1.x", "-1.0", "9.9.9"])
def test_a_cursor_that_is_not_ours_is_refused(hub: Hub, after: str) -> None:
    job = hub.done("import-contacts")
    with pytest.raises(Invalid):
        jobs.items(hub.context, job.id, after=after)


def test_a_job_that_is_no_plan_cannot_be_applied(hub: Hub) -> None:
    job = hub.done("import-contacts")
    with pytest.raises(Refused) as refused:
        jobs.apply(hub.context, job.id, ANN)
    assert refused.value.code == "job_not_ready"


def test_a_plan_can_be_thrown_away(hub: Hub) -> None:
    job = hub.done("import-contacts", dry_run=True)
    assert jobs.cancel(hub.context, job.id).status == "cancelled"


def test_whoever_applies_a_plan_is_told_of_its_end(hub: Hub) -> None:
    job = hub.done("import-contacts", dry_run=True)
    assert job.email.status == "none"
    jobs.apply(hub.context, job.id, Actor("bob", email="bob@acme.example"))
    hub.run()
    assert (hub.job(job.id).email.to, hub.job(job.id).email.status) == ("bob@acme.example", "sent")


def test_one_without_an_address_ends_without_an_email(hub: Hub) -> None:
    job = jobs.start(hub.context, "import-contacts", Actor("machine", "crm"))
    hub.run()
    assert (hub.job(job.id).status, hub.job(job.id).email.status) == ("done", "none")


# ------------------------------------------------------------------ turns


def test_a_turn_under_way_is_not_joined(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    job = hub.start("import-contacts")
    real = REGISTRY["import-contacts"].carry_out
    joined = []

    def carry_out(work: Any) -> Any:
        joined.append(turn(hub, job).driven)
        return real(work)

    monkeypatch.setattr(REGISTRY["import-contacts"], "carry_out", carry_out)
    hub.run()
    assert joined == [False]


def test_a_turn_that_fails_is_tried_again_and_then_the_job_fails(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("a mistake of ours")

    job = hub.start("import-contacts")
    monkeypatch.setattr(REGISTRY["import-contacts"], "carry_out", broken)
    for _ in range(MOST_TRIES):
        with pytest.raises(RuntimeError):
            turn(hub, job)
    turn(hub, job)
    assert (hub.job(job.id).status, hub.job(job.id).email.status) == ("failed", "pending")
    assert "several times" in hub.job(job.id).error


def test_a_turn_that_took_too_long_stores_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    job = hub.start("import-contacts")
    real = REGISTRY["import-contacts"].carry_out

    def slow(work: Any) -> Any:
        hub.clock.advance(61)
        return real(work)

    monkeypatch.setattr(REGISTRY["import-contacts"], "carry_out", slow)
    assert not turn(hub, job).driven
    assert (hub.job(job.id).status, hub.job(job.id).turns) == ("running", 0)


def test_asking_to_cancel_during_a_turn_keeps_the_turn(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.xero.control("POST", "seed", {"contacts": 1100})
    job = hub.start("import-contacts")
    real = REGISTRY["import-contacts"].carry_out

    def cancelled_meanwhile(work: Any) -> Any:
        jobs.cancel(hub.context, job.id)
        return real(work)

    monkeypatch.setattr(REGISTRY["import-contacts"], "carry_out", cancelled_meanwhile)
    hub.run()
    assert (hub.job(job.id).status, hub.job(job.id).progress.created) == ("cancelled", 1000)


def test_a_second_message_for_a_waiting_job_ends_there(hub: Hub) -> None:
    hub.xero.fault("limit_minute", times=1)
    job = hub.start("import-contacts")
    turn(hub, job)
    assert hub.job(job.id).waiting_for == "ledger_busy"
    rung = len(hub.bells.waiting)
    assert not turn(hub, job).driven
    assert len(hub.bells.waiting) == rung


def test_a_message_for_a_job_that_is_over_does_nothing(hub: Hub) -> None:
    job = hub.done("import-contacts")
    assert not turn(hub, job).driven
    assert not run_turn(ACME, "nothing", hub.at, seconds_left=lambda: 100.0).driven


# ------------------------------------------------------------------ switched off


@pytest.mark.parametrize("kind", ["import-contacts", "export-organizations"])
def test_nothing_starts_while_the_integration_is_switched_off(hub: Hub, kind: str) -> None:
    hub.setting(integration_enabled=False)
    with pytest.raises(Refused) as refused:
        hub.start(kind)
    assert refused.value.code == "integration_disabled"


def test_switching_it_off_keeps_the_job_waiting(hub: Hub) -> None:
    job = hub.start("import-contacts")
    hub.setting(integration_enabled=False)
    hub.deliver()
    assert (hub.job(job.id).status, hub.job(job.id).waiting_for) == ("running", "integration_disabled")
    hub.setting(integration_enabled=True)
    hub.clock.advance(301)
    hub.run()
    assert hub.job(job.id).status == "done"


@pytest.mark.parametrize("kind", ["import-contacts", "export-organizations"])
def test_options_that_would_be_ignored_are_refused(hub: Hub, kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        hub.start(kind, options={"fields": ["email"]})
    [problem] = refused.value.problems
    assert (problem.field, problem.message) == ("options.fields", "not an option of this job: it has from_date")
    assert hub.start(kind, options={"from_date": "2026-01-01"}).notes


@pytest.mark.parametrize("kind", sorted(STARTABLE))
def test_every_job_refuses_what_is_no_option_of_it_and_names_those_it_has(hub: Hub, kind: str) -> None:
    with pytest.raises(Invalid) as refused:
        hub.start(kind, options={"status": "approved"})
    [problem] = refused.value.problems
    assert problem.field == "options.status"
    assert problem.message.startswith("not an option of this job: it has ")


@pytest.mark.parametrize("said", ["soon", 7, [], False, {}])
def test_a_from_date_that_is_no_date_is_refused(hub: Hub, said: object) -> None:
    for kind in ("send-invoices", "import-payments", "import-contacts"):
        with pytest.raises(Invalid) as refused:
            hub.start(kind, options={"from_date": said})
        assert refused.value.problems[0].field == "options.from_date"
