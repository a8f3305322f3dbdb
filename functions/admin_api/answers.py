"""Answers: models become JSON once, on their way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from pydantic import BaseModel
from pydantic_core import to_json

from ledgerlink.kinds import Value

T = TypeVar("T")
Next = Callable[[ApiGatewayResolver], Response[Any]]

JSON = "application/json"


class Shown(Value):
    """Base of what only goes out."""


def answer(body: T, status: int = 200, *, revision: int | None = None, **headers: str) -> Response[T]:
    """A JSON answer; ``revision`` becomes its ETag."""
    told: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
    if revision is not None:
        told["etag"] = f'"{revision}"'
    return Response(status_code=status, content_type=JSON, body=body, headers=told)


def nothing() -> Response[None]:
    """204."""
    return Response(status_code=204, content_type=None, body=None)


def write_json(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """Serialise here, inside the chain, so that what goes wrong is answered as a problem too."""
    response = next_middleware(app)
    body: Any = response.body
    if isinstance(body, BaseModel):
        response.body = body.model_dump_json()
    elif body is not None and not isinstance(body, str | bytes):
        response.body = to_json(body).decode()
    response.headers.setdefault("cache-control", "no-store")
    return response
