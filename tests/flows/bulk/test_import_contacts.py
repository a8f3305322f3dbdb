"""Importing contacts: what each does here, at how many calls, planned or at once (K2, K4, K12, J1)."""

from __future__ import annotations

import pytest

from ledgerlink.adapters.xero import reading as xero_reading
from ledgerlink.errors import Invalid, NotConnected
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.connection import connect
from ledgerlink.flows.records.deleting import delete
from ledgerlink.flows.records.linking import link
from ledgerlink.kinds.organization import Organization
from ledgerlink.state.record import RecordKey
from tests.support.hub import ACME, ANN, Hub


@pytest.fixture
def quiet(hub: Hub) -> Hub:
    """Nothing is created in the ledger by itself."""
    hub.setting(create_linked_contact_on_create=False)
    return hub


def linked(hub: Hub, id: str, **contact: str) -> str:
    """An organization that is linked, and both sides agree."""
    [document_id] = hub.xero.seed({"Name": f"Org {id}", **contact})
    hub.save(id, email=contact.get("EmailAddress", ""))
    link(hub.context, RecordKey(ACME, "organizations", id), document_id, ANN, confirm=True)
    hub.run()
    hub.rest()
    return document_id


def content(hub: Hub, id: str) -> Organization:
    record = hub.record(id)
    assert record is not None
    assert isinstance(record.content, Organization)
    return record.content


def test_every_active_contact_without_a_link_becomes_an_organization(quiet: Hub) -> None:
    quiet.xero.seed({"Name": "New", "EmailAddress": "n@x.example"}, {"Name": "Old", "ContactStatus": "ARCHIVED"})
    job = quiet.done("import-contacts")
    assert sorted((item.title, item.outcome) for item in quiet.items(job)) == [("New", "created"), ("Old", "skipped")]
    [made] = [item.id for item in quiet.items(job, outcome="created")]
    assert content(quiet, made).email == "n@x.example"
    assert quiet.link(made).state == "linked"


def test_a_linked_organization_is_updated_and_every_overwritten_value_is_listed(quiet: Hub) -> None:
    id_ = linked(quiet, "a", EmailAddress="old@x.example")
    quiet.setting(apply_ledger_edits=False)
    quiet.clock.advance(5)
    quiet.xero.human("edit", id_, EmailAddress="new@x.example")
    job = quiet.done("import-contacts")
    [item] = quiet.items(job)
    assert (item.outcome, item.overwritten) == ("updated", ("email",))
    assert item.diff == {"email": {"from": "old@x.example", "to": "new@x.example"}}
    assert content(quiet, "a").email == "new@x.example"


def test_what_was_emptied_in_the_ledger_is_not_cleared_here(quiet: Hub) -> None:
    id_ = linked(quiet, "a", EmailAddress="kept@x.example")
    quiet.clock.advance(5)
    quiet.xero.human("edit", id_, EmailAddress="")
    assert quiet.outcomes(quiet.done("import-contacts")) == {"a": "unchanged"}
    assert content(quiet, "a").email == "kept@x.example"


def test_a_possible_duplicate_is_asked_about_and_stays_so(quiet: Hub) -> None:
    quiet.save("a", name="Hall & Sons", email="hall@x.example")
    quiet.xero.seed({"Name": "Hall and Sons Ltd"})
    for _ in range(2):
        assert quiet.outcomes(quiet.done("import-contacts")) == {"a": "suggested"} or quiet.at.suggestions.count(ACME)
    assert quiet.at.suggestions.count(ACME) == 1
    assert quiet.link("a").suggestions


def test_the_guides_way_creates_duplicates(quiet: Hub) -> None:
    quiet.setting(possible_duplicates_on_import="create")
    quiet.save("a", name="Hall")
    quiet.xero.seed({"Name": "Hall"})
    assert quiet.done("import-contacts").progress.created == 1


