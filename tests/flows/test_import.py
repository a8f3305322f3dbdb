"""The import lane over the real adapters and the simulator: what news from the ledger does here."""

from __future__ import annotations

import pytest

from ledgerlink.errors import Refused
from ledgerlink.flows.inbound.intake import Change, take_note
from ledgerlink.flows.records import deleting, drafting, linking, saving
from ledgerlink.ports import Claim, PutLink
from ledgerlink.state.link import LinkKey, SyncError
from ledgerlink.state.record import Hold
from tests.flows.hub import ADA, CRM, Hub, hub, key

__all__ = ["hub"]


def linked(hub: Hub, id_: str = "1", **fields: object) -> str:
    hub.push(id_, **fields)
    hub.drain()
    hub.here.ledger_calls()
    return hub.link(id_).document_id


def test_an_edit_in_the_ledger_arrives_in_one_call_and_is_not_sent_back(hub: Hub) -> None:
    document = linked(hub, email="old@x.example")
    hub.read()  # the first polls
    hub.here.ledger_calls()
    hub.human(action="edit", id=document, fields={"EmailAddress": "new@x.example"})
    hub.hear(document, document)
    hub.read()
    assert hub.content("1").email == "new@x.example"
    hub.drain()
    calls = hub.here.ledger_calls()
    assert calls["PUT"] + calls["POST"] == 0
    assert calls["GET"] == 1


def test_news_of_our_own_write_costs_no_read(hub: Hub) -> None:
    document = linked(hub)
    hub.read()  # the first poll
    hub.here.ledger_calls()
    base_at = hub.link("1").base_at
    take_note([Change(hub.context.organisation, "contact", document, base_at)], hub.at)
    hub.read()
    assert not hub.here.ledger_calls()
    assert hub.at.marks.count(hub.context.organisation) == 0


def test_a_burst_about_one_contact_is_one_read(hub: Hub) -> None:
    document = linked(hub)
    hub.read()
    hub.here.ledger_calls()
    for n in range(10):
        hub.human(action="edit", id=document, fields={"AccountNumber": str(n)})
        hub.hear(document)
    hub.read()
    assert hub.here.ledger_calls() == {"GET": 1}
    assert hub.content("1").account_number == "9"


def test_contacts_born_in_the_ledger_stay_there_unless_the_setting_says_otherwise(hub: Hub) -> None:
    stranger = hub.human(action="create", fields={"Name": "Stranger"})["ContactID"]
    hub.hear(stranger)
    hub.read()
    assert hub.ids() == []
    hub.set(import_contacts_born_in_ledger=True)
    hub.hear(stranger)
    hub.read()
    (id_,) = hub.ids()
    assert hub.content(id_).name == "Stranger"
    assert hub.link(id_).document_id == stranger
    hub.hear(stranger)
    hub.read()
    assert hub.ids() == [id_]


def test_a_contact_of_ours_whose_settlement_was_lost_is_recognised(hub: Hub) -> None:
    """The record was sent, the process died before anything was stored, and its dispatch is gone."""
    hub.push("1")
    made = hub.human(action="create", fields={"Name": "Org 1", "ContactNumber": "LL-1"})["ContactID"]
    hub.hear(made)
    hub.read()
    assert hub.link("1").document_id == made
    hub.drain()
    assert len(hub.contacts()) == 1


def test_news_of_one_of_several_that_carry_our_mark_does_not_choose_it(hub: Hub) -> None:
    hub.push("1")
    error = SyncError(code="several_matches", message="x", since=hub.at.clock.now())
    told = {"state": "parked", "reason": "several_matches", "error": error}
    parked = hub.link("1").model_copy(update=told)
    hub.at.commit.all(PutLink(parked))
    copy = hub.human(action="create", fields={"Name": "Org 1", "ContactNumber": "LL-1"})["ContactID"]
    hub.hear(copy)
    hub.read()
    assert (hub.link("1").document_id, hub.link("1").reason) == ("", "several_matches")
    with pytest.raises(Refused, match="several documents"):  # one of them is its own, and would stay there unnoticed
        deleting.delete(hub.context, hub.link("1").key.record, ADA)
    deleting.delete(hub.context, hub.link("1").key.record, ADA, force=True, reason="gone")


