"""One exchange: bounded, never repeated, and honest about what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from ledgerlink.adapters.xero.client import Answer, Lost, NeverLeft, XeroClient, new_http

URL = "https://xero.test/api.xro/2.0/Contacts"


class Stopwatch:
    """Seconds that pass as the wire says."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Dripping(httpx.SyncByteStream):
    """A body that comes a piece at a time, a second apart."""

    def __init__(self, watch: Stopwatch, pieces: int) -> None:
        self._watch, self._pieces = watch, pieces
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self._pieces):
            self._watch.seconds += 1
            yield b"x"

    def close(self) -> None:
        self.closed = True


Handler = Callable[[httpx.Request], httpx.Response]


def call(handler: Handler, *, body: bytes = b"", watch: Stopwatch | None = None) -> Answer:
    """One call of twenty seconds to whoever the handler plays."""
    with new_http(httpx.MockTransport(handler)) as http:
        made = XeroClient(http, monotonic=watch or Stopwatch())
        return made.call("PUT" if body else "GET", URL, headers={"xero-tenant-id": "t"}, body=body, seconds=20)


def failing(error: type[httpx.RequestError], calls: list[str]) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        raise error("as the wire says", request=request)

    return handler


def test_the_whole_answer_has_twenty_seconds_however_it_drips() -> None:
    """httpx's own read timeout starts anew with every piece."""
    watch = Stopwatch()
    slow = Dripping(watch, 30)
    with pytest.raises(Lost):
        call(lambda _: httpx.Response(200, stream=slow), watch=watch)
    assert watch.seconds == 20
    assert slow.closed


class SlowReader(httpx.BaseTransport):
    """Takes fifteen seconds for each piece of the request."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for _ in request.stream:  # type: ignore[union-attr]
            self._watch.seconds += 15
        return httpx.Response(200)


def test_a_request_that_cannot_be_got_rid_of_in_time_is_lost() -> None:
    watch = Stopwatch()
    with new_http(SlowReader(watch)) as http, pytest.raises(Lost):
        XeroClient(http, monotonic=watch).call("PUT", URL, headers={}, body=b"x" * 300_000, seconds=20)
    assert watch.seconds == 30


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_without_a_connection_nothing_left(error: type[httpx.RequestError]) -> None:
    with pytest.raises(NeverLeft):
        call(failing(error, []))


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.RemoteProtocolError,
        httpx.DecodingError,
    ],
)
def test_anything_later_may_have_arrived_and_is_never_repeated(error: type[httpx.RequestError]) -> None:
    """xero-python resends a timed-out PUT three times (``facts/xero.md §2.2``)."""
    calls: list[str] = []
    with pytest.raises(Lost):
        call(failing(error, calls), body=b"{}")
    assert calls == ["PUT"]


@pytest.mark.parametrize("status", [302, 307, 429, 503])
def test_neither_redirects_nor_retry_after_are_followed(status: int) -> None:
    calls: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        return httpx.Response(status, headers={"Location": "https://elsewhere.test/", "Retry-After": "1"})

    assert call(handler, body=b"{}").status == status
    assert calls == [URL]


def test_json_and_gzip_are_asked_for_and_the_length_is_told() -> None:
    """XML is what Xero answers by default (``facts/xero.md §3.1``)."""
    told: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        told.append(request.headers)
        return httpx.Response(200, content=b"{}")

    call(handler, body=b"x" * 100_000)
    assert (told[0]["accept"], told[0]["accept-encoding"]) == ("application/json", "gzip")
    assert told[0]["content-length"] == "100000"
    assert "transfer-encoding" not in told[0]


def test_an_answer_does_not_show_its_body_where_it_is_printed() -> None:
    assert "secret" not in repr(Answer(200, {}, b"secret"))


def test_header_names_have_no_case() -> None:
    assert (
        call(lambda _: httpx.Response(200, headers={"x-minlimit-remaining": "7"})).header("X-MinLimit-Remaining") == "7"
    )
