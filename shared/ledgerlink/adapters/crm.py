"""One message to the CRM: signed by Standard Webhooks, sent once, to a vetted address, within ten seconds."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

import httpcore
from standardwebhooks import Webhook

from ledgerlink import __version__
from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.ports import CrmAnswer, CrmMessage
from ledgerlink.rules.crm_address import target_of, url_problem

from .guarded_network import Forbidden, GuardedNetwork, Resolve, Unresolved, resolved, vetted

WHOLE_S = 10.0  # from the first look-up to the end of the answer
MOST_BYTES = 2000  # of an answer; nobody acts on what it says
MOST_CHARACTERS = 500
_BROKEN = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


@cache
def _public_authorities() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


class HttpCrm:
    """``ports.Crm``. ``open_loopback``: plain HTTP to this very machine is allowed, which only a laptop should."""

    def __init__(
        self,
        *,
        open_loopback: bool = False,
        resolve: Resolve = resolved,
        tls: Callable[[], ssl.SSLContext] = _public_authorities,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._open_loopback, self._resolve, self._tls, self._whole_s = open_loopback, resolve, tls, whole_s

    def check(self, url: str) -> None:
        problem = url_problem(url, open_loopback=self._open_loopback)
        target = target_of(url)
        if not problem and target is not None:
            try:
                vetted(target, open_loopback=self._open_loopback, resolve=self._resolve)
            except Forbidden as forbidden:
                problem = str(forbidden)
            except Unresolved:
                problem = "the name cannot be resolved"
        if problem:
            raise Invalid(FieldProblem("url", problem, "address_refused"), code="address_refused")

    def send(self, url: str, message: CrmMessage, secrets: Sequence[str]) -> CrmAnswer:
        began = time.monotonic()
        try:
            answer = self._exchange(url, message, secrets, began + self._whole_s)
        except Forbidden as forbidden:
            answer = CrmAnswer(detail=f"not sent: {forbidden}")
        except Unresolved:
            answer = CrmAnswer(detail="not sent: the name cannot be resolved")
        except _BROKEN as error:
            answer = CrmAnswer(detail=_told(error))
        return CrmAnswer(
            answer.status, answer.detail, answer.retry_after, answer.text, round((time.monotonic() - began) * 1000)
        )

    def _exchange(self, url: str, message: CrmMessage, secrets: Sequence[str], ends: float) -> CrmAnswer:
        target = target_of(url)
        problem = url_problem(url, open_loopback=self._open_loopback)
        if problem or target is None:
            raise Forbidden(problem)

        def left() -> float:
            seconds = ends - time.monotonic()
            if seconds <= 0:
                raise httpcore.ReadTimeout
            return seconds

        network = GuardedNetwork(target.scheme, open_loopback=self._open_loopback, left=left, resolve=self._resolve)
        # A pool for each message: nothing is kept open between companies, and redirects are nobody's business here.
        with (
            httpcore.ConnectionPool(ssl_context=self._tls(), network_backend=network) as pool,
            pool.stream("POST", url, headers=_headers(message, secrets), content=message.body.encode()) as response,
        ):
            told = {name.lower(): value for name, value in response.headers}
            retry_after = _wait(told.get(b"retry-after", b"").decode("latin-1"))
            return CrmAnswer(response.status, retry_after=retry_after, text=_beginning(response))


def _headers(message: CrmMessage, secrets: Sequence[str]) -> list[tuple[str, str]]:
    # Real time, not the clock's: the receiver compares it with its own.
    now = datetime.now(UTC)
    return [
        ("Content-Type", "application/json"),
        ("User-Agent", f"Ledgerlink/{__version__}"),
        ("webhook-id", message.id),
        ("webhook-timestamp", str(int(now.timestamp()))),
        ("webhook-signature", " ".join(Webhook(secret).sign(message.id, now, message.body) for secret in secrets)),
    ]


def _beginning(response: httpcore.Response) -> str:
    """The first of what it says; its status stands even where the rest does not come."""
    found = b""
    with suppress(*_BROKEN):
        for piece in response.iter_stream():
            found += piece
            if len(found) >= MOST_BYTES:
                break
    return found.decode("utf-8", "replace")[:MOST_CHARACTERS]


def _wait(text: str) -> timedelta | None:
    """What Retry-After asks for: seconds, or a date."""
    if text.strip().isdigit():
        return timedelta(seconds=min(int(text), 10**7))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return until - datetime.now(UTC) if until.tzinfo else None


def _told(error: Exception) -> str:
    match error:
        case httpcore.ConnectError(args=(ssl.SSLCertVerificationError(), *_)):
            return "its certificate is not valid"
        case httpcore.ConnectError() | httpcore.ConnectTimeout():
            return "no connection could be made"
        case httpcore.TimeoutException():
            return "no answer in time"
    return "the connection broke"
