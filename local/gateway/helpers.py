"""The /local/* endpoints: tokens, running and draining, the clock, e-mails, queues, logs; the page that shows them."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from local.functions import Functions
from local.gateway.events import Answer, Request, as_json, message
from local.gateway.here import comes_from_here

PAGE = Path(__file__).with_name("page.html")
FURTHEST_S = 10 * 366 * 86400  # how far time moves at once: a clock past year 9999 cannot be read, nor moved back


class Running(Protocol):
    """What the helpers do with the stack that serves them."""

    functions: Functions

    def token(self, *, sub: str, email: str, role: str, companies: Sequence[str]) -> str: ...
    def run(self, function: str, event: dict[str, Any] | None) -> dict[str, Any]: ...
    def drain(self, limit_s: float = ...) -> dict[str, Any]: ...
    def now(self) -> datetime: ...
    def advance(self, seconds: float) -> dict[str, Any]: ...
    def outbox(self) -> list[dict[str, Any]]: ...
    def queues(self) -> list[dict[str, Any]]: ...
    def redrive(self, queue: str) -> int: ...
    def peek(self, queue: str) -> list[dict[str, Any]]: ...


class Refused(Exception):
    """The request to a helper makes no sense; the text says why."""


class Helpers:
    def __init__(self, stack: Running) -> None:
        self._stack = stack
        self._fixed: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("POST", "/local/token"): self._token,
            ("POST", "/local/drain"): self._drain,
            ("POST", "/local/clock"): self._advance,
            ("GET", "/local/clock"): lambda _: {"now": stack.now().isoformat()},
            ("GET", "/local/outbox"): lambda _: stack.outbox(),
            ("GET", "/local/queues"): lambda _: {"items": stack.queues()},
            ("GET", "/local/logs"): lambda _: stack.functions.log_tails(),
        }

    def answer(self, request: Request) -> Answer:
        if not comes_from_here(request):
            return message(403, "The local helpers answer this machine only")
        if request.method == "GET" and request.path in ("/local", "/local/"):
            return Answer(200, PAGE.read_bytes(), (("content-type", "text/html; charset=utf-8"),))
        try:
            return as_json(200, self._do(request))
        except Refused as error:
            return message(400, str(error))
        except KeyError as error:
            return message(404, f"There is no {error.args[0]}")
        except (BotoCoreError, ClientError, OSError) as error:
            return message(502, f"The AWS endpoint: {error}")

    def _do(self, request: Request) -> Any:
        try:
            body = json.loads(request.body or b"{}")
        except (ValueError, RecursionError) as error:
            raise Refused(f"Not JSON: {error}") from error
        if not isinstance(body, dict):
            raise Refused("The body must be a JSON object")
        if action := self._fixed.get((request.method, request.path)):
            return action(body)
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["local", "run", function]:
                return self._stack.run(function, body or None)
            case "POST", ["local", "queues", queue, "redrive"]:
                return {"moved": self._stack.redrive(queue)}
            case "GET", ["local", "queues", queue]:
                return {"messages": self._stack.peek(queue)}
        raise KeyError(f"{request.method} {request.path}")

    def _token(self, body: dict[str, Any]) -> dict[str, str]:
        companies = body.get("companies", ["*"])
        if not isinstance(companies, list):
            raise Refused("companies must be a list")
        token = self._stack.token(
            sub=str(body.get("sub", "local")),
            email=str(body.get("email", "local@example.com")),
            role=str(body.get("role", "admin")),
            companies=[str(company) for company in companies],
        )
        return {"token": token}

    def _drain(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._stack.drain(**({"limit_s": _seconds(body, "limit_s")} if "limit_s" in body else {}))

    def _advance(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._stack.advance(_seconds(body, "advance_s"))


def _seconds(body: dict[str, Any], name: str) -> float:
    """Written so that NaN, which is JSON to Python, is refused too."""
    seconds = body.get(name)
    if not isinstance(seconds, int | float) or not 0 <= seconds <= FURTHEST_S:
        raise Refused(f"{name} must be a number of seconds from 0 to {FURTHEST_S} (ten years)")
    return float(seconds)
