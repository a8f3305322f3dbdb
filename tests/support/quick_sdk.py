"""The AWS SDK without what only a real network needs: signing, user agents and choosing addresses, most of its time.

Serialising, parsing, errors, retries and their waits stay the SDK's own, for the product's behaviour depends on them.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from botocore.parsers import BaseJSONParser
from botocore.useragent import UserAgentString

from local.quick_ministack import quick

QUICK = frozenset(("dynamodb", "sqs", "kms"))


@dataclass
class _Request:
    """As much of a prepared request as the SDK and the emulator look at."""

    method: str
    url: str
    headers: dict[str, Any]
    body: bytes

    def reset_stream(self) -> None:
        pass


def attribute(value: dict[str, Any]) -> dict[str, Any]:
    """A value of DynamoDB as the SDK hands it on: as it came, but for bytes."""
    ((sort, told),) = value.items()
    if sort == "B":
        return {"B": base64.b64decode(told)}
    if sort == "M":
        return {"M": {name: attribute(part) for name, part in told.items()}}
    if sort == "L":
        return {"L": [attribute(part) for part in told]}
    assert sort != "BS"
    return value


@contextmanager
def quick_sdk() -> Iterator[None]:
    """While this lasts, every client is quick."""
    create, resolve = Endpoint.create_request, BaseClient._resolve_endpoint_ruleset
    addresses: dict[int, Any] = {}

    def create_request(self: Endpoint, params: Any, operation_model: Any = None) -> Any:
        beside = urlsplit(params["url"]).hostname in (
            "127.0.0.1",
            "localhost",
        )  # a local stack: a real network
        if beside or operation_model.service_model.service_name not in QUICK:
            return create(self, params, operation_model)
        return _Request(params["method"], params["url"], params["headers"], params["body"])

    def resolve_endpoint_ruleset(self: BaseClient, *args: Any, **how: Any) -> Any:
        if self.meta.service_model.service_name not in QUICK:
            return resolve(self, *args, **how)
        if id(self) not in addresses:
            addresses[id(self)] = self, resolve(self, *args, **how)
        url, headers, properties = addresses[id(self)][1]
        return url, dict(headers), properties

    structure = BaseJSONParser._handle_structure

    def handle_structure(self: BaseJSONParser, shape: Any, value: Any) -> Any:
        """Nearly everything that is parsed is a value of DynamoDB, which botocore asks for each type it might be."""
        return attribute(value) if shape.name == "AttributeValue" else structure(self, shape, value)

    with ExitStack() as stack:
        stack.enter_context(quick())
        stack.enter_context(patch.object(BaseJSONParser, "_handle_structure", handle_structure))
        stack.enter_context(patch.object(Endpoint, "create_request", create_request))
        stack.enter_context(patch.object(BaseClient, "_resolve_endpoint_ruleset", resolve_endpoint_ruleset))
        stack.enter_context(patch.object(UserAgentString, "to_string", lambda self: "simulated"))
        yield
