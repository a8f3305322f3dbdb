"""The front door refuses, limits and answers like API Gateway, and serves the console and the helpers."""

import json

import pytest

from local.gateway import api
from tests.local.stack.calls import bearer, call

pytestmark = pytest.mark.loopback
MB = 1024 * 1024


def test_a_private_route_wants_a_token(stack):
    refused = call(stack, "GET", "/private/x")
    assert (refused.status, refused.json()) == (401, {"message": "Unauthorized"})
    assert refused.header("www-authenticate").startswith("Bearer")
    accepted = call(stack, "GET", "/private/x", headers=bearer(stack))
    assert accepted.json()["event"]["requestContext"]["authorizer"]["jwt"]["claims"]["ledgerlink/companies"] == "[*]"


def test_a_token_comes_over_http_too(stack):
    answer = call(stack, "POST", "/local/token", json.dumps({"sub": "7", "role": "crm", "companies": ["acme"]}))
    reply = call(stack, "GET", "/private/x", headers={"Authorization": f"Bearer {answer.json()['token']}"})
    claims = reply.json()["event"]["requestContext"]["authorizer"]["jwt"]["claims"]
    assert (claims["sub"], claims["ledgerlink/role"], claims["ledgerlink/companies"]) == ("7", "crm", "[acme]")


def test_an_open_route_takes_any_method(stack):
    reply = call(stack, "DELETE", "/open/thing?x=1")
    assert reply.json()["event"]["pathParameters"] == {"name": "thing"}
    assert reply.json()["event"]["requestContext"]["http"]["method"] == "DELETE"


def test_a_path_nobody_knows_is_404(stack):
    reply = call(stack, "GET", "/nothing/here")
    assert (reply.status, reply.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("size", [6 * MB, 11 * MB])
def test_a_body_too_big_for_a_function_is_413_before_it_runs(stack, size):
    _, started = stack.functions.traffic.now()
    reply = call(stack, "POST", "/open/x", b"x" * size)
    assert (reply.status, reply.json()) == (413, {"message": "Request Too Long"})
    assert stack.functions.traffic.now()[1] == started


def test_a_chunked_body_arrives_whole(stack):
    reply = call(stack, "POST", "/open/x", iter([b"ab", b"cd"]), {"Content-Type": "text/plain"})
    assert reply.json()["event"]["body"] == "abcd"


def test_an_answer_over_6_mb_is_500(stack):
    assert call(stack, "GET", f"/open/x?do=big&bytes={6 * MB + 1}").status == 500
    assert call(stack, "GET", f"/open/x?do=big&bytes={5 * MB}").status == 200


@pytest.mark.parametrize("do", ["raise", "exit", "unserializable"])
def test_a_function_that_fails_is_500(stack, do):
    reply = call(stack, "GET", f"/open/x?do={do}")
    assert (reply.status, reply.json()) == (500, {"message": "Internal Server Error"})
    assert call(stack, "GET", "/open/x").status == 200


def test_a_function_slower_than_the_gateway_is_503(stack, monkeypatch):
    monkeypatch.setattr(api, "INTEGRATION_S", 0.1)
    reply = call(stack, "GET", "/open/x?do=sleep&seconds=0.5")
    assert (reply.status, reply.json()) == (503, {"message": "Service Unavailable"})


def test_bytes_cookies_and_redirects_come_through(stack):
    assert call(stack, "GET", "/open/x?do=binary").body == bytes(range(256))
    reply = call(stack, "GET", "/open/x?do=cookies")
    assert (reply.status, reply.header("location")) == (302, "/elsewhere")
    assert [value for name, value in reply.headers if name == "set-cookie"] == ["a=1; Path=/", "b=2"]


def test_preflights_are_answered_by_the_gateway_for_the_consoles_origin_only(stack):
    asks = {"Access-Control-Request-Method": "POST"}
    allowed = call(stack, "OPTIONS", "/private/x", headers={"Origin": stack.url, **asks})
    assert (allowed.status, allowed.header("access-control-allow-origin")) == (204, stack.url)
    foreign = call(stack, "OPTIONS", "/private/x", headers={"Origin": "https://evil.example", **asks})
    assert (foreign.status, foreign.header("access-control-allow-origin")) == (204, None)


def test_answers_name_the_consoles_origin(stack):
    assert (
        call(stack, "GET", "/open/x", headers={"Origin": stack.url}).header("access-control-allow-origin") == stack.url
    )
    assert call(stack, "GET", "/open/x").header("access-control-allow-origin") is None


def test_helpers_answer_this_machine_only(stack):
    assert call(stack, "POST", "/local/token", "{}", {"Origin": "https://evil.example"}).status == 403
    assert call(stack, "GET", "/local/outbox", headers={"Host": "rebound.example"}).status == 403
    assert call(stack, "POST", "/local/token", "{}", {"Origin": stack.url}).status == 200


def test_helpers_say_what_they_do_not_understand(stack):
    assert call(stack, "POST", "/local/clock", '{"advance_s": "much"}').status == 400
    assert call(stack, "POST", "/local/clock", "nonsense").status == 400
    assert call(stack, "POST", "/local/token", "[" * 100_000).status == 400
    assert call(stack, "POST", "/local/drain", '{"limit_s": "long"}').status == 400
    assert call(stack, "POST", "/local/run/nobody").json() == {"message": "There is no function nobody"}
    assert call(stack, "GET", "/local/unknown").status == 404


def test_the_page_shows_queues_and_logs(stack):
    page = call(stack, "GET", "/local/")
    assert page.header("content-type").startswith("text/html")
    queues = {queue["id"]: queue for queue in call(stack, "GET", "/local/queues").json()["items"]}
    assert queues["WorkQueue"]["dead_letters"] == "WorkDeadLetters"
    call(stack, "GET", "/open/x")
    assert any("REPORT" in line for line in call(stack, "GET", "/local/logs").json()["web"])


def test_the_outbox_holds_what_was_sent(stack):
    assert call(stack, "GET", "/open/x?do=mail").status == 200
    mail = call(stack, "GET", "/local/outbox").json()[-1]
    assert mail["to"] == ["reader@example.com"]
    assert (mail["subject"], mail["text"], mail["html"]) == ("Grüße", "plain", "<b>rich</b>")
    assert mail["at"].endswith("Z")
