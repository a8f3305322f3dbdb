"""What the hub relies on of SQS, checked of the pinned emulator.

Run the fidelity tests first when ministack's version changes: a difference found here is not a fault of the hub.
"""

import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.loopback


@pytest.fixture
def sqs(stack):
    return stack.aws.client("sqs")


@pytest.fixture
def queue(sqs):
    def make(**attributes):
        fifo = attributes.get("FifoQueue") == "true"
        name = f"q{uuid.uuid4().hex[:8]}{'.fifo' if fifo else ''}"
        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    return make


def dead_letters_of(sqs, queue, times, **kind):
    apart = queue(**kind)
    arn = sqs.get_queue_attributes(QueueUrl=apart, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return apart, json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": times})


def receive(sqs, url, at_most=10, wait=0):
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=at_most, WaitTimeSeconds=wait, MessageSystemAttributeNames=["All"]
    )
    return answer.get("Messages", [])


def bodies(messages):
    return [message["Body"] for message in messages]


def test_a_received_message_is_hidden_and_comes_back_with_a_count(sqs, queue):
    url = queue(VisibilityTimeout="1")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert bodies(receive(sqs, url)) == ["x"]
    assert receive(sqs, url) == []
    again = receive(sqs, url, wait=3)
    assert again[0]["Attributes"]["ApproximateReceiveCount"] == "2"


def test_dead_letters_come_after_the_allowed_receives_and_keep_their_group(sqs, queue):
    apart, policy = dead_letters_of(sqs, queue, 1, FifoQueue="true")
    url = queue(FifoQueue="true", VisibilityTimeout="0", RedrivePolicy=policy)
    for body in ("bad", "good"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId=body)
    assert bodies(receive(sqs, url, 1)) == ["bad"]
    assert bodies(receive(sqs, url, 1)) == ["good"]
    (dead,) = receive(sqs, apart, wait=2)
    assert (dead["Body"], dead["Attributes"]["MessageGroupId"]) == ("bad", "g")


def test_a_group_in_flight_waits_while_others_go_on(sqs, queue):
    url = queue(FifoQueue="true", VisibilityTimeout="30")
    for group, body in (("a", "a0"), ("a", "a1"), ("b", "b0")):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body)
    (first,) = receive(sqs, url, 1)
    assert bodies(receive(sqs, url)) == ["b0"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(receive(sqs, url)) == ["a1"]


def test_a_group_keeps_its_order_after_a_timeout(sqs, queue):
    url = queue(FifoQueue="true", VisibilityTimeout="1")
    for body in ("0", "1", "2"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId=body)
    assert bodies(receive(sqs, url, 2)) == ["0", "1"]
    time.sleep(1.1)
    assert bodies(receive(sqs, url)) == ["0", "1", "2"]


def test_a_repeated_deduplication_id_is_one_message(sqs, queue):
    url = queue(FifoQueue="true")
    sent = [
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId="k")
        for body in "12"
    ]
    assert sent[0]["MessageId"] == sent[1]["MessageId"]
    assert bodies(receive(sqs, url)) == ["1"]


def test_a_delayed_message_is_counted_as_such(sqs, queue):
    url = queue()
    sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=60)
    sqs.send_message(QueueUrl=url, MessageBody="y")
    receive(sqs, url)
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert [counts[name] for name in names] == ["0", "1", "1"]


def test_a_fifo_message_wants_a_group_and_a_deduplication_id(sqs, queue):
    url = queue(FifoQueue="true")
    for missing in ({"MessageGroupId": "g"}, {"MessageDeduplicationId": "k"}):
        with pytest.raises(ClientError):
            sqs.send_message(QueueUrl=url, MessageBody="x", **missing)
