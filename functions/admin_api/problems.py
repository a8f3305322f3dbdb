"""Every error as problem+json (RFC 9457), with the code and the remedy of the one catalogue."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from ledgerlink.errors import Conflict, FieldProblem, Invalid, LedgerBusy, NotFound, Refused, Stale, Transient
from ledgerlink.kinds import KINDS, LISTED
from ledgerlink.ports import Ports
from ledgerlink.reasons import REASONS
from ledgerlink.telemetry import logger
from ledgerlink.wording import field_problems

PROBLEM_JSON = "application/problem+json"
MOST_ERRORS = 50

# What the contract will hold one day; asking for one that is not built yet is told apart from a typing mistake.
_KINDS_TO_COME = (
    frozenset(
        [
            "bills",
            "supplier-credit-notes",
            "purchase-orders",
            "stock-adjustments",
            "stocktakes",
            "stock-transfers",
            "work-orders",
        ]
    )
    - KINDS.keys()
)


_THE_LEDGERS_OWN = re.compile(
    r"/v1/companies/[^/]+/(tax-rates|accounts|tracking-categories|currencies|bank-accounts)(/[^/]*)?"
)


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: Iterable[FieldProblem] = (),
    headers: dict[str, str] | None = None,
    **extra: object,
) -> Response[str]:
    """One answer; ``extra`` are members of its own, such as the diff a confirmation is asked for."""
    body = problem_body(status, code, detail, errors=errors, **extra)
    return Response(
        status_code=status,
        content_type=PROBLEM_JSON,
        body=json.dumps(body, ensure_ascii=False, default=str),
        headers={"cache-control": "no-store", **(headers or {})},
    )


def problem_body(
    status: int, code: str, detail: str = "", *, errors: Iterable[FieldProblem] = (), **extra: object
) -> dict[str, Any]:
    """The members of a problem; the words are the catalogue's where it has the code."""
    known = REASONS.get(code)
    return {
        **extra,
        "type": f"/v1/reasons#{code}",
        "title": known.message if known else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or (known.message if known else HTTPStatus(status).phrase),
        "code": code,
        "remedy": known.remedy if known else "",
        "errors": [{"field": e.field, "message": e.message} for e in list(errors)[:MOST_ERRORS]],
    }


def of_error(error: Exception) -> dict[str, Any] | None:
    """The problem an error of our tree is; None for what nobody foresaw."""
    match error:
        case Invalid():
            return problem_body(error.status, error.code, error.detail[:2000], errors=error.problems)
        case NotFound():
            return problem_body(404, "not_found", f"There is no such {error.what}.")
        case Refused():
            return {**error.extra, **problem_body(error.status, error.code, error.detail)}
        case Stale():
            return problem_body(412, "stale", f"The current revision is {error.current}.", revision=error.current)
        case Conflict():
            return problem_body(409, "changed_meanwhile")
        case LedgerBusy(detail=why):
            known = REASONS.get(why)
            told = known.message if known else f"The ledger did not answer as it should ({why})."
            later = {"remedy": REASONS["busy"].remedy}  # it does not go on by itself: somebody asked
            return {**problem_body(503, "ledger_busy", f"{told} Nothing was done: try again later."), **later}
        case Transient():
            return problem_body(503, "busy", error.detail)
        case RequestValidationError():
            problems = field_problems(error.errors(), skip=("body", "query", "path", "header"))
            detail = "; ".join(p.sentence for p in problems)
            return problem_body(422, "invalid", detail[:2000], errors=problems)
    return None


def answer_for(app: ApiGatewayResolver, error: Exception) -> Response[str]:
    """The one exception handler."""
    if isinstance(error, NotFoundError):
        return _no_route(app)
    body = of_error(error)
    if body is None:
        mark = str(app.current_event.raw_event["requestContext"]["requestId"])
        logger().error(
            "unexpected", extra={"correlation_id": mark, "error": type(error).__name__, "stack": _places(error)}
        )
        return problem(500, "internal", f"Tell your administrator this number: {mark}.", correlation_id=mark)
    headers = {"cache-control": "no-store"}
    if isinstance(error, Transient):
        headers["retry-after"] = _seconds(error, app.context["at"])
    if body["status"] == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(body["status"], PROBLEM_JSON, json.dumps(body, ensure_ascii=False, default=str), headers)


def _places(error: Exception) -> list[str]:
    """Where it happened, without what was in hand there: messages and values may be somebody's."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]


def _seconds(error: Transient, at: Ports) -> str:
    """How long to wait, as Retry-After wants it."""
    wait = (error.retry_at - at.clock.now()).total_seconds() if error.retry_at is not None else 1
    return str(max(1, round(wait)))


# ------------------------------------------------------------------ no such route


def _no_route(app: ApiGatewayResolver) -> Response[str]:
    """404, or 405 where the path is right and the method is not."""
    path = app.current_event.path
    if _THE_LEDGERS_OWN.fullmatch(path) and app.current_event.http_method not in ("GET", "HEAD"):
        return problem(405, "managed_in_ledger", headers={"allow": "GET"})
    methods = sorted({route.method for route in routes_of(app) if route.rule.match(path)})
    if methods:
        allowed = ", ".join(methods)
        return problem(405, "method_not_allowed", f"This path takes {allowed}.", headers={"allow": allowed})
    asked = re.match(r"/v1/companies/[^/]+/([a-z-]+)", path)
    if asked and asked[1] in _KINDS_TO_COME:
        return problem(404, "unknown_kind", f"There are no {asked[1]} yet; there are: {', '.join(LISTED)}.")
    return problem(404, "not_found", "There is nothing at this address.")


def routes_of(app: ApiGatewayResolver) -> list[Any]:
    """Every route of the resolver."""
    return [*app._static_routes, *app._dynamic_routes]
