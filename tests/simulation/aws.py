"""AWS as the simulated world has it: ministack's handlers, each call taking its time and sometimes going wrong.

A fault strikes before the call is carried out, after it (carried out, and nobody was told), or on what is told. Killing
whoever called is done by raising ``Killed``, which no handler of errors handles.
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
import uuid
from collections.abc import Callable
from random import Random
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.support.aws import SERVICES, AwsInProcess, Call, _bytes, _Raw

from .virtual import VirtualTime
from .weather import Weather

Reply = tuple[int, dict[str, str], bytes]
Watcher = Callable[[str, dict[str, Any], bool], None]

_JSON = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "simulated"}
_TYPES = {"dynamodb": "com.amazonaws.dynamodb.v20120810#", "sqs": "com.amazonaws.sqs#", "kms": ""}
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z")
_CONDITIONED = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
_WRITES = frozenset((*_CONDITIONED, "BatchWriteItem", "SendMessage", "SendMessageBatch"))
_STALE_FOR = 20.0  # seconds an index may lag behind
MEMORY = 400  # answers of indexes remembered


class SimulatedAws(AwsInProcess):
    """``watch`` hears of every write that came through: operation, parsed body, and whether it was carried out."""

    def __init__(self, time: VirtualTime, weather: Weather, dice: Random) -> None:
        super().__init__()
        self._time, self._weather, self._dice = time, weather, dice
        self._answered: dict[bytes, list[tuple[float, Reply]]] = {}
        self.watch: list[Watcher] = []
        self.lagged = 0

    def send(self, _session: Any, request: AWSPreparedRequest) -> AWSResponse:
        self.calls += 1
        url = urllib.parse.urlsplit(request.url)
        service = (url.hostname or "").split(".", 1)[0]
        headers = {k.lower(): v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
        call = Call(service, headers.get("x-amz-target", "").rsplit(".", 1)[-1], _bytes(request.body))

        def answer() -> Reply:
            handled = SERVICES[service].handle_request(request.method, url.path, headers, call.body, {})
            status, answered, content = _run(handled)
            reply = status, answered, content.encode() if isinstance(content, str) else content or b""
            if self.watch and call.operation in _WRITES:
                told = json.loads(call.body)
                for watcher in self.watch:
                    watcher(call.operation, told, status == 200)
            return reply

        status, answered, content = self._through(call, answer, request.url) if self._time.watched else answer()
        return AWSResponse(request.url, status, {k.lower(): str(v) for k, v in answered.items()}, _Raw(content))

    # ------------------------------------------------------------------ weather

    def _through(self, call: Call, answer: Callable[[], Reply], url: str) -> Reply:
        self._time.check()
        fault = self._weather.strikes("aws", _possible(call))
        if fault in ("slow", "stall"):
            self._time.pass_(self._dice.uniform(0.2, 3) if fault == "slow" else self._dice.uniform(5, 130))
        self._time.pass_(self._dice.uniform(0.001, 0.004))
        if fault == "kill_before":
            raise self._time.life.kill(f"before {call.operation}")
        if call.operation in ("SendMessage", "SendMessageBatch") and self._weather.happens("queue", "lost"):
            return _as_if_sent(call)
        refused = self._refusal(fault, call, url)
        if refused is not None:
            self._time.pass_(self._dice.uniform(0.001, 0.004))
            return refused
        reply = self._lagging(call, answer, lags=fault == "lag")
        if fault == "kill_after":
            raise self._time.life.kill(f"after {call.operation}")
        if fault == "left_over":
            reply = _half(call, reply)
        self._time.pass_(5.0 if fault == "timeout_after" else self._dice.uniform(0.001, 0.004))
        if fault == "timeout_after":
            raise ReadTimeoutError(endpoint_url=url)
        return _error(call, 500, "InternalServerError") if fault == "error_after" else reply

    def _refusal(self, fault: str, call: Call, url: str) -> Reply | None:
        if fault == "timeout_before":
            self._time.pass_(2.0)
            errors: tuple[Exception, ...] = (EndpointConnectionError(endpoint_url=url),)
            errors += (ConnectionClosedError(endpoint_url=url),)
            raise self._dice.choice(errors)
        if fault == "error_before":
            return _error(call, 500, "InternalServerError")
        if fault == "throttle":
            return _error(call, 400, "ThrottlingException")
        if fault == "conflict":
            if call.operation == "TransactWriteItems":
                return _cancelled(call, "TransactionConflict", self._dice)
            return _error(call, 400, "TransactionConflictException")
        if fault == "false_condition":
            if call.operation == "TransactWriteItems":
                return _cancelled(call, "ConditionalCheckFailed", self._dice)
            return _error(call, 400, "ConditionalCheckFailedException")
        return None

    def _lagging(self, call: Call, answer: Callable[[], Reply], *, lags: bool) -> Reply:
        """An index may answer what it answered to the same question (but for the time in it) a while ago."""
        if call.operation != "Query" or b'"IndexName"' not in call.body:
            return answer()
        question = _TIME.sub(b"", call.body)
        known = [(at, reply) for at, reply in self._answered.get(question, ()) if self._time.seconds - at < _STALE_FOR]
        if lags and known:
            self.lagged += 1
            return self._dice.choice(known)[1]
        reply = answer()
        if len(self._answered) > MEMORY:
            self._answered.clear()
        self._answered[question] = [*known[-3:], (self._time.seconds, reply)]
        return reply


def _run(handled: Any) -> Any:
    """The result of a coroutine that never waits."""
    try:
        handled.send(None)
    except StopIteration as stopped:
        return stopped.value
    raise AssertionError("an emulated service waits for something")


def _possible(call: Call) -> tuple[str, ...]:
    names = _ANYTIME
    if call.service == "dynamodb":
        if call.operation in _CONDITIONED:
            names += ("conflict",)
            if b"ConditionExpression" in call.body:
                names += ("false_condition",)
        elif call.operation == "BatchGetItem":
            names += ("left_over",)
        elif b'"IndexName"' in call.body:
            names += ("lag",)
    return names


_ANYTIME: tuple[str, ...] = (
    *("kill_before", "kill_after", "stall", "slow", "throttle", "error_before", "error_after"),
    *("timeout_before", "timeout_after"),
)


def _error(call: Call, status: int, code: str) -> Reply:
    told = {"__type": f"{_TYPES.get(call.service, '')}{code}", "message": "simulated", "Message": "simulated"}
    return status, dict(_JSON), json.dumps(told).encode()


def _cancelled(call: Call, code: str, dice: Random) -> Reply:
    """A transaction cancelled because of one of its items: for a condition, one that has a condition."""
    items = json.loads(call.body)["TransactItems"]
    fitting = [
        n for n, item in enumerate(items) if code != "ConditionalCheckFailed" or "ConditionExpression" in str(item)
    ]
    guilty = dice.choice(fitting)
    told = {
        "__type": _TYPES["dynamodb"] + "TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": [{"Code": code if n == guilty else "None"} for n in range(len(items))],
    }
    return 400, dict(_JSON), json.dumps(told).encode()


def _as_if_sent(call: Call) -> Reply:
    asked = json.loads(call.body)

    def one(message: dict[str, Any]) -> dict[str, Any]:
        mark = hashlib.md5(message["MessageBody"].encode()).hexdigest()
        return {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": mark, "SequenceNumber": "1"}

    if "Entries" in asked:
        told = {"Successful": [{"Id": each["Id"], **one(each)} for each in asked["Entries"]], "Failed": []}
    else:
        told = one(asked)
    return 200, dict(_JSON), json.dumps(told).encode()


def _half(call: Call, reply: Reply) -> Reply:
    """DynamoDB may leave keys of a batch read to be asked for again."""
    status, headers, body = reply
    asked, told = json.loads(call.body)["RequestItems"], json.loads(body)
    if status != 200:
        return reply
    for table, question in asked.items():
        keys = question["Keys"]
        if len(keys) < 2:
            continue
        later, rows = keys[len(keys) // 2 :], told.get("Responses", {}).get(table, [])
        told["Responses"][table] = [row for row in rows if not any(_has_key(row, key) for key in later)]
        told.setdefault("UnprocessedKeys", {})[table] = {**question, "Keys": later}
    headers = {name: value for name, value in headers.items() if name.lower() != "x-amz-crc32"}
    return status, headers, json.dumps(told).encode()


def _has_key(row: dict[str, Any], key: dict[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in key.items())
