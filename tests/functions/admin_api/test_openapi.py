"""The OpenAPI document against the contract and against the code."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.kinds import LISTED
from ledgerlink.reasons import REASONS
from tests.support.api import Api, all_routes

CONTRACT = """
GET PUT /v1/companies/{company}
GET /v1/companies
GET PATCH /v1/companies/{company}/settings
GET /v1/profiles
GET /v1/reasons
GET POST DELETE /v1/companies/{company}/connection
POST /v1/companies/{company}/connection/organisation
GET /v1/companies/{company}/summary
GET PUT PATCH DELETE /v1/companies/{company}/organizations/{id}
GET /v1/companies/{company}/organizations
POST /v1/companies/{company}/organizations:batch
POST /v1/companies/{company}/organizations/{id}:clear
POST /v1/companies/{company}/organizations/{id}:rename
POST /v1/companies/{company}/records:hold
GET /v1/companies/{company}/changes
GET /v1/companies/{company}/organizations/{id}/activity
POST /v1/companies/{company}/activity/{id}:restore
PUT DELETE /v1/companies/{company}/organizations/{id}/link
GET /v1/companies/{company}/ledger/contacts
GET /v1/companies/{company}/ledger/contacts.csv
GET /v1/companies/{company}/organizations.csv
POST /v1/companies/{company}/links:import-csv
POST /v1/companies/{company}/organizations:import-csv
POST /v1/companies/{company}/uploads
GET POST /v1/companies/{company}/suggestions
POST /v1/companies/{company}/suggestions/{id}
GET POST /v1/companies/{company}/jobs
GET /v1/companies/{company}/jobs/{job}
GET /v1/companies/{company}/jobs/{job}/items
POST /v1/companies/{company}/jobs/{job}/apply
POST /v1/companies/{company}/jobs/{job}/cancel
GET /v1/companies/{company}/export-queue
GET /v1/companies/{company}/history
GET /v1/companies/{company}/errors
POST /v1/companies/{company}/errors:fix
POST /v1/companies/{company}/errors:retry
POST /v1/companies/{company}/errors:skip
GET /v1/companies/{company}/conflicts
POST /v1/companies/{company}/conflicts/{id}
"""


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    made: dict[str, Any] = api.get("/openapi.json", token=False).json
    return made


def test_every_route_of_the_contract_is_there(document: dict[str, Any]) -> None:
    for line in CONTRACT.strip().splitlines():
        *methods, path = line.split()
        assert {method.lower() for method in methods} <= set(document["paths"].get(path, ())), line


def test_every_route_of_the_code_is_there(document: dict[str, Any]) -> None:
    for route in all_routes():
        if route.openapi_path != "/openapi.json":
            assert route.method.lower() in document["paths"][route.openapi_path]


def test_every_kind_has_bodies_of_its_own(document: dict[str, Any]) -> None:
    for kind in LISTED.values():
        operation = document["paths"][f"/v1/companies/{{company}}/{kind.name}/{{id}}"]["put"]
        ref = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = document["components"]["schemas"][ref.rsplit("/", 1)[1]]
        assert set(kind.model.model_fields) <= set(body["properties"])
        assert body["additionalProperties"] is False


def test_every_operation_tells_its_problems_its_words_and_its_roles(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"].endswith((".", "…")), (method, path)
            wanted = {"500"} if operation.get("security") == [] else {"401", "403", "404", "422", "500"}
            assert wanted <= set(operation["responses"]), (method, path)
            assert "x-roles" in operation


def test_every_path_parameter_is_declared(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert {f"{{{name}}}" in path for name in declared} <= {True}
            assert path.count("{") == len(declared), path


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def check(node: Any) -> None:
        if isinstance(node, dict):
            ref = node.get("$ref", "")
            if ref:
                _, section, kind, name = ref.split("/")
                assert name in document[section][kind], ref
            for value in node.values():
                check(value)
        elif isinstance(node, list):
            for value in node:
                check(value)

    check(document)


def test_reasons_and_profiles_are_served_in_plain_words(api: Api) -> None:
    reasons = {each["code"]: each for each in api.get("/v1/reasons")["items"]}
    assert set(reasons) == set(REASONS)
    assert reasons["name_taken"]["remedy"]
    profiles = {each["name"]: each["settings"] for each in api.get("/v1/profiles")["items"]}
    assert profiles["property"]["import_contacts_born_in_ledger"] is True
    assert profiles["crm"]["exportable_statuses"] == ["any"]


def test_the_hub_says_that_it_is_up(api: Api) -> None:
    assert api.get("/health", token=False).json == {"status": "ok", "version": "0.1.0"}
