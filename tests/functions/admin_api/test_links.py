"""Linking over HTTP: by id, while creating, from the type-ahead; and parting."""

from __future__ import annotations

from tests.support.api import ACME, ORGANIZATIONS, Api
from tests.support.xero import SimulatedXero

HALL = f"{ORGANIZATIONS}/hall"
BALL = f"{ORGANIZATIONS}/ball"


def test_linking_shows_first_what_it_would_overwrite(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall", "EmailAddress": "old@hall.example"})
    connected.put(HALL, {"name": "Hall", "email": "new@hall.example"})
    asked = connected.put(f"{HALL}/link", {"document_id": contact})
    assert (asked.status, asked["code"]) == (428, "link_needs_confirmation")
    assert asked["diff"] == {"email": {"from": "old@hall.example", "to": "new@hall.example"}}
    linked = connected.put(f"{HALL}/link", {"document_id": contact, "confirm": True})
    assert (linked.status, linked["sync"]["accounting_code"]) == (200, contact)
    connected.export()
    connected.import_()
    connected.export()
    assert simulated.contacts()[0]["EmailAddress"] == "new@hall.example"


def test_a_contact_belongs_to_one_record(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall"})
    for path in (HALL, BALL):
        connected.put(path, {"name": "Hall"})
    assert connected.put(f"{HALL}/link", {"document_id": contact}).status == 200
    taken = connected.put(f"{BALL}/link", {"document_id": contact, "confirm": True})
    assert (taken.status, taken["code"]) == (409, "link_taken")
    assert taken["linked_to"] == {"kind": "organizations", "id": "hall"}


def test_a_contact_that_is_not_there_is_no_link(connected: Api) -> None:
    connected.put(HALL, {"name": "Hall"})
    missing = connected.put(f"{HALL}/link", {"document_id": "b5b40c60-f4a4-4d32-b3f4-8cd54787daed"})
    assert (missing.status, missing["errors"][0]["field"]) == (422, "document_id")
    assert connected.put(f"{BALL}/link", {"document_id": "b5b40c60-f4a4-4d32-b3f4-8cd54787daed"}).status == 404


def test_linking_needs_a_connection(api: Api) -> None:
    api.put(HALL, {"name": "Hall"})
    answer = api.put(f"{HALL}/link", {"document_id": "b5b40c60-f4a4-4d32-b3f4-8cd54787daed"})
    assert (answer.status, answer["code"]) == (409, "not_connected")


def test_a_record_is_linked_while_it_is_created(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall", "EmailAddress": "a@hall.example"})
    made = connected.put(HALL, {"name": "Hall", "link": {"document_id": contact}})
    assert (made.status, made["sync"]["accounting_code"]) == (201, contact)
    connected.export()
    assert len(simulated.contacts()) == 1


def test_a_refused_link_saves_nothing(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Old Hall"})
    asked = connected.put(HALL, {"name": "Hall", "link": {"document_id": contact}})
    assert (asked.status, asked["diff"]["name"]) == (428, {"from": "Old Hall", "to": "Hall"})
    assert connected.get(HALL).status == 404
    assert connected.get(f"{ACME}/changes")["items"] == []


def test_putting_the_same_record_and_link_again_changes_nothing(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall"})
    body = {"name": "Hall", "link": {"document_id": contact}}
    connected.put(HALL, body)
    again = connected.put(HALL, body)
    assert (again.status, again["revision"], again["sync"]["state"]) == (200, 1, "linked")


def test_an_unlinked_pair_stays_apart(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall"})
    connected.put(HALL, {"name": "Hall", "link": {"document_id": contact}})
    parted = connected.delete(f"{HALL}/link")
    assert (parted["sync"]["state"], parted["sync"]["reason"]) == ("skipped", "unlinked_by_person")
    connected.patch(HALL, {"email": "a@hall.example"})
    connected.export()
    assert len(simulated.contacts()) == 1


# ------------------------------------------------------------------ type-ahead


def test_the_type_ahead_answers_from_the_third_letter_on(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall & Sons", "EmailAddress": "a@hall.example"}, {"Name": "Ball"})
    assert connected.get(f"{ACME}/ledger/contacts", search="ha ").status == 422
    assert connected.get(f"{ACME}/ledger/contacts").status == 422
    [hit] = connected.get(f"{ACME}/ledger/contacts", search="hal")["items"]
    assert (hit["name"], hit["email"], hit["status"], hit["linked_to"]) == (
        "Hall & Sons",
        "a@hall.example",
        "active",
        None,
    )


def test_the_type_ahead_marks_what_is_linked_and_knows_account_numbers(connected: Api) -> None:
    connected.put(HALL, {"name": "Hall", "account_number": "HS-4711"})
    connected.export()
    [hit] = connected.get(f"{ACME}/ledger/contacts", search="4711")["items"]
    assert hit["linked_to"] == {"kind": "organizations", "id": "hall"}
    assert (hit["name"], hit["account_number"]) == ("Hall", "HS-4711")


def test_the_type_ahead_shows_the_likeliest_first_and_none_is_pushed_out_by_older_ones(
    connected: Api, simulated: SimulatedXero
) -> None:
    old = simulated.seed({"Name": "Hall Old"}, *({"Name": f"Marshall {i}"} for i in range(12)))
    simulated.human("archive", old[0])
    simulated.seed({"Name": "Town Hall Café"}, {"Name": "Hall & Sons Ltd"}, {"Name": "Halloween"}, {"Name": "Hall"})
    hits = connected.get(f"{ACME}/ledger/contacts", search="hall")["items"]
    assert [hit["name"] for hit in hits[:5]] == ["Hall", "Hall & Sons Ltd", "Halloween", "Town Hall Café", "Marshall 0"]
    [first, *_] = connected.get(f"{ACME}/ledger/contacts", search="hall old")["items"]
    assert (first["name"], first["status"]) == ("Hall Old", "archived")


def test_the_type_ahead_shows_ten_at_most(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed(*({"Name": f"Hall {i}"} for i in range(14)))
    assert len(connected.get(f"{ACME}/ledger/contacts", search="hall")["items"]) == 10


def test_a_search_that_the_ledgers_limits_stop_says_so_in_words(connected: Api, simulated: SimulatedXero) -> None:
    simulated.fault("limit_day", match={"path": "/Contacts"}, times=2, delay_s=3600)
    for _ in range(2):  # the first hears it from the ledger, the second from what is remembered
        refused = connected.get(f"{ACME}/ledger/contacts", search="hall")
        assert (refused.status, refused["code"]) == (503, "ledger_busy")
    assert refused["detail"].endswith("try again later.")
    assert "day_limit" not in refused["detail"]


def test_a_search_that_fails_over_there_says_that_nothing_was_done(connected: Api, simulated: SimulatedXero) -> None:
    simulated.fault("error_before", match={"path": "/Contacts"}, status=503)
    refused = connected.get(f"{ACME}/ledger/contacts", search="hall")
    assert (refused.status, refused["code"]) == (503, "ledger_busy")
    assert refused["detail"] == "The ledger did not answer as it should (HTTP 503). Nothing was done: try again later."
    assert refused["remedy"] == "Try again in a moment."
