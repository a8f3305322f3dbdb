"""Lanes: closed for as long as there is a reason, opened by whoever takes it away, whatever else goes wrong."""

from __future__ import annotations

import pytest

from ledgerlink.flows import lanes
from ledgerlink.flows.company import companies
from ledgerlink.ports import Woken
from tests.flows.hub import ADA, Hub, hub

__all__ = ["hub"]


def switch(hub: Hub, *, on: bool) -> None:
    companies.change_settings(hub.context, {"integration_enabled": on}, ADA)


def test_a_lane_is_not_closed_for_a_reason_that_is_gone(hub: Hub) -> None:
    """An import that began before the integration was switched on must not close the lane after it."""
    lanes.pause("bench", hub.at, "integration_disabled", still=lambda: False)
    assert hub.at.lanes.get("bench", "import").paused == ""


def test_switching_on_opens_the_lane_even_if_nothing_after_it_happens(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(hub, on=False)
    hub.read()
    assert hub.at.lanes.get("bench", "import").paused == "integration_disabled"
    monkeypatch.setattr(companies, "_set_free", lambda *_: None)  # the function died right after it had stored them
    switch(hub, on=True)
    assert hub.at.lanes.get("bench", "import").paused == ""
    assert Woken("bench", "lane", "export") in hub.at.wakes.due(hub.at.clock.now()), "so the sweeper rings"


def test_giving_a_lane_back_keeps_what_somebody_asked_of_it_meanwhile(hub: Hub) -> None:
    lane = lanes.take("bench", "export", hub.at, holder="one")
    assert lane is not None
    switch(hub, on=False)
    switch(hub, on=True)
    lanes.release(lane, hub.at)
    given_back = hub.at.lanes.get("bench", "export")
    assert (given_back.holder, given_back.not_before is None) == ("", False)
