"""One clock for everybody: moving it fires each schedule it passes once, with pollers paused."""

from datetime import UTC, datetime, timedelta

import pytest

from local.clock import Clock
from local.schedules import scheduled_event
from tests.local.stack.calls import call, eventually, notes, send


def test_a_clock_nobody_moved_shows_real_time(tmp_path):
    assert abs(Clock(tmp_path / "clock.json").now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_everybody_who_reads_the_file_sees_the_same_time(tmp_path):
    one, other = Clock(tmp_path / "clock.json"), Clock(tmp_path / "clock.json")
    one.advance(3600)
    one.advance(0.5)
    assert other.offset_s() == 3600.5
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]


def test_a_scheduled_event_has_eventbridges_shape():
    event = scheduled_event(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert event["source"] == "aws.events"
    assert event["detail-type"] == "Scheduled Event"
    assert event["time"] == "2026-01-02T03:04:05Z"


@pytest.mark.loopback
def test_moving_the_clock_past_a_schedule_fires_it_once(stack):
    before = len(notes(stack, "tick"))
    moved = call(stack, "POST", "/local/clock", '{"advance_s": 7200}').json()
    assert moved["fired"] == ["ticker"]
    assert len(notes(stack, "tick")) == before + 1
    assert call(stack, "POST", "/local/clock", '{"advance_s": 1}').json()["fired"] == []


@pytest.mark.loopback
@pytest.mark.parametrize("seconds", ["-1", "NaN", "Infinity", "1e300"])
def test_no_move_leaves_a_clock_that_cannot_be_read(stack, seconds):
    assert call(stack, "POST", "/local/clock", f'{{"advance_s": {seconds}}}').status == 400
    assert call(stack, "GET", "/local/clock").status == 200


@pytest.mark.loopback
def test_functions_and_answers_tell_the_moved_time(stack):
    moved = stack.advance(86400)
    ahead = datetime.fromisoformat(moved["now"]) - datetime.now(UTC)
    assert ahead > timedelta(hours=23)
    assert datetime.fromisoformat(notes(stack, "tick")[-1]["at"]) - datetime.now(UTC) > timedelta(hours=23)


@pytest.mark.loopback
def test_queues_go_on_after_the_clock_was_moved(stack):
    stack.advance(1)
    send(stack, "WorkQueue", name="after the move")
    assert eventually(lambda: notes(stack, "after the move"))


@pytest.mark.loopback
def test_a_function_can_be_run_by_hand(stack):
    assert call(stack, "POST", "/local/run/ticker").json()["result"]["time"].endswith("Z")
    assert stack.run("TickerFunction", {"time": "mine"}) == {"result": {"time": "mine"}}
    assert stack.run("ticker", {"nothing": "useful"})["error"]["errorType"] == "KeyError"
