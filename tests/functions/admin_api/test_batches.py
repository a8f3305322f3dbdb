"""Batches and bulk holds: one outcome each, and a bad one spoils no other."""

from __future__ import annotations

from typing import Any

from tests.support.api import ACME, ORGANIZATIONS, Answered, Api
from tests.support.xero import SimulatedXero


def put(api: Api, *items: Any) -> Answered:
    return api.post(f"{ORGANIZATIONS}:batch", {"items": list(items)})


def outcomes(answer: Answered) -> list[tuple[Any, ...]]:
    return [(item["id"], item["status"], item["outcome"]) for item in answer["items"]]


def test_five_hundred_records_are_put_at_once(api: Api) -> None:
    items = [{"id": f"n{i}", "name": f"Name {i}"} for i in range(500)]
    assert {outcome for _, _, outcome in outcomes(put(api, *items))} == {"created"}
    assert {outcome for _, _, outcome in outcomes(put(api, *items))} == {"unchanged"}
    assert api.get(ACME)["counts"]["due"] == 500


def test_a_bad_item_spoils_no_other(api: Api) -> None:
    answer = put(api, {"id": "a", "name": "A"}, {"id": "b"}, 5, {"id": "c d", "name": "C"}, {"id": "e", "name": "E"})
    assert outcomes(answer) == [
        ("a", 201, "created"),
        ("b", 422, "failed"),
        (None, 422, "failed"),
        ("c d", 422, "failed"),
        ("e", 201, "created"),
    ]
    assert answer["items"][1]["problem"]["errors"][0]["field"] == "name"


def test_an_item_that_is_too_large_fails_alone(api: Api) -> None:
    large = {"id": "b", "name": "B", "account_number": "x" * 300_000}
    assert outcomes(put(api, {"id": "a", "name": "A"}, large)) == [("a", 201, "created"), ("b", 413, "failed")]


def test_a_record_named_twice_is_put_twice_in_that_order(api: Api) -> None:
    answer = put(api, {"id": "a", "name": "First"}, {"id": "a", "name": "Second"})
    assert outcomes(answer) == [("a", 201, "created"), ("a", 200, "updated")]
    assert api.get(f"{ORGANIZATIONS}/a")["name"] == "Second"


def test_more_than_five_hundred_are_refused(api: Api) -> None:
    assert put(api, *({"id": f"n{i}", "name": "N"} for i in range(501))).status == 422


def test_items_may_be_linked_and_held(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall"})
    linked = {"id": "a", "name": "Hall", "link": {"document_id": contact}}
    held = {"id": "b", "name": "B", "do_not_export": {"on": True}}
    answer = put(connected, linked, held, {"id": "c", "name": "C", "link": {"document_id": contact}})
    assert [item["status"] for item in answer["items"]] == [201, 201, 409]
    assert answer["items"][2]["problem"]["code"] == "link_taken"
    assert connected.get(f"{ORGANIZATIONS}/c").status == 404


def test_records_are_held_and_let_go_in_bulk(api: Api) -> None:
    put(api, *({"id": f"n{i}", "name": f"N {i}"} for i in range(60)))
    records = [{"kind": "organizations", "id": f"n{i}"} for i in range(60)] + [{"kind": "organizations", "id": "no"}]
    held = api.post(f"{ACME}/records:hold", {"records": records, "do_not_export": {"on": True, "reason": "audit"}})
    assert [item["outcome"] for item in held["items"]] == ["updated"] * 60 + ["failed"]
    assert api.get(f"{ORGANIZATIONS}/n5")["do_not_export"] == {"on": True, "reason": "audit"}
    assert api.get(f"{ORGANIZATIONS}/n5")["revision"] == 1
    api.post(f"{ACME}/records:hold", {"records": records[:60], "do_not_export": {"on": False}})
    assert api.get(ACME)["counts"]["due"] == 60


def test_holding_nothing_or_an_unknown_kind_is_refused(api: Api) -> None:
    one = {"records": [{"kind": "organizations", "id": "a"}]}
    assert api.post(f"{ACME}/records:hold", one).status == 422
    unknown = {"records": [{"kind": "planets", "id": "a"}], "do_not_export": {"on": True}}
    assert api.post(f"{ACME}/records:hold", unknown)["errors"][0]["field"] == "records.0.kind"
