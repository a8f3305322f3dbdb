"""The simulator on a port: a threaded HTTP/1.1 server on loopback that carries faults out on the socket."""

import io
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes

from local.xero.in_flight import InFlight
from local.xero.messages import DELAY_HEADER, FAULT_HEADER, IN_FLIGHT_KEY, RESET, TIMEOUT, TORN

App = Callable[..., Iterable[bytes]]
Headers = list[tuple[str, str]]
_LINGER_NOT = struct.pack("ii", 1, 0)  # closing then sends a reset


class Server(ThreadingHTTPServer):
    """Loopback only: the simulator has no guard of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self.in_flight = InFlight()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the game; anything else is worth a traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    # A keep-alive request costs 44 ms without these two (facts/local-aws.md).
    wbufsize = 65536
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "XeroSimulator", ""
    server: Server

    def do_GET(self) -> None:
        body = self._body()
        with self.server.in_flight.one_more(self.headers.get("xero-tenant-id", "")) as count:
            status, headers, answer = self._ask(body, count)
            fault, delay = _take(headers, FAULT_HEADER), float(_take(headers, DELAY_HEADER) or 0)
            if fault == TIMEOUT:
                self._hold(delay)
                self.close_connection = True
            elif fault == RESET:
                self._reset()
            else:
                time.sleep(delay)
                self._send(status, headers, answer[: len(answer) // 2] if fault == TORN else answer)
                self.close_connection = self.close_connection or fault == TORN

    do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = do_GET

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _ask(self, body: bytes, in_flight: int) -> tuple[str, Headers, bytes]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "QUERY_STRING": query,
            IN_FLIGHT_KEY: in_flight,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "wsgi.input": io.BytesIO(body),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()},
            "CONTENT_LENGTH": str(len(body)),
        }
        answered: list[Any] = []
        parts = self.server.app(environ, lambda status, headers: answered.extend((status, headers)))
        return answered[0], answered[1], b"".join(parts)

    def _send(self, status: str, headers: Headers, body: bytes) -> None:
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            if not (name == "Content-Length" and code in ("204", "304")):
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _hold(self, seconds: float) -> None:
        """Says nothing for so long, or until the client hangs up."""
        select.select([self.connection], [], [], seconds)

    def _reset(self) -> None:
        """Detached, because the server's own farewell would send a polite FIN first."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:
        """`GET /_sim/requests` is the log."""


def _take(headers: Headers, name: str) -> str:
    found = next((value for key, value in headers if key == name), "")
    headers[:] = [(key, value) for key, value in headers if key != name]
    return found
