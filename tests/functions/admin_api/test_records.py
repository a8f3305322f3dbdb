"""Records over HTTP: put, patch, get, delete, list."""

from __future__ import annotations

from tests.support.api import Api

ORGANIZATIONS = "/v1/companies/acme/organizations"
HALL = f"{ORGANIZATIONS}/hall"


def test_a_put_creates_and_then_replaces(api: Api) -> None:
    made = api.put(HALL, {"name": "Hall", "email": "a@hall.example"})
    assert (made.status, made["revision"], made["sync"]["state"]) == (201, 1, "due")
    again = api.put(HALL, {"name": "Hall & Sons"})
    assert (again.status, again["revision"], again["email"]) == (200, 2, "")
    assert again.headers["etag"] == '"2"'


def test_what_was_read_can_be_put_back_unchanged(api: Api) -> None:
    api.put(
        HALL,
        {"name": "Hall", "phones": [{"kind": "main", "number": "1"}], "do_not_export": {"on": True, "reason": "no"}},
    )
    read = api.get(HALL)
    put = api.put(HALL, read.json)
    assert (put.status, put["revision"]) == (200, 1)
    assert api.get(HALL).json == read.json