def test_a_contact_claimed_for_a_link_that_never_came_to_have_it_is_given_up(hub: Hub) -> None:
    """A drain claimed it and died; before the next one looked, somebody had taken our mark away in the ledger."""
    hub.set(import_contacts_born_in_ledger=True, create_linked_contact_on_create=False)
    hub.push("1")
    theirs = hub.human(action="create", fields={"Name": "Stranger"})["ContactID"]
    hub.at.commit.all(Claim(LinkKey(*key("1")), "contact", theirs))
    hub.hear(theirs)
    hub.read()
    assert hub.link("1").document_id == ""
    assert hub.content("1").name == "Org 1"
    hub.read()
    (born,) = set(hub.ids()) - {"1"}
    assert hub.link(born).document_id == theirs


def test_a_possible_duplicate_holds_both_sides_and_asks(hub: Hub) -> None:
    hub.set(import_contacts_born_in_ledger=True, create_linked_contact_on_create=False)
    hub.push("1")
    look_alike = hub.human(action="create", fields={"Name": "ORG 1 Ltd"})["ContactID"]
    hub.hear(look_alike)
    hub.read()
    (suggestion,) = hub.at.suggestions.open("bench").items
    assert (suggestion.record, suggestion.document_id, suggestion.reason) == ("1", look_alike, "same name")
    assert hub.ids() == ["1"]
    assert hub.link("1").suggestions == (suggestion.id,)
    hub.hear(look_alike)
    hub.read()
    assert len(hub.at.suggestions.open("bench").items) == 1


def test_a_merge_leads_to_the_survivor(hub: Hub) -> None:
    loser = linked(hub, email="a@x.example")
    survivor = hub.human(action="create", fields={"Name": "Survivor"})["ContactID"]
    hub.human(action="merge", id=loser, fields={"into": survivor})
    hub.hear(loser)
    hub.read()
    hub.read()
    link = hub.link("1")
    assert link.document_id == survivor
    assert hub.at.links.claimed("bench", "contact", [loser]) == {}
    assert hub.content("1").name == "Survivor"
    assert ("import", "merged", "") in hub.history("1")


def test_a_merge_into_what_is_being_made_waits_until_it_is_known_whose_it_is(hub: Hub) -> None:
    loser = linked(hub)
    hub.fault(match={"method": "PUT", "path": "/Contacts"}, kind="error_after", status=503, times=1)
    hub.push("2")
    hub.drain()  # made, and nobody here knows
    survivor = hub.contacts()["Org 2"]["ContactID"]
    hub.human(action="merge", id=loser, fields={"into": survivor})
    hub.hear(loser)
    hub.read()
    assert hub.link("1").document_id == loser
    assert not hub.at.links.claimed("bench", "contact", [survivor])


def test_a_merge_into_somebody_elses_contact_is_put_before_a_person(hub: Hub) -> None:
    one, two = linked(hub, "1"), linked(hub, "2")
    hub.human(action="merge", id=one, fields={"into": two})
    hub.hear(one)
    hub.read()
    assert (hub.link("1").state, hub.link("1").reason) == ("conflict", "merged_into_linked")
    assert hub.link("2").document_id == two


@pytest.mark.parametrize("given_up_by", ["unlinking", "linking elsewhere", "deleting"])
@pytest.mark.parametrize("edits_come", [True, False])
def test_once_the_survivor_is_given_up_the_link_follows_and_the_conflict_is_over(
    hub: Hub, given_up_by: str, edits_come: bool
) -> None:
    hub.set(apply_ledger_edits=edits_come)
    one, two, other = linked(hub, "1"), linked(hub, "2"), linked(hub, "3")
    hub.human(action="merge", id=one, fields={"into": two})
    hub.hear(one)
    hub.read()
    assert (hub.link("1").state, hub.link("1").document_id) == ("conflict", one)
    if given_up_by == "deleting":
        deleting.delete(hub.context, key("2"), CRM, force=True, reason="the same as 1")
    else:
        linking.unlink(hub.context, key("3"), CRM)
    if given_up_by == "linking elsewhere":
        linking.link(hub.context, key("2"), other, CRM, confirm=True)
    if given_up_by == "unlinking":
        linking.unlink(hub.context, key("2"), CRM)
    hub.read()
    hub.drain()
    hub.read()
    link = hub.link("1")
    assert (link.state, link.reason, link.error, link.document_id) == ("linked", "", None, two)


