"""The simulator as a transport of httpx: faults on answers become what a real wire would do to the client.

    client = httpx.Client(transport=FaultTransport(app), base_url="http://xero.test")

`server` does the same on a socket; one contract test runs both.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

from local.xero.in_flight import InFlight
from local.xero.messages import DELAY_HEADER, FAULT_HEADER, IN_FLIGHT_KEY, RESET, TIMEOUT, TORN

_FOR_EVER = float("inf")


class FaultTransport(httpx.BaseTransport):
    """Wraps a WSGI app in `httpx.WSGITransport`.

    `on_delay` is called with the seconds the client would have waited: pass the virtual clock's advance, or
    `time.sleep`; by default no time passes.
    """

    def __init__(
        self, app: Callable[..., Iterable[bytes]], *, on_delay: Callable[[float], object] | None = None
    ) -> None:
        self._app = app
        self._on_delay = on_delay or (lambda seconds: None)
        self._in_flight = InFlight()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._in_flight.one_more(request.headers.get("xero-tenant-id", "")) as count:
            inner = httpx.WSGITransport(app=self._counted(count))
            return self._as_on_the_wire(request, inner.handle_request(request))

    def _counted(self, count: int) -> Callable[..., Iterable[bytes]]:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            return self._app({**environ, IN_FLIGHT_KEY: count}, start_response)

        return app

    def _as_on_the_wire(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        fault = response.headers.pop(FAULT_HEADER, "")
        delay = float(response.headers.pop(DELAY_HEADER, 0.0))
        patience = request.extensions.get("timeout", {}).get("read") or _FOR_EVER
        if delay:
            self._on_delay(min(delay, patience))
        if delay > patience or (fault == TIMEOUT and patience < _FOR_EVER):
            raise httpx.ReadTimeout("timed out", request=request)
        if fault == TIMEOUT:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        if fault == RESET:
            raise httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
        if fault == TORN:
            body = b"".join(response.iter_raw())
            return httpx.Response(response.status_code, headers=response.headers, stream=_Torn(body, request))
        return response


class _Torn(httpx.SyncByteStream):
    """Half a body, then nothing."""

    def __init__(self, body: bytes, request: httpx.Request) -> None:
        self._body, self._request = body, request

    def __iter__(self) -> Iterator[bytes]:
        half = len(self._body) // 2
        yield self._body[:half]
        raise httpx.RemoteProtocolError(
            f"peer closed connection without sending complete message body (received {half} bytes, "
            f"expected {len(self._body)})",
            request=self._request,
        )
