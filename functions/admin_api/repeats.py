"""Requests repeated under one Idempotency-Key: done once, answered the same for a day.

That holds for every method that changes something: a PUT or PATCH that comes again after a newer one would undo that.
An answer that was an error is not kept: nothing was done, so trying again is right.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

from ledgerlink.errors import FieldProblem, Invalid, Refused
from ledgerlink.ports import Answer, Ports

from .access import Caller, Next
from .problems import problem

HEADER = "idempotency-key"
READS = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT = ("content-type", "etag", "location")


def answer_once(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """The stored answer of the same request, or its answer, stored."""
    given = app.current_event.headers.get(HEADER)
    caller: Caller | None = app.context.get("caller")
    method = app.current_event.http_method.upper()
    if given is None or caller is None or method in READS:
        return next_middleware(app)
    if not _KEY.fullmatch(given):
        raise Invalid(FieldProblem("Idempotency-Key", "1 to 255 visible ASCII characters"))
    at: Ports = app.context["at"]
    company = app.context["_route_args"].get("company") or "none"
    event = app.current_event.raw_event
    key = _digest(caller.sub, event["rawPath"], given)
    asked = _digest(method, event.get("rawQueryString") or "", event.get("body") or "")
    known = at.answers.begin(company, key, asked, at.clock.now())
    if known is not None:
        return _repeated(known, asked)
    try:
        response = next_middleware(app)
    except Exception:
        at.answers.forget(company, key)
        raise
    made = _kept(app, response, asked)
    at.answers.finish(company, key, made, at.clock.now())
    return response


def _kept(app: ApiGatewayResolver, response: Response[Any], asked: str) -> Answer:
    """The answer as it is repeated; one that holds a secret is not, and its repetition says so."""
    if (app.context["_route"].openapi_extensions or {}).get("x-shown-once"):
        response = problem(409, "shown_once")
    headers = {name: str(value) for name, value in response.headers.items() if name.lower() in _KEPT}
    return Answer(asked, response.status_code, headers, str(response.body or ""))


def _repeated(known: Answer, asked: str) -> Response[Any]:
    if known.fingerprint != asked:
        raise Refused("key_reused", "the key was used for another request", status=422)
    if not known.status:
        raise Refused("key_in_use", "the first request with this key is being worked on")
    headers = {**known.headers, "idempotent-replayed": "true"}
    kind = headers.pop("content-type", headers.pop("Content-Type", None))
    return Response(known.status, kind, known.body or None, headers)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