def test_an_edit_there_between_linking_and_sending_takes_back_nothing_that_was_confirmed(hub: Hub) -> None:
    hub.set(create_linked_contact_on_create=False)
    hub.push("1", name="Ours")
    there = hub.human(action="create", fields={"Name": "Theirs"})["ContactID"]
    linking.link(hub.context, key("1"), there, CRM, confirm=True)
    hub.human(action="edit", id=there, fields={"EmailAddress": "new@theirs.example"})
    hub.hear(there)
    hub.read()
    hub.drain()
    assert (hub.content("1").name, hub.content("1").email) == ("Ours", "new@theirs.example")
    assert hub.contacts()["Ours"]["EmailAddress"] == "new@theirs.example"


def test_restoring_a_contact_that_was_linked_archived_sends_what_was_confirmed(hub: Hub) -> None:
    hub.set(create_linked_contact_on_create=False)
    hub.push("1", name="Ours")
    there = hub.human(action="create", fields={"Name": "Theirs"})["ContactID"]
    hub.human(action="archive", id=there)
    linking.link(hub.context, key("1"), there, CRM, confirm=True)
    hub.drain()
    assert hub.link("1").reason == "archived_in_ledger"
    hub.human(action="restore", id=there)
    hub.hear(there)
    hub.read()
    hub.drain()
    assert hub.content("1").name == "Ours"
    assert "Ours" in hub.contacts()


@pytest.mark.parametrize(("applied", "active"), [(True, False), (False, True)])
def test_archiving_in_the_ledger(hub: Hub, applied: bool, active: bool) -> None:
    hub.set(apply_ledger_archive=applied)
    document = linked(hub)
    hub.human(action="archive", id=document)
    hub.hear(document)
    hub.read()
    assert hub.content("1").active is active
    assert hub.link("1").document_status == "archived"
    hub.human(action="restore", id=document)
    hub.hear(document)
    hub.read()
    assert hub.content("1").active is True
    assert hub.link("1").state == "linked"


def test_archiving_has_a_setting_of_its_own(hub: Hub) -> None:
    hub.set(apply_ledger_archive=True, apply_ledger_edits=False)
    document = linked(hub, email="old@x.example")
    hub.human(action="edit", id=document, fields={"EmailAddress": "theirs@x.example"})
    for action, active in (("archive", False), ("restore", True)):
        hub.human(action=action, id=document)
        hub.hear(document)
        hub.read()
        assert (hub.content("1").active, hub.content("1").email) == (active, "old@x.example")
    assert hub.link("1").state == "linked"


@pytest.mark.parametrize("kept_out", ["setting", "hold"])
def test_what_waits_for_a_restored_contact_goes_on_though_nothing_else_comes_in(hub: Hub, kept_out: str) -> None:
    document = linked(hub, email="old@x.example")
    if kept_out == "setting":
        hub.set(apply_ledger_edits=False)
    else:
        saving.save(hub.context, key("1"), drafting.Push({"name": "Org 1"}, do_not_import=Hold(on=True)), CRM)
    hub.human(action="archive", id=document)
    hub.hear(document)
    hub.read()
    hub.push("1", email="ours@x.example")
    hub.drain()
    assert (hub.link("1").state, hub.link("1").reason) == ("parked", "archived_in_ledger")
    hub.human(action="restore", id=document)
    hub.hear(document)
    hub.read()
    hub.drain()
    assert hub.link("1").state == "linked"
    assert hub.contacts()["Org 1"]["EmailAddress"] == "ours@x.example"


def test_a_clash_waits_with_both_values_and_nothing_is_overwritten(hub: Hub) -> None:
    hub.set(field_owner="ask")
    document = linked(hub, email="old@x.example")
    hub.human(action="edit", id=document, fields={"EmailAddress": "theirs@x.example"})
    hub.push("1", email="ours@x.example")
    hub.drain()
    hub.read()
    hub.drain()
    link = hub.link("1")
    assert link.state == "conflict"
    assert [(c.field, c.crm, c.ledger) for c in link.clashes] == [("email", '"ours@x.example"', '"theirs@x.example"')]
    assert hub.contacts()["Org 1"]["EmailAddress"] == "theirs@x.example"
    assert hub.content("1").email == "ours@x.example"


def test_a_pair_that_agreed_when_it_was_linked_can_clash_later(hub: Hub) -> None:
    hub.set(field_owner="ask", create_linked_contact_on_create=False)
    document = hub.human(action="create", fields={"Name": "Org 1", "EmailAddress": "same@x.example"})["ContactID"]
    hub.push("1", email="same@x.example")
    linking.link(hub.context, key("1"), document, ADA)
    assert hub.link("1").state == "linked"
    hub.human(action="edit", id=document, fields={"EmailAddress": "theirs@x.example"})
    hub.push("1", email="ours@x.example")
    hub.hear(document)
    hub.read()
    assert hub.link("1").state == "conflict"


