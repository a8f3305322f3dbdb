"""Exporting organizations: what each becomes, at how many calls, planned or at once, beside live traffic."""

from __future__ import annotations

import pytest

from ledgerlink.errors import LedgerBusy, NotConnected, Refused
from ledgerlink.flows.bulk import jobs, names_taken
from ledgerlink.flows.bulk.work import Step, Work
from ledgerlink.flows.connection import connect, tokens
from ledgerlink.flows.context import Context
from ledgerlink.flows.records.linking import unlink
from ledgerlink.flows.sweeping import sweep
from ledgerlink.ports import Ledger, Permit, Seen
from ledgerlink.rules.jobs import NAME_ARCHIVED
from ledgerlink.state.record import RecordKey
from tests.support.hub import ACME, ANN, Hub


@pytest.fixture
def quiet(hub: Hub) -> Hub:
    """Nothing goes by itself: only jobs send."""
    hub.setting(create_linked_contact_on_create=False, update_linked_contact_on_edit=False)
    return hub


def test_each_unlinked_active_organization_becomes_a_contact(quiet: Hub) -> None:
    quiet.save("a", email="a@x.example")
    quiet.save("b", active=False)
    job = quiet.done("export-organizations")
    assert quiet.outcomes(job) == {"a": "created", "b": "skipped"}
    assert quiet.contact("Org a")["EmailAddress"] == "a@x.example"
    assert [item.reason for item in quiet.items(job, outcome="skipped")] == ["inactive"]


def test_a_linked_one_is_updated_with_what_changed_here(quiet: Hub) -> None:
    quiet.save("a", email="old@x.example")
    quiet.done("export-organizations")
    quiet.save("a", email="new@x.example")
    job = quiet.done("export-organizations")
    [item] = quiet.items(job)
    assert (item.outcome, item.diff) == ("updated", {"email": {"from": "old@x.example", "to": "new@x.example"}})
    assert quiet.contact("Org a")["EmailAddress"] == "new@x.example"


def test_an_inactive_linked_one_is_archived_and_then_left_alone(quiet: Hub) -> None:
    quiet.save("a")
    quiet.done("export-organizations")
    quiet.save("a", active=False)
    assert quiet.outcomes(quiet.done("export-organizations")) == {"a": "archived"}
    assert quiet.contact("Org a")["ContactStatus"] == "ARCHIVED"
    assert quiet.outcomes(quiet.done("export-organizations")) == {"a": "skipped"}


def test_making_it_active_again_does_not_un_archive(quiet: Hub) -> None:
    quiet.save("a")
    quiet.done("export-organizations")
    quiet.save("a", active=False)
    quiet.done("export-organizations")
    quiet.save("a", active=True)
    [item] = quiet.items(quiet.done("export-organizations"))
    assert (item.outcome, item.reason) == ("skipped", "archived_in_ledger")


def test_nothing_to_say_costs_no_call_and_no_write(quiet: Hub) -> None:
    for n in range(3):
        quiet.save(f"o{n}")
    quiet.done("export-organizations")
    versions = [quiet.link(f"o{n}").version for n in range(3)]
    calls = len(quiet.calls())
    job = quiet.done("export-organizations")
    assert job.progress.unchanged == 3
    assert (len(quiet.calls()), [quiet.link(f"o{n}").version for n in range(3)]) == (calls, versions)


def test_fifty_go_in_one_call(quiet: Hub) -> None:
    for n in range(120):
        quiet.save(f"o{n:03}")
    before = len(quiet.calls())
    job = quiet.done("export-organizations")
    assert quiet.calls()[before:] == ["PUT Contacts"] * 3
    assert (job.calls.needed, job.calls.used, job.progress.created) == (3, 3, 120)


def test_failures_are_told_with_reasons_and_spoil_nothing(quiet: Hub) -> None:
    quiet.xero.seed({"Name": "Org taken"})
    for id_ in ("fine", "taken"):
        quiet.save(id_)
    quiet.save("wrong", name="<b>")
    job = quiet.done("export-organizations")
    assert quiet.outcomes(job) == {"fine": "created", "taken": "failed", "wrong": "failed"}
    assert {item.id: item.reason for item in quiet.items(job, outcome="failed")} == {
        "taken": "name_taken",
        "wrong": "name_not_allowed",
    }
    [taken] = [item for item in quiet.items(job, outcome="failed") if item.id == "taken"]
    assert taken.message == "The contact Org taken in the ledger already has this name."
    assert quiet.at.links.count_errors(ACME) == 2


def test_only_those_chosen_go(quiet: Hub) -> None:
    for id_ in ("a", "b", "c"):
        quiet.save(id_)
    job = quiet.done("export-organizations", ids=["c", "a", "c", "none"])
    assert quiet.outcomes(job) == {"c": "created", "a": "created", "none": "failed"}
    assert quiet.link("b").state == "unlinked"


