"""Short ways to talk to a running stack."""

import http.client
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.ports import HOST
from local.stack import Stack


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


def call(
    stack: Stack, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    connection = http.client.HTTPConnection(HOST, stack.options.ports.gateway, timeout=20)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return Reply(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def bearer(stack: Stack) -> dict[str, str]:
    return {"Authorization": f"Bearer {stack.token()}"}


def send(stack: Stack, queue: str, group: str | None = None, **body: Any) -> None:
    """Puts one message on a queue (by logical id) that the toy's worker understands."""
    fifo = {"MessageGroupId": group, "MessageDeduplicationId": uuid.uuid4().hex} if group else {}
    url = stack.resources.physical[queue]
    stack.aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body), **fifo)


def notes(stack: Stack, name: str) -> list[dict[str, str]]:
    """What the toy's functions noted under `name`, oldest first."""
    found = stack.aws.client("dynamodb").query(
        TableName=stack.resources.physical["NotesTable"],
        KeyConditionExpression="pk = :name",
        ExpressionAttributeValues={":name": {"S": name}},
    )
    return [{key: value["S"] for key, value in item.items()} for item in found["Items"]]


def eventually(holds: Callable[[], Any], patience_s: float = 10.0) -> Any:
    end = time.monotonic() + patience_s
    while not (result := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return result
