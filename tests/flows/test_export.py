"""The export over the real adapters and the simulator: what one drain does, call by call."""

from __future__ import annotations

import pytest

from ledgerlink.flows.outbound.export import Drained, export_due
from ledgerlink.flows.records import deleting, linking
from ledgerlink.ports import Claim, PutConnection
from local.xero.kinds import KINDS as XERO_KINDS
from tests.flows.documents import pass_time
from tests.flows.hub import ADA, Hub, hub, key

__all__ = ["hub"]


def test_new_ones_go_fifty_to_a_call(hub: Hub) -> None:
    for n in range(120):
        hub.push(str(n))
    hub.drain()
    assert hub.here.ledger_calls() == {"PUT": 3}
    assert len(hub.contacts()) == 120


def test_a_repeated_push_costs_no_call(hub: Hub) -> None:
    hub.push("1")
    hub.drain()
    hub.here.ledger_calls()
    hub.push("1")
    hub.drain()
    assert not hub.here.ledger_calls()


def test_an_update_carries_only_what_changed_and_looks_first(hub: Hub) -> None:
    hub.push("1", email="old@x.example", account_number="A1")
    hub.drain()
    hub.here.ledger_calls()
    hub.push("1", email="new@x.example", account_number="A1")
    hub.drain()
    assert hub.here.ledger_calls() == {"GET": 1, "POST": 1}
    assert hub.contacts()["Org 1"]["EmailAddress"] == "new@x.example"


def test_a_bookkeepers_edit_is_read_before_ours_is_sent(hub: Hub) -> None:
    hub.push("1", email="old@x.example")
    hub.drain()
    hub.human(action="edit", id=hub.link("1").document_id, fields={"AccountNumber": "theirs"})
    hub.push("1", email="new@x.example")
    hub.drain()
    assert hub.contacts()["Org 1"]["EmailAddress"] == "old@x.example", "not before the import has looked"
    hub.read()
    hub.drain()
    assert hub.contacts()["Org 1"]["EmailAddress"] == "new@x.example"
    assert hub.content("1").account_number == "theirs"


def test_one_bad_record_does_not_stop_its_neighbours(hub: Hub) -> None:
    hub.human(action="create", fields={"Name": "Org 2"})
    for n in range(5):
        hub.push(str(n))
    hub.drain()
    assert [hub.link(str(n)).state for n in range(5)] == ["linked", "linked", "error", "linked", "linked"]
    refused = hub.link("2").error
    assert refused is not None
    assert refused.code == "name_taken"


def test_a_call_refused_as_a_whole_goes_again_in_halves(hub: Hub) -> None:
    for n in range(6):
        hub.push(str(n))
    hub.drain()
    gone = hub.link("3").document_id
    hub.here.ledger_calls()
    for n in range(6):
        hub.push(str(n), email=f"new{n}@x.example")
    hub.fault(
        match={"method": "POST", "path": "/api.xro/2.0/Contacts"},
        kind="element_error",
        where={"ContactID": gone},
        message="The contact name Org 3 is already assigned to another contact.",
        times=1,
    )
    hub.drain()
    assert sorted(hub.link(str(n)).state for n in range(6)) == ["error", *["linked"] * 5]


def test_an_answer_lost_after_applying_is_asked_for_under_the_same_key(hub: Hub) -> None:
    hub.push("1")
    hub.fault(match={"method": "PUT", "path": "/api.xro/2.0/Contacts"}, kind="error_before", status=503, times=1)
    hub.drain()
    assert hub.link("1").state == "due"
    (dispatch,) = hub.at.lanes.open_dispatches("bench")
    assert dispatch.state == "unknown", "an answered error is repeated by the ledger: only time tells"
    assert hub.at.lanes.get("bench", "export").half_open