def test_exact_matches_are_linked_where_that_is_the_setting(quiet: Hub) -> None:
    quiet.setting(possible_duplicates_on_import="link_exact")
    quiet.save("a", name="Hall")
    [id_] = quiet.xero.seed({"Name": "Hall"})
    assert quiet.outcomes(quiet.done("import-contacts")) == {"a": "linked"}
    assert quiet.link("a").document_id == id_


def test_a_thousand_come_with_one_call(quiet: Hub) -> None:
    quiet.xero.control("POST", "seed", {"contacts": 2100})
    before = len(quiet.calls())
    job = quiet.done("import-contacts")
    assert quiet.calls()[before:] == ["GET Contacts"] * 3
    assert (job.calls.needed, job.calls.used) == (3, 3)
    assert (job.progress.created, job.progress.total) == (2100, 2100)


def test_one_that_moves_while_pages_are_read_is_found_by_the_delta(quiet: Hub) -> None:
    quiet.xero.control("POST", "seed", {"contacts": 1500})
    quiet.clock.advance(600)
    last = quiet.xero.ledger.crawl("contact", 2).documents[-1].id
    quiet.start("import-contacts")
    quiet.deliver(("job",), most=1)
    quiet.clock.advance(5)
    quiet.xero.human("edit", last, EmailAddress="moved@x.example")
    before = len(quiet.calls())
    quiet.run(only=("job",))
    assert quiet.calls()[before:] == ["GET Contacts"] * 2
    [job] = jobs.page(quiet.context).items
    assert (job.progress.created, job.progress.done, job.progress.total) == (1500, 1500, 1500)
    assert len({item.document_id for item in quiet.items(job)}) == 1500


def test_contacts_can_be_chosen_by_their_id_or_their_organization(quiet: Hub) -> None:
    known = linked(quiet, "a")
    ids = quiet.xero.seed({"Name": "B"}, {"Name": "C"})
    job = quiet.done("import-contacts", ids=["a", ids[0].upper(), "00000000-0000-4000-8000-000000000001"])
    told = {item.document_id: item.outcome for item in quiet.items(job)}
    assert told == {known: "unchanged", ids[0]: "created", "00000000-0000-4000-8000-000000000001": "failed"}
    assert job.calls.used == 1


@pytest.mark.parametrize("planned", [True, False])
def test_many_chosen_are_found_on_pages_where_that_takes_fewer_calls(quiet: Hub, planned: bool) -> None:
    known, nobody = linked(quiet, "a"), "00000000-0000-4000-8000-000000000001"
    ids = quiet.xero.seed(*({"Name": f"Contact {number}"} for number in range(1100)))
    before = len(quiet.calls())
    chosen = [*ids[::4], ids[1].upper(), "a", nobody, "nobody"]
    job = quiet.done("import-contacts", ids=chosen, dry_run=planned)
    assert quiet.calls()[before:] == ["GET Contacts"] * 2, "by their ids it would be seven"
    told = {item.document_id: item.outcome for item in quiet.items(job)}
    born = dict.fromkeys([*ids[::4], ids[1]], "create" if planned else "created")
    assert told == {**born, known: "unchanged", nobody: "failed", "nobody": "failed"}
    assert (job.progress.done, job.progress.total, job.calls.used) == (len(chosen), len(chosen), 2)


def test_chosen_ones_are_asked_for_by_id_where_there_are_too_many_pages(
    quiet: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xero_reading, "PAGE", 50)
    ids = quiet.xero.seed(*({"Name": f"Contact {number}"} for number in range(600)))
    job = quiet.done("import-contacts", ids=ids[:240])
    assert (job.progress.created, job.progress.done, job.calls.used) == (240, 240, 6 + 1)


def test_many_contacts_may_be_one_organization(quiet: Hub) -> None:
    quiet.save("a", name="Hall & Sons")
    legal = ("", "Ltd", "Limited", "GmbH", "AG", "Inc", "LLC", "PLC")
    quiet.xero.seed(*({"Name": f"Hall and Sons {form}".strip()} for form in legal))
    assert quiet.done("import-contacts").progress.suggested == len(legal)


