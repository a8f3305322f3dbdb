"""Unresolved errors over HTTP: listed with their fixes, fixed, tried again, let rest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import ACME, ORGANIZATIONS, Answered, Api
from tests.support.xero import SimulatedXero

ERRORS = f"{ACME}/errors"
HALL = f"{ORGANIZATIONS}/hall"
REF = {"kind": "organizations", "id": "hall"}


@pytest.fixture
def taken(connected: Api, simulated: SimulatedXero) -> str:
    """A contact has the name that our record wants."""
    [contact] = simulated.seed({"Name": "Hall", "EmailAddress": "theirs@hall.example"})
    connected.put(HALL, {"name": "Hall", "email": "ours@hall.example"})
    connected.export()
    return contact


def fix(api: Api, name: str, **more: Any) -> Answered:
    return api.post(f"{ERRORS}:fix", {"record": REF, "fix": name, **more})


def test_a_taken_name_is_told_with_the_contact_that_has_it(connected: Api, taken: str) -> None:
    listed = connected.get(ERRORS)
    [error] = listed["items"]
    assert (listed["count"], error["record"], error["code"], error["attempts"]) == (1, REF, "name_taken", 1)
    assert error["message"] == "The contact Hall (theirs@hall.example) in the ledger already has this name."
    assert (error["who_can_fix"], error["remedy"] != "", error["since"]) == ("finance", True, "2026-11-22T09:00:00Z")
    assert error["fixes"][0] == {
        "id": "link_to_holder",
        "label": "Link to the contact that has it",
        "params": {"document_id": taken},
    }


def test_the_error_of_one_record_is_told_however_many_there_are(connected: Api, taken: str) -> None:
    connected.put(f"{ORGANIZATIONS}/fine", {"name": "Fine"})
    [error] = connected.get(ERRORS, **REF)["items"]
    assert error == connected.get(ERRORS)["items"][0]
    for id in ("fine", "nobody"):
        assert connected.get(ERRORS, kind="organizations", id=id)["items"] == []


def test_an_archived_contact_of_the_same_name_hides_nobody(connected: Api, simulated: SimulatedXero) -> None:
    [archived] = simulated.seed({"Name": "Hall", "ContactStatus": "ARCHIVED"})
    [holder] = simulated.seed({"Name": "Hall"})
    simulated.seed({"Name": "Hall", "ContactStatus": "ARCHIVED"})
    connected.put(HALL, {"name": "Hall"})
    connected.export()
    [error] = connected.get(ERRORS)["items"]
    assert error["fixes"][0]["params"] == {"document_id": holder} != {"document_id": archived}


def test_an_archived_contact_that_keeps_a_name_is_named_with_its_page(connected: Api, simulated: SimulatedXero) -> None:
    simulated.set(archived_name_blocks_create=True)
    [archived] = simulated.seed({"Name": "Arch Name", "EmailAddress": "a@arch.example", "ContactStatus": "ARCHIVED"})
    connected.put(HALL, {"name": "Arch  name"})
    connected.export()
    [error] = connected.get(ERRORS)["items"]
    assert error["code"] == "contact_archived"
    assert "the archived contact Arch Name (a@arch.example)" in error["message"]
    assert archived in error["ledger_url"]
    assert error["ledger_url"] in error["details"]
    assert [fix["id"] for fix in error["fixes"]] == ["retry", "edit"]
    assert connected.get(HALL)["sync"]["error"]["message"] == error["message"]


def test_a_fix_tells_first_what_it_would_do(connected: Api, taken: str) -> None:
    told = fix(connected, "link_to_holder", dry_run=True)
    assert (told["outcome"], told["document"]["name"]) == ("would_link", "Hall")
    assert told["diff"] == {"email": {"from": "theirs@hall.example", "to": "ours@hall.example"}}
    assert connected.get(HALL)["sync"]["state"] == "error"


def test_the_record_is_linked_to_the_contact_that_holds_the_name(connected: Api, taken: str) -> None:
    fixed = fix(connected, "link_to_holder")
    assert (fixed["outcome"], fixed["sync"]["accounting_code"]) == ("linked", taken)
    assert connected.get(ERRORS)["count"] == 0


def test_the_record_is_edited_where_that_mends_it(connected: Api, simulated: SimulatedXero, taken: str) -> None:
    told = fix(connected, "edit", params={"fields": {"name": "Hall & Sons"}}, dry_run=True)
    assert told["diff"] == {"name": {"from": "Hall", "to": "Hall & Sons"}}
    assert fix(connected, "edit", params={"fields": {"name": "Hall & Sons"}})["outcome"] == "due"
    connected.export()
    assert connected.get(HALL)["sync"]["state"] == "linked"


def test_a_contact_that_is_gone_is_parted_from_and_made_anew(connected: Api, simulated: SimulatedXero) -> None:
    connected.put(HALL, {"name": "Hall"})
    connected.export()
    before = connected.get(HALL)["sync"]["accounting_code"]
    post = {"method": "POST", "path": "/Contacts"}
    simulated.fault("element_error", match=post, times=1, message="The Contact could not be found")
    connected.patch(HALL, {"name": "Hall & Sons"})
    connected.export()
    assert connected.get(HALL)["sync"]["error"]["code"] == "contact_gone"
    assert fix(connected, "unlink_and_create", dry_run=True)["outcome"] == "would_create"
    assert fix(connected, "unlink_and_create")["outcome"] == "due"
    assert connected.get(HALL)["sync"]["accounting_code"] is None
    [item] = connected.get(f"{ACME}/export-queue")["items"]
    assert (item["action"], before) == ("create", simulated.contacts()[0]["ContactID"])


def test_a_fix_that_is_not_offered_is_refused(connected: Api, taken: str) -> None:
    assert fix(connected, "unlink_and_create")["errors"][0]["field"] == "fix"
    assert fix(connected, "edit")["errors"][0]["field"] == "params.fields"
    connected.put(f"{ORGANIZATIONS}/ok", {"name": "Fine"})
    ok = {"record": {"kind": "organizations", "id": "ok"}, "fix": "retry"}
    assert connected.post(f"{ERRORS}:fix", ok).status == 404


@pytest.mark.parametrize("which", [{"records": [REF]}, {"code": "name_taken"}, {"all": True}])
def test_errors_are_tried_again(connected: Api, simulated: SimulatedXero, taken: str, which: dict[str, Any]) -> None:
    simulated.human("edit", taken, Name="Hall (old)")
    assert connected.post(f"{ERRORS}:retry", which)["retried"] == 1
    assert connected.get(HALL)["sync"]["state"] == "due"
    connected.export()
    assert connected.get(HALL)["sync"]["state"] == "linked"


def test_only_the_errors_with_that_cause_are_tried_again(connected: Api, taken: str) -> None:
    assert connected.post(f"{ERRORS}:retry", {"code": "field_too_long"})["retried"] == 0
    other = {"kind": "organizations", "id": "nobody"}
    assert connected.post(f"{ERRORS}:retry", {"records": [other]}).json == {
        "retried": 0,
        "left": [other],
        "more": False,
    }


@pytest.mark.parametrize("body", [{}, {"all": True, "code": "x"}, {"all": False}, {"records": "all"}])
def test_a_retry_says_of_what(api: Api, body: dict[str, Any]) -> None:
    assert api.post(f"{ERRORS}:retry", body).status == 422


def test_an_error_rests_until_the_record_changes(connected: Api, taken: str) -> None:
    skipped = connected.post(f"{ERRORS}:skip", {"records": [REF], "reason": "known duplicate"})
    assert (skipped["skipped"], skipped["left"], connected.get(ERRORS)["count"]) == (1, [], 0)
    sync = connected.get(HALL)["sync"]
    assert (sync["state"], sync["reason"], sync["error"]) == ("skipped", "acknowledged", None)
    connected.patch(HALL, {"tax_number": "T1"})
    connected.export()
    assert connected.get(ERRORS)["count"] == 1


def test_what_has_no_error_is_left_out_of_the_rest_and_told_why(connected: Api, taken: str) -> None:
    connected.put(f"{ORGANIZATIONS}/fine", {"name": "Fine"})
    fine, nobody = ({"kind": "organizations", "id": id} for id in ("fine", "nobody"))
    told = connected.post(f"{ERRORS}:skip", {"records": [REF, fine, nobody], "reason": "known"})
    assert told["skipped"] == 1
    assert {each["record"]["id"]: each["why"] for each in told["left"]} == {
        "fine": "nothing is wrong with it",
        "nobody": "there is no such record",
    }


def test_what_cannot_go_is_refused_before_any_call_with_every_problem(connected: Api) -> None:
    connected.put(HALL, {"name": "<Hall>", "email": "háll@hall.example", "currency": "euros"})
    [error] = connected.get(ERRORS)["items"]
    assert len(error["details"]) >= 3
    assert error["fixes"][0]["id"] == "edit"


def test_a_contact_restored_in_the_ledger_is_resumed(connected: Api, simulated: SimulatedXero) -> None:
    connected.put(HALL, {"name": "Hall"})
    connected.export()
    [contact] = [each["ContactID"] for each in simulated.contacts()]
    simulated.clock.advance(60)
    simulated.human("archive", contact)
    connected.patch(HALL, {"email": "a@hall.example"})
    connected.export()
    connected.import_()
    connected.export()
    assert connected.get(HALL)["sync"]["reason"] == "archived_in_ledger"
    simulated.clock.advance(60)
    simulated.human("restore", contact)
    assert connected.post(f"{ERRORS}:retry", {"records": [REF]})["retried"] == 1
    connected.import_()
    connected.export()
    assert connected.get(HALL)["sync"]["state"] == "linked"
    assert simulated.contacts()[0]["EmailAddress"] == "a@hall.example"
