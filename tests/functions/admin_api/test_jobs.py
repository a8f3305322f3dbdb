"""Bulk jobs over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import ACME, ORGANIZATIONS, Answered, Api
from tests.support.xero import SimulatedXero

JOBS = f"{ACME}/jobs"


def start(api: Api, kind: str, **more: Any) -> Answered:
    return api.post(JOBS, {"kind": kind, **more})


def test_a_job_is_started_followed_and_listed(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"}, {"Name": "Ball"})
    begun = start(connected, "import-contacts")
    assert (begun.status, begun["kind"], begun["started_by"]) == (202, "import-contacts", "ann")
    connected.work(begun["id"])
    job = connected.get(f"{JOBS}/{begun['id']}")
    assert (job["status"], job["progress"]["created"], job["progress"]["done"]) == ("done", 2, 2)
    assert {"needed", "used", "remaining_today", "finishes_at"} == set(job["calls"])
    assert job["email"]["to"] == "ann@acme.example"
    assert [each["id"] for each in connected.get(JOBS)["items"]] == [begun["id"]]
    assert len(connected.get(ORGANIZATIONS)["items"]) == 2


def test_a_job_tells_what_became_of_each_record(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"}, {"Name": "Old", "ContactStatus": "ARCHIVED"})
    job = start(connected, "import-contacts")["id"]
    connected.work(job)
    items = connected.get(f"{JOBS}/{job}/items")["items"]
    assert {item["outcome"] for item in items} == {"created", "skipped"}
    [created] = connected.get(f"{JOBS}/{job}/items", outcome="created")["items"]
    assert (created["record"]["kind"], created["title"]) == ("organizations", "Hall")
    [wrong] = connected.get(f"{JOBS}/{job}/items", outcome="zzz")["errors"]
    assert wrong["field"] == "outcome"
    assert {"create", "created", "skipped", "left_out", "drifted"} <= set(wrong["message"].replace(",", "").split())


def test_a_line_about_a_contact_without_a_record_names_it_and_opens_it(
    connected: Api, simulated: SimulatedXero
) -> None:
    simulated.seed({"Name": "Old", "ContactStatus": "ARCHIVED"})
    [contact] = simulated.contacts()
    unknown = "00000000-0000-4000-8000-00000000c0de"
    job = start(connected, "import-contacts", ids=[contact["ContactID"], unknown])["id"]
    connected.work(job)
    lines = {line["outcome"]: line for line in connected.get(f"{JOBS}/{job}/items")["items"]}
    skipped, failed = lines["skipped"], lines["failed"]
    assert (skipped["record"]["id"], skipped["title"]) == ("", "Old")
    assert skipped["accounting_code"] == contact["ContactID"].lower()
    assert contact["ContactID"].lower() in skipped["ledger_url"].lower()
    assert (failed["title"], failed["accounting_code"]) == (unknown, unknown)


def test_products_are_imported_with_what_is_on_hand(connected: Api, simulated: SimulatedXero) -> None:
    item = {"Code": "SAW", "Name": "Saw", "QuantityOnHand": 3, "InventoryAssetAccountCode": "630"}
    simulated.control("POST", "seed", {"items": [{**item, "PurchaseDetails": {"COGSAccountCode": "310"}}]})
    begun = start(connected, "import-products")
    assert (begun.status, begun["kind"]) == (202, "import-products")
    connected.work(begun["id"])
    [made] = connected.get(f"{ACME}/products")["items"]
    assert (made["code"], made["tracked"], made["quantity_on_hand"]) == ("SAW", True, "3")
    assert made["sync"]["state"] == "linked"
    [line] = connected.get(f"{JOBS}/{begun['id']}/items")["items"]
    assert (line["outcome"], line["record"]) == ("created", {"kind": "products", "id": made["id"]})


def test_a_plan_changes_nothing_until_it_is_applied(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"})
    job = start(connected, "import-contacts", dry_run=True)["id"]
    connected.work(job)
    assert connected.get(f"{JOBS}/{job}")["status"] == "planned"
    assert connected.get(ORGANIZATIONS)["items"] == []
    assert connected.post(f"{JOBS}/{job}/apply").status == 202
    connected.work(job)
    assert [record["name"] for record in connected.get(ORGANIZATIONS)["items"]] == ["Hall"]


def test_a_plan_made_under_other_settings_is_outdated(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"})
    job = start(connected, "import-contacts", dry_run=True)["id"]
    connected.work(job)
    connected.patch(f"{ACME}/settings", {"apply_ledger_edits": False})
    assert connected.post(f"{JOBS}/{job}/apply")["code"] == "plan_outdated"


def test_a_job_may_be_about_some_records_only(connected: Api, simulated: SimulatedXero) -> None:
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    for id in ("hall", "ball"):
        connected.put(f"{ORGANIZATIONS}/{id}", {"name": id.title()})
    records = [{"kind": "organizations", "id": "hall"}]
    job = start(connected, "export-organizations", records=records)["id"]
    connected.work(job)
    assert [contact["Name"] for contact in simulated.contacts()] == ["Hall"]


def test_a_job_is_cancelled(connected: Api) -> None:
    job = start(connected, "import-contacts", dry_run=True)["id"]
    assert not connected.get(f"{JOBS}/{job}")["stopping"]
    assert connected.post(f"{JOBS}/{job}/cancel").status == 202
    assert connected.get(f"{JOBS}/{job}")["stopping"]  # until it comes to its turn
    connected.work(job)
    ended = connected.get(f"{JOBS}/{job}")
    assert (ended["status"], ended["stopping"]) == ("cancelled", False)
    assert connected.post(f"{JOBS}/{job}/cancel")["code"] == "job_not_ready"
    assert connected.post(f"{JOBS}/{job}/apply")["code"] == "job_not_ready"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "bake-bread"},
        {"kind": "import-contacts", "ids": ["a"], "records": []},
        {"kind": "import-contacts", "ids": "all"},
        {"kind": "import-contacts", "options": []},
        {"kind": "import-links", "options": {"upload_id": "never-made"}},
        {},
    ],
)
def test_a_job_that_makes_no_sense_is_refused(connected: Api, body: dict[str, Any]) -> None:
    assert connected.post(JOBS, body).status == 422
    assert connected.get(JOBS)["items"] == []


def test_a_job_needs_its_connection_and_an_id_that_is_one(api: Api) -> None:
    assert start(api, "import-contacts")["code"] == "not_connected"
    assert api.get(f"{JOBS}/nothing").status == 404
    assert api.get(f"{JOBS}/nothing/items").status == 404


def test_a_job_is_undone_by_a_job_that_can_be_planned_first(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"})
    job = start(connected, "import-contacts")["id"]
    connected.work(job)
    plan = connected.post(f"{JOBS}/{job}/undo", dry_run=True)
    assert (plan.status, plan["kind"], plan["undoes"], plan["dry_run"]) == (202, "undo", job, True)
    connected.work(plan["id"])
    [item] = connected.get(f"{JOBS}/{plan['id']}/items")["items"]
    assert (item["outcome"], item["title"]) == ("delete", "Hall")
    assert len(connected.get(ORGANIZATIONS)["items"]) == 1

    assert connected.post(f"{JOBS}/{plan['id']}/apply").status == 202
    connected.work(plan["id"])
    assert connected.get(f"{JOBS}/{plan['id']}")["progress"]["deleted"] == 1
    assert connected.get(f"{JOBS}/{job}")["undone_by"] == plan["id"]
    assert connected.get(ORGANIZATIONS)["items"] == []
    again = connected.post(f"{JOBS}/{job}/undo")
    assert (again.status, again["code"]) == (409, "already_undone")


def test_undo_is_no_kind_to_start_with(connected: Api) -> None:
    assert start(connected, "undo").status == 422
    assert connected.post(f"{JOBS}/none/undo").status == 404
    assert connected.post(f"{JOBS}/none/undo", role="viewer").status == 403


def test_a_record_tells_that_an_undo_left_both_sides_apart(connected: Api, simulated: SimulatedXero) -> None:
    hall = f"{ORGANIZATIONS}/hall"
    connected.put(hall, {"name": "Hall", "email": "old@hall.example"})
    connected.export()
    simulated.clock.advance(60)
    simulated.human("edit", simulated.contacts()[0]["ContactID"], EmailAddress="new@hall.example")
    job = start(connected, "import-contacts")["id"]
    connected.work(job)
    connected.work(connected.post(f"{JOBS}/{job}/undo")["id"])
    record = connected.get(hall)
    assert (record["email"], record["sync"]["reason"]) == ("old@hall.example", "held_after_undo")
    connected.patch(hall, {"email": "newest@hall.example"})
    connected.export()
    assert connected.get(hall)["sync"]["reason"] is None
    assert simulated.contacts()[0]["EmailAddress"] == "newest@hall.example"