@pytest.mark.parametrize("claimed", [True, False])
def test_of_several_with_our_mark_the_one_that_was_claimed_is_ours(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, claimed: bool
) -> None:
    monkeypatch.setattr(type(XERO_KINDS["contacts"]), "_clashes", lambda *_: ())  # else the second is refused
    hub.push("1")
    hub.fault(match={"method": "PUT", "path": "/api.xro/2.0/Contacts"}, kind="error_before", status=503, times=1)
    hub.drain()
    marked = {"Name": "Org 1", "ContactNumber": "LL-1"}
    mine, _ = (hub.human(action="create", fields=marked)["ContactID"] for _ in range(2))
    if claimed:
        hub.at.commit.all(Claim(hub.link("1").key, "contact", mine))
    pass_time(hub)
    hub.drain()
    expected = (mine, "linked", "") if claimed else ("", "parked", "several_matches")
    assert (hub.link("1").document_id, hub.link("1").state, hub.link("1").reason) == expected
    hub.push("1", email="x@y.example")
    hub.drain()
    assert hub.here.ledger_calls().get("PUT", 0) == 1, "no third one is made"


def test_a_person_links_while_nothing_is_on_its_way_and_the_rest_still_goes(hub: Hub) -> None:
    mine = hub.human(action="create", fields={"Name": "Kept by hand"})["ContactID"]
    hub.push("1")
    hub.push("2")
    linking.link(hub.context, key("1"), mine, ADA, confirm=True)
    hub.drain()
    assert set(hub.contacts()) == {"Org 1", "Org 2"}
    assert hub.link("1").document_id == mine


def test_unlinking_keeps_both_and_neither_comes_back_by_itself(hub: Hub) -> None:
    hub.push("1")
    hub.drain()
    linking.unlink(hub.context, key("1"), ADA)
    hub.push("1", email="x@y.example")
    hub.drain()
    assert hub.link("1").reason == "unlinked_by_person"
    assert len(hub.contacts()) == 1


def test_a_forced_delete_leaves_the_contact(hub: Hub) -> None:
    hub.push("1")
    hub.drain()
    deleting.delete(hub.context, key("1"), ADA, force=True, reason="asked to by the customer")
    hub.drain()
    assert hub.contacts()["Org 1"]["ContactStatus"] == "ACTIVE"
    assert hub.link("1").tombstone == "deleted_here"


def test_inactive_archives_and_is_then_left_alone(hub: Hub) -> None:
    hub.push("1")
    hub.drain()
    hub.push("1", active=False)
    hub.drain()
    assert hub.contacts()["Org 1"]["ContactStatus"] == "ARCHIVED"
    hub.push("1", active=True)
    hub.drain()
    assert (hub.link("1").state, hub.link("1").reason) == ("parked", "archived_in_ledger")


def test_when_the_ledger_says_wait_nothing_is_lost_and_no_attempt_is_counted(hub: Hub) -> None:
    hub.push("1")
    hub.fault(match={"method": "PUT", "path": "/api.xro/2.0/Contacts"}, kind="limit_minute", times=1)
    hub.drain()
    assert (hub.link("1").state, hub.link("1").attempts) == ("due", 0)
    assert hub.at.lanes.get("bench", "export").not_before is not None
    assert hub.at.lanes.open_dispatches("bench") == []


def test_without_a_ledger_records_wait(hub: Hub) -> None:
    connection = hub.at.companies.connection("bench").model_copy(update={"state": "disconnected"})
    hub.at.commit.all(PutConnection(connection))
    hub.push("1")
    assert hub.drain() == Drained(driven=False)
    assert hub.at.lanes.get("bench", "export").paused == "not_connected"
    assert hub.link("1").is_due


@pytest.mark.parametrize("seconds", [10.0, 34.9])
def test_no_send_starts_without_the_time_to_finish_it(hub: Hub, seconds: float) -> None:
    hub.push("1")
    assert export_due("bench", hub.at, seconds_left=lambda: seconds).sent == 0
    assert hub.link("1").is_due
