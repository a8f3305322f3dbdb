"""Xero's identity host, where it is more than the flows' tests already go through."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ledgerlink.adapters.xero.auth import SCOPES, XeroConsents
from ledgerlink.adapters.xero.client import XeroClient, XeroEndpoints, new_http
from ledgerlink.adapters.xero.credentials import XeroCredentials
from ledgerlink.errors import LedgerBusy, NotConnected, Refused
from ledgerlink.settings import Settings
from local.xero.scopes import GRANULAR
from tests.fakes.time import START

Handler = Callable[[httpx.Request], httpx.Response]
GRANTED = {"access_token": "a", "refresh_token": "r", "expires_in": 1800, "token_type": "Bearer", "scope": "x y"}


def consents(handler: Handler, *, secret: str = "s&/ü") -> XeroConsents:
    """Against whoever the handler plays."""
    return XeroConsents(
        XeroClient(new_http(httpx.MockTransport(handler))),
        XeroEndpoints(),
        XeroCredentials(Settings(xero_client_id="the:app", xero_client_secret=secret)),
        redirect_uri="https://hub.example/oauth/xero/callback",
    )


def answering(status: int, body: object) -> Handler:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda _: httpx.Response(status, text=text)


def token(**claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"head.{payload}.signature"


def test_only_granular_scopes_are_asked_for() -> None:
    """A broad one fails at consent for every app made since March 2026 (``facts/xero.md §1.5``)."""
    assert set(SCOPES) <= GRANULAR


def test_the_address_of_the_consent_page() -> None:
    address = urlsplit(consents(answering(500, "")).authorize_url("s t", "challenge"))
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://login.xero.com/identity/connect/authorize"
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == {
        "response_type": "code",
        "client_id": "the:app",
        "redirect_uri": "https://hub.example/oauth/xero/callback",
        "scope": " ".join(SCOPES),
        "state": "s t",
    }
    assert "+" not in address.query


def test_a_code_becomes_tokens_and_scopes() -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=GRANTED)

    tokens, scopes = consents(handler).exchange("c", START, "verifier")
    assert (tokens.access_token, tokens.refresh_token, scopes) == ("a", "r", ("x", "y"))
    assert tokens.expires_at == START + timedelta(minutes=30)
    assert str(sent[0].url) == "https://identity.xero.com/connect/token"
    assert base64.b64decode(sent[0].headers["authorization"].removeprefix("Basic ")) == b"the%3Aapp:s%26%2F%C3%BC"
    assert "code_verifier" not in parse_qs(sent[0].content.decode())


def test_an_app_without_a_secret_names_itself_and_proves_the_code() -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=GRANTED)

    consents(handler, secret="").exchange("c", START, "verifier")
    form = parse_qs(sent[0].content.decode())
    assert (form["client_id"], form["code_verifier"]) == (["the:app"], ["verifier"])
    assert "authorization" not in sent[0].headers


def test_invalid_grant_ends_a_consent_and_nothing_else_does() -> None:
    with pytest.raises(NotConnected):
        consents(answering(400, {"error": "invalid_grant"})).refresh("r", START)
    for status, body in (
        (400, {"error": "invalid_client"}),
        (401, ""),
        (429, ""),
        (500, ""),
        (200, "<html>"),
        (200, {}),
    ):
        with pytest.raises(LedgerBusy):
            consents(answering(status, body)).refresh("r", START)


def test_a_lost_connection_to_the_token_host_says_try_again() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    with pytest.raises(LedgerBusy):
        consents(handler).refresh("r", START)


def test_a_code_that_is_used_can_only_be_asked_for_again() -> None:
    with pytest.raises(Refused) as refusal:
        consents(answering(400, {"error": "invalid_grant"})).exchange("c", START)
    assert refusal.value.code == "consent_expired"


def test_a_consent_without_offline_access_is_of_no_use() -> None:
    with pytest.raises(Refused) as refusal:
        consents(answering(200, {**GRANTED, "refresh_token": None})).exchange("c", START)
    assert refusal.value.code == "missing_scope"


def test_choices_are_the_organisations_of_this_consent() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(
            200,
            json=[
                {"id": "c1", "tenantId": "T1", "tenantType": "ORGANISATION", "tenantName": "One"},
                {"id": "c2", "tenantId": "T2", "tenantType": "PRACTICE", "tenantName": None},
            ],
        )

    [choice] = consents(handler).choices(token(authentication_event_id="e1"))
    assert (choice.id, choice.name, choice.connection_id) == ("t1", "One", "c1")
    assert asked == ["https://api.xero.com/connections?authEventId=e1"]


@pytest.mark.parametrize("text", ["", "opaque", "a.b.c", token(), "x.W10.y"])
def test_a_token_that_does_not_say_its_event_asks_for_all(text: str) -> None:
    assert consents(answering(200, [])).choices(text) == ()


@pytest.mark.parametrize("body", ["", {"Title": "Unauthorized"}])
def test_connections_that_cannot_be_read_say_try_again(body: object) -> None:
    with pytest.raises(LedgerBusy):
        consents(answering(401, body)).choices(token())


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        (SCOPES, ()),
        ((*SCOPES[:-2], "accounting.settings", SCOPES[-1]), ()),
        (SCOPES[1:], ("offline_access",)),
    ],
)
def test_missing_scopes(granted: tuple[str, ...], missing: tuple[str, ...]) -> None:
    assert consents(answering(500, "")).missing_scopes(granted) == missing
