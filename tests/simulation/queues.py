"""SQS as the simulated world has it: the template's queues, feeding the template's functions, as reliable as SQS is.

ministack keeps the messages (groups, visibility, deduplication, dead letters) by virtual time; who is delivered what,
twice, late or not at all is decided here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from ministack.services import sqs

from .aws import _run
from .lambdas import Lambdas
from .virtual import VirtualTime
from .weather import Weather

URL = "http://localhost:4566/000000000000/"


@dataclass(frozen=True)
class Source:
    """A queue and the function it feeds."""

    queue: str
    function: str
    visibility: float
    delay: float


class Queues:
    """Delivers. ``sent`` is called by whoever sees a message being stored."""

    def __init__(
        self, time: VirtualTime, weather: Weather, dice: Random, lambdas: Lambdas, sources: tuple[Source, ...]
    ) -> None:
        self._time, self._weather, self._dice, self._lambdas = time, weather, dice, lambdas
        self.sources = {source.queue: source for source in sources}
        self.served: Callable[[str], bool] = lambda function: True

    def sent(self, queue: str, delay: float = 0.0) -> None:
        """A message was stored: look for it once it is visible. ``delay`` is the message's own."""
        source = self.sources.get(queue)
        if source is not None:
            late = self._dice.uniform(1, 90) if self._weather.happens("queue", "late") else 0.0
            self._look_in(source, max(delay, source.delay) + late + self._dice.uniform(0.01, 0.2))

    def waiting(self, queue: str) -> int:
        """Messages that are in the queue, visible or not."""
        return len(sqs._queues[self._url(queue)]["messages"])

    # ------------------------------------------------------------------ delivering

    def _url(self, queue: str) -> str:
        return next(url for url in sqs._queues if url.rsplit("/", 1)[-1].removesuffix(".fifo") == queue)

    def _look_in(self, source: Source, delay: float) -> None:
        self._time.at(delay, lambda: self._receive(source))

    def _receive(self, source: Source) -> None:
        told = self._ask("ReceiveMessage", source, MaxNumberOfMessages=1, MessageSystemAttributeNames=["All"])
        for message in told.get("Messages", []):
            self._time.start(lambda message=message: self._deliver(source, message))  # type: ignore[misc]
            self._look_in(source, source.visibility + 0.01)
            if self._weather.happens("queue", "twice"):
                again = self._dice.choice((0.0, self._dice.uniform(0, 30)))
                self._time.start(lambda message=message: self._invoke(source, message), delay=again)  # type: ignore[misc]

    def _deliver(self, source: Source, message: dict[str, Any]) -> None:
        ok = self._invoke(source, message)
        if ok and not self._weather.happens("queue", "not_deleted"):
            self._ask("DeleteMessage", source, ReceiptHandle=message["ReceiptHandle"])
            self._look_in(source, 0.05)

    def _invoke(self, source: Source, message: dict[str, Any]) -> bool:
        outcome = self._lambdas.invoke(source.function, {"Records": [_record(source, message)]})
        return outcome.ok and not (outcome.value or {}).get("batchItemFailures")

    def _ask(self, operation: str, source: Source, **fields: Any) -> dict[str, Any]:
        """Ask ministack itself: Lambda's poller is not the hub."""
        url = self._url(source.queue)
        headers = {"x-amz-target": f"AmazonSQS.{operation}", "content-type": "application/x-amz-json-1.0"}
        body = json.dumps({"QueueUrl": url, **fields}).encode()
        status, _, content = _run(sqs.handle_request("POST", "/", headers, body, {}))
        if status == 400 and b"ReceiptHandleIsInvalid" in content:
            return {}  # it took longer than the message was invisible, and somebody else has it now
        assert status == 200, content
        told: dict[str, Any] = json.loads(content or "{}")
        return told


def _record(source: Source, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:000000000000:{source.queue}",
        "awsRegion": "eu-west-1",
    }
