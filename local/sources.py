"""Feeds functions from their queues as Lambda's pollers do: batches, partial failures, one batch per FIFO group.

Visibility, receive counts, dead letters and the order inside a group are the queue's own doing.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.application import Source
from local.aws import Aws
from local.children import REGION
from local.queues import QueuePlace
from local.runtime.invocation import Outcome
from local.runtime.pool import Pool

LONG_POLL_S = 2
log = logging.getLogger("local.sources")
Message = dict[str, Any]


def queue_event(messages: Sequence[Message], arn: str) -> dict[str, Any]:
    return {"Records": [queue_record(message, arn) for message in messages]}


def queue_record(message: Message, arn: str) -> dict[str, Any]:
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {name: message_attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


def message_attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    lower = {name[0].lower() + name[1:]: content for name, content in value.items()}
    return {"stringListValues": [], "binaryListValues": [], **lower}


def failed_ids(outcome: Outcome, messages: Sequence[Message], partial: bool) -> set[str]:
    """Which messages stay in the queue: all when the function failed or named one it was not given."""
    ids = {message["MessageId"] for message in messages}
    if outcome.failed:
        return ids
    result = outcome.json() if partial else None
    if not isinstance(result, dict):
        return set()
    named = {failure.get("itemIdentifier") for failure in result.get("batchItemFailures") or []}
    return named if named <= ids else ids


@dataclass(frozen=True)
class Failed:
    """A message that is hidden until its visibility timeout (monotonic time) ends."""

    handle: str
    hidden_until: float


class QueueSource:
    """One queue and its function."""

    def __init__(self, source: Source, pool: Pool, place: QueuePlace, aws: Aws) -> None:
        self.source = source
        self._pool = pool
        self._place = place
        self._sqs = aws.client("sqs")
        self._slots = threading.BoundedSemaphore(source.concurrency)
        self._threads = ThreadPoolExecutor(source.concurrency, f"source-{source.queue}")
        self._failed: dict[str, Failed] = {}  # by message id
        self._failed_lock = threading.Lock()
        self._stopping = threading.Event()
        self._open = threading.Event()
        self._open.set()

    def start(self) -> None:
        threading.Thread(target=self._poll, name=f"poll-{self.source.queue}", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self._open.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def pause(self) -> None:
        self._open.clear()

    def resume(self) -> None:
        self._open.set()

    @property
    def waiting_to_retry(self) -> int:
        """How many failed messages are hidden now."""
        with self._failed_lock:
            self._failed = {key: failed for key, failed in self._failed.items() if failed.hidden_until > monotonic()}
            return len(self._failed)

    def retry_now(self) -> int:
        """Makes failed messages visible at once instead of after their visibility timeout; answers how many."""
        with self._failed_lock:
            failed, self._failed = self._failed, {}
        for each in failed.values():
            try:
                self._sqs.change_message_visibility(
                    QueueUrl=self._place.url, ReceiptHandle=each.handle, VisibilityTimeout=0
                )
            except ClientError:
                log.info("a message of %s became visible by itself", self.source.queue)
        return len(failed)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self._open.wait()
            self._slots.acquire()
            messages = self._receive()
            if messages and not self._stopping.is_set():
                self._threads.submit(self._deliver, messages)
            else:
                self._slots.release()

    def _receive(self) -> list[Message]:
        try:
            received = self._sqs.receive_message(
                QueueUrl=self._place.url,
                MaxNumberOfMessages=self.source.batch_size,
                WaitTimeSeconds=LONG_POLL_S,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.wait(0.5):
                log.warning("cannot read %s: %s", self.source.queue, error)
            return []
        messages: list[Message] = received.get("Messages", [])
        return messages

    def _deliver(self, messages: list[Message]) -> None:
        received_at = monotonic()
        try:
            self._open.wait()  # paused after these were received
            self._remember({}, forget=messages)
            outcome = self._pool.invoke(queue_event(messages, self._place.arn))
            failed = failed_ids(outcome, messages, self.source.partial_failures)
            if outcome.failed:
                log.warning("%s failed: %s", self._pool.launch.name, outcome.describe())
            done = [message for message in messages if message["MessageId"] not in failed]
            hidden_until = received_at + self._place.visibility_s
            self._remember(
                {m["MessageId"]: Failed(m["ReceiptHandle"], hidden_until) for m in messages if m["MessageId"] in failed}
            )
            if done:
                entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(done)]
                self._sqs.delete_message_batch(QueueUrl=self._place.url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            if not self._stopping.is_set():
                log.warning("%s: %s", self.source.queue, error)
        finally:
            self._slots.release()

    def _remember(self, failed: Mapping[str, Failed], forget: Sequence[Message] = ()) -> None:
        with self._failed_lock:
            for message in forget:
                self._failed.pop(message["MessageId"], None)
            self._failed.update(failed)
