"""AWS in this process: botocore's HTTP layer answered by ministack's own handlers, without a socket.

``AwsInProcess`` is installed for the whole process, so that PynamoDB, SQS, S3, KMS and SES clients made anywhere reach
it. A hook sees every call and may refuse it, kill after it or hold it back: that is where the simulation puts faults.
"""

from __future__ import annotations

import asyncio
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore.httpsession
import yaml
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from ministack.services import dynamodb, kms, s3, secretsmanager, ses, ses_v2, sqs

from local.quick_ministack import quick

REGION = "eu-west-1"
TEMPLATE = Path(__file__).parents[2] / "template.yaml"
SERVICES: dict[str, Any] = {
    "dynamodb": dynamodb,
    "sqs": sqs,
    "s3": s3,
    "kms": kms,
    "secretsmanager": secretsmanager,
    "email": ses_v2,
}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class Call:
    """One call on its way: which service and operation, with what body (a hook may change it)."""

    service: str
    operation: str
    body: bytes


Answer = Callable[[], tuple[int, dict[str, str], bytes]]
Hook = Callable[[Call, Answer], tuple[int, dict[str, str], bytes]]


class _Raw:
    """The little of urllib3's response that botocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: Any, **__: Any) -> bytes:
        body, self._body = self._body, b""
        return body


class AwsInProcess:
    """ministack's handlers behind botocore. ``hook`` sees each call; calls are counted."""

    def __init__(self) -> None:
        self.hook: Hook | None = None
        self.calls = 0
        self._loop = asyncio.new_event_loop()
        self._one_at_a_time = threading.Lock()

    def reset(self) -> None:
        for module in (*SERVICES.values(), ses):
            module.reset()
        self.hook = None

    def close(self) -> None:
        self._loop.close()

    def send(self, _session: Any, request: AWSPreparedRequest) -> AWSResponse:
        self.calls += 1
        url = urllib.parse.urlsplit(request.url)
        headers = {k.lower(): v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
        body = _bytes(request.body)
        service = url.hostname.split(".")[0] if url.hostname else ""
        if service not in SERVICES:  # bucket.s3.region…
            service = "s3"
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1] or request.method
        query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        path = url.path
        if service == "s3" and not url.hostname.startswith("s3."):
            path = f"/{url.hostname.split('.s3.')[0]}{path}"

        call = Call(service, operation, body)

        def answer() -> tuple[int, dict[str, str], bytes]:
            handler = SERVICES[service].handle_request(request.method, path, headers, call.body, query)
            with self._one_at_a_time:
                status, answered, content = self._loop.run_until_complete(handler)
            return status, answered, content.encode() if isinstance(content, str) else content or b""

        if self.hook is not None:
            status, answered, content = self.hook(call, answer)
        else:
            status, answered, content = answer()
        return AWSResponse(request.url, status, {k.lower(): str(v) for k, v in answered.items()}, _Raw(content))


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return bytes(body.read())


@contextmanager
def installed() -> Iterator[AwsInProcess]:
    """Put it in place of botocore's HTTP session until the block ends."""
    aws = AwsInProcess()
    real = botocore.httpsession.URLLib3Session.send

    def send(session: Any, request: AWSPreparedRequest) -> AWSResponse:
        """A client that was given an endpoint of its own (a local stack running beside) keeps it."""
        elsewhere = urllib.parse.urlsplit(request.url).hostname in ("127.0.0.1", "localhost")
        return real(session, request) if elsewhere else aws.send(session, request)

    botocore.httpsession.URLLib3Session.send = send  # type: ignore[method-assign]
    try:
        with quick():
            yield aws
    finally:
        botocore.httpsession.URLLib3Session.send = real  # type: ignore[method-assign]
        aws.reset()
        aws.close()


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, which are read as their plain values."""


def _short_form(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    """The SAM template as data."""
    loaded: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)
    return loaded


def create_tables(client: Any) -> dict[str, str]:
    """The template's tables, keys and indexes as written there; returns logical id -> name."""
    names = {}
    for logical, resource in template()["Resources"].items():
        if resource["Type"] != "AWS::DynamoDB::Table":
            continue
        properties = resource["Properties"]
        client.create_table(
            TableName=logical,
            BillingMode="PAY_PER_REQUEST",
            **{
                name: properties[name]
                for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
                if name in properties
            },
        )
        names[logical] = logical
    return names
