"""Calls to one organisation: each under a permit of the shared limits, with a token that is renewed at most once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol
from urllib.parse import urlencode

from ledgerlink.errors import LedgerBusy, NotConnected, Refused
from ledgerlink.ports import Clock, Limits, NoPermit, Permit, Purpose

from . import answers
from .client import ANSWER_S, Answer, Lost, NeverLeft, XeroClient
from .refusals import rejected

PATIENCE = timedelta(seconds=3)  # how long a call waits for the bucket, in steps of at most a second
_TROUBLE = timedelta(seconds=30)  # until a read that failed for Xero's own reasons is worth repeating


class Access(Protocol):
    """The company's token, and whom to tell that it is worth nothing any more (``flows.connection.tokens``)."""

    def token(self, refused: str = "") -> str:
        """A token that is good for a while; never ``refused`` again. Raises NotConnected, LedgerBusy."""
        ...

    def lost(self, refused: str, detail: str) -> None:
        """Xero does not accept ``refused``, and renewing would not help."""
        ...


class NoPermitNow(Exception):
    """The limits allow no call now."""

    def __init__(self, answer: NoPermit) -> None:
        self.answer = answer
        super().__init__(answer.reason)


class Session:
    """One organisation's API. ``access`` is asked once and its token kept for as long as the session lives; calls are
    counted by the days of ``zone``."""

    def __init__(
        self,
        organisation: str,
        *,
        client: XeroClient,
        api_url: str,
        access: Access,
        limits: Limits,
        clock: Clock,
        zone: tzinfo = UTC,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.organisation, self._client, self._api_url = organisation, client, api_url
        self._access, self._limits, self._clock, self._monotonic = access, limits, clock, monotonic
        self._zone, self._token = zone, ""

    def get(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        *,
        purpose: Purpose,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A 200, 304 or 404. Raises LedgerBusy, NotConnected, or Refused where the question itself was wrong."""
        url = _with_query(path, query)
        try:
            answer = self.call("GET", url, purpose=purpose, headers=headers or {})
        except NoPermitNow as busy:
            raise LedgerBusy(busy.answer.reason, retry_at=busy.answer.retry_at) from busy
        except (NeverLeft, Lost) as error:
            raise LedgerBusy(f"no answer: {error}", retry_at=self._clock.now() + _TROUBLE) from error
        return self._read(answer)

    def address(self, path: str, query: Mapping[str, object]) -> str:
        """Where a question goes, whole."""
        return f"{self._api_url}{_with_query(path, query)}"

    def call(
        self,
        method: str,
        path: str,
        *,
        purpose: Purpose,
        headers: Mapping[str, str],
        body: bytes = b"",
        seconds: float = ANSWER_S,
        until: datetime | None = None,
    ) -> Answer:
        """One call, or two where the first was refused for an expired token: a refused call was not carried out.

        Not begun after ``until``. Raises NoPermitNow, NeverLeft, Lost; NotConnected and LedgerBusy from the token.
        """
        ends = self._monotonic() + seconds
        self._token = self._token or self._access.token()
        answer = self._once(method, path, purpose, headers, body, seconds, until)
        if answers.access_problem(answer) == "expired":
            self._token = self._access.token(refused=self._token)
            answer = self._once(method, path, purpose, headers, body, max(1.0, ends - self._monotonic()), until)
        if answers.access_problem(answer) in ("expired", "needs_reconnect"):
            self._access.lost(self._token, answers.words(answer))
        return answer

    def _once(
        self,
        method: str,
        path: str,
        purpose: Purpose,
        headers: Mapping[str, str],
        body: bytes,
        seconds: float,
        until: datetime | None,
    ) -> Answer:
        permit = self._permit(purpose, patient=method != "GET" or purpose != "backfill")
        told = []
        try:
            now = self._clock.now()
            if until is not None and now >= until:
                raise NoPermitNow(NoPermit(now, "ledger_busy"))
            own = {"Authorization": f"Bearer {self._token}", "xero-tenant-id": self.organisation}
            if body:
                own["Content-Type"] = "application/json"
            answer = self._client.call(
                method, f"{self._api_url}{path}", headers={**own, **headers}, body=body, seconds=seconds
            )
            told.append(answers.seen(answer))
            return answer
        finally:
            self._limits.settle(self.organisation, permit, told)

    def _permit(self, purpose: Purpose, *, patient: bool) -> Permit:
        """Waits a moment for the bucket; a wait that would take longer is the caller's to plan."""
        give_up_at = self._clock.now() + (PATIENCE if patient else timedelta())
        while True:
            today = self._clock.now().astimezone(self._zone).date()
            found = self._limits.acquire(self.organisation, 1, purpose, today)
            if isinstance(found, Permit):
                return found
            if found.reason != "ledger_busy" or found.retry_at > give_up_at:
                raise NoPermitNow(found)
            self._clock.sleep(min(1.0, max(0.05, (found.retry_at - self._clock.now()).total_seconds())))

    def _read(self, answer: Answer) -> Answer:
        """What a failed read is in our words; a failed read is never "it is gone"."""
        if answer.status in (200, 304, 404):
            return answer
        problem = answers.access_problem(answer)
        if problem == "missing_scope":
            raise NotConnected("the connection lacks a permission", code="missing_scope")
        if problem in ("expired", "needs_reconnect"):
            raise NotConnected("the ledger no longer accepts the connection")
        if 400 <= answer.status < 500 and answer.status not in (403, 408, 429):
            refusal = rejected([answer.text[:200]])
            raise Refused(refusal.code, "; ".join(refusal.details))
        limits = answers.seen(answer)
        detail = "day_limit" if limits.problem.startswith("day") else f"HTTP {answer.status}"
        raise LedgerBusy(detail, retry_at=self._clock.now() + (limits.retry_after or _TROUBLE))


def _with_query(path: str, query: Mapping[str, object] | None) -> str:
    return f"{path}?{urlencode(query)}" if query else path
