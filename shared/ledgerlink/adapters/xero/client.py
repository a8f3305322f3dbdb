"""One HTTP exchange with Xero: a bounded time, no redirects, no repetitions, and honesty about what became of it.

A client that repeats by itself turns one timed-out create into four (``facts/xero.md §2.2``), so this one never does.
It says which of three things happened: an answer came (``Answer``), nothing left the house (``NeverLeft``), or nobody
knows (``Lost``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx

CONNECT_S = 3.0
ANSWER_S = 20.0  # the whole exchange, by the clock: httpx's own limits start anew with every read
STALL_S = 5.0  # the longest silence in the middle of an answer
_PIECE = 1 << 16


@dataclass(frozen=True)
class XeroEndpoints:
    """Where Xero is. ``api_url`` and ``identity_url`` are bases, the other two whole addresses."""

    api_url: str = "https://api.xero.com/api.xro/2.0"
    identity_url: str = "https://identity.xero.com"
    login_url: str = "https://login.xero.com/identity/connect/authorize"
    connections_url: str = "https://api.xero.com/connections"


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are looked up in any case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str:
        return self.headers.get(name, "").strip()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class NeverLeft(Exception):
    """No connection was made, so not a byte of the request can have arrived."""


class Lost(Exception):
    """The request left, and no whole answer came: it may or may not have been carried out."""


class _TooSlow(Exception):
    """The time for the whole exchange is up."""


def new_http(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """The process's client; ``transport`` puts the simulator or a recording in the network's place."""
    return httpx.Client(
        transport=transport,
        follow_redirects=False,
        trust_env=False,  # proxies and the like come from settings, not from the environment behind our back
        limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=15),
        headers={"User-Agent": "Ledgerlink", "Accept": "application/json", "Accept-Encoding": "gzip"},
    )


class XeroClient:
    """One attempt per call."""

    def __init__(self, http: httpx.Client, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._http, self._monotonic = http, monotonic

    def call(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", seconds: float = ANSWER_S
    ) -> Answer:
        """The whole answer within ``seconds``. Raises NeverLeft, Lost."""
        ends = self._monotonic() + seconds
        sized = {**headers, "Content-Length": str(len(body))} if body else dict(headers)
        request = self._http.build_request(
            method,
            url,
            headers=sized,
            content=self._pieces(body, ends) if body else None,
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_S, seconds), write=STALL_S, pool=CONNECT_S),
        )
        try:
            response = self._http.send(request, stream=True)
            try:
                request.extensions["timeout"]["read"] = STALL_S
                return Answer(response.status_code, response.headers, self._whole(response, ends))
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise NeverLeft(type(error).__name__) from error
        except (httpx.HTTPError, _TooSlow) as error:
            raise Lost(type(error).__name__) from error

    def _pieces(self, body: bytes, ends: float) -> Iterator[bytes]:
        for start in range(0, len(body), _PIECE):
            self._in_time(ends)
            yield body[start : start + _PIECE]

    def _whole(self, response: httpx.Response, ends: float) -> bytes:
        found = bytearray()
        for piece in response.iter_bytes():
            self._in_time(ends)
            found += piece
        return bytes(found)

    def _in_time(self, ends: float) -> None:
        if self._monotonic() >= ends:
            raise _TooSlow
