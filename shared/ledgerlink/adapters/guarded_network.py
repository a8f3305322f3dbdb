"""A network that reaches vetted addresses only, and whose every step ends by one deadline.

A name becomes an address in exactly one place, here, at the moment of connecting: what was vetted is what is connected
to, so a name that changes its address in between (DNS rebinding) gains nothing. TLS still goes to the name.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from ledgerlink.rules.crm_address import Target, address_problem

CONNECT_S = 3.0
RESOLVE_S = 3.0
MOST_TRIED = 3  # addresses of one name

Resolve = Callable[[str, int], list[str]]


class Forbidden(Exception):
    """Nothing may be sent there; says why in plain words."""


class Unresolved(Exception):
    """The name has no address, or nobody told in time."""


def resolved(host: str, port: int) -> list[str]:
    """Every address of a name, the system's favourite first. Raises OSError, UnicodeError."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def vetted(target: Target, *, open_loopback: bool, resolve: Resolve = resolved) -> list[str]:
    """The addresses of the target, if nothing may be said against a single one. Raises Forbidden, Unresolved."""
    addresses = _in_time(target, resolve)
    for address in addresses:
        problem = address_problem(target, address, open_loopback=open_loopback)
        if problem:
            raise Forbidden(problem)
    return addresses


def _in_time(target: Target, resolve: Resolve) -> list[str]:
    """The system's resolver knows no timeout of ours; a look-up that is too slow is left to end by itself."""
    found: list[list[str]] = []

    def look_up() -> None:
        try:
            found.append(resolve(target.host, target.port))
        except (OSError, UnicodeError):
            found.append([])

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(RESOLVE_S)
    if not found or not found[0]:
        raise Unresolved
    return found[0]


class GuardedNetwork(httpcore.NetworkBackend):
    """For one request: ``left`` says how many seconds there are, and raises ``httpcore.ReadTimeout`` at the end."""

    def __init__(
        self, scheme: str, *, open_loopback: bool, left: Callable[[], float], resolve: Resolve = resolved
    ) -> None:
        self._scheme, self._open_loopback, self._left, self._resolve = scheme, open_loopback, left, resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        target = Target(self._scheme, host, port)
        failed: Exception | None = None
        for address in vetted(target, open_loopback=self._open_loopback, resolve=self._resolve)[:MOST_TRIED]:
            try:
                seconds = min(CONNECT_S, self._left())
                return _Timed(self._plain.connect_tcp(address, port, seconds, None, socket_options), self._left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        assert failed is not None
        raise failed


class _Timed(httpcore.NetworkStream):
    """A stream whose steps share one deadline: a peer that sends a byte now and then gains no time by it."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream, self._left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
