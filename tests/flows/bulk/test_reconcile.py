"""The comparison: every link against the ledger, drift put right or listed, nothing taken for drift that is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.errors import Invalid
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.inbound import nightly
from ledgerlink.flows.records import linking
from ledgerlink.kinds.organization import Organization
from ledgerlink.ports import PutLink, PutRecord
from ledgerlink.state.job import Job
from ledgerlink.state.record import RecordKey
from tests.support.hub import ACME, ANN, Hub


def exported(hub: Hub, *ids: str, **fields: Any) -> list[str]:
    """Organizations in step with contacts of their own; answers the contacts' ids."""
    for id_ in ids:
        hub.save(id_, **fields)
    hub.rest()
    hub.clock.advance(3600)
    return [hub.link(id_).document_id for id_ in ids]


def edited(hub: Hub, document: str, **fields: Any) -> None:
    """Somebody edits the contact, nobody tells us, and an hour goes by."""
    hub.xero.human("edit", document, **fields)
    hub.clock.advance(3600)


def lines(hub: Hub, job: Job) -> dict[str, tuple[str, str]]:
    return {item.id: (item.outcome, item.reason) for item in hub.items(job)}


def email(hub: Hub, id_: str) -> str:
    record = hub.record(id_)
    assert record is not None
    assert isinstance(record.content, Organization)
    return record.content.email


def test_what_agrees_is_one_call_a_thousand_and_no_write(hub: Hub) -> None:
    exported(hub, "a", "b", email="x@y.example", phones=[{"kind": "main", "number": "+44 20 7946 0000"}])
    links, before = [hub.link("a"), hub.link("b")], len(hub.calls())
    job = hub.done("reconcile")
    assert lines(hub, job) == {"a": ("unchanged", ""), "b": ("unchanged", "")}
    assert hub.calls()[before:] == ["GET Contacts"]
    assert [hub.link("a"), hub.link("b")] == links
    assert job.figures == {"compared": 2}
    assert (job.calls.needed, job.calls.used) == (1, 1)


def test_a_missed_webhook_is_found_taken_in_and_counted(hub: Hub) -> None:
    [document] = exported(hub, "a", email="old@x.example")
    edited(hub, document, EmailAddress="new@x.example")
    job = hub.done("reconcile")
    [item] = hub.items(job)
    assert (item.outcome, item.reason) == ("updated", "missed_webhook")
    assert item.diff == {"email": {"from": "old@x.example", "to": "new@x.example"}}
    assert email(hub, "a") == "new@x.example"
    assert job.figures == {"compared": 1, "drifted": 1, "brought_in": 1, "missed_webhooks": 1}


def test_what_the_poll_read_past_is_a_missed_delta(hub: Hub) -> None:
    [document] = exported(hub, "a", email="old@x.example")
    edited(hub, document, EmailAddress="new@x.example")
    cursor = hub.at.cursors.get(ACME, "contact")
    hub.at.cursors.put(ACME, type(cursor)("contact", hub.clock.now(), cursor.next_poll_at, cursor.version))
    assert lines(hub, hub.done("reconcile")) == {"a": ("updated", "missed_delta")}


def test_what_a_webhook_told_of_is_not_missed(hub: Hub) -> None:
    [document] = exported(hub, "a", email="old@x.example")
    edited(hub, document, EmailAddress="new@x.example")
    hub.at.marks.add(hub.context.organisation, [("contact", document)], since="seen-1")
    job = hub.done("reconcile")
    assert lines(hub, job) == {"a": ("updated", "")}
    assert "missed_webhooks" not in job.figures


def test_what_was_never_sent_goes_into_the_queue(hub: Hub) -> None:
    exported(hub, "a", email="old@x.example")
    record = hub.record("a")
    assert record is not None
    content = record.content.model_copy(update={"email": "new@x.example"})
    hub.at.commit.all(PutRecord(record.model_copy(update={"content": content, "revision": record.revision + 1})))
    job = hub.start("reconcile")
    hub.run(only=("job",))
    [item] = hub.items(job.id)
    assert (item.outcome, item.reason, item.overwritten) == ("updated", "not_sent", ("email",))
    assert hub.link("a").is_due
    hub.rest()
    assert hub.contact("Org a")["EmailAddress"] == "new@x.example"
    assert lines(hub, hub.done("reconcile")) == {"a": ("unchanged", "")}


