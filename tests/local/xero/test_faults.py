"""Faults on demand: one set of cases, carried out by httpx's transport and by a real socket alike."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from local.xero.server import Server
from tests.local.xero.rig import API, Rig, messages, names

ADA = {"Contacts": [{"Name": "Ada"}]}
PATIENCE = 0.05

Wire = tuple[Rig, httpx.Client]


@pytest.fixture(params=["transport", pytest.param("socket", marks=pytest.mark.loopback)])
def wire(request: pytest.FixtureRequest, xero: Rig) -> Iterator[Wire]:
    """The simulator behind either wire, with a client that waits for only a moment."""
    xero.http.timeout = httpx.Timeout(PATIENCE)
    if request.param == "transport":
        yield xero, xero.http
        return
    server = Server(xero.app, 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    timeout = httpx.Timeout(5.0, read=PATIENCE)
    with httpx.Client(base_url=server.url, timeout=timeout, headers={"Accept": "application/json"}) as client:
        yield xero, client
    server.shutdown()
    server.server_close()


def put(wire: Wire, body: Any = None, **headers: str) -> httpx.Response:
    xero, client = wire
    return client.put(f"{API}/Contacts?summarizeErrors=false", headers={**xero.headers, **headers}, json=body or ADA)


def applied(wire: Wire) -> list[str]:
    return [each["Name"] for each in wire[0].state()["contacts"]]


@pytest.mark.parametrize(
    ("kind", "fields", "error", "saved"),
    [
        ("timeout_before", {}, httpx.ReadTimeout, []),
        ("timeout_after_apply", {}, httpx.ReadTimeout, ["Ada"]),
        ("late_apply", {}, httpx.ReadTimeout, []),
        ("reset", {}, httpx.ReadError, []),
        ("reset", {"apply": True}, httpx.ReadError, ["Ada"]),
        ("torn", {}, httpx.RemoteProtocolError, ["Ada"]),
        ("torn", {"apply": False}, httpx.RemoteProtocolError, []),
        ("latency", {"delay_s": 1}, httpx.ReadTimeout, ["Ada"]),
    ],
)
def test_a_lost_answer_is_an_exception_and_the_write_is_applied_or_not(
    wire: Wire, kind: str, fields: dict[str, Any], error: type[Exception], saved: list[str]
) -> None:
    wire[0].fault(kind, **fields)
    with pytest.raises(error):
        put(wire)
    assert applied(wire) == saved


@pytest.mark.parametrize(
    ("kind", "fields", "status", "saved"),
    [
        ("error_before", {}, 500, []),
        ("error_after", {}, 500, ["Ada"]),
        ("error_before", {"status": 503}, 503, []),
        ("html", {}, 200, ["Ada"]),
        ("html", {"status": 502, "apply": False}, 502, []),
        ("limit_minute", {}, 429, []),
        ("limit_day", {}, 429, []),
        ("limit_concurrent", {}, 429, []),
        ("limit_app", {}, 429, []),
        ("latency", {"delay_s": 0.001}, 200, ["Ada"]),
    ],
)
def test_a_bad_answer_has_its_status_and_the_write_is_applied_or_not(
    wire: Wire, kind: str, fields: dict[str, Any], status: int, saved: list[str]
) -> None:
    wire[0].fault(kind, **fields)
    assert put(wire).status_code == status
    assert applied(wire) == saved


@pytest.mark.parametrize("kind", ["torn", "html", "latency", "limit_minute", "error_after"])
def test_no_internal_header_reaches_the_client(wire: Wire, kind: str) -> None:
    xero, client = wire
    xero.fault(kind, delay_s=0.001)
    request = client.build_request("GET", f"{API}/Contacts", headers=xero.headers)
    answer = client.send(request, stream=True)
    answer.close()
    assert [name for name in answer.headers if name.startswith("x-sim")] == []


def test_after_a_fault_the_same_client_works_again(wire: Wire) -> None:
    wire[0].fault("reset", times=2)
    for _ in range(2):
        with pytest.raises(httpx.ReadError):
            put(wire)
    assert put(wire).status_code == 200


def test_who_waits_for_ever_sees_the_connection_close(wire: Wire) -> None:
    xero, client = wire
    client.timeout = httpx.Timeout(None)
    xero.fault("timeout_after_apply", delay_s=0.02)
    with pytest.raises(httpx.RemoteProtocolError):
        put(wire)
    assert applied(wire) == ["Ada"]


def test_an_html_answer_is_html(wire: Wire) -> None:
    wire[0].fault("html")
    answer = put(wire)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<html>")


@pytest.mark.parametrize(
    ("kind", "problem", "wait"),
    [
        ("limit_minute", "minute", 60),
        ("limit_day", "day", 86_400),
        ("limit_app", "appminute", 60),
        ("limit_concurrent", "concurrent", None),
    ],
)
def test_a_switched_on_limit_looks_like_a_real_one(xero: Rig, kind: str, problem: str, wait: int | None) -> None:
    xero.fault(kind)
    answer = xero.call("GET", "/Contacts")
    assert answer.headers["x-rate-limit-problem"] == problem
    assert answer.headers["x-minlimit-remaining"] == "60"
    if wait is None:
        assert "retry-after" not in answer.headers
    else:
        assert 0 < int(answer.headers["retry-after"]) <= wait


def test_a_late_write_is_applied_when_its_time_comes_and_only_once(xero: Rig) -> None:
    xero.fault("late_apply", delay_s=120)
    with pytest.raises(httpx.ReadTimeout):
        xero.create({"Name": "Ada"})
    xero.clock.advance(119)
    assert xero.contacts() == []
    xero.sim("POST", "clock", {"advance_s": 1})
    assert names(xero.state()["contacts"]) == ["Ada"]
    assert xero.contacts()[0]["UpdatedDateUTC"] == "/Date(1795165350000+0000)/"


def test_a_late_write_may_come_too_late(xero: Rig) -> None:
    xero.fault("late_apply", delay_s=60)
    with pytest.raises(httpx.ReadTimeout):
        xero.create({"Name": "Ada", "TaxNumber": "late"})
    xero.create({"Name": "Ada", "TaxNumber": "early"})
    xero.clock.advance(61)
    assert [each["TaxNumber"] for each in xero.contacts()] == ["early"]


def test_an_element_error_hits_the_elements_it_names(xero: Rig) -> None:
    xero.fault("element_error", where={"ContactNumber": "n2"}, message="No.")
    first, second = xero.create({"Name": "Ada", "ContactNumber": "n1"}, {"Name": "Bob", "ContactNumber": "n2"})
    assert (messages(first), messages(second)) == ([], ["No."])
    assert names(xero.contacts()) == ["Ada"]


def test_a_fault_with_where_spares_calls_without_such_an_element(xero: Rig) -> None:
    xero.fault("error_before", where={"Name": "Bob"}, times=None)
    assert xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Ada"}]}).status_code == 200
    assert xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Cem"}, {"Name": "Bob"}]}).status_code == 500
    assert names(xero.contacts()) == ["Ada"]


def test_a_fault_can_let_only_the_first_elements_through(xero: Rig) -> None:
    xero.fault("error_after", elements=1)
    assert xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Ada"}, {"Name": "Bob"}]}).status_code == 500
    assert names(xero.contacts()) == ["Ada"]


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({}, True),
        ({"path": "/Contacts"}, True),
        ({"path": "/api.xro/2.0/Contacts"}, True),
        ({"path": "/contacts"}, True),
        ({"path": "Contacts$"}, True),
        ({"path": "/Con[a-z]+"}, True),
        ({"path": "/Invoices"}, False),
        ({"path": "("}, False),
        ({"method": "get"}, True),
        ({"method": "PUT"}, False),
        ({"method": "*", "path": "/Contacts"}, True),
    ],
)
def test_a_fault_matches_by_method_and_by_prefix_or_expression(xero: Rig, match: dict[str, str], hit: bool) -> None:
    xero.fault("error_before", match=match)
    assert (xero.call("GET", "/Contacts").status_code == 500) is hit


@pytest.mark.parametrize("times", [1, 3])
def test_a_fault_strikes_as_often_as_it_says(xero: Rig, times: int) -> None:
    xero.fault("error_before", times=times)
    statuses = [xero.call("GET", "/Contacts").status_code for _ in range(5)]
    assert statuses == [500] * times + [200] * (5 - times)


def test_faults_are_listed_and_cleared(xero: Rig) -> None:
    xero.fault("error_before", times=None)
    (listed,) = xero.sim("GET", "faults").json()["faults"]
    assert (listed["kind"], listed["path"]) == ("error_before", "/Contacts")
    xero.sim("DELETE", "faults")
    assert xero.call("GET", "/Contacts").status_code == 200
    xero.fault("error_before", times=None)
    xero.sim("POST", "faults", {"kind": "none"})
    assert xero.call("GET", "/Contacts").status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"kind": "earthquake"}, {"kind": "reset", "tmies": 2}, {"kind": "reset", "times": "2"}]
)
def test_a_fault_that_makes_no_sense_is_refused(xero: Rig, body: dict[str, Any]) -> None:
    assert xero.sim("POST", "faults", body).status_code == 422


def test_the_token_endpoint_can_lose_its_answer_after_rotating(xero: Rig) -> None:
    old = xero.tokens["refresh_token"]
    xero.fault("timeout_after_apply", match={"path": "/connect/token"})
    with pytest.raises(httpx.ReadTimeout):
        xero.refresh(old)
    assert xero.refresh(old).status_code == 200


@pytest.mark.parametrize("path", ["/connect/token", "/identity/connect/token"])
def test_the_token_endpoint_and_connections_can_be_down(xero: Rig, path: str) -> None:
    xero.fault("error_before", match={"path": "/(identity/)?connect/token"}, status=503)
    xero.fault("limit_minute", match={"path": "/connections"})
    assert xero.http.post(path, data={"grant_type": "refresh_token"}, auth=("app", "x")).status_code == 503
    refused = xero.http.get("/connections", headers=xero.headers)
    assert refused.status_code == 429
    assert "x-minlimit-remaining" not in refused.headers


def test_waiting_is_told_to_the_virtual_clock(xero: Rig) -> None:
    xero.set(latency_ms=250)
    xero.call("GET", "/Contacts")
    xero.fault("timeout_before")
    with pytest.raises(httpx.ReadTimeout):
        xero.call("GET", "/Contacts")
    assert xero.waited == [0.25, 5.0]


def test_calls_in_flight_beyond_the_limit_are_refused_without_retry_after(make_rig: Callable[..., Rig]) -> None:
    """Each call holds its place while the wire keeps it waiting."""
    xero = make_rig(settings={"latency_ms": 10}).connect()
    all_in, answers = threading.Barrier(6), []
    xero.http._transport._on_delay = lambda _: all_in.wait(5)  # type: ignore[attr-defined]
    threads = [threading.Thread(target=lambda: answers.append(xero.call("GET", "/Contacts"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429]
    (refused,) = [answer for answer in answers if answer.status_code == 429]
    assert refused.headers["x-rate-limit-problem"] == "concurrent"
    assert "retry-after" not in refused.headers
