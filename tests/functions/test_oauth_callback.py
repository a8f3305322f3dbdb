"""The way back from Xero's consent page: always a redirect to the console, never a token in sight."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ledgerlink import nonce_cookie
from ledgerlink.flows.connection import connect
from ledgerlink.ports import PutCompany
from ledgerlink.state.company import Company
from ledgerlink.wiring import Wiring
from oauth_callback import app
from tests.functions.conftest import CONSOLE, rung
from tests.support.xero import SimulatedXero


class Context:
    """The little of Lambda's context that is looked at."""

    function_name = "oauth_callback"


@pytest.fixture
def started(wired: Wiring, monkeypatch: pytest.MonkeyPatch) -> connect.Started:
    """A consent begun for the company ``acme``."""
    monkeypatch.setattr(app, "ports", lambda: wired)
    wired.commit.all(PutCompany(Company(id="acme", name="Acme", profile="rental")))
    return connect.start("acme", wired, sub="admin-1", email="admin@acme.example")


def back(simulated: SimulatedXero, url: str, auto: str = "") -> dict[str, str]:
    """What Xero puts into the address it sends the browser to."""
    answer = simulated.http.get(f"{url}&auto={auto or simulated.organisation}")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def land(query: dict[str, str] | None, *cookies: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Where the browser is sent, what is told there, and the whole answer."""
    event: dict[str, Any] = {"version": "2.0", "cookies": list(cookies)}
    answer = app.lambda_handler(event | ({"queryStringParameters": query} if query is not None else {}), Context())
    assert answer["statusCode"] == 302
    address = urlsplit(answer["headers"]["location"])
    told = {name: values[0] for name, values in parse_qs(address.query).items()}
    return f"{address.scheme}://{address.netloc}{address.path}", told, answer


def cookie(nonce: str) -> str:
    return nonce_cookie.setting(nonce, secure=True).split(";")[0]


def test_the_company_is_connected_and_the_browser_is_at_the_console(
    wired: Wiring, simulated: SimulatedXero, started: connect.Started
) -> None:
    address, told, answer = land(back(simulated, started.url), "other=1", cookie(started.nonce))
    assert address == f"{CONSOLE}/"
    assert told == {"connection": "connected", "company": "acme"}
    assert answer["cookies"] == [nonce_cookie.removing(secure=True)]
    assert answer["headers"]["cache-control"] == "no-store"
    assert rung(wired) == rung(wired, "export") == 1
    assert wired.ledgers.of("acme").search("abc") == []


def test_tokens_are_stored_encrypted(wired: Wiring, simulated: SimulatedXero, started: connect.Started) -> None:
    from ledgerlink.adapters.dynamodb import control

    land(back(simulated, started.url), cookie(started.nonce))
    held, stored = wired.companies.tokens("acme"), control.get("acme", "tokens")
    assert held is not None
    assert stored is not None
    assert held.access_token not in stored.data
    assert held.refresh_token not in stored.data


def test_another_browser_cannot_finish(simulated: SimulatedXero, started: connect.Started) -> None:
    query = back(simulated, started.url)
    _, told, _ = land(query, cookie("another"))
    assert told == {"connection": "none", "company": "acme", "reason": "consent_elsewhere"}
    _, told, _ = land(query, cookie(started.nonce))
    assert told == {"connection": "none", "reason": "consent_expired"}


def test_on_a_laptop_no_cookie_is_needed(wired: Wiring, simulated: SimulatedXero, started: connect.Started) -> None:
    wired.settings = replace(wired.settings, local=True)
    _, told, answer = land(back(simulated, started.url))
    assert told["connection"] == "connected"
    assert "Secure" not in answer["cookies"][0]


def test_declining_is_told(simulated: SimulatedXero, started: connect.Started) -> None:
    _, told, _ = land(back(simulated, started.url, "deny"), cookie(started.nonce))
    assert told == {"connection": "none", "company": "acme", "reason": "consent_refused"}


@pytest.mark.usefixtures("started")
def test_whatever_else_comes_ends_at_the_console_too() -> None:
    for query in (None, {}, {"code": "c"}, {"state": "?", "code": "c"}, {"error": "server_error"}):
        address, told, _ = land(query)
        assert (address, told["reason"]) == (f"{CONSOLE}/", "consent_expired")


@pytest.mark.usefixtures("started")
def test_the_sample_event_s_state_is_nobody_s() -> None:
    sample = json.loads((Path(__file__).parents[2] / "events" / "oauth_callback.json").read_text())
    assert nonce_cookie.read(sample["cookies"]) == "the-nonce"
    location = app.lambda_handler(sample, Context())["headers"]["location"]
    assert location == f"{CONSOLE}/?connection=none&reason=consent_expired"


def test_the_cookie_is_for_this_browser_s_top_window_alone() -> None:
    text = nonce_cookie.setting("n", secure=True)
    assert all(f"; {part}" in text for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=600"))
    assert nonce_cookie.read([" a=b", text.split(";")[0]]) == "n"
    assert nonce_cookie.read([]) == nonce_cookie.read(["x"]) == ""
