"""Undoing jobs: what they changed goes back to what it was, unless somebody changed it since; the rest is listed."""

from __future__ import annotations

import pytest

from ledgerlink.errors import Refused
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk import undo_asked as undoing
from ledgerlink.flows.notices import telling
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.linking import unlink
from ledgerlink.flows.records.restoring import restore
from ledgerlink.flows.records.saving import save
from ledgerlink.kinds.organization import Organization
from ledgerlink.ports import PutCrmWebhook
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.record import Hold, RecordKey
from tests.support.hub import ACME, ANN, Hub


@pytest.fixture
def quiet(hub: Hub) -> Hub:
    """Nothing goes by itself: only jobs send."""
    hub.setting(create_linked_contact_on_create=False, update_linked_contact_on_edit=False)
    return hub


def undone(hub: Hub, job: Job | str, *, dry_run: bool = False) -> Job:
    id_ = job if isinstance(job, str) else job.id
    made = undoing.undo(hub.context, id_, ANN, dry_run=dry_run)
    hub.run()
    return hub.job(made.id)


def lines(hub: Hub, job: Job) -> dict[str, tuple[str, str]]:
    return {item.id: (item.outcome, item.reason) for item in hub.items(job)}


def content(hub: Hub, id_: str) -> Organization:
    record = hub.record(id_)
    assert record is not None
    assert isinstance(record.content, Organization)
    return record.content


def linked(hub: Hub, id_: str, **fields: object) -> str:
    """An organization and its contact, which agree; answers the contact's id."""
    hub.save(id_, **fields)
    hub.done("export-organizations", ids=[id_])
    return hub.link(id_).document_id


def edit(hub: Hub, contact: str, **fields: object) -> None:
    hub.clock.advance(5)
    hub.xero.human("edit", contact, **fields)
    hub.clock.advance(5)


# -- what was imported


def test_an_imported_organization_is_again_what_it_was_and_stays_so(quiet: Hub) -> None:
    quiet.setting(apply_ledger_edits=False)
    contact = linked(quiet, "a", email="old@x.example", phones=[{"kind": "main", "number": "1"}])
    before, link = quiet.record("a"), quiet.link("a")
    edit(quiet, contact, EmailAddress="new@x.example")
    job = quiet.done("import-contacts")
    assert content(quiet, "a").email == "new@x.example"

    undo = undone(quiet, job)
    after = quiet.record("a")
    assert before is not None
    assert after is not None
    assert (undo.status, undo.progress.updated) == ("done", 1)
    assert (after.content, after.pushed, after.revision) == (before.content, before.pushed, before.revision + 2)
    assert quiet.link("a").base == link.base
    assert quiet.link("a").held_fields == ("email",)
    assert quiet.job(job.id).undone_by == undo.id

    for kind in ("import-contacts", "export-organizations"):  # it travels neither way
        assert lines(quiet, quiet.done(kind))["a"] == ("unchanged", "")
    assert quiet.xero.contacts()[0]["EmailAddress"] == "new@x.example"


def test_a_value_that_an_undo_put_back_comes_from_the_history_again(quiet: Hub) -> None:
    contact = linked(quiet, "a", email="old@x.example")
    edit(quiet, contact, EmailAddress="new@x.example")
    undo = undone(quiet, quiet.done("import-contacts"))
    with pytest.raises(Refused, match="come from a record's history"):
        undoing.undo(quiet.context, undo.id, ANN)
    quiet.done("import-contacts")
    assert content(quiet, "a").email == "old@x.example"
    entries = quiet.context.at.activity.of_record(RecordKey(ACME, "organizations", "a")).items
    restore(quiet.context, next(entry.id for entry in entries if entry.action == "undone"), None, ANN)
    assert (content(quiet, "a").email, quiet.link("a").state) == ("new@x.example", "linked")


def test_what_somebody_changes_travels_again(quiet: Hub) -> None:
    contact = linked(quiet, "a", email="old@x.example")
    edit(quiet, contact, EmailAddress="new@x.example")
    undone(quiet, quiet.done("import-contacts"))
    quiet.save("a", email="mine@x.example")
    quiet.done("export-organizations")
    assert quiet.xero.contacts()[0]["EmailAddress"] == "mine@x.example"
    edit(quiet, contact, EmailAddress="theirs@x.example")
    quiet.done("import-contacts")
    assert content(quiet, "a").email == "theirs@x.example"


