"""Draining waits for queues, delays and retries, and counts the hub's links by what holds them up."""

from datetime import timedelta

import pytest

from local.ledger_state import LedgerState, is_open_work, kind_of
from local.resources import Resources
from tests.local.stack.calls import call, notes, send


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"state": "unknown", "due_key": "x"}, "unknown"),
        ({"state": "due", "due_key": "x"}, "due"),
        ({"state": "due", "waits_on": "x"}, "waiting"),
        ({"state": "linked", "document_id": "d"}, "settled"),
        ({"state": "skipped"}, "settled"),
        ({"state": "error"}, "settled"),
        ({"state": "unlinked"}, "other"),
    ],
)
def test_a_link_counts_once(row, kind):
    assert kind_of(row) == kind


@pytest.mark.parametrize(
    ("row", "is_open"),
    [
        ({"sk": "dispatch#1"}, True),
        ({"sk": "stale#contact#1"}, True),
        ({"sk": "job#1", "status": "running"}, True),
        ({"sk": "job#1", "status": "done"}, False),
        ({"sk": "settings"}, False),
    ],
)
def test_work_is_open_while_a_dispatch_a_mark_or_a_job_is(row, is_open):
    assert is_open_work(row) is is_open


@pytest.mark.loopback
def test_draining_waits_for_every_message_delayed_and_failed_ones_too(stack):
    url = stack.resources.physical["WorkQueue"]
    body = '{"name": "delayed"}'
    stack.aws.client("sqs").send_message(QueueUrl=url, MessageBody=body, DelaySeconds=1)
    send(stack, "WorkQueue", name="stubborn", fail_times=1)
    answer = call(stack, "POST", "/local/drain").json()
    assert answer == {"settled": 0, "due": 0, "waiting": {}, "unknown": 0, "finished": True}
    assert notes(stack, "delayed")  # at least once: that is all a queue promises
    assert len(notes(stack, "stubborn")) >= 2


@pytest.mark.loopback
def test_draining_gives_up_when_its_time_is_over(stack):
    send(stack, "WorkQueue", name="slow", sleep=4)
    assert stack.drain(limit_s=0.2)["finished"] is False
    assert notes(stack, "slow") == []
    assert stack.drain()["finished"] is True


@pytest.fixture
def state(stack):
    """The hub's two tables, played by the toy's one, with rows only this test knows."""
    table = stack.resources.physical["NotesTable"]
    dynamodb = stack.aws.client("dynamodb")

    def put(company, sk, **row):
        item = {"pk": company, "sk": sk, "company": company, **row}
        dynamodb.put_item(TableName=table, Item={name: {"S": value} for name, value in item.items()})

    links_and_control = Resources({"LinksTable": table, "ControlTable": table}, {})
    return LedgerState(links_and_control, stack.aws, stack.clock), put


@pytest.mark.loopback
def test_counts_are_of_links_by_state_and_reason(state):
    look, put = state[0].look, state[1]
    before = look()
    put("c", "link1", state="linked", document_id="d")
    put("c", "link2", state="due", waits_on="c#x", reason="waits_for_contact")
    put("c", "link3", state="due", due_key="k")
    after = look()
    assert (after.settled, after.due) == (before.settled + 1, before.due + 1)
    assert after.waiting["waits_for_contact"] == 1
    assert after.digest != before.digest
    assert look() == after


@pytest.mark.loopback
def test_what_is_to_happen_soon_is_waited_for_and_what_is_far_off_is_not(state, stack):
    look, put = state[0].look, state[1]
    put("c", "lane#far", wake_at="2999-01-01T00:00:00Z#c#lane")
    assert look().soon_s is None
    put("c", "lane#past", wake_at=f"{(stack.now() - timedelta(seconds=5)).isoformat()}#c#lane")
    assert look().soon_s is None
    put("c", "lane#soon", wake_at=f"{(stack.now() + timedelta(seconds=30)).isoformat()}#c#lane")
    assert 20 < look().soon_s <= 30
