"""Records over HTTP: put, patched, shown, listed, deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.ports import PutDispatch
from ledgerlink.wiring import Wiring
from tests.support.api import ACME, ORGANIZATIONS, Api
from tests.support.builders import a_dispatch, a_part
from tests.support.xero import SimulatedXero

HALL = f"{ORGANIZATIONS}/hall"


def sending(wired: Wiring, id: str, **fields: Any) -> None:
    """Put the record into an open dispatch, as a drain would."""
    part = a_part(id=id, reference=f"LL-{id}")
    now = wired.clock.now()
    dispatch = a_dispatch(part, company="acme", opened_at=now, deadline=now + timedelta(seconds=180), **fields)
    wired.commit.all(PutDispatch(dispatch))


def ids(api: Api, **query: Any) -> list[str]:
    return [record["id"] for record in api.get(ORGANIZATIONS, **query)["items"]]


# ------------------------------------------------------------------ put, patch, get


def test_a_put_creates_and_then_replaces(api: Api) -> None:
    made = api.put(HALL, {"name": "Hall", "email": "a@hall.example"})
    assert (made.status, made["revision"], made["sync"]["state"]) == (201, 1, "due")
    again = api.put(HALL, {"name": "Hall & Sons"})
    assert (again.status, again["revision"], again["email"]) == (200, 2, "")
    assert again.headers["etag"] == '"2"'


def test_a_record_shows_its_envelope_as_the_contract_has_it(api: Api) -> None:
    record = api.put(HALL, {"name": "Hall"}).json
    assert {"id", "revision", "updated_at", "do_not_export", "do_not_import", "sync"} <= set(record)
    assert record["updated_at"] == "2026-11-22T09:00:00Z"
    assert record["do_not_export"] == {"on": False, "reason": ""}
    assert record["sync"] == {
        "state": "due",
        "reason": "not_connected",
        "accounting_code": None,
        "ledger_url": None,
        "last_export_at": None,
        "last_import_at": None,
        "waiting_for": "not_connected",
        "documents": [],
        "warnings": [],
        "error": None,
        "fixes": [],
    }


def test_what_was_read_can_be_put_back_unchanged(api: Api) -> None:
    hold = {"on": True, "reason": "no"}
    api.put(HALL, {"name": "Hall", "phones": [{"kind": "main", "number": "1"}], "do_not_export": hold})
    read = api.get(HALL)
    put = api.put(HALL, read.json)
    assert (put.status, put["revision"]) == (200, 1)
    assert api.get(HALL).json == read.json


def test_the_history_says_who_held_it_back_and_who_let_it_go(api: Api) -> None:
    api.put(HALL, {"name": "Hall"})
    api.patch(HALL, {"do_not_export": {"on": True, "reason": "in dispute"}})
    api.patch(HALL, {"do_not_export": {"on": True, "reason": "in dispute"}})
    api.patch(HALL, {"do_not_export": {"on": False}, "email": "a@hall.example"})
    entries = api.get(f"{HALL}/activity")["items"]
    told = [(each["action"], each["message"]) for each in entries if each["action"] in ("held", "released")]
    assert told == [("released", "Do not export: off"), ("held", "Do not export: in dispute")]


def test_a_put_without_holds_leaves_them(api: Api) -> None:
    api.put(HALL, {"name": "Hall", "do_not_export": {"on": True, "reason": "audit"}})
    put = api.put(HALL, {"name": "Hall & Sons"})
    assert put["do_not_export"] == {"on": True, "reason": "audit"}
    assert (put["sync"]["state"], put["sync"]["reason"]) == ("skipped", "do_not_export")


def test_a_patch_merges_and_empties(api: Api) -> None:
    phones = [{"kind": "main", "number": "1"}, {"kind": "fax", "number": "2"}]
    api.put(HALL, {"name": "Hall", "email": "a@b.example", "tax_number": "T1", "phones": phones})
    patch = api.patch(HALL, {"email": None, "phones": [{"kind": "main", "number": "9"}], "person": {"first_name": "A"}})
    assert (patch["name"], patch["email"], patch["tax_number"]) == ("Hall", "", "T1")
    assert {phone["kind"]: phone["number"] for phone in patch["phones"]} == {"main": "9", "fax": "2"}
    assert patch["person"]["first_name"] == "A"


def test_an_empty_list_in_a_patch_is_blank(api: Api) -> None:
    people, phones = [{"first_name": "A"}], [{"kind": "main", "number": "1"}]
    api.put(HALL, {"name": "Hall", "people": people, "phones": phones})
    patch = api.patch(HALL, {"people": [], "phones": []})
    assert (patch["people"], patch["phones"]) == ([], [])


def test_patching_what_is_not_there_is_404(api: Api) -> None:
    assert api.patch(HALL, {"email": "a@b.example"}).status == 404
    assert api.get(HALL).status == 404


@pytest.mark.parametrize("quoted", ["1", '"1"', 'W/"1"'])
def test_a_change_on_an_old_revision_is_stale(api: Api, quoted: str) -> None:
    api.put(HALL, {"name": "Hall"})
    assert api.patch(HALL, {"email": "a@b.example"}, headers={"If-Match": quoted}).status == 200
    for answer in (
        api.put(HALL, {"name": "X"}, headers={"If-Match": quoted}),
        api.patch(HALL, {"name": "X"}, headers={"If-Match": quoted}),
        api.delete(HALL, headers={"If-Match": quoted}),
    ):
        assert (answer.status, answer["code"], answer["revision"]) == (412, "stale", 2)
    assert api.get(HALL)["name"] == "Hall"


def test_a_crm_that_repeats_itself_undoes_nothing(api: Api) -> None:
    api.put(HALL, {"name": "Hall", "email": "old@hall.example"}, role="crm")
    api.patch(HALL, {"email": "new@hall.example"})
    api.put(HALL, {"name": "Hall", "email": "new@hall.example"}, role="crm")
    assert api.put(HALL, {"name": "Hall", "email": "new@hall.example"}, role="crm")["revision"] == 2


# ------------------------------------------------------------------ what it waits for, what it is doing


def test_a_record_waits_for_the_integration_to_be_switched_on(api: Api) -> None:
    api.patch(f"{ACME}/settings", {"integration_enabled": False})
    sync = api.put(HALL, {"name": "Hall"})["sync"]
    assert (sync["state"], sync["waiting_for"]) == ("due", "integration_disabled")


def test_a_record_in_an_open_dispatch_is_being_sent(connected: Api, wired: Wiring) -> None:
    connected.put(HALL, {"name": "Hall"})
    connected.put(f"{ORGANIZATIONS}/ball", {"name": "Ball"})
    sending(wired, "hall", state="unknown")
    sync = connected.get(HALL)["sync"]
    assert (sync["state"], sync["waiting_for"]) == ("unknown", "lost_answer")
    assert ids(connected, state="unknown") == ["hall"]
    assert ids(connected, state="due") == ["ball"]
    assert ids(connected, state="sending") == []


def test_what_is_due_is_not_all_looked_through_for_what_is_being_sent(
    connected: Api, wired: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin_api.finding._MOST_LEFT_OUT", 2)
    for id in ("a", "b", "c", "d", "e"):
        connected.put(f"{ORGANIZATIONS}/{id}", {"name": id.upper()})
    sending(wired, "e", state="unknown")
    pages: list[list[str]] = []
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        page = connected.get(ORGANIZATIONS, state="unknown", limit=1, **cursor)
        pages.append([record["id"] for record in page["items"]])
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert pages == [[], [], ["e"]]


def test_what_is_being_sent_is_not_held_deleted_or_unlinked(connected: Api, wired: Wiring) -> None:
    connected.put(HALL, {"name": "Hall"})
    sending(wired, "hall")
    held = connected.put(HALL, {"name": "Hall", "do_not_export": {"on": True}})
    assert {a["code"] for a in (held, connected.delete(HALL), connected.delete(f"{HALL}/link"))} == {"in_flight"}
    assert connected.patch(HALL, {"email": "a@b.example"}).status == 200


def test_a_linked_record_shows_where_it_is_in_the_ledger(connected: Api) -> None:
    connected.put(HALL, {"name": "Hall"})
    connected.export()
    sync = connected.get(HALL)["sync"]
    assert (sync["state"], sync["reason"], sync["waiting_for"]) == ("linked", None, None)
    assert sync["ledger_url"].startswith("https://go.xero.com/")
    assert sync["accounting_code"] in sync["ledger_url"]
    assert [document["part"] for document in sync["documents"]] == ["main"]


# ------------------------------------------------------------------ delete


def test_a_record_that_was_never_sent_is_deleted(api: Api) -> None:
    api.put(HALL, {"name": "Hall"})
    assert api.delete(HALL).status == 204
    assert (api.get(HALL).status, ids(api), api.delete(HALL).status) == (404, [], 404)
    assert api.put(HALL, {"name": "Hall"})["revision"] == 3


def test_a_synced_record_is_deleted_only_by_force_and_with_a_reason(connected: Api, simulated: SimulatedXero) -> None:
    connected.put(HALL, {"name": "Hall"})
    connected.export()
    assert connected.delete(HALL)["code"] == "synced"
    assert connected.delete(HALL, force=True).status == 422
    assert connected.delete(HALL, force=True, reason="a duplicate").status == 204
    assert [contact["Name"] for contact in simulated.contacts()] == ["Hall"]


# ------------------------------------------------------------------ lists


def some(api: Api) -> None:
    for id, fields in {
        "ann": {"name": "Ann Ltd", "email": "ann@a.example"},
        "bob": {"name": "Bob GmbH", "account_number": "B-77", "do_not_export": {"on": True, "reason": "x"}},
        "cid": {"name": "Cid SA", "active": False, "do_not_import": {"on": True}},
    }.items():
        api.put(f"{ORGANIZATIONS}/{id}", fields)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["ann", "bob", "cid"]),
        ({"sort": "-title"}, ["cid", "bob", "ann"]),
        ({"sort": "-name"}, ["cid", "bob", "ann"]),
        ({"sort": "-number"}, ["bob", "ann", "cid"]),
        ({"sort": "status"}, ["ann", "bob", "cid"]),
        ({"sort": "-status", "linked": False}, ["cid", "ann", "bob"]),
        ({"state": "due"}, ["ann"]),
        ({"state": "skipped"}, ["bob", "cid"]),
        ({"linked": True}, []),
        ({"linked": False}, ["ann", "bob", "cid"]),
        ({"has_error": True}, []),
        ({"has_error": False}, ["ann", "bob", "cid"]),
        ({"do_not_export": True}, ["bob"]),
        ({"do_not_export": False}, ["ann", "cid"]),
        ({"do_not_import": True}, ["cid"]),
        ({"status": "inactive"}, ["cid"]),
        ({"q": "gmbh"}, ["bob"]),
        ({"q": "ann@a"}, ["ann"]),
        ({"q": "B-77"}, ["bob"]),
        ({"updated_since": "2026-11-22T09:00:00Z"}, ["ann", "bob", "cid"]),
        ({"updated_since": "2026-11-22T09:00:01Z"}, []),
        ({"exported_since": "2026-01-01T00:00:00Z"}, []),
        ({"accounting_code": "nothing"}, []),
    ],
)
def test_a_list_is_narrowed_and_sorted(api: Api, query: dict[str, Any], found: list[str]) -> None:
    some(api)
    assert ids(api, **query) == found


def test_a_list_is_read_page_by_page(api: Api) -> None:
    some(api)
    first = api.get(ORGANIZATIONS, limit=2)
    assert [len(first["items"]), first["next"] is None] == [2, False]
    last = api.get(ORGANIZATIONS, limit=2, cursor=first["next"])
    assert [record["id"] for record in first["items"] + last["items"]] == ["ann", "bob", "cid"]


def test_a_sorted_list_is_read_page_by_page(api: Api) -> None:
    some(api)
    first = api.get(ORGANIZATIONS, limit=2, sort="-email")
    last = api.get(ORGANIZATIONS, limit=2, sort="-email", cursor=first["next"])
    assert [record["id"] for record in first["items"] + last["items"]] == ["ann", "bob", "cid"]
    assert api.get(ORGANIZATIONS, sort="email", cursor="somewhere").status == 422


def test_a_filter_that_little_fits_is_read_to_the_end(api: Api) -> None:
    some(api)
    page = api.get(ORGANIZATIONS, limit=1, q="cid")
    assert [record["id"] for record in page["items"]] == ["cid"]


def test_a_name_stands_before_its_own_continuations(api: Api) -> None:
    for id, name in (("a", "Abbey Hall 2"), ("b", "Abbey Hall"), ("c", "Abbey Halls")):
        api.put(f"{ORGANIZATIONS}/{id}", {"name": name})
    assert [each["id"] for each in api.get(ORGANIZATIONS)["items"]] == ["b", "a", "c"]
