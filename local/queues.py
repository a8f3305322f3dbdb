"""The queues of the stack as people and `drain` see them: counts, dead letters, sending dead letters back."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from local.application import Application
from local.aws import Aws
from local.ports import direct

COUNTS = {
    "visible": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


@dataclass(frozen=True)
class QueueState:
    """`dead_letters` is the id of the queue's dead-letter queue; null for dead-letter queues themselves."""

    id: str
    url: str
    visible: int
    in_flight: int
    delayed: int
    dead_letters: str | None


@dataclass(frozen=True)
class QueuePlace:
    """Where a queue is, and for how many seconds a message that was received is hidden."""

    url: str
    arn: str
    visibility_s: int


class Queues:
    """Known by their logical ids in the template."""

    def __init__(self, application: Application, physical: Mapping[str, str], aws: Aws) -> None:
        made = {
            key: value for key, value in application.data["Resources"].items() if value["Type"] == "AWS::SQS::Queue"
        }
        self._urls = {key: physical[key] for key in made}
        self._dead_letters = {
            key: value["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            for key, value in made.items()
            if "RedrivePolicy" in value["Properties"]
        }
        self._endpoint_url = aws.endpoint_url
        self._sqs = aws.client("sqs")

    def place(self, queue: str) -> QueuePlace:
        attributes = self._attributes(queue, "QueueArn", "VisibilityTimeout")
        return QueuePlace(self._urls[queue], attributes["QueueArn"], int(attributes["VisibilityTimeout"]))

    def working(self) -> Iterator[QueueState]:
        """Those that feed functions, without the dead-letter queues; each is asked when its turn comes."""
        return (self.state(queue) for queue in self._urls if queue not in self._dead_letters.values())

    def all(self) -> list[dict[str, Any]]:
        return [asdict(self.state(queue)) for queue in self._urls]

    def state(self, queue: str) -> QueueState:
        attributes = self._attributes(queue, *COUNTS.values())
        counts = {name: int(attributes[attribute]) for name, attribute in COUNTS.items()}
        return QueueState(id=queue, url=self._urls[queue], dead_letters=self._dead_letters.get(queue), **counts)

    def _attributes(self, queue: str, *names: str) -> dict[str, str]:
        answer = self._sqs.get_queue_attributes(QueueUrl=self._urls[queue], AttributeNames=list(names))
        attributes: dict[str, str] = answer["Attributes"]
        return attributes

    def redrive(self, queue: str) -> int:
        """Sends every dead letter of `queue`, which may be named by that of its dead letters, back to it; answers how
        many. (ministack has no StartMessageMoveTask.)"""
        queue = next((fed for fed, letters in self._dead_letters.items() if letters == queue), queue)
        source, moved = self._urls[self._dead_letters[queue]], 0
        while messages := self._receive(source):
            for message in messages:
                self._sqs.send_message(QueueUrl=self._urls[queue], **copy_of(message))
                self._sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
                moved += 1
        return moved

    def peek(self, queue: str) -> list[dict[str, Any]]:
        """`[{body, receives, group}]` of all messages of any queue, as the emulator keeps them; nothing is received."""
        address = f"{self._endpoint_url}/_ministack/sqs/messages?{urlencode({'QueueUrl': self._urls[queue]})}"
        with direct().open(address, timeout=10) as answer:
            regions = [region for account in json.load(answer)["messages"].values() for region in account.values()]
        kept = [message for region in regions for messages in region.values() for message in messages]
        return [{"body": m["Body"], "receives": m["ReceiveCount"], "group": m["MessageGroupId"]} for m in kept]

    def _receive(self, url: str) -> list[dict[str, Any]]:
        received = self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"]
        )
        messages: list[dict[str, Any]] = received.get("Messages", [])
        return messages


def copy_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """What to send so that the message is delivered once more; a FIFO message gets a new deduplication id."""
    copy: dict[str, Any] = {"MessageBody": message["Body"]}
    if attributes := message.get("MessageAttributes"):
        copy["MessageAttributes"] = attributes
    if group := message["Attributes"].get("MessageGroupId"):
        copy |= {"MessageGroupId": group, "MessageDeduplicationId": uuid.uuid4().hex}
    return copy
