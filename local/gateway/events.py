"""Turns an HTTP request into the event an HTTP API (payload 2.0) gives to a function, and its result into an answer."""

import base64
import binascii
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.gateway.routes import Match


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:16])

    @property
    def path(self) -> str:
        """Percent-decoded, %2F too: what an HTTP API routes by and hands on (unlike REST APIs and function URLs)."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> str:
        """As it came, still encoded."""
        return urlsplit(self.target).query

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def as_json(status: int, value: Any) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(value).encode(), (("content-type", "application/json"),))


def message(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    """An answer of the gateway itself."""
    answer = as_json(status, {"message": text})
    return replace(answer, headers=(*answer.headers, *headers))


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Repeated names become one value with commas."""
    result: dict[str, str] = {}
    for name, value in pairs:
        result[name] = f"{result[name]},{value}" if name in result else value
    return result


def http_event(request: Request, match: Match, claims: Mapping[str, str] | None) -> dict[str, Any]:
    """The event; `claims` only on routes with an authorizer."""
    now = datetime.now(UTC)
    headers = joined((name.lower(), value) for name, value in request.headers if name.lower() != "cookie")
    cookies = [
        cookie.strip() for name, value in request.headers if name.lower() == "cookie" for cookie in value.split(";")
    ]
    query = joined(parse_qsl(request.query, keep_blank_values=True))
    body, encoded = body_text(request)
    context: dict[str, Any] = {
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": request.header("host"),
        "domainPrefix": "local",
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request.id,
        "routeKey": match.key,
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }
    if claims is not None:
        context["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": encoded,
    }
    optional = {"cookies": cookies, "queryStringParameters": query, "pathParameters": match.parameters, "body": body}
    return event | {name: value for name, value in optional.items() if value}


def body_text(request: Request) -> tuple[str | None, bool]:
    """(body, whether it is base64): text stays text, everything else, forms too, is encoded."""
    if not request.body:
        return None, False
    if is_text(request.header("content-type")):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def is_text(content_type: str) -> bool:
    kind = content_type.split(";")[0].strip().lower()
    known = {"", "application/json", "application/javascript", "application/xml"}
    return kind in known or kind.startswith("text/") or kind.endswith(("+json", "+xml"))


def http_answer(result: Any) -> Answer:
    """What API Gateway makes of a function's result; 500 when it is malformed."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return Answer(200, json.dumps(result).encode(), (("content-type", "application/json"),))
    try:
        status = int(result["statusCode"])
        text = result.get("body") or ""
        body = base64.b64decode(text, validate=True) if result.get("isBase64Encoded") else text.encode()
        headers = {str(name).lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    except (ValueError, TypeError, AttributeError, binascii.Error):
        return message(500, "Internal Server Error")
    headers.pop("content-length", None)
    headers.setdefault("content-type", "text/plain;charset=UTF-8")
    cookies = (("set-cookie", cookie) for cookie in result.get("cookies") or [])
    return Answer(status, body, (*headers.items(), *cookies))