def test_what_was_never_said_here_since_linking_comes(hub: Hub) -> None:
    [contact] = hub.xero.seed({"Name": "Yak Farm", "EmailAddress": "yak@farm.example"})
    hub.setting(create_linked_contact_on_create=False)
    hub.save("a", name="Yak Farmers")
    linking.link(hub.context, RecordKey(ACME, "organizations", "a"), contact, ANN, confirm=True)
    hub.rest()
    assert lines(hub, hub.done("reconcile", dry_run=True)) == {"a": ("update", "noted_before")}
    assert lines(hub, hub.done("reconcile")) == {"a": ("updated", "noted_before")}
    assert lines(hub, hub.done("reconcile")) == {"a": ("unchanged", "")}


def test_what_waits_in_the_queue_is_on_its_way(hub: Hub) -> None:
    exported(hub, "a", email="old@x.example")
    hub.save("a", email="new@x.example")
    hub.start("reconcile")
    hub.run(only=("job",))
    [job] = hub.at.jobs.page(ACME).items
    assert lines(hub, job) == {"a": ("skipped", "on_its_way")}


@pytest.mark.parametrize(
    ("settings", "here", "there", "reason"),
    [
        ({"apply_ledger_edits": False}, {}, {"EmailAddress": "new@x.example"}, "ledger_edits_off"),
        ({"update_linked_contact_on_edit": False}, {"email": "new@x.example"}, {}, "update_off"),
        ({"field_owner": "ask"}, {"email": "one@x.example"}, {"EmailAddress": "two@x.example"}, "conflict"),
        ({}, {}, {"EmailAddress": ""}, "blank_on_one_side"),
    ],
)
def test_a_difference_that_a_rule_leaves_is_listed_with_its_reason(
    hub: Hub, settings: dict[str, Any], here: dict[str, Any], there: dict[str, Any], reason: str
) -> None:
    [document] = exported(hub, "a", email="old@x.example")
    hub.setting(**settings)
    if here:
        hub.save("a", **here)
    if there:
        edited(hub, document, **there)
    for _ in range(2):  # the second night says the same
        job = hub.done("reconcile")
        [item] = hub.items(job)
        assert (item.outcome, item.reason, set(item.diff) or {"email"}) == ("skipped", reason, {"email"})
        assert job.figures["listed"] == 1
        hub.rest()


def test_an_edit_that_was_kept_out_comes_once_the_setting_lets_it(hub: Hub) -> None:
    [document] = exported(hub, "a", email="old@x.example")
    hub.setting(apply_ledger_edits=False)
    edited(hub, document, EmailAddress="new@x.example")
    hub.done("reconcile")
    hub.setting(apply_ledger_edits=True)
    assert lines(hub, hub.done("reconcile")) == {"a": ("updated", "noted_before")}
    assert email(hub, "a") == "new@x.example"


def test_archived_there_and_active_here_is_listed(hub: Hub) -> None:
    [document] = exported(hub, "a")
    hub.xero.human("archive", document)
    hub.clock.advance(3600)
    hub.done("reconcile")
    job = hub.done("reconcile")
    assert lines(hub, job) == {"a": ("skipped", "archived_in_ledger")}
    assert hub.items(job)[0].diff == {"active": {"from": False, "to": True}}


def test_a_merge_nobody_told_of_is_followed(hub: Hub) -> None:
    [document] = exported(hub, "a")
    [survivor] = hub.xero.seed({"Name": "Survivor"})
    hub.xero.human("merge", document, into=survivor)
    hub.clock.advance(3600)
    job = hub.done("reconcile")
    assert ("linked", "merged") in {(item.outcome, item.reason) for item in hub.items(job)}
    assert hub.link("a").document_id == survivor


def test_a_document_the_ledger_does_not_know_is_listed_and_nothing_else(hub: Hub) -> None:
    exported(hub, "a", "b")
    gone = "00000000-0000-4000-8000-000000000001"
    link = hub.link("a")
    hub.at.commit.all(PutLink(link.model_copy(update={"document_id": gone})))
    before = len(hub.calls())
    job = hub.done("reconcile")
    assert lines(hub, job) == {"a": ("failed", "missing_in_ledger"), "b": ("unchanged", "")}
    assert len(hub.calls()) - before == 2
    assert job.figures["missing"] == 1
    record = hub.record("a")
    assert record is not None
    assert not record.deleted


def test_contacts_of_nobody_are_counted_and_left(hub: Hub) -> None:
    exported(hub, "a")
    hub.xero.seed({"Name": "Stranger"}, {"Name": "Old", "ContactStatus": "ARCHIVED"})
    hub.clock.advance(3600)
    job = hub.done("reconcile")
    assert job.figures == {"compared": 1, "unknown": 1}
    assert list(lines(hub, job)) == ["a"]


