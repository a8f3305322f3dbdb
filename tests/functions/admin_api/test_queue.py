"""The export queue and the history over HTTP."""

from __future__ import annotations

from tests.support.api import ACME, ORGANIZATIONS, Api
from tests.support.xero import SimulatedXero

QUEUE = f"{ACME}/export-queue"
HISTORY = f"{ACME}/history"


def test_the_queue_says_what_will_be_done_and_why(connected: Api) -> None:
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall"})
    [item] = connected.get(QUEUE)["items"]
    assert item["record"] == {"kind": "organizations", "id": "hall"}
    assert (item["action"], item["waiting_for"], item["since"]) == ("create", None, "2026-11-22T09:00:00Z")
    assert item["why"] == "New here: a contact will be created."


def test_the_queue_names_the_fields_of_an_update(connected: Api) -> None:
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall"})
    connected.export()
    connected.patch(f"{ORGANIZATIONS}/hall", {"email": "a@hall.example", "tax_number": "T1"})
    [item] = connected.get(QUEUE)["items"]
    assert (item["action"], item["fields"]) == ("update", ["email", "tax_number"])


def test_what_waits_comes_after_what_is_due(connected: Api) -> None:
    connected.put(f"{ORGANIZATIONS}/due", {"name": "Due"})
    connected.patch(f"{ACME}/settings", {"integration_enabled": False})
    for id in ("w1", "w2", "w3"):
        connected.put(f"{ORGANIZATIONS}/{id}", {"name": id})
    items, cursor = [], None
    for _ in range(10):
        page = connected.get(QUEUE, limit=2, cursor=cursor)
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [item["record"]["id"] for item in items] == ["due", "w1", "w2", "w3"]
    assert {item["waiting_for"] for item in items} == {"integration_disabled"}
    assert "switched off" in items[1]["why"]


def test_what_has_no_page_of_its_own_is_told_with_the_record_that_shows_it(connected: Api) -> None:
    connected.patch(f"{ACME}/settings", {"integration_enabled": False})
    said = {"number": "N-1", "organization_id": "hall"}
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall"})
    connected.put(f"{ACME}/invoices/i1", said)
    connected.put(f"{ACME}/credit-notes/c1", said)
    made = connected.post(f"{ACME}/credit-notes/c1/allocations", {"document_id": "i1", "amount": "5.00"})
    [order] = connected.get(f"{ACME}/credit-notes/c1/allocations")["items"]
    assert (order["id"], order["status"], order["sync"]["waiting_for"]) == (
        made["id"],
        "active",
        "integration_disabled",
    )
    shown = {"allocations": {"kind": "credit-notes", "id": "c1"}}
    for path in (QUEUE, HISTORY):
        items = connected.get(path)["items"]
        assert "allocations" in {item["record"]["kind"] for item in items}
        assert all(item["seen_on"] == shown.get(item["record"]["kind"]) for item in items)


def test_without_a_connection_everything_waits_for_it(api: Api) -> None:
    api.put(f"{ORGANIZATIONS}/hall", {"name": "Hall"})
    assert [item["waiting_for"] for item in api.get(QUEUE)["items"]] == ["not_connected"]


def test_a_cursor_of_the_queue_that_is_none_is_refused(api: Api) -> None:
    assert api.get(QUEUE, cursor="planets:x").status == 422


