"""Requests become the events of an HTTP API (payload 2.0), results become answers, routes win as they do at AWS."""

import base64
import json

import pytest

from local.application import Route
from local.gateway.events import Request, http_answer, http_event
from local.gateway.routes import Match, Routes

ROUTE = Route("ANY", "/v1/{proxy+}", "F", authorized=True)


def a_request(target="/v1/a", method="GET", headers=(), body=b""):
    return Request(method, target, (("Host", "localhost:8700"), *headers), body)


def event_of(request, claims=None):
    return http_event(request, Match(ROUTE, {"proxy": request.path[4:]}), claims)


def test_an_event_has_what_a_resolver_needs():
    event = event_of(a_request("/v1/companies?limit=5", "POST", [("User-Agent", "test")], b"x"), {"sub": "1"})
    assert event["version"] == "2.0"
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "ANY /v1/{proxy+}"
    assert event["requestContext"]["stage"] == "$default"
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["http"]["userAgent"] == "test"
    assert event["requestContext"]["authorizer"]["jwt"]["claims"] == {"sub": "1"}
    assert event["pathParameters"] == {"proxy": "companies"}
    assert event["body"] == "x"


def test_what_a_request_lacks_the_event_lacks():
    event = event_of(a_request())
    assert not {"body", "cookies", "queryStringParameters"} & event.keys()
    assert "authorizer" not in event["requestContext"]


def test_header_names_are_lower_case_and_repeated_ones_joined():
    event = event_of(a_request(headers=[("X-Tag", "a"), ("x-tag", "b")]))
    assert event["headers"]["x-tag"] == "a,b"


def test_cookies_stand_apart_from_headers():
    event = event_of(a_request(headers=[("Cookie", "a=1; b=2")]))
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_repeated_query_values_are_joined_and_the_raw_query_stays_encoded():
    event = event_of(a_request("/v1/a?x=1&x=2&empty=&name=a%20b"))
    assert event["queryStringParameters"] == {"x": "1,2", "empty": "", "name": "a b"}
    assert event["rawQueryString"] == "x=1&x=2&empty=&name=a%20b"


def test_an_http_api_decodes_the_path_even_its_slashes():
    event = event_of(a_request("/v1/INV%2F7%20b"))
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/v1/INV/7 b"


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("application/json; charset=utf-8", False),
        ("text/csv", False),
        ("application/problem+json", False),
        ("application/x-www-form-urlencoded", True),
        ("application/pdf", True),
    ],
)
def test_text_stays_text_and_everything_else_is_base64(content_type, encoded):
    event = event_of(a_request(headers=[("Content-Type", content_type)], body="grün".encode()))
    assert event["isBase64Encoded"] is encoded
    assert event["body"] == (base64.b64encode("grün".encode()).decode() if encoded else "grün")


def test_bytes_that_are_no_text_are_base64_whatever_they_are_called():
    assert event_of(a_request(headers=[("Content-Type", "application/json")], body=b"\xff"))["isBase64Encoded"]


def test_a_result_without_a_status_is_a_json_body():
    answer = http_answer({"hello": "world"})
    assert (answer.status, json.loads(answer.body)) == (200, {"hello": "world"})
    assert ("content-type", "application/json") in answer.headers


def test_cookies_of_a_result_become_headers_of_their_own():
    answer = http_answer({"statusCode": 302, "headers": {"Location": "/x"}, "cookies": ["a=1", "b=2"]})
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert ("location", "/x") in answer.headers


@pytest.mark.parametrize(
    "result",
    [{"statusCode": "many"}, {"statusCode": 200, "body": 7}, {"statusCode": 200, "body": "?", "isBase64Encoded": True}],
)
def test_a_malformed_result_is_the_gateways_500(result):
    assert http_answer(result).status == 500


ROUTES = Routes(
    [
        Route("ANY", "/v1/{proxy+}", "greedy", False),
        Route("GET", "/v1/{id}", "one", False),
        Route("ANY", "/v1/{id}", "any", False),
        Route("GET", "/v1/fixed", "fixed", False),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/v1/fixed", "fixed"),
        ("GET", "/v1/7", "one"),
        ("PUT", "/v1/7", "any"),
        ("PUT", "/v1/7/lines", "greedy"),
    ],
)
def test_the_most_specific_route_wins(method, path, function):
    match = ROUTES.match(method, path)
    assert match
    assert match.route.function == function


def test_no_route_no_match():
    assert ROUTES.match("GET", "/v2") is None