def test_one_that_a_person_unlinked_is_created_again_when_chosen(quiet: Hub) -> None:
    quiet.save("a")
    quiet.done("export-organizations")
    unlink(quiet.context, RecordKey(ACME, "organizations", "a"), ANN)
    quiet.save("a", name="Org a2")
    assert quiet.outcomes(quiet.done("export-organizations", ids=["a"])) == {"a": "failed"}  # it still bears our mark


# ------------------------------------------------------------------ planned


def test_a_plan_says_everything_and_does_nothing(quiet: Hub) -> None:
    quiet.save("linked", email="old@x.example")
    quiet.done("export-organizations")
    quiet.save("linked", email="new@x.example")
    quiet.save("new")
    calls = len(quiet.calls())
    job = quiet.done("export-organizations", dry_run=True)
    assert (job.status, job.progress.created, job.progress.updated, job.progress.total) == ("planned", 1, 1, 2)
    assert job.calls.needed == 3  # a write for each sort, and a look before the update
    assert job.calls.remaining_today is not None
    assert job.calls.finishes_at is not None
    items = {item.id: item for item in quiet.items(job)}
    assert items["linked"].diff == {"email": {"from": "old@x.example", "to": "new@x.example"}}
    assert items["linked"].overwritten == ("email",)
    assert items["new"].outcome == "create"
    assert quiet.calls()[calls:] == ["GET Contacts"]  # whether the new name is free
    assert not quiet.link("new").document_id


def test_applying_does_what_the_plan_listed_and_leaves_out_what_changed_since(quiet: Hub) -> None:
    for id_ in ("a", "b", "c"):
        quiet.save(id_)
    job = quiet.done("export-organizations", dry_run=True)
    quiet.save("b", email="late@x.example")
    quiet.save("d")
    jobs.apply(quiet.context, job.id, ANN)
    quiet.run()
    assert quiet.outcomes(job) == {"a": "created", "b": "left_out", "c": "created"}
    assert quiet.job(job.id).progress.left_out == 1
    assert not quiet.link("d").document_id


