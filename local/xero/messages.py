"""A request as the simulator reads it and an answer as it gives it, away from WSGI.

WSGI cannot time out or break a connection, so an answer carries its fault as data (`fault`, `delay_s`). The app writes
them into the headers named here; whoever owns the wire (`transport.FaultTransport`, `server`) acts on them and takes
them out, so that no client ever sees them.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]

FAULT_HEADER = "x-sim-fault"
DELAY_HEADER = "x-sim-delay"
IN_FLIGHT_KEY = "xero_sim.in_flight"

TIMEOUT, RESET, TORN = "timeout", "reset", "torn"
_SMALL_BODY = 1024


def _plain(value: object) -> object:
    """Decimals in a body read with them; everything else as text."""
    return float(value) if isinstance(value, Decimal) else str(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


@dataclass(slots=True)
class Request:
    """Header names are lower case; query names keep their case and are looked up without it."""

    method: str
    path: str
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    in_flight: int = 1  # requests this organisation has open, this one included; the wire's owner counts them
    keep_elements: int | None = None  # a fault may let only the first elements of a batch through
    query: dict[str, str] = field(init=False)
    _parameters: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.query = dict(parse_qsl(self.query_string, keep_blank_values=True))
        self._parameters = {name.lower(): value for name, value in self.query.items()}

    def parameter(self, name: str) -> str | None:
        """A query parameter by its name in any case; Xero takes `IDs`, `ids` and `Ids`."""
        return self._parameters.get(name.lower())

    def json(self, *, exact: bool = False) -> Any:
        """The body; `exact` reads numbers with a fraction as decimals."""
        return json.loads(self.body or b"null", parse_float=Decimal if exact else None)

    def flag(self, name: str) -> bool:
        """A yes in the query; clients write True as well as true."""
        return (self.parameter(name) or "").lower() == "true"

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(slots=True)
class Answer:
    """`fault` is empty, or how the wire fails: timeout, reset, torn."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    delay_s: float = 0.0

    @property
    def seen_status(self) -> int:
        """What the client sees: 0 where no answer reaches it."""
        return 0 if self.fault in (TIMEOUT, RESET) else self.status


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Answer:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Answer(status, _encode(value).encode(), {**kind, **(headers or {})})


def text_answer(status: int, text: str, content_type: str = "text/plain; charset=utf-8") -> Answer:
    return Answer(status, text.encode(), {"Content-Type": content_type})


def html_answer(status: int, text: str) -> Answer:
    return text_answer(status, text, "text/html; charset=utf-8")


def no_answer(fault: str, hold_s: float = 0.0) -> Answer:
    """Nothing comes back. The status line is for WSGI's sake only."""
    return Answer(504, fault=fault, delay_s=hold_s)


def read_request(environ: Mapping[str, Any]) -> Request:
    headers = {key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            headers[key.replace("_", "-").lower()] = environ[key]
    return Request(
        method=environ["REQUEST_METHOD"],
        path=_utf8(environ.get("PATH_INFO") or "/"),
        query_string=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=_body(environ),
        in_flight=environ.get(IN_FLIGHT_KEY, 1),
    )


def _body(environ: Mapping[str, Any]) -> bytes:
    if environ.get("CONTENT_LENGTH"):
        return bytes(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    return bytes(environ["wsgi.input"].read()) if "HTTP_TRANSFER_ENCODING" in environ else b""


def _utf8(path: str) -> str:
    """WSGI hands bytes over as latin-1 text, httpx's WSGITransport hands over the text itself."""
    try:
        return path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return path


def pack(answer: Answer, request: Request) -> None:
    """Reads are compressed for a client that takes gzip."""
    wanted = "gzip" in request.headers.get("accept-encoding", "")
    if request.method == "GET" and wanted and len(answer.body) > _SMALL_BODY:
        answer.body = gzip.compress(answer.body, compresslevel=1, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"


def wsgi_parts(answer: Answer) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
    if answer.fault:
        headers.append((FAULT_HEADER, answer.fault))
    if answer.delay_s:
        headers.append((DELAY_HEADER, str(answer.delay_s)))
    return f"{answer.status} {HTTPStatus(answer.status).phrase}", headers, [answer.body]