def test_a_crm_that_repeats_itself_does_not_undo_the_ledgers_edit(hub: Hub) -> None:
    document = linked(hub, email="old@x.example")
    hub.human(action="edit", id=document, fields={"EmailAddress": "new@x.example"})
    hub.hear(document)
    hub.read()
    hub.push("1", email="old@x.example")
    hub.drain()
    assert hub.contacts()["Org 1"]["EmailAddress"] == "new@x.example"
    assert hub.content("1").email == "new@x.example"


def test_a_field_emptied_in_the_ledger_stays_here_and_is_not_refilled(hub: Hub) -> None:
    document = linked(hub, email="old@x.example")
    hub.human(action="edit", id=document, fields={"EmailAddress": ""})
    hub.hear(document)
    hub.read()
    hub.push("1", email="old@x.example", account_number="A1")
    hub.drain()
    assert hub.content("1").email == "old@x.example"
    contact = hub.contacts()["Org 1"]
    assert (contact["EmailAddress"], contact["AccountNumber"]) == ("", "A1")


def test_what_was_parted_or_deleted_does_not_come_back(hub: Hub) -> None:
    hub.set(import_contacts_born_in_ledger=True)
    one, two = linked(hub, "1"), linked(hub, "2")
    linking.unlink(hub.context, key("1"), ADA)
    deleting.delete(hub.context, key("2"), ADA, force=True, reason="left us")
    for document in (one, two):
        hub.human(action="edit", id=document, fields={"AccountNumber": f"x-{document[:4]}"})
    hub.hear(one, two)
    hub.read()
    assert hub.at.links.get(LinkKey(*key("1"))).document_id == ""  # type: ignore[union-attr]
    assert [id_ for id_ in hub.ids() if id_ not in ("1", "2")] == []


def test_a_failed_read_is_no_deletion_and_is_tried_again(hub: Hub) -> None:
    document = linked(hub)
    hub.human(action="edit", id=document, fields={"AccountNumber": "A9"})
    hub.hear(document)
    hub.fault(match={"method": "GET", "path": "/api.xro/2.0/Contacts"}, kind="error_before", times=1)
    hub.read()
    assert hub.link("1").state == "linked"
    assert hub.at.lanes.get("bench", "import").not_before is not None
    assert hub.at.marks.count(hub.context.organisation) == 1


def test_edits_kept_out_are_remembered_and_not_overwritten_unseen(hub: Hub) -> None:
    hub.set(apply_ledger_edits=False, field_owner="ask")
    document = linked(hub, email="old@x.example")
    hub.human(action="edit", id=document, fields={"EmailAddress": "theirs@x.example"})
    hub.hear(document)
    hub.read()
    assert hub.content("1").email == "old@x.example"
    hub.push("1", email="ours@x.example")
    hub.drain()
    assert hub.link("1").state == "conflict"
    assert hub.contacts()["Org 1"]["EmailAddress"] == "theirs@x.example"


def test_a_contact_touched_without_a_change_does_not_hold_up_updates(hub: Hub) -> None:
    """Much of what a bookkeeper does to a contact moves its time and nothing we know of."""
    hub.push("1", email="old@x.example")
    hub.drain()
    hub.here.ledger.post("/_sim/clock", json={"advance_s": 60}).raise_for_status()
    hub.human(action="edit", id=hub.link("1").document_id, fields={"CompanyNumber": "HRB 1"})
    hub.push("1", email="new@x.example")
    hub.drain()
    hub.read()
    hub.drain()
    assert hub.contacts()["Org 1"]["EmailAddress"] == "new@x.example"


def test_an_edit_kept_out_by_a_hold_comes_in_once_it_is_lifted(hub: Hub) -> None:
    document = linked(hub, email="old@x.example")
    push = {"name": "Org 1", "email": "old@x.example"}
    saving.save(hub.context, key("1"), drafting.Push(push, do_not_import=Hold(on=True)), CRM)
    hub.human(action="edit", id=document, fields={"EmailAddress": "theirs@x.example"})
    hub.hear(document)
    hub.read()
    assert hub.content("1").email == "old@x.example"
    saving.save(hub.context, key("1"), drafting.Push(push, do_not_import=Hold(on=False)), CRM)
    hub.read()
    assert hub.content("1").email == "theirs@x.example"
