"""The same client over a real socket: what httpx promises in tests, the wire keeps."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from ledgerlink.adapters.xero.client import Answer, Lost, NeverLeft, XeroClient, new_http
from local.xero.app import create_app
from local.xero.server import Server

pytestmark = pytest.mark.loopback


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(create_app(), 0)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[XeroClient]:
    with new_http() as http:
        yield XeroClient(http)


def fault(server: Server, kind: str, **fields: object) -> None:
    body = {"match": {"path": "/connect/token"}, "kind": kind, **fields}
    assert httpx.post(f"{server.url}/_sim/faults", json=body, trust_env=False).status_code == 200


def put(client: XeroClient, server: Server, body: bytes, *, seconds: float = 5) -> Answer:
    """Something that answers without a token."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.call("POST", f"{server.url}/connect/token", headers=headers, body=body, seconds=seconds)


def test_a_body_of_many_pieces_arrives_whole(client: XeroClient, server: Server) -> None:
    answer = put(client, server, b"client_id=app&grant_type=" + b"x" * 300_000)
    assert (answer.status, json.loads(answer.body)) == (400, {"error": "unsupported_grant_type"})
    [line] = httpx.get(f"{server.url}/_sim/requests", trust_env=False).json()
    assert line["sent_bytes"] == 300_025


@pytest.mark.parametrize("kind", ["timeout_before", "reset", "torn", "latency"])
def test_an_answer_that_does_not_come_whole_and_in_time_is_lost(client: XeroClient, server: Server, kind: str) -> None:
    fault(server, kind, **({"delay_s": 20.0} if kind in ("timeout_before", "latency") else {}))
    began = time.monotonic()
    with pytest.raises(Lost):
        put(client, server, b"client_id=app", seconds=0.2)
    assert time.monotonic() - began < 10  # it did not wait for the answer


def test_where_nobody_listens_nothing_left(client: XeroClient, server: Server) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(NeverLeft):
        put(client, server, b"x")
