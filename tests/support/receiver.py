"""A CRM's endpoint on this machine: notes what arrives, answers as it was told, verifies as the library does."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Arrived:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data

    def verified(self, secret: str) -> Any:
        """What a receiver gets from the library. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(frozen=True)
class Say:
    """One answer; ``drip_s`` sends its text byte by byte, with that long in between."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    drip_s: float = 0.0
    before: Callable[[], None] = lambda: None  # while the request is being answered


class _Quiet(ThreadingHTTPServer):
    """Says nothing of callers who hang up."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Receiver:
    """``answers``: one after another, the last one for good."""

    def __init__(self, answers: list[Say] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.answers = answers or [Say()]
        self.arrived: list[Arrived] = []
        self._enough = threading.Event()
        self._server = _Quiet(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks"

    @property
    def revisions(self) -> list[int]:
        return [each.data["revision"] for each in self.arrived]

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._enough.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                receiver.arrived.append(Arrived(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                said = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                said.before()
                self._answer(said)

            def _answer(self, said: Say) -> None:
                lines = [f"HTTP/1.1 {said.status} Said", *(f"{name}: {value}" for name, value in said.headers.items())]
                text = said.text.encode()
                head = "\r\n".join([*lines, f"content-length: {len(text)}", "connection: close", "", ""]).encode()
                try:
                    for piece in [head + text] if not said.drip_s else [bytes([b]) for b in head + text]:
                        self.wfile.write(piece)
                        if receiver._enough.wait(said.drip_s):
                            return
                except OSError:
                    pass  # the hub has hung up

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def receiving(*answers: Say, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver at work until the block ends."""
    receiver = Receiver(list(answers), tls)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()
