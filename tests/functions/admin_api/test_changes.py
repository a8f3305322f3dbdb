"""The change feed and values brought back, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.adapters.dynamodb.records import DynamoRecords
from ledgerlink.flows.records import feed
from tests.support.api import ACME, ORGANIZATIONS, Api
from tests.support.xero import SimulatedXero

CHANGES = f"{ACME}/changes"
HALL = f"{ORGANIZATIONS}/hall"


def drained(api: Api, since: str | None, limit: int = 200) -> tuple[list[tuple[Any, ...]], str]:
    """Everything from there on, page by page, and where it ends now."""
    found: list[tuple[Any, ...]] = []
    while True:
        page = api.get(CHANGES, since=since, limit=limit)
        since = page["next"]
        if not page["items"]:
            return found, since
        found += [(item["id"], item["revision"]) for item in page["items"]]


def test_the_feed_tells_what_changed_by_whom(api: Api) -> None:
    api.put(HALL, {"name": "Hall"}, role="crm")
    api.patch(HALL, {"email": "a@hall.example"})
    [change] = api.get(CHANGES)["items"]
    assert change == {
        "kind": "organizations",
        "id": "hall",
        "revision": 2,
        "changed_by": "admin",
        "deleted": False,
        "updated_at": "2026-11-22T09:00:00Z",
    }


def test_the_feed_is_followed_from_its_cursor(api: Api, simulated: SimulatedXero) -> None:
    for i in range(7):
        api.put(f"{ORGANIZATIONS}/n{i}", {"name": f"N {i}"})
        simulated.clock.advance(1)
    first, since = drained(api, None, limit=3)
    assert first == [(f"n{i}", 1) for i in range(7)]
    api.delete(f"{ORGANIZATIONS}/n3")
    api.put(f"{ORGANIZATIONS}/n8", {"name": "N 8"})
    later, since = drained(api, since, limit=3)
    assert later == [("n3", 2), ("n8", 1)]
    simulated.clock.advance(600)
    assert drained(api, since)[0] == []


def test_what_the_index_shows_late_is_told_late_but_told(api: Api, simulated: SimulatedXero) -> None:
    """Two saves at the same time: the one of the earlier time appears in the feed after the other."""
    api.put(f"{ORGANIZATIONS}/second", {"name": "Second"})
    _, since = drained(api, None)
    simulated.clock.advance(-5)
    api.put(f"{ORGANIZATIONS}/first", {"name": "First"})
    simulated.clock.advance(6)
    assert drained(api, since)[0] == [("first", 1)]


def test_the_feed_begins_at_a_time_too(api: Api, simulated: SimulatedXero) -> None:
    api.put(f"{ORGANIZATIONS}/old", {"name": "Old"})
    simulated.clock.advance(3600)
    api.put(f"{ORGANIZATIONS}/new", {"name": "New"})
    assert [item["id"] for item in api.get(CHANGES, since="2026-11-22T09:30:00Z")["items"]] == ["new"]
    assert api.get(CHANGES, since="the beginning").status == 422


# ------------------------------------------------------------------ restoring


@pytest.fixture
def overwritten(connected: Api, simulated: SimulatedXero) -> str:
    """The id of the entry of an import that overwrote e-mail and a phone."""
    connected.put(HALL, {"name": "Hall", "email": "a@hall.example", "phones": [{"kind": "main", "number": "1"}]})
    connected.export()
    simulated.clock.advance(60)
    [contact] = simulated.contacts()
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "2"}]
    simulated.human("edit", contact["ContactID"], EmailAddress="theirs@hall.example", Phones=phones)
    connected.wired.marks.add(simulated.organisation, [("contact", contact["ContactID"])], since="news")
    connected.import_()
    [entry] = [e for e in connected.get(f"{HALL}/activity")["items"] if e["direction"] == "import"]
    assert set(entry["diff"]) == {"email", "phones.main"}
    return str(entry["id"])


def test_overwritten_values_come_back_and_go_out(connected: Api, simulated: SimulatedXero, overwritten: str) -> None:
    restored = connected.post(f"{ACME}/activity/{overwritten}:restore")
    assert (restored["email"], restored["phones"][0]["number"]) == ("a@hall.example", "1")
    connected.export()
    assert simulated.contacts()[0]["EmailAddress"] == "a@hall.example"


def test_only_the_fields_named_come_back(connected: Api, overwritten: str) -> None:
    restored = connected.post(f"{ACME}/activity/{overwritten}:restore", {"fields": ["email"]})
    assert (restored["email"], restored["phones"][0]["number"]) == ("a@hall.example", "2")


def test_an_entry_that_is_none_or_holds_nothing_is_refused(connected: Api, overwritten: str) -> None:
    assert connected.post(f"{ACME}/activity/nothing:restore").status == 404
    assert connected.post(f"{ACME}/activity/{overwritten}:restore", {"fields": ["name"]}).status == 422
    [made] = [e for e in connected.get(f"{HALL}/activity")["items"] if e["action"] == "created" and not e["diff"]][:1]
    assert connected.post(f"{ACME}/activity/{made['id']}:restore").status == 422


def test_what_our_update_overwrote_in_the_ledger_comes_back_too(connected: Api, simulated: SimulatedXero) -> None:
    connected.put(HALL, {"name": "Hall", "email": "old@hall.example"})
    connected.export()
    connected.patch(HALL, {"email": "new@hall.example"})
    connected.export()
    [entry] = [e for e in connected.get(f"{ACME}/history", direction="export")["items"] if e["action"] == "updated"]
    connected.post(f"{ACME}/activity/{entry['id']}:restore")
    connected.export()
    assert simulated.contacts()[0]["EmailAddress"] == "old@hall.example"


def test_records_of_several_kinds_of_one_moment_are_all_told(connected: Api, simulated: SimulatedXero) -> None:
    """As of one import: a payment and its invoice have its time. The page is cut between them."""
    connected.put(f"{ORGANIZATIONS}/first", {"name": "First"})
    cursor = feed.changes(
        "acme", connected.wired, since=None, limit=1
    ).next  # young: it is read again, and known as told
    simulated.clock.advance(1)
    connected.put(f"{ORGANIZATIONS}/z", {"name": "Z"})
    connected.put(f"{ACME}/products/a", {"code": "A", "name": "A"})
    simulated.clock.advance(1)
    connected.patch(f"{ORGANIZATIONS}/first", {"email": "new@x.example"})  # no longer where it was told
    simulated.clock.advance(300)
    told = set()
    for _ in range(8):
        page = feed.changes("acme", connected.wired, since=cursor, limit=1)
        told |= {record.id for record in page.records}
        cursor = page.next
    assert told == {"a", "z", "first"}


def test_one_that_changed_again_after_the_index_was_read_takes_nobody_along(
    connected: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index lags: it still has the record where it stood, before others that this page does not reach."""
    for name in "abcd":
        connected.put(f"{ORGANIZATIONS}/{name}", {"name": name})
        simulated.clock.advance(1)
    simulated.clock.advance(300)
    stood = DynamoRecords()._feed("acme", None, 2)
    connected.patch(f"{ORGANIZATIONS}/b", {"email": "new@x.example"})
    with monkeypatch.context() as lagging:
        lagging.setattr(DynamoRecords, "_feed", lambda *_: stood)
        first = feed.changes("acme", connected.wired, since=None, limit=2)
    later = feed.changes("acme", connected.wired, since=first.next, limit=200)
    assert [record.id for record in (*first.records, *later.records)] == ["a", "c", "d", "b"]
