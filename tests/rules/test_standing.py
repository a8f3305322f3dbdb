"""Where a record stands, as people are shown it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.ports import Budget
from ledgerlink.rules.standing import closed_because, fold, in_flight, state_of, waits_for
from ledgerlink.state.company import Connection
from ledgerlink.state.lane import Lane
from tests.support.builders import NOON, a_dispatch, a_link, a_part, settings

LANE = Lane(company="c1", direction="export")
DRIVEN = LANE.model_copy(update={"holder": "h", "lease_until": NOON + timedelta(seconds=60)})
CONNECTED = Connection(company="c1", state="connected")
KEY = a_link().key


@pytest.mark.parametrize(
    ("lane", "dispatch", "state"),
    [
        (DRIVEN, {}, "sending"),
        (LANE, {}, "unknown"),  # nobody drives: the answer was lost
        (DRIVEN, {"state": "unknown"}, "unknown"),
    ],
)
def test_a_part_in_an_open_dispatch_is_sent_or_being_found_out(
    lane: Lane, dispatch: dict[str, Any], state: str
) -> None:
    assert in_flight([a_dispatch(**dispatch)], lane, NOON) == {KEY: state}


def test_a_settled_part_of_an_open_dispatch_is_not_in_flight() -> None:
    assert in_flight([a_dispatch(a_part(settled=True))], DRIVEN, NOON) == {}
    assert state_of(a_link(state="linked"), {KEY: "sending"}) == "linked"
    assert state_of(a_link(state="due"), {KEY: "sending"}) == "sending"


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ([], "unlinked"),
        (["linked", "linked"], "linked"),
        (["linked", "unlinked"], "linked"),
        (["linked", "due"], "due"),
        (["due", "sending"], "sending"),
        (["sending", "unknown"], "unknown"),
        (["unknown", "parked"], "parked"),
        (["parked", "conflict"], "conflict"),
        (["conflict", "error"], "error"),
    ],
)
def test_what_a_person_should_look_at_first_decides_for_the_record(states: list[Any], shown: str) -> None:
    assert fold(states) == shown


@pytest.mark.parametrize(
    ("changed", "connection", "lane", "budget", "reason"),
    [
        ({}, {}, {}, Budget(), ""),
        ({"integration_enabled": False}, {}, {}, Budget(), "integration_disabled"),
        ({}, {"state": "none"}, {}, Budget(), "not_connected"),
        ({}, {"state": "disconnected"}, {}, Budget(), "not_connected"),
        ({}, {"state": "needs_reconnect"}, {}, Budget(), "needs_reconnect"),
        ({}, {}, {"paused": "missing_scope"}, Budget(), "missing_scope"),
        ({}, {}, {"not_before": NOON}, Budget(), ""),
        ({}, {}, {"not_before": NOON + timedelta(seconds=30)}, Budget(day_remaining=900), "ledger_busy"),
        ({}, {}, {"not_before": NOON + timedelta(hours=5)}, Budget(day_remaining=40), "day_limit"),
        ({}, {}, {"not_before": NOON + timedelta(hours=5)}, Budget(day_remaining=400, day_limit=5000), "day_limit"),
    ],
)
def test_why_nothing_goes_out(
    changed: dict[str, Any], connection: dict[str, Any], lane: dict[str, Any], budget: Budget, reason: str
) -> None:
    told = closed_because(
        settings(**changed), CONNECTED.model_copy(update=connection), LANE.model_copy(update=lane), budget, NOON
    )
    assert told == reason


@pytest.mark.parametrize(
    ("link", "state", "closed", "waiting"),
    [
        ({"state": "due"}, "due", "", None),
        ({"state": "due"}, "due", "not_connected", "not_connected"),
        ({"state": "due", "reason": "possible_duplicate", "waits_on": "suggestion"}, "due", "", "possible_duplicate"),
        ({"state": "due", "reason": "balance_outstanding", "wake_at": NOON}, "due", "x", "balance_outstanding"),
        ({"state": "due"}, "unknown", "", "lost_answer"),
        ({"state": "due"}, "sending", "not_connected", None),
        ({"state": "linked"}, "linked", "not_connected", None),
    ],
)
def test_only_what_will_go_waits(link: dict[str, Any], state: Any, closed: str, waiting: str | None) -> None:
    assert waits_for(a_link(**link), state, closed) == waiting
