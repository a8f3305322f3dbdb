"""The admin HTTP API: everything under /v1, for people, the console and the CRM. Contract: the OpenAPI document."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from ledgerlink.telemetry import entry_point

from .access import guard
from .answers import write_json
from .problems import answer_for
from .reading import ReadRequest, known_query_only, no_body_unread
from .repeats import answer_once
from .routers import (
    allocations,
    changes,
    companies,
    comparison,
    conflicts,
    connection,
    crm_webhook,
    errors,
    files,
    holds,
    jobs,
    kinds,
    ledger_data,
    links,
    mappings,
    members,
    meta,
    names,
    queue,
    records,
    reference,
    reference_data,
    settings,
    subscriptions,
    summary,
)

MODULES = (
    meta,
    reference,
    kinds,
    members,
    companies,
    settings,
    connection,
    links,
    holds,
    names,
    ledger_data,
    reference_data,
    mappings,
    queue,
    errors,
    comparison,
    conflicts,
    changes,
    jobs,
    files,
    allocations,
    summary,
    crm_webhook,
    subscriptions,
)

# Validation is one of the middlewares, not `enable_validation`, because that would read the request before the guard.
app = APIGatewayHttpResolver()
app.use(middlewares=[guard, known_query_only, no_body_unread, ReadRequest(), answer_once, write_json])
for module in MODULES:
    app.include_router(module.routes)
for routes in records.ROUTERS:
    app.include_router(routes)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def problem(error: Exception) -> Response[str]:
    return answer_for(app, error)


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