def test_an_edit_in_the_ledger_after_the_undo_comes_in(quiet: Hub) -> None:
    contact = linked(quiet, "a", email="old@x.example")
    edit(quiet, contact, EmailAddress="new@x.example")
    undone(quiet, quiet.done("import-contacts"))
    edit(quiet, contact, EmailAddress="newest@x.example")
    quiet.done("import-contacts")
    assert content(quiet, "a").email == "newest@x.example"


def test_one_that_was_edited_since_is_listed_and_left_alone(quiet: Hub) -> None:
    for id_ in ("a", "b"):
        edit(quiet, linked(quiet, id_), TaxNumber=f"T{id_}")
    job = quiet.done("import-contacts")
    quiet.save("a", tax_number="mine")
    plan = undone(quiet, job, dry_run=True)
    assert plan.status == "planned"
    assert lines(quiet, plan) == {"a": ("skip", "edited_since"), "b": ("update", "")}
    assert (plan.progress.updated, plan.progress.skipped) == (1, 1)
    [item] = quiet.items(plan, outcome="update")
    assert item.diff == {"tax_number": {"from": "Tb", "to": ""}}
    assert content(quiet, "b").tax_number == "Tb"  # only planned

    jobs.apply(quiet.context, plan.id, ANN)
    quiet.run()
    assert lines(quiet, plan) == {"a": ("skipped", "edited_since"), "b": ("updated", "")}
    assert (content(quiet, "a").tax_number, content(quiet, "b").tax_number) == ("mine", "")


def test_a_plan_leaves_out_what_changed_after_it_was_made(quiet: Hub) -> None:
    edit(quiet, linked(quiet, "a"), TaxNumber="T")
    job = quiet.done("import-contacts")
    plan = undone(quiet, job, dry_run=True)
    quiet.save("a", tax_number="mine")
    jobs.apply(quiet.context, plan.id, ANN)
    quiet.run()
    assert lines(quiet, plan) == {"a": ("left_out", "changed_since_plan")}
    assert content(quiet, "a").tax_number == "mine"


def test_an_organization_that_an_import_made_goes_and_comes_back_only_by_import(quiet: Hub) -> None:
    quiet.setting(import_contacts_born_in_ledger=True)
    [contact] = quiet.xero.seed({"Name": "New Ltd"})
    job = quiet.done("import-contacts")
    [item] = quiet.items(job)
    undo = undone(quiet, job)
    assert lines(quiet, undo) == {item.id: ("deleted", "")}
    gone = quiet.record(item.id)
    assert gone is not None
    assert gone.deleted
    assert [contact["ContactStatus"] for contact in quiet.xero.contacts()] == ["ACTIVE"]

    edit(quiet, contact, EmailAddress="x@x.example")
    quiet.rest()
    assert gone == quiet.record(item.id)
    again = quiet.done("import-contacts")
    assert lines(quiet, again) == {item.id: ("created", "")}
    assert content(quiet, item.id).email == "x@x.example"
    assert quiet.link(item.id).document_id == contact


# ------------------------------------------------------------------ exports


def test_what_an_export_overwrote_is_put_back_and_stays_there(quiet: Hub) -> None:
    linked(quiet, "a", email="old@x.example")
    quiet.save("a", email="new@x.example", tax_number="T1")
    job = quiet.done("export-organizations")
    assert quiet.xero.contacts()[0]["EmailAddress"] == "new@x.example"

    undo = undone(quiet, job)
    contact = quiet.xero.contacts()[0]
    assert (contact["EmailAddress"], contact.get("TaxNumber", "")) == ("old@x.example", "")
    assert content(quiet, "a").email == "new@x.example"  # what stands here is the CRM's
    [item] = quiet.items(undo)
    assert (item.outcome, item.diff["email"]) == ("updated", {"from": "new@x.example", "to": "old@x.example"})
    assert set(quiet.link("a").held_fields) == {"email", "tax_number"}

    for kind in ("export-organizations", "import-contacts"):
        assert lines(quiet, quiet.done(kind))["a"] == ("unchanged", "")
    quiet.save("a", email="newest@x.example", tax_number="T1")
    quiet.done("export-organizations")
    assert quiet.xero.contacts()[0]["EmailAddress"] == "newest@x.example"


def test_a_field_that_was_edited_since_is_left_alone_on_either_side(quiet: Hub) -> None:
    contact = linked(quiet, "a", email="old@x.example", account_number="1", tax_number="T0")
    quiet.save("a", email="new@x.example", account_number="2", tax_number="T1")
    job = quiet.done("export-organizations")
    edit(quiet, contact, AccountNumber="3")
    quiet.done("import-contacts")
    quiet.save("a", email="mine@x.example", account_number="3", tax_number="T1")
    undo = undone(quiet, job)
    [item] = quiet.items(undo)
    assert (item.outcome, list(item.diff)) == ("updated", ["tax_number"])
    assert item.message == "edited since, and left alone: account_number, email"
    stored = quiet.xero.contacts()[0]
    assert (stored["TaxNumber"], stored["AccountNumber"], stored["EmailAddress"]) == ("T0", "3", "new@x.example")


