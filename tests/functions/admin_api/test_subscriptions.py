"""E-mail preferences over HTTP: everybody's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import ACME, Api

SUBSCRIPTIONS = f"{ACME}/subscriptions"


def on(told: Any) -> set[str]:
    return {name for name, topic in told["topics"].items() if topic["on"]}


def test_who_connected_hears_more_without_asking_and_a_viewer_sets_their_own(connected: Api) -> None:
    ann, vic = connected.get(SUBSCRIPTIONS), connected.get(SUBSCRIPTIONS, role="viewer", sub="vic")
    assert (ann["email"], vic["email"]) == ("ann@acme.example", "vic@acme.example")
    assert "connection_lost" in on(ann)
    assert on(vic) == {"own_jobs"}
    assert all(topic["title"] and topic["description"] for topic in vic["topics"].values())
    body = {"topics": {"daily_summary": True, "own_jobs": False, "others_jobs": None}}
    saved = connected.put(SUBSCRIPTIONS, body, role="viewer", sub="vic")
    assert (saved.status, on(saved)) == (200, {"daily_summary"})
    assert on(connected.get(SUBSCRIPTIONS, role="viewer", sub="vic")) == {"daily_summary"}
    assert on(connected.get(SUBSCRIPTIONS)) == on(ann)
    assert on(connected.put(SUBSCRIPTIONS, {"topics": {}}, role="viewer", sub="vic")) == {"own_jobs"}


def test_what_somebody_changed_meanwhile_is_not_written_over(api: Api) -> None:
    etag = api.get(SUBSCRIPTIONS).headers["etag"]
    assert api.put(SUBSCRIPTIONS, {"topics": {"daily_summary": True}}, headers={"if-match": etag}).status == 200
    assert api.put(SUBSCRIPTIONS, {"topics": {}}, headers={"if-match": etag}).status == 412


@pytest.mark.parametrize(
    "body", [{"topics": {"weather": True}}, {"topics": {"own_jobs": "perhaps"}}, {}, {"all": True}]
)
def test_nonsense_is_refused(api: Api, body: Any) -> None:
    assert api.put(SUBSCRIPTIONS, body).status == 422
