"""Listens on the gateway's port and hands each request to the local helpers, the API or the console."""

import logging
import threading

from local import http
from local.gateway.api import Api
from local.gateway.console import Console
from local.gateway.events import Answer, Request, message
from local.gateway.helpers import Helpers
from local.gateway.issuer import PATH as ISSUER
from local.gateway.issuer import Issuer
from local.ports import HOST

BODY_LIMIT = (
    10 * 1024 * 1024
)  # bytes API Gateway accepts; what a function may be given is less and checked with its event
log = logging.getLogger("local.gateway")


class Handler(http.Handler):
    server: "Server"

    def answer(self) -> None:
        try:
            body = self.body(BODY_LIMIT)
        except http.TooLong:
            self.close_connection = True
            return self._send(message(413, "Request Too Long"))
        try:
            answer = self.server.route(Request(self.command, self.path, tuple(self.headers.items()), body))
        except Exception:
            log.exception("%s %s", self.command, self.path)
            answer = message(500, "Internal Server Error")
        return self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def _send(self, answer: Answer) -> None:
        self.reply(answer.status, answer.body, list(answer.headers))


class Server(http.Server):
    def __init__(self, port: int, api: Api, console: Console, helpers: Helpers, issuer: Issuer) -> None:
        super().__init__((HOST, port), Handler)
        self._api = api
        self._console = console
        self._helpers = helpers
        self._issuer = issuer

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), name="gateway", daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def route(self, request: Request) -> Answer:
        if request.path.startswith(f"{ISSUER}/"):
            return self._issuer.answer(request)
        if request.path == "/local" or request.path.startswith("/local/"):
            return self._helpers.answer(request)
        answer = self._api.answer(request)
        if answer is not None:
            return answer
        if request.method in ("GET", "HEAD") and (
            request.path in ("/", "/favicon.ico") or request.path.startswith("/console")
        ):
            return self._console.serve(request.path)
        return message(404, "Not Found")
