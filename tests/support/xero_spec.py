"""Requests checked against Xero's own OpenAPI file, where it lies beside the repository (``tests.local.xero.spec``).

Checked are what the hub sends: path and method, query parameters, body, headers. The answers are judged there.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from tests.local.xero.spec import accounting, available, formats

BASE = "/api.xro/2.0"


@cache
def spec() -> RequestSpec | None:
    """The file, read once; None where it is absent."""
    return RequestSpec(accounting().document) if available() else None


class RequestSpec:
    """What the file says about a request."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._registry = Registry().with_resource("urn:x", Resource(contents=document, specification=DRAFT4))  # type: ignore[call-arg]

    def complaints(self, request: httpx.Request) -> list[str]:
        """What is wrong with the request; nothing, one hopes."""
        path = unquote(request.url.raw_path.decode().partition("?")[0]).removeprefix(BASE)
        operation = self._operation(request.method, path)
        if operation is None:
            return [f"{request.method} {path} is not in the file"]
        found = [*self._of_headers(request), *self._of_query(operation, request)]
        if request.method in ("PUT", "POST"):
            found += self._of_body(operation, json.loads(request.content))
        return [f"{request.method} {path}: {each}" for each in found]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for template, item in self._document["paths"].items():
            pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in item:
                merged = [*item.get("parameters", []), *item[method.lower()].get("parameters", [])]
                return {**item[method.lower()], "parameters": [self._at(each) for each in merged]}
        return None

    def _of_headers(self, request: httpx.Request) -> list[str]:
        found = [] if request.headers.get("xero-tenant-id") else ["xero-tenant-id is missing"]
        if len(request.headers.get("idempotency-key", "")) > 128:
            found.append("Idempotency-Key is longer than 128")
        if request.headers.get("accept") != "application/json":
            found.append("XML is what Xero answers unless asked for JSON")
        return found

    def _of_query(self, operation: dict[str, Any], request: httpx.Request) -> list[str]:
        known = {each["name"]: self._at(each["schema"]) for each in operation["parameters"] if each["in"] == "query"}
        found = []
        for name, value in parse_qsl(request.url.query.decode(), keep_blank_values=True):
            kind = known.get(name, {}).get("type")
            if name not in known:
                found.append(f"{name} is not a parameter")
            elif kind == "integer" and not re.fullmatch(r"\d+", value):
                found.append(f"{name}={value} is not a number")
            elif kind == "boolean" and value not in ("true", "false"):
                found.append(f"{name}={value} is not true or false")
        return found

    def _of_body(self, operation: dict[str, Any], body: Any) -> list[str]:
        schema = self._at(operation["requestBody"])["content"]["application/json"]["schema"]
        validator = OAS30Validator(_absolute(schema), registry=self._registry, format_checker=formats)
        found = [
            f"{'/'.join(map(str, e.absolute_path))}: {e.validator}: {e.message[:90]}"
            for e in validator.iter_errors(body)
        ]
        return [*found, *self._strange(schema, body, "")]

    def _strange(self, schema: Any, value: Any, where: str) -> list[str]:
        """Names the file does not know and read-only ones; the file itself forbids neither."""
        schema = self._at(schema)
        if isinstance(value, list):
            return [each for item in value for each in self._strange(schema.get("items", {}), item, where)]
        if not isinstance(value, dict):
            return []
        found = []
        for name, part in value.items():
            known = schema.get("properties", {}).get(name)
            if known is None or self._at(known).get("readOnly"):
                found.append(f"{where}/{name} is {'unknown' if known is None else 'read-only'}")
            else:
                found += self._strange(known, part, f"{where}/{name}")
        return found

    def _at(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            found: Any = self._document
            for part in node["$ref"][2:].split("/"):
                found = found[part]
            node = found
        return node


class CheckedTransport(httpx.BaseTransport):
    """Looks at every request to the accounting API on its way; ``complaints`` gathers what is wrong."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.complaints: list[str] = []
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        known = spec()
        if known is not None and request.url.path.startswith(BASE):
            self.complaints += known.complaints(request)
        return self._inner.handle_request(request)


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: f"urn:x{value}" if key == "$ref" and str(value).startswith("#") else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(each) for each in node] if isinstance(node, list) else node