def test_a_contact_that_should_have_come_by_itself_comes_now(hub: Hub) -> None:
    hub.setting(import_contacts_born_in_ledger=True)
    hub.clock.advance(60)
    hub.xero.seed({"Name": "Born"})
    hub.clock.advance(3600)
    job = hub.done("reconcile")
    [item] = hub.items(job)
    assert (item.title, item.outcome, item.reason) == ("Born", "created", "missed_webhook")


def test_one_that_moved_between_pages_is_asked_for_by_its_id(hub: Hub) -> None:
    hub.xero.control("POST", "seed", {"contacts": 1100})
    documents = hub.xero.ledger.crawl("contact", 2).documents
    hub.save("a", name=documents[-1].content.name)  # type: ignore[attr-defined]
    hub.setting(create_linked_contact_on_create=False)
    linking.link(hub.context, RecordKey(ACME, "organizations", "a"), documents[-1].id, ANN, confirm=True)
    hub.rest()
    hub.clock.advance(3600)
    job = hub.start("reconcile")
    hub.deliver(("job",), most=1)
    hub.xero.human("edit", documents[-1].id, EmailAddress="moved@x.example")
    hub.clock.advance(3600)
    hub.run(only=("job",))
    assert [item.outcome for item in hub.items(job.id)] == ["updated"]
    assert email(hub, "a") == "moved@x.example"


def test_records_can_be_named(hub: Hub) -> None:
    [document, _] = exported(hub, "a", "b", email="old@x.example")
    edited(hub, document, EmailAddress="new@x.example")
    hub.save("c", active=False)
    job = hub.done("reconcile", ids=["a", "c"])
    assert lines(hub, job) == {"a": ("updated", "missed_webhook"), "c": ("unchanged", "not_linked")}


def test_a_plan_changes_nothing_and_is_carried_out_as_it_says(hub: Hub) -> None:
    [one, two] = exported(hub, "a", "b", email="old@x.example")
    edited(hub, one, EmailAddress="new@x.example")
    edited(hub, two, EmailAddress="new@x.example")
    plan = hub.done("reconcile", dry_run=True)
    assert plan.status == "planned"
    assert lines(hub, plan) == {"a": ("update", "missed_webhook"), "b": ("update", "missed_webhook")}
    assert email(hub, "a") == "old@x.example"
    edited(hub, two, EmailAddress="newer@x.example")
    jobs.apply(hub.context, plan.id, ANN)
    hub.run(only=("job",))
    assert lines(hub, hub.job(plan.id)) == {"a": ("updated", "missed_webhook"), "b": ("left_out", "changed_since_plan")}
    assert (email(hub, "a"), email(hub, "b")) == ("new@x.example", "old@x.example")


def test_options_are_checked(hub: Hub) -> None:
    for options in ({"upload_id": "x"}, {"kinds": ["quotes"]}, {"kinds": "organizations"}):
        with pytest.raises(Invalid):
            hub.start("reconcile", options=options)


def nights(hub: Hub) -> list[Job]:
    return [job for job in hub.at.jobs.page(ACME).items if job.kind == "reconcile"]


def test_every_night_a_comparison_begins_by_itself_and_once(hub: Hub) -> None:
    [document] = exported(hub, "a", email="old@x.example")
    assert nights(hub) == []  # not on the day of connecting
    hub.xero.human("edit", document, EmailAddress="new@x.example")
    cursor = hub.at.cursors.get(ACME, "contact")
    far = hub.clock.now() + timedelta(days=9)
    hub.at.cursors.put(ACME, type(cursor)("contact", cursor.newest, far, cursor.version))  # the poll is not to find it
    for night in (1, 2):
        hub.clock.advance(24 * 3600)
        hub.rest()
        hub.run()
        assert len(nights(hub)) == night
    last, first = nights(hub)
    assert (first.started_by, first.status, first.email.status) == ("clock", "done", "none")
    assert (first.figures["missed_webhooks"], last.figures) == (1, {"compared": 1})
    assert email(hub, "a") == "new@x.example"


def test_no_second_one_begins_while_one_is_under_way(hub: Hub) -> None:
    exported(hub, "a")
    job = hub.start("reconcile")
    cursor = hub.at.cursors.get(ACME, nightly.CURSOR)
    assert cursor.next_poll_at is not None
    hub.clock.advance(24 * 3600)
    nightly.begin(hub.context, cursor)
    assert [each.id for each in nights(hub)] == [job.id]
    assert hub.at.cursors.get(ACME, nightly.CURSOR).next_poll_at > hub.clock.now()  # type: ignore[operator]