def test_an_edit_that_was_never_sent_still_says_so_after_the_undo(quiet: Hub) -> None:
    linked(quiet, "o1", email="a@x.example")
    quiet.save("o1", email="b@x.example")
    job = quiet.done("export-organizations", ids=["o1"])
    quiet.save("o1", email="b@x.example", tax_number="T1")
    assert quiet.link("o1").reason == "update_off"
    done = undone(quiet, job)
    assert lines(quiet, done) == {"o1": ("updated", "")}
    link = quiet.link("o1")
    assert (link.state, link.reason, link.held_fields) == ("skipped", "update_off", ("email",))


def test_an_edit_in_the_ledger_that_nobody_heard_of_yet_is_not_overwritten(quiet: Hub) -> None:
    contact = linked(quiet, "a", email="old@x.example")
    quiet.save("a", email="new@x.example")
    job = quiet.done("export-organizations")
    edit(quiet, contact, EmailAddress="theirs@x.example")
    undo = undone(quiet, job)
    assert quiet.xero.contacts()[0]["EmailAddress"] == "theirs@x.example"
    assert undo.progress.updated == 0


def test_contacts_that_an_export_created_stay_unless_the_setting_archives_them(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.done("export-organizations")
    plan = undone(quiet, job, dry_run=True)
    assert lines(quiet, plan) == {"a": ("skip", "undo_archives_off")}

    quiet.setting(undo_archives_created=True)
    with pytest.raises(Refused, match="settings changed"):
        jobs.apply(quiet.context, plan.id, ANN)
    plan = undone(quiet, job, dry_run=True)
    assert lines(quiet, plan) == {"a": ("archive", "")}
    assert plan.calls.needed == 2  # one read, one write
    jobs.apply(quiet.context, plan.id, ANN)
    quiet.run()
    assert lines(quiet, plan) == {"a": ("archived", "")}
    contact = quiet.xero.contacts()[0]
    assert contact["ContactStatus"] == "ARCHIVED"
    assert (quiet.link("a").state, quiet.link("a").reason) == ("skipped", "export_undone")

    quiet.save("a", email="x@x.example")  # nothing to put right: somebody wanted it so
    assert (quiet.link("a").state, quiet.link("a").reason) == ("skipped", "export_undone")
    quiet.xero.human("restore", contact["ContactID"])
    quiet.done("import-contacts")
    assert quiet.link("a").reverting is None
    quiet.done("export-organizations")
    assert quiet.xero.contacts()[0]["EmailAddress"] == "x@x.example"


def test_a_contact_with_money_outstanding_is_not_archived_by_undoing_either(quiet: Hub) -> None:
    quiet.setting(undo_archives_created=True)
    quiet.save("a")
    job = quiet.done("export-organizations")
    line = {"Description": "Tent", "Quantity": "1", "UnitAmount": "100.00", "AccountCode": "200"}
    contact = {"ContactID": quiet.link("a").document_id}
    invoice = {"Type": "ACCREC", "Contact": contact, "Status": "AUTHORISED", "LineItems": [line]}
    dates = {"Date": "2026-11-01", "DueDate": "2026-12-01"}
    quiet.xero.control("POST", "seed", {"invoices": [{**invoice, **dates}]})
    undo = undone(quiet, job)
    assert (undo.status, lines(quiet, undo)) == ("done", {"a": ("skipped", "balance_outstanding")})
    link = quiet.link("a")
    assert (link.state, link.reverting) == ("linked", None)
    assert quiet.contact("Org a")["ContactStatus"] == "ACTIVE"


def test_a_contact_that_the_export_archived_cannot_be_undone(quiet: Hub) -> None:
    linked(quiet, "a")
    quiet.save("a", active=False)
    job = quiet.done("export-organizations")
    assert lines(quiet, undone(quiet, job, dry_run=True)) == {"a": ("skip", "archived_in_ledger")}


# ------------------------------------------------------------------ files


def csv(hub: Hub, *rows: str) -> dict[str, str]:
    return {"upload_id": hub.upload("\n".join(rows))}


def test_a_file_of_organizations_is_undone(quiet: Hub) -> None:
    quiet.save("a", email="old@x.example")
    before = quiet.record("a")
    assert before is not None
    options = csv(quiet, "id,name,email", "a,Org a,new@x.example", "b,New,")
    job = quiet.done("import-organizations", options=options)
    assert lines(quiet, undone(quiet, job)) == {"a": ("updated", ""), "b": ("deleted", "")}
    after = quiet.record("a")
    assert after is not None
    assert (after.content, after.pushed) == (before.content, before.pushed)


def test_a_file_of_links_is_undone(quiet: Hub) -> None:
    quiet.save("a", email="mine@x.example")
    [contact] = quiet.xero.seed({"Name": "Theirs", "EmailAddress": "theirs@x.example"})
    options = csv(quiet, "id,Linked Xero contact", f"a,{contact}")
    job = quiet.done("import-links", options=options)
    assert quiet.link("a").document_id == contact
    assert lines(quiet, undone(quiet, job)) == {"a": ("unlinked", "")}
    link = quiet.link("a")
    assert (link.document_id, link.state, link.reason) == ("", "skipped", "unlinked_by_person")
    assert quiet.at.links.claimed(ACME, "contact", [contact])[contact].link is None


def test_what_linking_overwrote_in_the_ledger_is_put_back_first(hub: Hub) -> None:
    hub.setting(create_linked_contact_on_create=False)
    hub.save("a", email="mine@x.example")
    [contact] = hub.xero.seed({"Name": "Theirs", "EmailAddress": "theirs@x.example"})
    options = csv(hub, "id,Linked Xero contact", f"a,{contact}")
    job = hub.done("import-links", options=options)
    hub.rest()
    assert hub.xero.contacts()[0]["Name"] == "Org a"
    undo = undone(hub, job)
    assert lines(hub, undo) == {"a": ("unlinked", "")}
    stored = hub.xero.contacts()[0]
    assert (stored["Name"], stored["EmailAddress"]) == ("Theirs", "theirs@x.example")
    assert hub.link("a").document_id == ""


def test_one_linked_to_another_contact_is_linked_to_the_old_one_again(quiet: Hub) -> None:
    old = linked(quiet, "a")
    [contact] = quiet.xero.seed({"Name": "Theirs"})
    options = csv(quiet, "id,Linked Xero contact", f"a,{contact}")
    job = quiet.done("import-links", options=options)
    assert lines(quiet, undone(quiet, job)) == {"a": ("linked", "")}
    assert quiet.link("a").document_id == old
    claims = quiet.at.links.claimed(ACME, "contact", [old, contact])
    assert (claims[old].link, claims[contact].link) == (quiet.link("a").key, None)


# ------------------------------------------------------------------ comparisons


def test_what_a_comparison_put_right_is_undone_on_either_side(hub: Hub) -> None:
    hub.save("a", email="old@x.example")
    hub.save("b", email="old@x.example")
    hub.save("c", email="old@x.example")
    hub.rest()
    hub.setting(update_linked_contact_on_edit=False, apply_ledger_edits=False)
    edit(hub, hub.link("a").document_id, EmailAddress="theirs@x.example")
    hub.save("b", email="mine@x.example")
    hub.rest()
    hub.setting(update_linked_contact_on_edit=True, apply_ledger_edits=True)
    edit(hub, hub.link("c").document_id, EmailAddress="theirs@x.example")
    hub.bells.waiting.clear()
    job = hub.done("reconcile")
    hub.rest()
    assert {id_: content(hub, id_).email for id_ in "abc"} == {
        "a": "theirs@x.example",
        "b": "mine@x.example",
        "c": "theirs@x.example",
    }
    assert hub.contact("Org b")["EmailAddress"] == "mine@x.example"
    undo = undone(hub, job)
    assert {id_: outcome for id_, (outcome, _) in lines(hub, undo).items()} == dict.fromkeys("abc", "updated")
    assert {id_: content(hub, id_).email for id_ in "ac"} == dict.fromkeys("ac", "old@x.example")
    assert hub.contact("Org b")["EmailAddress"] == "old@x.example"


# ------------------------------------------------------------------ as a job


def test_many_records_go_page_by_page_and_the_rest_stays_when_it_is_cancelled(quiet: Hub) -> None:
    quiet.xero.seed(*({"Name": f"Contact {n}"} for n in range(1100)))
    job = quiet.done("import-contacts")
    undo = undoing.undo(quiet.context, job.id, ANN)
    while not quiet.job(undo.id).results:
        quiet.deliver(most=1)
    jobs.cancel(quiet.context, undo.id)
    quiet.run()
    found = quiet.job(undo.id)
    assert found.status == "cancelled"
    assert (found.progress.deleted, found.progress.left_out) == (500, 600)
    rest = undone(quiet, job)
    assert (rest.progress.deleted, rest.progress.skipped) == (600, 500)


def test_only_jobs_that_are_over_and_changed_something_are_undone_once(quiet: Hub) -> None:
    quiet.xero.seed({"Name": "New Ltd"})
    plan = quiet.done("import-contacts", dry_run=True)
    with pytest.raises(Refused, match="planned"):
        undoing.undo(quiet.context, plan.id, ANN)
    jobs.cancel(quiet.context, plan.id)
    with pytest.raises(Refused, match="only planned"):
        undoing.undo(quiet.context, plan.id, ANN)
    with pytest.raises(Refused, match="job_not_undoable"):
        undoing.undo(quiet.context, quiet.done("import-reference-data").id, ANN)
    job = quiet.done("import-contacts")
    undo = undone(quiet, job)
    with pytest.raises(Refused, match="undoes it"):
        undoing.undo(quiet.context, job.id, ANN)
    with pytest.raises(Refused, match="job_not_undoable"):
        undoing.undo(quiet.context, undo.id, ANN)


def test_the_crm_is_told_of_what_went_back_and_of_what_went(quiet: Hub) -> None:
    endpoint = quiet.at.crm_notices.webhook(ACME)
    on = {"url": "https://crm.example/hook", "enabled": True}
    quiet.at.commit.all(PutCrmWebhook(endpoint.model_copy(update=on)))
    assert telling.listens(ACME, quiet.at)
    edit(quiet, linked(quiet, "a"), TaxNumber="T")
    quiet.xero.seed({"Name": "New Ltd"})
    job = quiet.done("import-contacts")
    for item in quiet.items(undone(quiet, job)):
        record = quiet.record(item.id)
        notice = quiet.at.crm_notices.get(RecordKey(ACME, "organizations", item.id))
        assert record is not None
        assert notice is not None
        told = (notice.revision, notice.deleted, notice.changed_by)
        assert told == (record.revision, item.outcome == "deleted", "admin")


def test_an_unlinked_pair_is_left_as_the_person_left_it(quiet: Hub) -> None:
    quiet.save("a")
    job = quiet.done("export-organizations")
    unlink(quiet.context, RecordKey(ACME, "organizations", "a"), ANN)
    items: list[JobItem] = quiet.items(undone(quiet, job, dry_run=True))
    assert [(item.outcome, item.reason) for item in items] == [("skip", "linked_since")]


def test_a_record_that_is_taken_away_leaves_no_question(quiet: Hub) -> None:
    job = quiet.done("import-organizations", options=csv(quiet, "id,name", "b,Hall Ltd"))
    quiet.xero.seed({"Name": "Hall"})
    quiet.done("find-duplicates")
    assert quiet.link("b").suggestions
    assert lines(quiet, undone(quiet, job)) == {"b": ("deleted", "")}
    assert quiet.at.suggestions.count(ACME) == 0
    assert quiet.done("import-contacts").progress.created == 1


def test_questions_that_a_job_asked_stay_and_the_undo_says_so(quiet: Hub) -> None:
    quiet.save("a", name="Hall Ltd")
    quiet.xero.seed({"Name": "Hall"}, {"Name": "Other"})
    job = quiet.done("import-contacts")
    undo = undone(quiet, job)
    assert undo.progress.deleted == 1
    assert [note for note in undo.notes if "possible duplicates (1)" in note]
    assert quiet.at.suggestions.count(ACME) == 1, "freed, both sides would be made a second time"
    assert undone(quiet, quiet.done("export-organizations")).notes == ()


@pytest.mark.parametrize("to_another", [False, True])
def test_a_hold_set_since_a_job_stays_when_it_is_undone(quiet: Hub, *, to_another: bool) -> None:
    if to_another:
        linked(quiet, "a")
    else:
        quiet.save("a")
    [contact] = quiet.xero.seed({"Name": "Theirs"})
    job = quiet.done("import-links", options=csv(quiet, "id,Linked Xero contact", f"a,{contact}"))
    hold = Hold(on=True, reason="in dispute: nothing may go")
    save(quiet.context, RecordKey(ACME, "organizations", "a"), Push({}, "merge", do_not_export=hold), ANN)
    assert quiet.link("a").do_not_export.on
    told = lines(quiet, undone(quiet, job))
    assert quiet.link("a").do_not_export.on, f"{told}: the hold is gone, and nobody was told"
