"""Fixtures of the simulator's tests. Where Xero's OpenAPI files are at hand, they judge every answer given here."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.xero.messages import Answer, Request
from local.xero.server import Server
from tests.local.xero import spec
from tests.local.xero.rig import API, Rig


@pytest.fixture
def make_rig() -> Iterator[Callable[..., Rig]]:
    """Makes simulators; at the end their clients are closed and their answers judged."""
    made: list[Rig] = []
    complaints: list[str] = []

    def make(**given: Any) -> Rig:
        rig = Rig(**given)
        if spec.available():
            _judged(rig, complaints)
        made.append(rig)
        return rig

    yield make
    for rig in made:
        rig.http.close()
    assert complaints == []


def _judged(rig: Rig, complaints: list[str]) -> None:
    plain = rig.app.answer

    def answer(request: Request) -> Answer:
        given = plain(request)
        if not rig.app.world.faults.rules and not given.fault:
            complaints.extend(spec.judge(request, given))
        return given

    rig.app.answer = answer  # type: ignore[method-assign]


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """A simulator that nobody has connected to yet."""
    return make_rig()


@pytest.fixture
def xero(rig: Rig) -> Rig:
    """A simulator whose first organisation is connected."""
    return rig.connect()


@pytest.fixture
def served(xero: Rig) -> Iterator[Server]:
    """The connected simulator on a port."""
    server = Server(xero.app, 0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(served: Server, xero: Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Xero's Python SDK, unmodified, signed in; its token addresses are class attributes and point to the simulator."""
    from xero_python.api_client import ApiClient
    from xero_python.api_client.configuration import Configuration
    from xero_python.api_client.oauth2 import OAuth2Token, TokenApi

    for name in ("refresh_token_url", "revoke_token_url"):
        path = "/connect/token" if name.startswith("refresh") else "/connect/revocation"
        monkeypatch.setattr(TokenApi, name, f"{served.url}{path}")
    kept = {**xero.tokens, "scope": xero.tokens["scope"].split()}
    client = ApiClient(
        Configuration(oauth2_token=OAuth2Token(client_id="app", client_secret="secret")),
        oauth2_token_getter=lambda: kept,
        oauth2_token_saver=kept.update,
    )
    yield client
    client.rest_client.pool_manager.clear()


@pytest.fixture
def accounting(client: Any, served: Server) -> Any:
    """The SDK's accounting API on the served simulator."""
    from xero_python.accounting import AccountingApi

    return AccountingApi(client, base_url=f"{served.url}{API}")
