"""The API's own description, from its code: every route, body and problem, and which roles a route is open to."""

from __future__ import annotations

import inspect
import json
import re
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

from ledgerlink import __version__

from .problems import routes_of

_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457) with the hub's reason code and what to do",
    "required": ["type", "title", "status", "detail", "code", "remedy", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "A code of GET /v1/reasons"},
        "remedy": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Path; lists count from 0, sentences from 1"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_PROBLEMS = {
    "400": "The body cannot be read",
    "401": "No valid token",
    "403": "The role may not do this",
    "404": "No such thing, or none the caller may know of",
    "405": "The address does not take this method",
    "409": "A rule refuses, or somebody else was faster",
    "412": "If-Match names another revision than the current one",
    "413": "The body is too large",
    "415": "The body is not application/json",
    "422": "Some of the input is wrong",
    "428": "It would overwrite values and wants to be confirmed",
    "500": "Something nobody foresaw",
    "503": "Try again later",
}


@cache
def document(app: ApiGatewayResolver) -> str:
    """The document as JSON text, made once."""
    made = json.loads(
        app.get_openapi_json_schema(
            title="Ledgerlink",
            version=__version__,
            openapi_version="3.1.0",
            description="Keeps a business system and an accounting ledger in step.",
        )
    )
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["responses"] = {
        f"Problem{status}": {
            "description": told,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, told in _PROBLEMS.items()
    }
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    made["security"] = [{"token": []}]
    for route in routes_of(app):
        if route.include_in_schema:
            _complete(made["paths"][route.openapi_path][route.method.lower()], route)
    return json.dumps(made, ensure_ascii=False)


def _complete(operation: dict[str, Any], route: Any) -> None:
    """What the resolver does not know: the handler's own words, path parameters nobody declared, problems, the door."""
    operation["summary"] = inspect.cleandoc(route.func.__doc__ or "").split("\n")[0]
    parameters = operation.setdefault("parameters", [])
    declared = {each["name"] for each in parameters if each["in"] == "path"}
    parameters += [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.openapi_path)
        if name not in declared
    ]
    public = not route.openapi_extensions["x-roles"]
    if public:
        operation["security"] = []
    if route.status_code == 204:
        operation["responses"]["204"] = {"description": "Done"}
    for status in ("500",) if public else _statuses(route):
        operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}


def _statuses(route: Any) -> list[str]:
    reading = route.method == "GET"
    never = {"400", "412", "413", "415", "428"} if reading else set()
    return [status for status in _PROBLEMS if status not in never and status != "405"]