def test_who_is_like_more_contacts_than_one_pass_asks_about_is_asked_about_the_rest_next_time(quiet: Hub) -> None:
    quiet.save("a", name="Hall & Sons")
    forms = ("", "Ltd", "Limited", "GmbH", "AG", "Inc", "LLC", "PLC")
    names = (
        f"{hall} {sign} {sons} {form}"
        for hall in ("Hall", "Háll")
        for sign in ("and", "&")
        for sons in ("Sons", "Söns")
        for form in forms
    )
    quiet.xero.seed(*({"Name": name.strip()} for name in list(names)[:45]))
    first = quiet.done("import-contacts").progress
    assert (first.suggested + first.left_out, first.left_out > 0) == (45, True)
    second = quiet.done("import-contacts").progress
    assert (second.suggested, second.left_out) == (45, 0)
    assert quiet.at.suggestions.count(ACME) == 45


def test_another_contact_like_an_organization_that_is_asked_about_is_asked_about_too(quiet: Hub) -> None:
    quiet.save("a", name="Hall & Sons")
    quiet.xero.seed({"Name": "Hall and Sons"})
    assert quiet.done("import-contacts").progress.suggested == 1
    quiet.clock.advance(60)
    quiet.xero.seed({"Name": "Hall and Sons Ltd", "UpdatedDateUTC": "2020-01-01T00:00:00"})
    assert quiet.done("import-contacts").progress.suggested == 2
    assert quiet.at.suggestions.count(ACME) == 2


def test_what_a_linked_organization_never_said_comes_with_the_import(quiet: Hub) -> None:
    """Linking sends our name over theirs; that says nothing of the e-mail that only the contact has (K2, K4)."""
    [contact] = quiet.xero.seed({"Name": "Yak Farm", "EmailAddress": "yak@farm.example"})
    quiet.save("yak", name="Yak Farmers")
    link(quiet.context, RecordKey(ACME, "organizations", "yak"), contact, ANN, confirm=True)
    quiet.rest()
    assert quiet.contact("Yak Farmers")["EmailAddress"] == "yak@farm.example"
    quiet.done("import-contacts")
    assert (content(quiet, "yak").name, content(quiet, "yak").email) == ("Yak Farmers", "yak@farm.example")
    quiet.save("yak", name="Yak Farmers", email="ours@farm.example")
    quiet.rest()
    quiet.save("yak", name="Yak Farmers", email="")
    quiet.done("import-contacts")
    assert content(quiet, "yak").email == "", "emptied here since, it is not filled again"


def test_who_they_may_be_is_read_once_and_what_people_do_meanwhile_counts(quiet: Hub) -> None:
    for name in ("linked", "gone", "renamed", "stays"):
        quiet.save(name, name=f"{name.title()} Harbour")
    names = [*(f"Contact {number}" for number in range(40)), "Linked", "Gone", "Renamed", "Stays", "Late"]
    ids = quiet.xero.seed(*({"Name": name if " " in name else f"{name} Harbour"} for name in names), {"Name": "Other"})
    quiet.start("import-contacts", ids=ids[:-1])
    quiet.deliver(("job",), most=1)
    quiet.clock.advance(60)
    link(quiet.context, RecordKey(ACME, "organizations", "linked"), ids[-1], ANN, confirm=True)
    delete(quiet.context, RecordKey(ACME, "organizations", "gone"), ANN)
    quiet.save("renamed", name="Quite Another")
    quiet.save("late", name="Late Harbour")
    [job] = jobs.page(quiet.context).items
    quiet.run(only=("job",))
    told = {item.title.split()[0]: (item.outcome, item.id) for item in quiet.items(job) if "Harbour" in item.title}
    assert told["Stays"] == ("suggested", "stays")
    assert told["Late"] == ("suggested", "late")
    assert [told[name][0] for name in ("Linked", "Gone", "Renamed")] == ["created"] * 3


def test_an_empty_ledger_is_a_short_job(quiet: Hub) -> None:
    job = quiet.done("import-contacts")
    assert (job.status, job.progress.total, job.calls.used, job.email.status) == ("done", 0, 1, "sent")