def test_the_history_is_narrowed_by_direction_kind_outcome_and_time(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"})
    for id in ("hall", "ball"):
        connected.put(f"{ORGANIZATIONS}/{id}", {"name": id.title()})
    simulated.clock.advance(60)
    connected.export()
    exported = connected.get(HISTORY, direction="export")["items"]
    assert {(e["record"]["id"], e["outcome"]) for e in exported} == {("hall", "failed"), ("ball", "ok")}
    [failed] = connected.get(HISTORY, outcome="failed")["items"]
    assert (failed["reason"], failed["record"]["id"]) == ("name_taken", "hall")
    assert connected.get(HISTORY, kind="planets")["items"] == []
    recent = connected.get(HISTORY, since="2026-11-22T09:00:30Z")["items"]
    assert {entry["direction"] for entry in recent} == {"export"}
    assert connected.get(HISTORY, direction="sideways").status == 422


def test_the_history_says_what_records_are_called(api: Api) -> None:
    api.put(f"{ORGANIZATIONS}/7", {"name": "Hall"})
    api.put(f"{ORGANIZATIONS}/7", {"name": "Hall & Sons"})
    api.delete(f"{ORGANIZATIONS}/7")
    entries = [*api.get(f"{ACME}/history")["items"], *api.get(f"{ORGANIZATIONS}/7/activity")["items"]]
    titles = [entry["title"] for entry in entries if entry["record"]["kind"] == "organizations"]
    assert titles == ["Hall & Sons"] * 6


def test_what_a_person_orders_is_no_jobs_doing(connected: Api, simulated: SimulatedXero) -> None:
    connected.put(f"{ORGANIZATIONS}/7", {"name": "Hall", "email": "a@hall.example"})
    job = connected.post(f"{ACME}/jobs", {"kind": "export-organizations"})["id"]
    connected.work(job)
    connected.post(f"{ORGANIZATIONS}/7:clear", {"fields": ["email"], "side": "both", "reason": "wrong"})
    connected.export()
    entries = connected.get(f"{ORGANIZATIONS}/7/activity")["items"]
    jobs = {entry["action"]: entry["job"] for entry in entries}
    assert (jobs["updated"], jobs["cleared"]) == (None, None)
    assert simulated.contacts()[0]["EmailAddress"] == ""


def test_the_history_is_read_page_by_page(api: Api) -> None:
    for i in range(5):
        api.put(f"{ORGANIZATIONS}/n{i}", {"name": f"N {i}"})
    first = api.get(HISTORY, kind="organizations", limit=3)
    rest = api.get(HISTORY, kind="organizations", limit=3, cursor=first["next"])
    assert len({entry["id"] for entry in first["items"] + rest["items"]}) == 5


def test_figures_count_days_and_outcomes(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"})
    for id in ("hall", "ball"):
        connected.put(f"{ORGANIZATIONS}/{id}", {"name": id.title()})
    connected.export()
    summary = connected.get(f"{ACME}/summary", days=7)
    assert [len(summary["days"]), summary["complete"]] == [7, True]
    today = summary["days"][-1]
    assert today["date"] == "2026-11-22"
    assert today["export"] == {"ok": 1, "failed": 1, "skipped": 0, "conflict": 0}
    assert summary["calls"]["day_limit"] == 5000
    assert summary["calls"]["used_today"] > 0
    assert connected.get(f"{ACME}/summary", days=0).status == 422


def test_figures_count_the_calls_of_each_day_in_the_companys_zone(connected: Api, simulated: SimulatedXero) -> None:
    connected.put(ACME, {"name": "Acme", "profile": "rental", "timezone": "Pacific/Auckland"})
    simulated.clock.advance(3 * 3600)  # noon in Greenwich, and an hour into the next day there
    before = len(simulated.control("GET", "requests"))
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall"})
    connected.export()
    made = sum("/api.xro/" in each["path"] for each in simulated.control("GET", "requests")[before:])
    days = connected.get(f"{ACME}/summary", days=3)["days"]
    assert [day["date"] for day in days] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert [day["calls"] for day in days][0::2] == [None, made]
    assert days[1]["calls"] > 0 < made


def test_what_waits_for_another_record_names_it(connected: Api) -> None:
    hold = {"on": True, "reason": "disputed"}
    connected.patch(f"{ACME}/settings", {"auto_export": True})
    connected.get(f"{ACME}/tax-rates")  # the ledger's lists are read
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall", "do_not_export": hold})
    line = {"description": "Work", "quantity": "1", "unit_price": "10", "tax_code": "OUTPUT2", "account_code": "200"}
    connected.put(f"{ACME}/invoices/1", {"number": "N-1", "organization_id": "hall", "lines": [line]})
    connected.export()
    [item] = connected.get(QUEUE)["items"]
    assert item["waiting_for"] == "do_not_export"
    assert item["why"].startswith("New here: an invoice will be created. It waits for the organization hall: ")
