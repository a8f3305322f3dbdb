"""Renaming over HTTP: a record made from the ledger gets the CRM's own id."""

from __future__ import annotations

import pytest

from ledgerlink.flows.context import open_context
from ledgerlink.flows.inbound.batch import Intake, TakenIn
from ledgerlink.flows.inbound.taking_in import take_in
from tests.support.api import ACME, ORGANIZATIONS, Answered, Api
from tests.support.xero import SimulatedXero


def imported(api: Api, contact: str) -> TakenIn:
    """What an import job does with the contact."""
    context = open_context("acme", api.wired)
    [taken] = take_in(Intake(context, "job", context.at.clock.now()), context.ledger.read("contact", [contact]))
    return taken


@pytest.fixture
def contact(connected: Api, simulated: SimulatedXero) -> str:
    return simulated.seed({"Name": "Born There", "EmailAddress": "b@born.example"})[0]


@pytest.fixture
def born(connected: Api, contact: str) -> str:
    """The id of a record made from a contact."""
    key = imported(connected, contact).key
    assert key is not None
    return key.id


def rename(api: Api, old: str, new: str) -> Answered:
    return api.post(f"{ORGANIZATIONS}/{old}:rename", {"id": new})


def test_record_and_link_move(connected: Api, born: str, contact: str) -> None:
    moved = rename(connected, born, "crm-1")
    assert (moved.status, moved["id"], moved["sync"]["accounting_code"]) == (200, "crm-1", contact)
    assert moved["sync"]["state"] == "linked"
    assert [record["id"] for record in connected.get(ORGANIZATIONS)["items"]] == ["crm-1"]


def test_renaming_again_is_harmless(connected: Api, born: str) -> None:
    rename(connected, born, "crm-1")
    again = rename(connected, born, "crm-1")
    assert (again.status, again["id"], again["revision"]) == (200, "crm-1", 2)


def test_the_old_id_says_where_it_went(connected: Api, born: str) -> None:
    rename(connected, born, "crm-1")
    gone = connected.get(f"{ORGANIZATIONS}/{born}")
    assert (gone.status, gone["code"], gone["renamed_to"]) == (404, "renamed", "crm-1")
    assert connected.put(f"{ORGANIZATIONS}/{born}", {"name": "X"})["code"] == "renamed"


def test_the_feed_tells_of_both(connected: Api, born: str) -> None:
    rename(connected, born, "crm-1")
    told = {change["id"]: change["deleted"] for change in connected.get(f"{ACME}/changes")["items"]}
    assert told == {born: True, "crm-1": False}


def test_edits_travel_both_ways_afterwards(connected: Api, simulated: SimulatedXero, born: str, contact: str) -> None:
    rename(connected, born, "crm-1")
    connected.patch(f"{ORGANIZATIONS}/crm-1", {"email": "new@born.example"})
    connected.export()
    assert simulated.contacts()[0]["EmailAddress"] == "new@born.example"
    simulated.clock.advance(60)
    simulated.human("edit", contact, EmailAddress="theirs@born.example")
    assert imported(connected, contact).outcome == "updated"
    assert connected.get(f"{ORGANIZATIONS}/crm-1")["email"] == "theirs@born.example"


def test_an_import_after_unlinking_finds_the_record_under_its_new_id(connected: Api, born: str, contact: str) -> None:
    rename(connected, born, "crm-1")
    connected.delete(f"{ORGANIZATIONS}/crm-1/link")
    assert imported(connected, contact).outcome == "linked"
    assert len(connected.get(ORGANIZATIONS)["items"]) == 1


def test_the_history_of_the_old_id_is_kept_with_the_record(connected: Api, born: str) -> None:
    rename(connected, born, "crm-1")
    first = connected.get(f"{ORGANIZATIONS}/crm-1/activity", limit=1)
    rest = connected.get(f"{ORGANIZATIONS}/crm-1/activity", cursor=first["next"])
    actions = [entry["action"] for entry in first["items"] + rest["items"]]
    assert sorted(actions) == ["created", "renamed", "renamed"]


def test_an_id_that_is_taken_is_refused(connected: Api, born: str) -> None:
    connected.put(f"{ORGANIZATIONS}/crm-1", {"name": "Somebody"})
    refused = rename(connected, born, "crm-1")
    assert (refused["code"], refused["detail"]) == ("id_taken", "crm-1 is already the id of another organization")


def test_a_record_the_crm_made_keeps_its_id(connected: Api) -> None:
    connected.put(f"{ORGANIZATIONS}/crm-1", {"name": "Somebody"})
    assert rename(connected, "crm-1", "crm-2")["code"] == "not_born_in_ledger"
    assert rename(connected, "nobody", "crm-2").status == 404
