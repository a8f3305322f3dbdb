"""Who may do what: every route under every role, tokens, and companies that are not the caller's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from admin_api.access import listed
from admin_api.app import lambda_handler
from tests.support.api import Api, all_routes

OPEN = {"/health", "/openapi.json"}
ADMIN_ONLY = {("PUT", "/v1/companies/{company}"), ("GET", "/v1/members"), ("PUT", "/v1/members/{id}")}
ADMIN_ONLY |= {("DELETE", "/v1/members/{id}"), ("POST", "/v1/companies/{company}/crm-webhook/secret")}

# What the CRM's own client needs (rule Q7): records and batches, links and type-ahead, changes, errors to read.
CRM_READS = {
    r"/v1/(companies|companies/\{company\}|reasons|profiles|kinds)",
    r"/v1/companies/\{company\}/(errors|changes|ledger/contacts|attachments)",
    r"/v1/companies/\{company\}/(KIND)(/\{id\}(/activity)?)?",
}
CRM_WRITES = {
    r"/v1/companies/\{company\}/(KIND)(/\{id\}(:clear|:rename|/link)?|:batch)",
    r"/v1/companies/\{company\}/records:hold",
    r"/v1/companies/\{company\}/credit-notes/\{id\}/allocations(/\{allocation\})?",
}


def _expected(method: str, path: str) -> set[str]:
    """The roles that may, written down here a second time and in other words."""
    from ledgerlink.kinds import KINDS

    if (method, path) in ADMIN_ONLY:
        return {"admin"}
    own = (method, path) == ("PUT", "/v1/companies/{company}/subscriptions")  # of the caller, whoever that is
    allowed = {"admin", "finance"} | ({"viewer"} if method == "GET" or own else set())
    patterns = CRM_READS if method == "GET" else CRM_WRITES
    if any(re.fullmatch(p.replace("KIND", "|".join(KINDS)), path) for p in patterns):
        allowed.add("crm")
    return allowed


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: "acme" if m[1] == "company" else "x1", path)


ROUTES = [(route.method, route.openapi_path) for route in all_routes() if route.openapi_path not in OPEN]


@pytest.mark.parametrize("role", ["viewer", "crm", "finance", "admin", "stranger", ""])
def test_every_route_is_open_to_its_roles_and_to_no_others(api: Api, role: str) -> None:
    wrong = []
    for method, path in ROUTES:
        status = api(method, _filled(path), {} if method != "GET" else None, role=role).status
        if (status != 403) != (role in _expected(method, path)):
            wrong.append((method, path, status))
    assert wrong == []


def test_without_a_token_only_two_doors_open(api: Api) -> None:
    answers = {path: api(method, _filled(path), token=False) for method, path in ROUTES}
    assert {answer.status for answer in answers.values()} == {401}
    assert all(answer.is_problem and answer["code"] == "not_signed_in" for answer in answers.values())
    assert [api.get(path, token=False).status for path in sorted(OPEN)] == [200, 200]


def test_every_route_names_its_roles() -> None:
    assert [r.openapi_path for r in all_routes() if (r.openapi_extensions or {}).get("x-roles") is None] == []


def test_an_address_that_does_not_exist_tells_strangers_nothing(api: Api) -> None:
    assert api.get("/v1/nothing", token=False).status == 401
    assert api.get("/v1/nothing").status == 404


@pytest.mark.parametrize("companies", ["[other]", "[]", "", "acme2", "[acme-2 other]"])
def test_a_company_that_is_not_yours_does_not_exist(api: Api, companies: str) -> None:
    answer = api.get("/v1/companies/acme/settings", companies=companies)
    assert (answer.status, answer["code"]) == (404, "not_found")
    assert answer.json == api.get("/v1/companies/never-made/settings").json


@pytest.mark.parametrize("companies", ["[*]", "[acme]", "[other acme]", "acme other", "acme"])
def test_a_company_among_the_claims_is_seen(api: Api, companies: str) -> None:
    assert api.get("/v1/companies/acme", companies=companies).status == 200
    assert [each["id"] for each in api.get("/v1/companies", companies=companies)["items"]] == ["acme"]


@pytest.mark.parametrize(
    ("claim", "companies"),
    [
        (["a", "b"], ("a", "b")),
        ("[a b]", ("a", "b")),
        ("a b", ("a", "b")),
        ("a", ("a",)),
        ('["a", "b"]', ("a", "b")),
        ("[*]", ("*",)),
        ("[]", ()),
        ("", ()),
        (None, ()),
        ("<nil>", ()),
    ],
)
def test_list_claims_are_read_however_they_come(claim: Any, companies: tuple[str, ...]) -> None:
    assert listed(claim) == companies


def test_nobody_makes_a_company_outside_the_claims(api: Api) -> None:
    body = {"name": "Other", "profile": "crm"}
    assert api.put("/v1/companies/other", body, companies="[acme]").status == 404
    assert api.put("/v1/companies/other", body, companies="[acme other]").status == 201


def test_only_administrators_force_a_deletion(api: Api) -> None:
    path = "/v1/companies/acme/organizations/hall"
    api.put(path, {"name": "Hall"})
    assert api.delete(path, role="finance", force=True, reason="gone").status == 403
    assert api.delete(path, force=True, reason="gone").status == 204


def test_the_sample_event_is_answered(api: Api) -> None:
    sample = json.loads((Path(__file__).parents[3] / "events" / "admin_api.json").read_text())
    answer = lambda_handler(sample, None)
    assert (answer["statusCode"], json.loads(answer["body"])["id"]) == (200, "acme")
