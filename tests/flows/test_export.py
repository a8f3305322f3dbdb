"""The export over the real adapters and the simulator: what one drain does, call by call."""

from __future__ import annotations

from typing import Any

import pytest

from bench.world import World, world
from ledgerlink.flows import linking, saving
from ledgerlink.flows.export import Drained, export_due
from ledgerlink.flows.import_ import import_due
from ledgerlink.flows.saving import Actor, Push, save
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import RecordKey

CRM = Actor("crm-client", "crm")
ADA = Actor("ada")


@pytest.fixture
def hub() -> Any:
    with world() as here:
        yield here


def key(id_: str) -> RecordKey:
    return RecordKey("bench", "organizations", id_)


def push(hub: World, id_: str, **fields: Any) -> None:
    save(hub.context, key(id_), Push({"name": f"Org {id_}", **fields}), CRM)


def drain(hub: World) -> Drained:
    return export_due("bench", hub.at, seconds_left=lambda: 100.0)


def link(hub: World, id_: str) -> Link:
    found = hub.at.links.get(LinkKey(*key(id_)))
    assert found is not None
    return found


def contacts(hub: World) -> dict[str, Any]:
    return {contact["Name"]: contact for contact in hub.ledger.get("/_sim/state").json()["contacts"]}


def human(hub: World, **body: Any) -> dict[str, Any]:
    answer = hub.ledger.post("/_sim/human", json={"kind": "contacts", **body}).raise_for_status()
    found: dict[str, Any] = answer.json()["contacts"][0]
    return found


def fault(hub: World, **body: Any) -> None:
    hub.ledger.post("/_sim/faults", json=body).raise_for_status()


def test_new_ones_go_fifty_to_a_call(hub: World) -> None:
    for n in range(120):
        push(hub, str(n))
    drain(hub)
    assert hub.ledger_calls() == {"PUT": 3}
    assert len(contacts(hub)) == 120


def test_a_repeated_push_costs_no_call(hub: World) -> None:
    push(hub, "1")
    drain(hub)
    hub.ledger_calls()
    push(hub, "1")
    drain(hub)
    assert not hub.ledger_calls()


def test_an_update_carries_only_what_changed_and_looks_first(hub: World) -> None:
    push(hub, "1", email="old@x.example", account_number="A1")
    drain(hub)
    hub.ledger_calls()
    push(hub, "1", email="new@x.example", account_number="A1")
    drain(hub)
    assert hub.ledger_calls() == {"GET": 1, "POST": 1}
    assert contacts(hub)["Org 1"]["EmailAddress"] == "new@x.example"


def test_a_bookkeepers_edit_is_read_before_ours_is_sent(hub: World) -> None:
    push(hub, "1", email="old@x.example")
    drain(hub)
    human(hub, action="edit", id=link(hub, "1").document_id, fields={"AccountNumber": "theirs"})
    push(hub, "1", email="new@x.example")
    drain(hub)
    assert contacts(hub)["Org 1"]["EmailAddress"] == "old@x.example", "not before the import has looked"
    import_due("bench", hub.at, seconds_left=lambda: 100.0)
    drain(hub)
    assert contacts(hub)["Org 1"]["EmailAddress"] == "new@x.example"
    record = hub.at.records.get(key("1"))
    assert record is not None
    assert record.content.account_number == "theirs"  # type: ignore[attr-defined]


def test_one_bad_record_does_not_stop_its_neighbours(hub: World) -> None:
    human(hub, action="create", fields={"Name": "Org 2"})
    for n in range(5):
        push(hub, str(n))
    drain(hub)
    assert [link(hub, str(n)).state for n in range(5)] == ["linked", "linked", "error", "linked", "linked"]
    refused = link(hub, "2").error
    assert refused is not None
    assert refused.code == "name_taken"


