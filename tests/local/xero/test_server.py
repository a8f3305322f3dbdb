"""The simulator on a real port: speed, framing, calls in flight, and the command line."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from local.xero.__main__ import HttpSender, main, time_of
from local.xero.clock import ClockStuck
from local.xero.server import Server
from local.xero.webhooks import NOT_EMPTY, UNREACHABLE
from tests.local.xero.rig import API, Rig, names

pytestmark = pytest.mark.loopback


@pytest.fixture
def client(served: Server, xero: Rig) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, headers={**xero.headers, "Accept": "application/json"}) as client:
        yield client


def test_a_call_on_a_kept_connection_is_fast(client: httpx.Client, xero: Rig) -> None:
    """Without the two switches in the handler each costs 44 ms."""
    xero.set(minute_limit=None)
    client.get(f"{API}/Contacts")
    took = []
    for number in range(20):
        started = time.perf_counter()
        client.put(f"{API}/Contacts", json={"Name": f"c{number}"})
        took.append(time.perf_counter() - started)
    assert min(took) < 0.04  # on a busy machine, too, one of them is


def test_bodies_may_be_chunked_and_paths_encoded(client: httpx.Client) -> None:
    body = json.dumps({"Name": "Ö", "ContactNumber": "ü/1"}).encode()
    assert client.put(f"{API}/Contacts", content=iter([body[:5], body[5:]])).status_code == 200
    assert names(client.get(f"{API}/Contacts/%C3%BC%2F1").json()["Contacts"]) == ["Ö"]


def test_an_answer_without_a_body_leaves_the_connection_usable(client: httpx.Client) -> None:
    (connection,) = client.get("/connections").json()
    assert client.delete(f"/connections/{connection['id']}").status_code == 204
    assert client.get("/connections").json() == []


def test_a_kept_connection_is_one_connection(served: Server, xero: Rig) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", served.server_port)
    kept.connect()
    port = kept.sock.getsockname()[1]
    for _ in range(3):
        kept.request("GET", f"{API}/Organisation", headers=xero.headers)
        assert kept.getresponse().read()
    assert kept.sock.getsockname()[1] == port
    kept.close()


def test_calls_in_flight_are_counted_on_the_socket(client: httpx.Client, xero: Rig) -> None:
    xero.set(concurrent=1)
    xero.fault("latency", delay_s=0.15)
    answers: list[int] = []
    slow = threading.Thread(target=lambda: answers.append(client.get(f"{API}/Contacts").status_code))
    slow.start()
    while not xero.sim("GET", "requests").json()[-1]["fault"]:
        time.sleep(0.002)
    assert client.get(f"{API}/Contacts").headers["x-rate-limit-problem"] == "concurrent"
    slow.join()
    assert answers == [200]


def test_the_server_listens_on_loopback_alone(served: Server) -> None:
    assert served.server_address[0] == "127.0.0.1"


class _Receiver(BaseHTTPRequestHandler):
    """Answers as the path says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        chatty = b"thanks" if self.path == "/chatty" else b""
        self.send_response(401 if self.path.startswith("/wrong") else 200)
        if self.path == "/cookie":
            self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length", str(len(chatty)))
        self.end_headers()
        self.wfile.write(chatty)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "status"), [("/quiet", 200), ("/wrong", 401), ("/chatty", NOT_EMPTY), ("/cookie", NOT_EMPTY)]
)
def test_a_webhook_must_be_answered_with_an_empty_body_and_no_cookie(receiver: str, path: str, status: int) -> None:
    with HttpSender() as send:
        assert send(f"{receiver}{path}", {"x-xero-signature": "s"}, b"{}") == status


def test_a_receiver_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as taken, HttpSender() as send:
        taken.bind(("127.0.0.1", 0))
        assert send(f"http://127.0.0.1:{taken.getsockname()[1]}/", {}, b"{}") == UNREACHABLE


def test_the_command_serves_with_a_clock_file_settings_and_webhooks(tmp_path: Path, receiver: str) -> None:
    clock = tmp_path / "clock.json"
    clock.write_text('{"offset_s": 3600.0}')
    command = [sys.executable, "-m", "local.xero", "--port", "0", "--clock-file", str(clock)]
    command += ["--setting", "minute_limit=null", "--setting", "slots=replace"]
    command += ["--webhook-url", f"{receiver}/quiet", "--webhook-key", "k"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        settings = httpx.get(f"{url}settings").json()
        assert (settings["minute_limit"], settings["slots"]) == (None, "replace")
        assert settings["webhooks"]["state"] == "intent to receive"
        moved = httpx.post(f"{url}clock", json={"advance_s": 60}).json()["now"]
        assert json.loads(clock.read_text()) == {"offset_s": 3660.0}
        assert httpx.get(f"{url}clock").json()["now"] >= moved
        # This receiver accepts mis-signed probes, so it has not shown its intent to receive.
        assert httpx.post(f"{url}webhooks:flush").json()["state"] == "failed"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0


@pytest.mark.parametrize("arguments", [["--webhook-url", "http://x.example"], ["--setting", "minute_limt=1"]])
def test_the_command_refuses_what_it_cannot_use(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"webhooks need a url and a key|no setting 'minute_limt'"):
        main(["--port", "0", *arguments])


def test_the_gateway_moves_time_where_there_is_one(tmp_path: Path, receiver: str) -> None:
    """It writes the clock file itself, after its own work; here it does neither."""
    _clock, advance = time_of(tmp_path / "clock.json", f"{receiver}/")
    assert advance is not None
    advance(60)
    assert not (tmp_path / "clock.json").exists()
    _clock, advance = time_of(tmp_path / "clock.json", f"{receiver}/wrong")
    assert advance is not None
    with pytest.raises(ClockStuck):
        advance(60)
    with pytest.raises(SystemExit):
        time_of(None, receiver)
