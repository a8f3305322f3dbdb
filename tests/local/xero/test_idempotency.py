"""Idempotency keys: replayed for six minutes, errors too, refused for another request (§3.3)."""

from collections.abc import Callable

import httpx
import pytest

from tests.local.xero.rig import Rig, names

ADA = {"Contacts": [{"Name": "Ada"}]}


def put(
    xero: Rig, body: object, key: str = "k", path: str = "/Contacts?summarizeErrors=false", method: str = "PUT"
) -> httpx.Response:
    return xero.call(method, path, body, Idempotency_Key=key)


def test_the_same_key_and_request_get_the_same_answer_and_act_once(xero: Rig) -> None:
    first, second = put(xero, ADA), put(xero, ADA)
    assert second.json() == first.json()
    assert names(xero.contacts()) == ["Ada"]


def test_a_replay_still_costs_a_call(xero: Rig) -> None:
    first, second = put(xero, ADA), put(xero, ADA)
    assert int(second.headers["x-minlimit-remaining"]) == int(first.headers["x-minlimit-remaining"]) - 1


def test_a_key_is_forgotten_after_six_minutes(xero: Rig) -> None:
    put(xero, ADA)
    xero.clock.advance(359)
    assert put(xero, ADA).json()["Contacts"][0]["StatusAttributeString"] == "OK"
    xero.clock.advance(1)
    assert put(xero, ADA).json()["Contacts"][0]["StatusAttributeString"] == "ERROR"


def test_a_key_with_another_body_address_or_method_is_refused(xero: Rig) -> None:
    put(xero, ADA)
    for other in (
        put(xero, {"Contacts": [{"Name": "Bob"}]}),
        put(xero, ADA, path="/Contacts"),
        put(xero, ADA, method="POST"),
    ):
        assert other.status_code == 400
        assert other.text == "Idempotency Key: k is used with a different request."
    assert names(xero.contacts()) == ["Ada"]


def test_errors_are_kept_too(xero: Rig) -> None:
    xero.create({"Name": "Ada", "ContactNumber": "n1"})
    assert put(xero, ADA, path="/Contacts").status_code == 400
    xero.update({"ContactNumber": "n1", "Name": "Bea"})
    assert put(xero, ADA, path="/Contacts").status_code == 400
    assert put(xero, ADA, path="/Contacts", key="other").status_code == 200


def test_a_500_is_replayed_even_when_xero_is_well_again(xero: Rig) -> None:
    xero.fault("error_before")
    assert [put(xero, ADA).status_code for _ in range(2)] == [500, 500]
    assert xero.contacts() == []
    assert put(xero, ADA, key="new").status_code == 200


def test_a_429_and_a_401_are_not_kept(xero: Rig) -> None:
    xero.fault("limit_minute")
    assert put(xero, ADA).status_code == 429
    assert xero.call("PUT", "/Contacts", ADA, Idempotency_Key="k", Authorization="Bearer x").status_code == 401
    assert put(xero, ADA).status_code == 200


def test_a_key_belongs_to_the_app_and_not_to_the_organisation(xero: Rig) -> None:
    xero.connect(",".join(xero.organisations))
    put(xero, ADA)
    elsewhere = xero.call(
        "PUT", "/Contacts?summarizeErrors=false", ADA, Idempotency_Key="k", xero_tenant_id=xero.organisations[1]
    )
    assert elsewhere.json()["Contacts"][0]["ContactID"] == xero.contacts()[0]["ContactID"]
    assert xero.state(xero.organisations[1])["contacts"] == []


def test_a_key_is_ignored_on_a_read_and_has_a_longest_length(xero: Rig) -> None:
    assert xero.call("GET", "/Contacts", Idempotency_Key="k").status_code == 200
    assert put(xero, ADA).status_code == 200
    assert put(xero, ADA, key="x" * 129).status_code == 400


def test_a_write_still_under_way_is_completed_by_its_retry_and_not_applied_twice(xero: Rig) -> None:
    xero.fault("late_apply", delay_s=60)
    with_timeout(lambda: put(xero, ADA))
    assert xero.contacts() == []
    assert put(xero, ADA).json()["Contacts"][0]["StatusAttributeString"] == "OK"
    xero.clock.advance(61)
    assert names(xero.contacts()) == ["Ada"]


def with_timeout(act: Callable[[], object]) -> None:
    with pytest.raises(httpx.ReadTimeout):
        act()