def test_a_call_refused_as_a_whole_goes_again_in_halves(hub: World) -> None:
    for n in range(6):
        push(hub, str(n))
    drain(hub)
    gone = link(hub, "3").document_id
    hub.ledger_calls()
    for n in range(6):
        push(hub, str(n), email=f"new{n}@x.example")
    fault(
        hub,
        match={"method": "POST", "path": "/api.xro/2.0/Contacts"},
        kind="element_error",
        where={"ContactID": gone},
        message="The contact name Org 3 is already assigned to another contact.",
        times=1,
    )
    drain(hub)
    assert sorted(link(hub, str(n)).state for n in range(6)) == ["error", *["linked"] * 5]


def test_an_answer_lost_after_applying_is_asked_for_under_the_same_key(hub: World) -> None:
    push(hub, "1")
    fault(hub, match={"method": "PUT", "path": "/api.xro/2.0/Contacts"}, kind="error_before", status=503, times=1)
    drain(hub)
    assert link(hub, "1").state == "due"
    (dispatch,) = hub.at.lanes.open_dispatches("bench")
    assert dispatch.state == "unknown", "an answered error is repeated by the ledger: only time tells"
    assert hub.at.lanes.get("bench", "export").half_open


def test_a_person_links_while_nothing_is_on_its_way_and_the_rest_still_goes(hub: World) -> None:
    mine = human(hub, action="create", fields={"Name": "Kept by hand"})["ContactID"]
    push(hub, "1")
    push(hub, "2")
    linking.link(hub.context, key("1"), mine, ADA, confirm=True)
    drain(hub)
    assert set(contacts(hub)) == {"Org 1", "Org 2"}
    assert link(hub, "1").document_id == mine


def test_unlinking_keeps_both_and_neither_comes_back_by_itself(hub: World) -> None:
    push(hub, "1")
    drain(hub)
    linking.unlink(hub.context, key("1"), ADA)
    push(hub, "1", email="x@y.example")
    drain(hub)
    assert link(hub, "1").reason == "unlinked_by_person"
    assert len(contacts(hub)) == 1


def test_a_forced_delete_leaves_the_contact(hub: World) -> None:
    push(hub, "1")
    drain(hub)
    saving.delete(hub.context, key("1"), ADA, force=True, reason="asked to by the customer")
    drain(hub)
    assert contacts(hub)["Org 1"]["ContactStatus"] == "ACTIVE"
    assert link(hub, "1").tombstone == "deleted_here"


def test_inactive_archives_and_is_then_left_alone(hub: World) -> None:
    push(hub, "1")
    drain(hub)
    push(hub, "1", active=False)
    drain(hub)
    assert contacts(hub)["Org 1"]["ContactStatus"] == "ARCHIVED"
    push(hub, "1", active=True)
    drain(hub)
    assert (link(hub, "1").state, link(hub, "1").reason) == ("parked", "archived_in_ledger")


def test_when_the_ledger_says_wait_nothing_is_lost_and_no_attempt_is_counted(hub: World) -> None:
    push(hub, "1")
    fault(hub, match={"method": "PUT", "path": "/api.xro/2.0/Contacts"}, kind="limit_minute", times=1)
    drain(hub)
    assert (link(hub, "1").state, link(hub, "1").attempts) == ("due", 0)
    assert hub.at.lanes.get("bench", "export").not_before is not None
    assert hub.at.lanes.open_dispatches("bench") == []


def test_without_a_ledger_records_wait(hub: World) -> None:
    connection = hub.at.companies.connection("bench").model_copy(update={"state": "disconnected"})
    from ledgerlink.ports import PutConnection

    hub.at.commit.all(PutConnection(connection))
    push(hub, "1")
    assert drain(hub) == Drained(driven=False)
    assert hub.at.lanes.get("bench", "export").paused == "not_connected"
    assert link(hub, "1").is_due


@pytest.mark.parametrize("seconds", [10.0, 34.9])
def test_no_send_starts_without_the_time_to_finish_it(hub: World, seconds: float) -> None:
    push(hub, "1")
    assert export_due("bench", hub.at, seconds_left=lambda: seconds).sent == 0
    assert link(hub, "1").is_due
