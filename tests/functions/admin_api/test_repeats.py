"""Requests repeated under one Idempotency-Key."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import ACME, Answered, Api
from tests.support.xero import SimulatedXero

JOBS = f"{ACME}/jobs"


def start(api: Api, key: str = "k-1", kind: str = "import-contacts", **more: Any) -> Answered:
    return api.post(JOBS, {"kind": kind}, headers={"Idempotency-Key": key}, **more)


def count(api: Api) -> int:
    return len(api.get(JOBS)["items"])


def test_a_repeated_request_is_done_once_and_answered_the_same(connected: Api) -> None:
    first, again = start(connected), start(connected)
    assert (first.status, again.status, first.json == again.json) == (202, 202, True)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == "application/json"
    assert count(connected) == 1


def test_the_same_key_for_another_request_is_refused(connected: Api) -> None:
    start(connected)
    other = start(connected, kind="export-organizations")
    assert (other.status, other["code"], count(connected)) == (422, "key_reused", 1)


def test_a_key_is_one_callers_and_one_routes(connected: Api) -> None:
    start(connected)
    assert start(connected, sub="bob").headers.get("idempotent-replayed") is None
    retry = connected.post(f"{ACME}/errors:retry", {"all": True}, headers={"Idempotency-Key": "k-1"})
    assert (retry.status, count(connected)) == (200, 2)


def test_a_refused_request_may_be_tried_again(connected: Api) -> None:
    assert start(connected, kind="bake-bread").status == 422
    assert start(connected).status == 202


def test_a_request_under_way_is_not_begun_twice_unless_it_died(
    connected: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connected.wired.answers, "finish", lambda *_: None)
    start(connected)
    again = start(connected)
    assert (again.status, again["code"], count(connected)) == (409, "key_in_use", 1)
    simulated.clock.advance(61)
    assert start(connected).status == 202


def test_a_key_is_forgotten_after_a_day(connected: Api, simulated: SimulatedXero) -> None:
    start(connected)
    simulated.clock.advance(25 * 3600)
    assert start(connected).headers.get("idempotent-replayed") is None
    assert count(connected) == 2


def test_a_key_that_is_none_is_refused(connected: Api) -> None:
    assert start(connected, key="with space").status == 422
    assert start(connected, key="x" * 256).status == 422


def test_an_edit_that_comes_again_after_a_newer_one_undoes_nothing(connected: Api) -> None:
    path, first = f"{ACME}/organizations/hall", {"headers": {"Idempotency-Key": "k-1"}}
    assert connected.put(path, {"name": "Hall"}, **first)["revision"] == 1
    connected.patch(path, {"name": "Ball"})
    again = connected.put(path, {"name": "Hall"}, **first)
    assert (again["revision"], again.headers["idempotent-replayed"]) == (1, "true")
    assert connected.get(path)["name"] == "Ball"
    other = connected.put(path, {"name": "Mall"}, **first)
    assert (other.status, other["code"]) == (422, "key_reused")
