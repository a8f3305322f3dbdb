"""Bad input to every route: always a problem that names what is wrong, and nothing is changed by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from ledgerlink.adapters.aws import client
from ledgerlink.wording import plain_words
from tests.support.api import Answered, Api, all_routes
from tests.support.aws import REGION

ACME = "/v1/companies/acme"
HALL = f"{ACME}/organizations/hall"
WITH_BODY = [r for r in all_routes() if r.method in ("PUT", "POST", "PATCH") and r.dependant.body_params]
LARGE = 5_600_000


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: "acme" if m[1] == "company" else "x1", path)


def stored() -> dict[str, Any]:
    """Everything in the tables."""
    db = client("dynamodb", REGION)
    names = ("LinksTable", "RecordsTable", "ActivityTable", "ControlTable")
    return {name: sorted(map(str, db.scan(TableName=name)["Items"])) for name in names}


def is_a_problem(answer: Answered, *statuses: int) -> bool:
    told = set(answer.json) if answer.is_problem else set()
    wanted = {"type", "title", "status", "detail", "code", "remedy", "errors"}
    return answer.status in statuses and wanted <= told and answer["status"] == answer.status


BROKEN: dict[str, tuple[Callable[[], Any], int]] = {
    "broken JSON": (lambda: '{"name":', 400),
    "no JSON at all": (lambda: "name=Hall", 400),
    "not a number": (lambda: '{"x": NaN}', 400),
    "nested without end": (lambda: "[" * 200_000, 400),
    "bytes that are no text": (lambda: b"\xff\xfe{}", 400),
    "a list": (lambda: [{"name": "Hall"}], 422),
    "a text": (lambda: '"Hall"', 422),
    "an unknown field": (lambda: {"nobody_knows_this": 1}, 422),
    "too large": (lambda: json.dumps({"name": "x" * LARGE}), 413),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_bad_body_is_refused_by_every_route(api: Api, what: str) -> None:
    make, status = BROKEN[what]
    before, body = stored(), make()
    answers = {r.openapi_path: api(r.method, filled(r.openapi_path), body) for r in WITH_BODY}
    assert {path: a.text[:200] for path, a in answers.items() if not is_a_problem(a, status)} == {}
    assert stored() == before


WITHOUT_BODY = [
    r
    for r in all_routes()
    if r.method in ("PUT", "POST", "PATCH")
    and not r.dependant.body_params
    and "requestBody" not in (r.openapi_extensions or {})
]


@pytest.mark.parametrize("what", BROKEN)
def test_what_nobody_reads_is_refused_by_every_route_without_a_body(api: Api, what: str) -> None:
    """Whoever sends it expects something of it: ``POST …/connection {"organisation": …}`` would choose nothing."""
    make, status = BROKEN[what]
    before, body = stored(), make()
    answers = {r.openapi_path: api(r.method, filled(r.openapi_path), body) for r in WITHOUT_BODY}
    assert len(answers) >= 5
    assert {path: a.text[:200] for path, a in answers.items() if not is_a_problem(a, status)} == {}
    assert stored() == before


def test_an_empty_object_is_no_body(api: Api) -> None:
    answer = api.post(f"{ACME}/connection", {})
    assert (answer.status, "authorize_url" in answer.json) == (200, True)


def test_a_pattern_is_told_in_words_by_every_field(api: Api) -> None:
    """No reader of a console knows what ``^([A-Z]{3})?$`` is."""
    patterns = set(re.findall(r'"pattern": ?("(?:[^"\\]|\\.)*")', json.dumps(api.get("/openapi.json").json)))
    ours = [pattern for pattern in map(json.loads, patterns) if "(?!" not in pattern]  # that one stands for a decimal
    assert len(ours) >= 5
    for pattern in ours:
        told = plain_words({"type": "string_pattern_mismatch", "ctx": {"pattern": pattern}, "msg": ""})
        assert not re.search(r"[\\^$\[\]]", told), (pattern, told)


def test_an_unknown_field_is_named_by_every_route(api: Api) -> None:
    for route in WITH_BODY:
        answer = api(route.method, filled(route.openapi_path), {"nobody_knows_this": 1})
        assert "nobody_knows_this" in [error["field"] for error in answer["errors"]], route.openapi_path


def test_an_unknown_query_parameter_is_refused_by_every_route(api: Api) -> None:
    before = stored()
    for route in all_routes():
        answer = api(route.method, filled(route.openapi_path), statee="due")
        assert is_a_problem(answer, 422), (route.method, route.openapi_path, answer.text)
        assert answer["errors"][0]["field"] == "statee"
    assert stored() == before


def test_an_unknown_company_is_refused_by_every_route(api: Api) -> None:
    before = stored()
    for route in all_routes():
        path = filled(route.openapi_path).replace("/acme", "/nobodys")
        if "{company}" in route.openapi_path and (route.method, path) != ("PUT", "/v1/companies/nobodys"):
            body = None if route.method in ("GET", "DELETE") else {}
            assert is_a_problem(api(route.method, path, body), 404), (route.method, path)
    assert stored() == before


def test_a_body_of_another_type_is_refused(api: Api) -> None:
    told = {"content-type": "application/x-www-form-urlencoded"}
    assert is_a_problem(api.put(HALL, "name=Hall", headers=told), 415)
    assert is_a_problem(api.post(f"{ACME}/links:import-csv", {"id": 1}), 415)


def test_a_missing_body_is_refused(api: Api) -> None:
    assert is_a_problem(api("PUT", HALL), 422)


@pytest.mark.parametrize("id", ["h all", "hall:1", "hall#1", "x" * 48, "háll", "a%2Fb", "hall?x"])
def test_an_id_that_cannot_be_one_is_refused(api: Api, id: str) -> None:
    assert is_a_problem(api.put(f"{ACME}/organizations/{id}", {"name": "Hall"}), 404, 422)


def test_an_id_longer_than_the_store_looks_up_is_no_busy_store(api: Api) -> None:
    record = {"kind": "organizations", "id": "x" * 2000}
    asked = [
        api.get(f"{ACME}/jobs/{record['id']}"),
        api.post(f"{ACME}/jobs/{record['id']}/cancel"),
        api.post(f"{ACME}/records:hold", {"records": [record], "do_not_export": {"on": True}}),
        api.post(f"{ACME}/errors:fix", {"record": record, "fix": "retry"}),
        api.post(f"{ACME}/errors:retry", {"records": [record]}),
        api.post(f"{ACME}/errors:skip", {"records": [record], "reason": "x"}),
        api.post(f"{ACME}/jobs", {"kind": "export-organizations", "ids": [record["id"]]}),
        api.post(f"{ACME}/suggestions", {"ids": [record["id"]], "action": "ignore"}),
    ]
    assert [each.text[:200] for each in asked if not is_a_problem(each, 422)] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "  "},
        {"name": None},
        {"name": 5},
        {"name": "H", "active": "perhaps"},
        {"name": "H", "active": 0},
        {"name": "H", "active": "yes"},
        {"name": "H", "phones": "0123"},
        {"name": "H", "phones": [{"kind": "home"}]},
        {"name": "H", "phones": [{"kind": "main"}, {"kind": "main"}]},
        {"name": "H", "people": [{}] * 6},
        {"name": "H", "person": []},
        {"name": "H", "roles": ["boss"]},
        {"name": "H", "do_not_export": True},
        {"name": "H", "do_not_export": {"reason": "no"}},
        {"name": "H", "link": "abc"},
        {"name": "H", "link": {"document_id": ""}},
        {"name": "H", "id": "another"},
        {"name": "H", "x": 1},
    ],
)
def test_a_record_that_makes_no_sense_is_refused(api: Api, body: dict[str, Any]) -> None:
    before = stored()
    answer = api.put(HALL, body)
    assert is_a_problem(answer, 422)
    assert answer["errors"]
    assert stored() == before


def test_a_record_over_256_kb_is_refused(api: Api) -> None:
    answer = api.put(HALL, {"name": "Hall", "account_number": "x" * 300_000})
    assert is_a_problem(answer, 413)
    assert answer["code"] == "record_too_large"


@pytest.mark.parametrize("given", ["abc", '"x"', "1,2", "-1", "1.5"])
def test_an_if_match_that_is_no_revision_is_refused(api: Api, given: str) -> None:
    assert is_a_problem(api.put(HALL, {"name": "Hall"}, headers={"If-Match": given}), 422)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": "ten"},
        {"state": "asleep"},
        {"linked": "perhaps"},
        {"cursor": "not one of ours"},
        {"cursor": "eyJhIjoxfQ=="},
        {"updated_since": "yesterday"},
        {"sort": "weight"},
    ],
)
def test_a_list_asked_for_badly_is_refused(api: Api, query: dict[str, Any]) -> None:
    assert is_a_problem(api.get(f"{ACME}/organizations", **query), 422)


def test_a_wrong_method_says_which_are_right(api: Api) -> None:
    answer = api.post(ACME, {})
    assert is_a_problem(answer, 405)
    assert answer.headers["allow"] == "GET, PUT"


def test_a_kind_that_is_not_built_yet_says_which_are(api: Api) -> None:
    answer = api.get(f"{ACME}/work-orders")
    assert is_a_problem(answer, 404)
    assert answer["code"] == "unknown_kind"
    assert "organizations" in answer["detail"]


@pytest.mark.parametrize("kind", ["organizations", "invoices", "payments"])
def test_a_wrong_address_below_a_kind_does_not_deny_the_kind(api: Api, kind: str) -> None:
    answer = api.get(f"{ACME}/{kind}/7/nonsense")
    assert is_a_problem(answer, 404)
    assert (answer["code"], answer["detail"]) == ("not_found", "There is nothing at this address.")


def test_what_nobody_foresaw_is_a_problem_with_a_number(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of Hall's")

    monkeypatch.setattr("ledgerlink.flows.records.saving.save", break_down)
    answer = api.put(HALL, {"name": "Hall"})
    assert is_a_problem(answer, 500)
    assert answer["correlation_id"] == "gateway-1"
    assert "secret" not in answer.text


def test_nothing_is_told_in_terms_of_the_program(api: Api) -> None:
    many = api.put(HALL, {"name": "H", "people": [{}] * 6, "addresses": 5})
    assert {e["field"]: e["message"] for e in many["errors"]} == {
        "people": "at most 5",
        "addresses": "should be a list",
    }
    [item] = api.post(f"{ACME}/organizations:batch", {"items": [5]})["items"]
    assert item["problem"]["errors"] == [{"field": "body", "message": "should be an object"}]
    [owner] = api.patch(f"{ACME}/settings", {"field_owner": "both"})["errors"]
    assert (owner["field"], owner["message"].split(",")[0]) == ("field_owner", "should be one of crm")


def test_a_text_with_a_null_character_is_refused_by_field(api: Api) -> None:
    refused = api.put(HALL, {"name": "H", "phones": [{"kind": "main", "number": "1\0"}]})
    assert (refused.status, refused["errors"][0]["field"]) == (422, "phones.0.number")
    items = [{"id": "a", "name": "A\0"}, {"id": "b", "name": "B"}]
    assert [i["status"] for i in api.post(f"{ACME}/organizations:batch", {"items": items})["items"]] == [422, 201]