def test_it_needs_a_connection_and_some_contacts(hub: Hub) -> None:
    with pytest.raises(Invalid):
        hub.start("import-contacts", ids=[])
    connect.disconnect(ACME, hub.at, sub=ANN.sub)
    with pytest.raises(NotConnected):
        hub.start("import-contacts")


# ------------------------------------------------------------------ planned


def test_a_plan_of_an_import_stores_nothing_here(quiet: Hub) -> None:
    linked(quiet, "a", EmailAddress="old@x.example")
    quiet.setting(apply_ledger_edits=False)
    quiet.clock.advance(5)
    quiet.xero.human("edit", quiet.link("a").document_id, EmailAddress="new@x.example")
    quiet.xero.seed({"Name": "New"})
    job = quiet.done("import-contacts", dry_run=True)
    assert (job.status, job.progress.created, job.progress.updated) == ("planned", 1, 1)
    assert {item.title: item.outcome for item in quiet.items(job)} == {"New": "create", "Org a": "update"}
    assert content(quiet, "a").email == "old@x.example"
    assert quiet.done("import-contacts", dry_run=True).progress.created == 1


def test_applying_it_reads_only_what_changed_since(quiet: Hub) -> None:
    quiet.xero.control("POST", "seed", {"contacts": 1200})
    quiet.clock.advance(600)
    job = quiet.done("import-contacts", dry_run=True)
    assert (job.calls.used, job.calls.needed) == (2, 3)
    before = len(quiet.calls())
    jobs.apply(quiet.context, job.id, ANN)
    quiet.run(only=("job",))
    assert quiet.calls()[before:] == ["GET Contacts"]
    assert quiet.job(job.id).progress.created == 1200


def test_what_changed_on_either_side_since_the_plan_is_left_out(quiet: Hub) -> None:
    first = linked(quiet, "a", EmailAddress="a@x.example")
    second = linked(quiet, "b", EmailAddress="b@x.example")
    quiet.setting(apply_ledger_edits=False)
    quiet.clock.advance(5)
    for id_ in (first, second):
        quiet.xero.human("edit", id_, EmailAddress="new@x.example")
    [third] = quiet.xero.seed({"Name": "Third"})
    job = quiet.done("import-contacts", dry_run=True)
    quiet.clock.advance(5)
    quiet.xero.human("edit", third, EmailAddress="again@x.example")
    quiet.save("b", email="here@x.example")
    jobs.apply(quiet.context, job.id, ANN)
    quiet.run(only=("job",))
    told = {item.title: (item.outcome, item.reason) for item in quiet.items(job)}
    assert told["Org a"][0] == "updated"
    assert told["Third"] == ("left_out", "changed_since_plan")
    assert told["Org b"][0] == "left_out"


def test_a_document_that_was_linked_since_is_left_out(quiet: Hub) -> None:
    [id_] = quiet.xero.seed({"Name": "Hall"})
    job = quiet.done("import-contacts", dry_run=True)
    quiet.save("mine", name="Other")
    link(quiet.context, RecordKey(ACME, "organizations", "mine"), id_, ANN, confirm=True)
    quiet.bells.waiting.clear()
    jobs.apply(quiet.context, job.id, ANN)
    quiet.run(only=("job",))
    assert [(item.outcome, item.reason) for item in quiet.items(job)] == [("left_out", "changed_since_plan")]


def test_limits_end_a_turn_and_the_next_goes_on(quiet: Hub) -> None:
    quiet.xero.control("POST", "seed", {"contacts": 1500})
    quiet.xero.fault("limit_minute", times=1)
    job = quiet.done("import-contacts")
    assert (job.status, job.progress.created) == ("done", 1500)


def test_cancelling_between_pages_keeps_what_came(quiet: Hub) -> None:
    quiet.xero.control("POST", "seed", {"contacts": 1500})
    job = quiet.start("import-contacts")
    quiet.deliver(("job",), most=1)
    jobs.cancel(quiet.context, job.id)
    quiet.run()
    assert (quiet.job(job.id).status, quiet.job(job.id).progress.created) == ("cancelled", 1000)
