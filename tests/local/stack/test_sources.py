"""Queues feed functions as at AWS: partial failures come back alone, groups keep their order, poison ends apart."""

import pytest

from local.runtime.invocation import Outcome, failure
from local.sources import failed_ids, queue_record
from tests.local.stack.calls import call, eventually, notes, send

A_MESSAGE = {
    "MessageId": "m1",
    "ReceiptHandle": "r1",
    "Body": "b",
    "MD5OfBody": "d",
    "Attributes": {"ApproximateReceiveCount": "1"},
    "MessageAttributes": {"Kind": {"StringValue": "x", "DataType": "String"}},
}


def counts(stack, queue):
    state = next(each for each in stack.queues() if each["id"] == queue)
    return state["visible"], state["in_flight"]


def test_a_record_has_the_shape_lambda_gives_it():
    record = queue_record(A_MESSAGE, "arn:aws:sqs:eu-west-1:000000000000:q")
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(":q")
    assert record["messageAttributes"]["Kind"]["stringValue"] == "x"
    assert record["messageAttributes"]["Kind"]["dataType"] == "String"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


@pytest.mark.parametrize(
    ("outcome", "failed"),
    [
        (Outcome(b"null"), set()),
        (Outcome(b"{}"), set()),
        (Outcome(b'{"batchItemFailures": []}'), set()),
        (Outcome(b'{"batchItemFailures": [{"itemIdentifier": "m1"}]}'), {"m1"}),
        (Outcome(b'{"batchItemFailures": [{"itemIdentifier": "unknown"}]}'), {"m1", "m2"}),
        (Outcome(b'{"batchItemFailures": [{"itemIdentifier": null}]}'), {"m1", "m2"}),
        (failure("ValueError", "all of it"), {"m1", "m2"}),
    ],
)
def test_what_stays_in_the_queue(outcome, failed):
    messages = [{"MessageId": "m1"}, {"MessageId": "m2"}]
    assert failed_ids(outcome, messages, partial=True) == failed


def test_partial_failures_mean_nothing_to_a_source_that_does_not_report_them():
    outcome = Outcome(b'{"batchItemFailures": [{"itemIdentifier": "m1"}]}')
    assert failed_ids(outcome, [{"MessageId": "m1"}], partial=False) == set()


@pytest.mark.loopback
def test_only_the_failed_message_of_a_batch_comes_again(stack):
    send(stack, "WorkQueue", name="good")
    send(stack, "WorkQueue", name="second time lucky", fail_times=1)
    assert eventually(lambda: len(notes(stack, "second time lucky")) == 2)
    assert [each["receives"] for each in notes(stack, "second time lucky")] == ["1", "2"]
    assert [each["receives"] for each in notes(stack, "good")] == ["1"]
    assert eventually(lambda: counts(stack, "WorkQueue") == (0, 0))


@pytest.mark.loopback
def test_poison_is_tried_twice_becomes_a_dead_letter_and_can_be_sent_back(stack):
    send(stack, "WorkQueue", name="poison", poison=True)
    stack.drain()
    assert [each["receives"] for each in notes(stack, "poison")] == ["1", "2"]
    letters = [each["body"] for each in stack.peek("WorkDeadLetters")]  # beside what other tests may have left there
    assert letters.count('{"name": "poison", "poison": true}') == 1
    assert stack.redrive("WorkQueue") == len(letters)
    assert eventually(lambda: len(notes(stack, "poison")) > 2)


@pytest.mark.loopback
def test_dead_letters_go_back_by_the_name_of_either_queue(stack):
    send(stack, "WorkDeadLetters", name="stranded")
    assert call(stack, "POST", "/local/queues/WorkDeadLetters/redrive").json()["moved"] >= 1
    assert eventually(lambda: notes(stack, "stranded"))


@pytest.mark.loopback
def test_groups_keep_their_order_and_do_not_wait_for_each_other(stack):
    for number in range(4):
        send(stack, "OrderedQueue", group="slow", name=f"slow {number}", after="quick 3")
    assert eventually(lambda: notes(stack, "slow 0 waits"))  # or all would be one batch
    for number in range(4):
        send(stack, "OrderedQueue", group="quick", name=f"quick {number}")
    assert eventually(lambda: notes(stack, "slow 3"))
    times = {
        name: notes(stack, name)[0]["sk"] for kind in ("slow", "quick") for name in (f"{kind} {n}" for n in range(4))
    }
    for kind in ("slow", "quick"):
        in_order = [times[f"{kind} {n}"] for n in range(4)]
        assert in_order == sorted(in_order)
    assert times["quick 3"] < times["slow 3"]


@pytest.mark.loopback
def test_a_failed_message_of_a_group_comes_again_before_the_next(stack):
    send(stack, "OrderedQueue", group="g", name="first", fail_times=1)
    send(stack, "OrderedQueue", group="g", name="second")
    assert eventually(lambda: notes(stack, "second"))
    assert notes(stack, "first")[-1]["sk"] < notes(stack, "second")[0]["sk"]


@pytest.mark.loopback
def test_a_crash_returns_the_whole_batch(stack):
    send(stack, "OrderedQueue", group="crash", name="crasher", crash=True)
    stack.drain()
    assert counts(stack, "OrderedDeadLetters") == (1, 0)
    send(stack, "OrderedQueue", group="crash", name="after the crash")
    assert eventually(lambda: notes(stack, "after the crash"))
