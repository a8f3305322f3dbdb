"""Reading a request: its body as JSON, refused when it is too large, no object, or says what nobody asked for."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from aws_lambda_powertools.event_handler.request import Request

from ledgerlink.errors import FieldProblem, Invalid

MOST_BYTES = 1_000_000  # of a body, where a route says nothing else
LARGE = 5_500_000  # what Lambda takes in one event, less what surrounds the body

Next = Callable[[ApiGatewayResolver], Response[Any]]

ID_PATTERN = r"^[A-Za-z0-9._~@+-]{1,47}$"
LONGEST_ID = 100  # of anything that has one, where no pattern says less
RecordId = Annotated[str, Path(pattern=ID_PATTERN, description="The CRM's own id")]
JobId = Annotated[str, Path(max_length=LONGEST_ID)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]
Cursor = Annotated[str | None, Query(max_length=4000, description="`next` of the last answer")]
IfMatch = Annotated[str | None, Header(alias="if-match", description="The revision the change was made on")]


class ReadRequest(OpenAPIRequestValidationMiddleware):
    """Powertools' validation, behind our own way of reading bodies and after the caller was checked."""

    def __init__(self) -> None:
        """It keeps nothing."""

    def _get_body(self, app: ApiGatewayResolver) -> Any:
        kind = str(app.current_event.headers.get("content-type") or "").split(";")[0].strip().lower()
        if kind and kind != "application/json":
            raise Invalid(detail=f"the body must be application/json, not {kind}", code="not_json", status=415)
        return json_object(body_text(app))


def known_query_only(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """Refuse query parameters nobody reads: a filter misspelt would silently match everything."""
    route = app.context["_route"]
    if route.openapi_extensions is not None:  # a route of ours
        known = {param.alias for param in route.dependant.query_params}
        asked = app.current_event.raw_event.get("queryStringParameters") or {}
        unknown = [name for name in asked if name not in known]
        if unknown:
            raise Invalid(*(FieldProblem(name, "unknown query parameter", "unknown_field") for name in unknown))
    return next_middleware(app)


def no_body_unread(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """Refuse what is said in a body where none is read: whoever sends it expects something of it."""
    route = app.context["_route"]
    reads = route.openapi_extensions is None or route.dependant.body_params or "requestBody" in route.openapi_extensions
    if not reads and app.current_event.http_method.upper() in ("PUT", "POST", "PATCH"):
        said = json_object(body_text(app)) or {}
        if said:
            raise Invalid(*(FieldProblem(str(name), "unknown field", "unknown_field") for name in said))
    return next_middleware(app)


def body_text(app: ApiGatewayResolver) -> str:
    """The body as text, "" where there is none. Raises Invalid (413, or 400 for bytes that are no text)."""
    most = (app.context["_route"].openapi_extensions or {}).get("x-most-bytes", MOST_BYTES)
    try:
        raw = _body_bytes(app.current_event.raw_event)
        if len(raw) > most:
            detail = f"the body has {len(raw)} bytes; {most} is the most here"
            raise Invalid(detail=detail, code="too_large_body", status=413)
        return raw.decode("utf-8-sig")
    except (UnicodeError, binascii.Error) as error:
        raise Invalid(detail="the body is not UTF-8 text", code="bad_json", status=400) from error


def _body_bytes(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    return base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()


def _file(request: Request) -> bytes:
    """The body as it came. Raises Invalid for JSON, which nobody sends as a file on purpose."""
    kind = str(request.headers.get("content-type") or "").split(";")[0].strip().lower()
    if kind == "application/json":
        raise Invalid(detail="the body must be text/csv", code="not_csv", status=415)
    return _body_bytes(request.resolved_event.raw_event)


Bytes = Annotated[bytes, Depends(_file)]
"""The body as it came."""


def json_object(text: str) -> Any:
    """The JSON object in ``text``; None where there is no text. Raises Invalid."""
    if not text.strip():
        return None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Invalid(detail=f"the body is not JSON: {error}"[:200], code="bad_json", status=400) from error
    if not isinstance(value, dict):
        raise Invalid(FieldProblem("body", "must be a JSON object"))
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def revision(if_match: str | None) -> int | None:
    """The revision an If-Match header names, with quotes or without; None where there is no header."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'\s*(?:W/)?"?(\d{1,9})"?\s*', if_match)
    if found is None:
        raise Invalid(FieldProblem("If-Match", "must be the revision, a number"))
    return int(found[1])
