"""Xero's own OpenAPI files as a judge of the simulator's answers.

The files are not part of the project. They are looked for beside the repository (`../shared/xero`) or where
`LEDGERLINK_XERO_SPEC` points; without them nothing is judged and `test_openapi` is skipped.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import FormatChecker, ValidationError
from openapi_schema_validator import OAS30Validator, OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from local.xero.messages import Answer, Request

FOLDER = Path(os.environ.get("LEDGERLINK_XERO_SPEC") or Path(__file__).parents[4] / "shared" / "xero")
ABSENT = f"Xero's OpenAPI files are not in {FOLDER.name} beside the repository, nor in LEDGERLINK_XERO_SPEC"
# Part of real answers and of the file's own examples, not of its schemas.
_NOT_IN_SCHEMAS = {
    *("Id", "Status", "ProviderName", "DateTimeUTC", "ValidationErrors", "StatusAttributeString", "Warnings"),
    *("DateString", "DueDateString", "DeliveryDateString", "ExpectedArrivalDateString"),
    *("ID", "Type", "HasErrors", "IsDiscounted", "HasValidationErrors", "IsDeleted", "IsArchived", "IsActive"),
}
_ANYWHERE = (400, 401, 403, 404, 413, 429)  # 400: a bad `where`, and what the file forgot
_LONGEST_LIST = 20  # elements judged of a list; the others are made by the same code
_MOMENT = re.compile(r"^/Date\(-?\d+([+-]\d{4})?\)/$")
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")

formats = FormatChecker(formats=())


@formats.checks("uuid")  # type: ignore[untyped-decorator]
def _guid(value: object) -> bool:
    return not isinstance(value, str) or bool(_GUID.fullmatch(value))


def available() -> bool:
    return (FOLDER / "xero_accounting.yaml").exists()


class Spec:
    """One OpenAPI file."""

    def __init__(self, file: str, base: str) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        text = (FOLDER / file).read_text(encoding="utf-8")
        self.document: dict[str, Any] = json.loads(json.dumps(yaml.load(text, Loader=loader), default=str))
        self._base = base
        resource = Resource(contents=self.document, specification=DRAFT4)  # type: ignore[call-arg]
        self._registry: Registry[Any] = Registry().with_resource("urn:xero", resource)
        self._validators: dict[str, Any] = {}

    def complaints(self, request: Request, answer: Answer) -> Iterator[str]:
        """What the file says against an answer. It declares few of the statuses that Xero's pages describe."""
        if not request.path.lower().startswith(self._base.lower()) or "json" not in answer.headers.get(
            "Content-Type", ""
        ):
            return
        path = request.path[len(self._base) :]
        operation = self._operation(request.method, path)
        if operation is None:
            yield f"{request.method} {path} is not in the file"
            return
        declared = self._whole(operation["responses"].get(str(answer.status)))
        if declared is None:
            if answer.status not in _ANYWHERE:
                yield f"{request.method} {path} does not answer {answer.status}"
            return
        schema = declared["content"]["application/json"]["schema"]
        body = _shortened(json.loads(answer.body))
        for error in self._validator(schema).iter_errors(body):
            if not _echoed(error, body):
                yield f"{error.json_path}: {error.validator}: {error.message[:120]}"
        yield from self._unknown(schema, body, "$")

    def validate(self, reference: str, body: object) -> list[str]:
        return [error.message for error in self._validator({"$ref": reference}).iter_errors(body)]

    def _operation(self, method: str, path: str) -> Any:
        """The file has /Contacts/{ContactID} and /Contacts/{ContactNumber}: both say the same about answers.

        A number may hold a slash, which is why a looser reading comes second.
        """
        for hole in ("[^/]+", ".+"):
            for template, item in self.document["paths"].items():
                pattern = re.sub(r"\\\{[^}]+\\\}", hole, re.escape(template))
                if re.fullmatch(pattern, path, re.IGNORECASE) and method.lower() in item:
                    return item[method.lower()]
        return None

    def _validator(self, schema: dict[str, Any]) -> Any:
        key = json.dumps(schema)
        if key not in self._validators:
            absolute = json.loads(key.replace('"#/', '"urn:xero#/'))
            kind = OAS31Validator if self.document["openapi"].startswith("3.1") else OAS30Validator
            self._validators[key] = kind(absolute, registry=self._registry, format_checker=formats)
        return self._validators[key]

    def _whole(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def _unknown(self, schema: Any, value: Any, where: str) -> Iterator[str]:
        """The file never forbids additional properties, so names are compared here; moments too."""
        schema = self._whole(schema)
        if isinstance(value, list):
            for index, each in enumerate(value):
                yield from self._unknown(schema.get("items", {}), each, f"{where}[{index}]")
        elif isinstance(value, dict) and "properties" in schema:
            for name, inner in value.items():
                known = schema["properties"].get(name)
                if known is None and name not in _NOT_IN_SCHEMAS and "Elements" not in where:
                    yield f"{where}.{name} is not in the schema"
                if known is not None:
                    dated = known.get("x-is-msdate") or known.get("x-is-msdate-time")
                    if dated and not _MOMENT.match(str(inner)):
                        yield f"{where}.{name}: {inner!r} is not written as a moment"
                    yield from self._unknown(known, inner, f"{where}.{name}")


@cache
def accounting() -> Spec:
    return Spec("xero_accounting.yaml", "/api.xro/2.0")


@cache
def identity() -> Spec:
    return Spec("xero-identity.yaml", "")


def judge(request: Request, answer: Answer) -> list[str]:
    """Complaints about one answer of the simulator."""
    if request.path.startswith("/api.xro/2.0"):
        return list(accounting().complaints(request, answer))
    if request.path.lower().startswith("/connections"):
        return list(identity().complaints(request, answer))
    return []


def _shortened(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value[:_LONGEST_LIST] if isinstance(value, list) else value for name, value in body.items()}


def _echoed(error: ValidationError, body: Any) -> bool:
    """A refused element repeats what was wrong with it, so it may be too long."""
    found = body
    for step in list(error.absolute_path)[:2]:
        found = found[step]
    refused = isinstance(found, dict) and bool(found.get("ValidationErrors"))
    return refused and error.validator == "maxLength"
