"""The admin API as a client sees it: requests become API Gateway's events (payload 2.0), answers are read back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from aws_lambda_powertools.event_handler.api_gateway import Route

from admin_api.app import app, lambda_handler
from ledgerlink import nonce_cookie, wiring
from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.flows.connection.connect import callback
from ledgerlink.flows.inbound.import_ import import_due
from ledgerlink.flows.outbound.export import export_due
from ledgerlink.wiring import Wiring
from tests.support.xero import SimulatedXero

JSON_TYPE = "application/json"
_WIRED = wiring.ports


class LambdaContext:
    function_name = "admin_api"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:admin_api"
    aws_request_id = "request-1"


@dataclass(frozen=True)
class Answered:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type") == "application/problem+json"

    def __getitem__(self, name: str) -> Any:
        return self.json[name]


class Api:
    """Calls the handler. Who calls is said by keyword; an administrator of every company by default."""

    def __init__(self, wired: Wiring) -> None:
        self.wired = wired
        app.dependency_overrides[_WIRED] = lambda: wired

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "admin",
        companies: str = "[*]",
        sub: str = "ann",
        headers: Mapping[str, str] | None = None,
        token: bool = True,
        **query: Any,
    ) -> Answered:
        event = an_event(method, path, body, headers=headers, query=query)
        if token:
            claims = {
                "sub": sub,
                "email": f"{sub}@acme.example",
                "ledgerlink/role": role,
                "ledgerlink/companies": companies,
            }
            event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
        made = lambda_handler(event, LambdaContext())
        text = made["body"] or ""
        if made["isBase64Encoded"]:
            text = base64.b64decode(text).decode()
        told = {name.lower(): value for name, value in made.get("headers", {}).items()}
        return Answered(made["statusCode"], told, text)

    def get(self, path: str, **more: Any) -> Answered:
        return self("GET", path, **more)

    def put(self, path: str, body: Any, **more: Any) -> Answered:
        return self("PUT", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Answered:
        return self("PATCH", path, body, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answered:
        return self("POST", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answered:
        return self("DELETE", path, **more)

    # ---------------------------------------------------------------- what happens behind it

    def connect(self, xero: SimulatedXero, company: str = "acme") -> None:
        """An administrator's consent, from its beginning to the way back."""
        begun = self.post(f"/v1/companies/{company}/connection")
        assert begun.status == 200, begun.text
        answer = xero.http.get(f"{begun['authorize_url']}&auto={xero.organisation}")
        told = parse_qs(urlsplit(answer.headers["location"]).query)
        nonce = nonce_cookie.read([begun.headers["set-cookie"].split(";")[0]])
        landed = callback(self.wired, state=told["state"][0], code=told["code"][0], nonce=nonce)
        assert landed.state == "connected", landed

    def export(self, company: str = "acme") -> None:
        """One drain of the company's queue."""
        export_due(company, self.wired, seconds_left=lambda: 100.0)

    def work(self, job: str, company: str = "acme") -> None:
        """Turns of a job, with the export it orders, until nothing moves any more."""
        for _ in range(50):
            run_turn(company, job, self.wired, seconds_left=lambda: 100.0)
            self.export(company)
            found = self.wired.jobs.get(company, job)
            if found is not None and found.status in ("done", "failed", "cancelled", "planned"):
                return
            self.wired.clock.sleep(1.0)

    def import_(self, company: str = "acme") -> None:
        """One turn of the company's import lane."""
        import_due(company, self.wired, seconds_left=lambda: 100.0)


def an_event(
    method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, query: Mapping[str, Any]
) -> dict[str, Any]:
    """The event, without a token. ``body``: text goes as it is, bytes in base64, anything else as JSON."""
    told = {"content-type": JSON_TYPE} if body is not None else {}
    told |= {name.lower(): value for name, value in (headers or {}).items()}
    params = {name: _plain(value) for name, value in query.items() if value is not None}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} /v1/{{proxy+}}",
        "rawPath": unquote(path),
        "rawQueryString": urlencode(params),
        "headers": told,
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "gateway-1",
            "stage": "$default",
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if params:
        event["queryStringParameters"] = params
    if isinstance(body, bytes):
        event["body"] = base64.b64encode(body).decode()
    elif body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def all_routes() -> list[Route]:
    """Every route of the API."""
    return [*app._static_routes, *app._dynamic_routes]


ACME = "/v1/companies/acme"
ORGANIZATIONS = f"{ACME}/organizations"
