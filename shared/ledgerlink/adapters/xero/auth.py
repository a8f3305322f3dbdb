"""Xero's consent: where to send the administrator, codes and tokens, which organisations (``facts/xero.md §1``)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from ledgerlink.errors import LedgerBusy, NotConnected, Refused
from ledgerlink.state.company import Choice, Tokens

from .client import Answer, Lost, NeverLeft, XeroClient, XeroEndpoints
from .credentials import XeroCredentials

# Granular scopes only: the broad ones are refused to every app made since March 2026 (facts §1.5).
SCOPES = (
    "offline_access",
    "accounting.contacts",
    "accounting.invoices",
    "accounting.payments",
    "accounting.settings.read",
    "accounting.attachments",
)
_BUSY_FOR = timedelta(seconds=30)
_ANSWER_S = 10.0


class XeroConsents:
    """``ports.Consents``. Without a client secret the app is of Xero's PKCE type; with one it needs none."""

    def __init__(
        self,
        client: XeroClient,
        endpoints: XeroEndpoints,
        credentials: XeroCredentials,
        *,
        redirect_uri: str,
    ) -> None:
        self._client, self._endpoints, self._app = client, endpoints, credentials
        self._redirect_uri = redirect_uri

    def authorize_url(self, state: str, challenge: str | None = None) -> str:
        query = {
            "response_type": "code",
            "client_id": self._app.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(SCOPES),
            "state": state,
        }
        if challenge and not self._app.client_secret:
            query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self._endpoints.login_url}?{urlencode(query, quote_via=quote)}"

    def exchange(self, code: str, now: datetime, verifier: str | None = None) -> tuple[Tokens, tuple[str, ...]]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        if verifier and not self._app.client_secret:
            form["code_verifier"] = verifier
        answer = self._identity("/connect/token", form, now)
        if _error(answer) == "invalid_grant":
            raise Refused("consent_expired", "the code is used or too old")
        told = self._granted(answer, now)
        return _tokens(told, now), tuple(str(told.get("scope") or "").split())

    def refresh(self, refresh_token: str, now: datetime) -> Tokens:
        answer = self._identity("/connect/token", {"grant_type": "refresh_token", "refresh_token": refresh_token}, now)
        if _error(answer) == "invalid_grant":
            raise NotConnected("the consent is gone")
        return _tokens(self._granted(answer, now), now)

    def choices(self, access_token: str) -> tuple[Choice, ...]:
        """Of this consent alone: the list holds every organisation this person ever connected (facts §1.3)."""
        event = _claims(access_token).get("authentication_event_id")
        return tuple(
            Choice(
                id=str(each["tenantId"]).lower(),
                name=str(each.get("tenantName") or ""),
                connection_id=str(each.get("id") or ""),
            )
            for each in self._connections(access_token, {"authEventId": str(event)} if event else {})
            if each.get("tenantType") == "ORGANISATION"
        )

    def revoke(self, refresh_token: str) -> None:
        self._identity("/connect/revocation", {"token": refresh_token}, None)

    def disconnect(self, access_token: str, connection_id: str) -> bool:
        """Revoking ends every connection of this person, other companies' too (facts §1.1): so first one by one."""
        answer = self._bearer(
            "DELETE", f"{self._endpoints.connections_url}/{quote(connection_id, safe='')}", access_token
        )
        if answer.status not in (200, 204, 404):
            raise LedgerBusy(f"connections: HTTP {answer.status}")
        return not self._connections(access_token, {})

    def missing_scopes(self, granted: Iterable[str]) -> tuple[str, ...]:
        """``accounting.settings`` includes ``accounting.settings.read``."""
        held = set(granted)
        return tuple(scope for scope in SCOPES if scope not in held and scope.removesuffix(".read") not in held)

    def _connections(self, access_token: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        address = self._endpoints.connections_url + (f"?{urlencode(query)}" if query else "")
        answer = self._bearer("GET", address, access_token)
        found = _json(answer)
        if answer.status != 200 or not isinstance(found, list):
            raise LedgerBusy(f"connections: HTTP {answer.status}")
        return found

    def _bearer(self, method: str, address: str, access_token: str) -> Answer:
        return self._call(method, address, {"Authorization": f"Bearer {access_token}"}, b"")

    def _identity(self, path: str, form: Mapping[str, str], now: datetime | None) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._app.client_secret:
            pair = f"{quote(self._app.client_id, safe='')}:{quote(self._app.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form = {**form, "client_id": self._app.client_id}
        answer = self._call("POST", f"{self._endpoints.identity_url}{path}", headers, urlencode(form).encode())
        if answer.status == 429 or answer.status >= 500:
            raise LedgerBusy(f"identity: HTTP {answer.status}", retry_at=now + _BUSY_FOR if now else None)
        return answer

    def _call(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            return self._client.call(method, address, headers=headers, body=body, seconds=_ANSWER_S)
        except (NeverLeft, Lost) as error:
            raise LedgerBusy(f"identity: {error}") from error

    def _granted(self, answer: Answer, now: datetime) -> dict[str, Any]:
        """The token answer. A refusal that is not the consent's fault (a wrong secret) must not end the connection."""
        told = _json(answer)
        if answer.status != 200 or not isinstance(told, dict) or not told.get("access_token"):
            raise LedgerBusy(f"identity: HTTP {answer.status} {_error(answer)}".strip(), retry_at=now + _BUSY_FOR)
        if not told.get("refresh_token"):
            raise Refused("missing_scope", "the ledger gave no lasting permission (offline_access)")
        return told


def _tokens(told: Mapping[str, Any], now: datetime) -> Tokens:
    return Tokens(
        access_token=told["access_token"],
        refresh_token=told["refresh_token"],
        expires_at=now + timedelta(seconds=int(told.get("expires_in") or 1800)),
    )


def _claims(token: str) -> dict[str, Any]:
    """What an access token says about itself. Not verified: it came from Xero over TLS a moment ago."""
    payload = [*token.split("."), "", ""][1]
    try:
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _error(answer: Answer) -> str:
    told = _json(answer)
    return str(told.get("error") or "") if isinstance(told, dict) and answer.status >= 400 else ""


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None