def test_a_plan_is_refused_once_settings_changed_or_a_day_went_by(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.done("export-organizations", dry_run=True)
    old = quiet.done("export-organizations", dry_run=True)
    quiet.clock.advance(25 * 3600)
    with pytest.raises(Refused, match="older than 24 hours"):
        jobs.apply(quiet.context, old.id, ANN)
    quiet.setting(archive_contact_when_inactive=False)
    with pytest.raises(Refused) as refused:
        jobs.apply(quiet.context, job.id, ANN)
    assert refused.value.code == "plan_outdated"


def test_a_plan_can_be_applied_once(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.done("export-organizations", dry_run=True)
    jobs.apply(quiet.context, job.id, ANN)
    with pytest.raises(Refused) as refused:
        jobs.apply(quiet.context, job.id, ANN)
    assert refused.value.code == "job_not_ready"


# ------------------------------------------------------------------ beside others


def test_live_records_pass_those_of_a_job(hub: Hub) -> None:
    hub.setting(create_linked_contact_on_create=False)
    for n in range(30):
        hub.save(f"bulk{n:02}")
    hub.start("export-organizations")
    hub.deliver(("job",), most=3)
    hub.setting(create_linked_contact_on_create=True)
    hub.save("live")
    due = hub.at.links.due(ACME).items
    assert due[0].id == "live"
    assert len(due) == 31


def test_two_jobs_for_the_same_records_both_end_and_nothing_goes_twice(quiet: Hub) -> None:
    for n in range(5):
        quiet.save(f"o{n}")
    first, second = quiet.start("export-organizations"), quiet.start("export-organizations")
    quiet.run()
    assert [quiet.job(job.id).status for job in (first, second)] == ["done", "done"]
    assert len(quiet.xero.contacts()) == 5


def test_what_somebody_else_sent_first_counts_as_unchanged(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.start("export-organizations")
    quiet.deliver(("job",), most=1)  # planned
    quiet.setting(create_linked_contact_on_create=True)
    quiet.save("a", email="x@x.example")
    other = quiet.done("export-organizations", ids=["a"])
    quiet.run()
    assert {quiet.job(other.id).status, quiet.job(job.id).status} == {"done"}
    assert len(quiet.xero.contacts()) == 1


# ------------------------------------------------------------------ trouble


def test_it_needs_a_connection(hub: Hub) -> None:
    connect.disconnect(ACME, hub.at, sub=ANN.sub)
    with pytest.raises(NotConnected):
        hub.start("export-organizations")


def test_a_lost_consent_keeps_the_job_and_says_so_until_connected_again(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.start("export-organizations")
    quiet.deliver(("job",), most=2)  # ordered
    connection = quiet.at.companies.connection(ACME)
    tokens.Access(ACME, quiet.at).lost(tokens.Access(ACME, quiet.at).token(), "revoked")
    assert connection.state == "connected"
    quiet.deliver()
    waiting = quiet.job(job.id)
    assert (waiting.status, waiting.waiting_for) == ("running", "needs_reconnect")
    assert not quiet.bells.waiting  # no message lies about meanwhile
    quiet.connect()
    quiet.clock.advance(301)
    sweep(quiet.at)
    quiet.run()
    assert quiet.outcomes(job) == {"a": "created"}


def test_the_day_limit_keeps_it_waiting_without_asking_again_and_again(quiet: Hub) -> None:
    quiet.save("a")
    limits, organisation = quiet.at.limits, quiet.context.organisation
    permit = limits.acquire(organisation, 1, "person", quiet.clock.now().date())
    assert isinstance(permit, Permit)
    limits.settle(organisation, permit, [Seen(day_remaining=300)])  # of 1,000: 40 % are kept for live traffic
    job = quiet.start("export-organizations")
    quiet.deliver()
    waiting = quiet.job(job.id)
    assert (waiting.status, waiting.waiting_for) == ("running", "day_limit")
    assert not quiet.bells.waiting


def test_the_doorbell_is_a_hint(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.start("export-organizations")
    quiet.bells.waiting.clear()
    quiet.run()
    assert quiet.outcomes(job) == {"a": "created"}


# ------------------------------------------------------------------ cancelled


def test_cancelling_takes_back_what_has_not_gone(quiet: Hub) -> None:
    for n in range(4):
        quiet.save(f"o{n}")
    job = quiet.start("export-organizations")
    quiet.deliver(("job",), most=2)  # ordered, and the export's bell not heard
    quiet.bells.waiting.clear()
    assert quiet.at.links.count_due(ACME) == 4
    jobs.cancel(quiet.context, job.id)
    quiet.run()
    found = quiet.job(job.id)
    assert (found.status, found.progress.left_out, found.email.status) == ("cancelled", 4, "none")
    assert (quiet.at.links.count_due(ACME), quiet.link("o1").state, quiet.link("o1").reason) == (
        0,
        "unlinked",
        "create_off",
    )
    assert quiet.xero.contacts() == []


def test_what_has_gone_when_it_is_cancelled_counts(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.start("export-organizations")
    quiet.deliver(("job",), most=2)
    quiet.handle("export", ACME, "")
    jobs.cancel(quiet.context, job.id)
    quiet.run()
    assert (quiet.job(job.id).status, quiet.outcomes(job)) == ("cancelled", {"a": "created"})


def test_a_finished_job_cannot_be_cancelled(quiet: Hub) -> None:
    job = quiet.done("export-organizations")
    with pytest.raises(Refused, match="done"):
        jobs.cancel(quiet.context, job.id)


@pytest.mark.parametrize("few", [100, 0], ids=["asked for by name", "all contacts read"])
def test_a_plan_foresees_names_that_the_ledger_or_the_plan_itself_has_given_away(
    quiet: Hub, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_taken, "FEW", few)
    quiet.xero.seed({"Name": "Hall Ltd"}, {"Name": "Old Ltd", "ContactStatus": "ARCHIVED"})
    for id_, name in (("a", "hall ltd"), ("b", "Twin"), ("c", "Twin"), ("d", "Old Ltd"), ("e", "Fine")):
        quiet.save(id_, name=name)
    plan = quiet.done("export-organizations", dry_run=True)
    told = {item.id: (item.outcome, item.reason, item.message) for item in quiet.items(plan)}
    fine = ("create", "", "")
    assert told == {
        "a": ("fail", "name_taken", "Another contact in the ledger is called Hall Ltd."),
        "b": fine,
        "c": ("fail", "name_taken", "b in this plan gets the same name."),
        "d": ("create", "", NAME_ARCHIVED),
        "e": fine,
    }
    assert (plan.progress.created, plan.progress.failed, plan.progress.total) == (3, 2, 5)
    jobs.apply(quiet.context, plan.id, ANN)
    quiet.run()
    assert quiet.outcomes(plan) == {"a": "failed", "b": "created", "c": "failed", "d": "created", "e": "created"}
    assert quiet.link("a").state == "error"  # with the contact that has it, and the fix


def test_a_plan_comes_to_its_end_where_the_ledger_takes_one_call_a_turn(
    quiet: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At Xero's pace a second call of a turn is put off more often than not; what the first told is kept."""
    quiet.xero.seed({"Name": "Harbour Ltd"})
    for number in range(4):
        quiet.save(f"o{number}", name=f"Number {number}")
    quiet.save("taken", name="Harbour Ltd")
    look, ledger_of, calls, turns = names_taken.look, names_taken.ledger_of, list[str](), list[int]()

    def a_turn(work: Work, *, wanted: int) -> Step:
        calls.clear()
        turns.append(wanted)
        if len(turns) > 20:
            pytest.fail("the plan does not come to an end")
        return look(work, wanted=wanted)

    def once(context: Context) -> Ledger:
        calls.append("call")
        if len(calls) > 1:
            raise LedgerBusy("the calls of this moment are used up")
        return ledger_of(context)

    monkeypatch.setattr(names_taken, "NAMES_AT_ONCE", 2)
    monkeypatch.setattr(names_taken, "look", a_turn)
    monkeypatch.setattr(names_taken, "ledger_of", once)
    plan = quiet.done("export-organizations", dry_run=True)
    assert (plan.status, plan.progress.created, plan.progress.failed) == ("planned", 4, 1)
