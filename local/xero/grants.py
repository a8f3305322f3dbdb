"""What people have consented to: codes, rotating refresh tokens, access tokens, connections (facts/xero.md §1).

State and its rules only; `identity` speaks OAuth about it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.xero.ids import Ids
from local.xero.messages import Json

CODE_LIVES = timedelta(minutes=5)
ACCESS_LIVES = timedelta(minutes=30)
GRACE = timedelta(minutes=30)
REFRESH_LIVES = timedelta(days=60)
USER = "1d0c7f64-8d5c-4f0e-9d52-3f6a2f3f9c11"


@dataclass(slots=True)
class Grant:
    """One consent of the person to one app."""

    client: str
    scopes: tuple[str, ...]
    auth_event: str
    revoked: bool = False


@dataclass(slots=True)
class Code:
    grant: Grant
    redirect_uri: str
    challenge: str
    expires: datetime


@dataclass(slots=True)
class RefreshToken:
    """`replaced` is when its successor was issued; for 30 minutes more it may be redeemed again (§1.2)."""

    grant: Grant
    issued: datetime
    replaced: datetime | None = None
    successors: list["RefreshToken"] = field(default_factory=list)

    def redeemable(self, now: datetime) -> bool:
        in_grace = self.replaced is None or now - self.replaced <= GRACE
        return in_grace and not self.grant.revoked and now - self.issued <= REFRESH_LIVES


@dataclass(slots=True)
class AccessToken:
    grant: Grant
    expires: datetime


@dataclass(slots=True)
class Connection:
    """An organisation the person connected to an app; `id` is what DELETE takes, not the tenant's (§1.1)."""

    id: str
    client: str
    tenant: str
    name: str
    auth_event: str
    created: datetime
    updated: datetime


@dataclass(slots=True)
class Grants:
    ids: Ids
    codes: dict[str, Code] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    connections: list[Connection] = field(default_factory=list)
    consent: str = "none"  # none, given or revoked: what `/_sim/settings` shows

    def approve(self, client: str, scopes: tuple[str, ...], tenants: Iterable[tuple[str, str]], now: datetime) -> Grant:
        """The person agreed: connects (id, name) organisations, again if they were connected before."""
        grant = Grant(client, scopes, self.ids.guid())
        for tenant, name in tenants:
            known = self.connection(client, tenant)
            if known:
                known.auth_event, known.updated = grant.auth_event, now
            else:
                made = Connection(self.ids.guid(), client, tenant, name, grant.auth_event, now, now)
                self.connections.append(made)
        self.consent = "given"
        return grant

    def issue_code(self, grant: Grant, redirect_uri: str, challenge: str, now: datetime) -> str:
        code = self.ids.secret()
        self.codes[code] = Code(grant, redirect_uri, challenge, now + CODE_LIVES)
        return code

    def spend_code(self, text: str, redirect_uri: str, verifier: str, client: str, now: datetime) -> Grant | None:
        """The grant behind a code, or None. A code works once, for 5 minutes (§1.1)."""
        code = self.codes.pop(text, None)
        if code is None or now > code.expires or code.grant.client != client or code.grant.revoked:
            return None
        if code.redirect_uri != redirect_uri or not _proves(verifier, code.challenge):
            return None
        return code.grant

    def rotate(self, text: str, client: str, now: datetime) -> tuple[Grant, str] | None:
        """A new refresh token for an old one, or None. Redeeming again in the grace replaces the lost successor."""
        old = self.refresh_tokens.get(text)
        if old is None or old.grant.client != client or not old.redeemable(now):
            return None
        old.replaced = old.replaced or now
        for lost in old.successors:
            lost.replaced = lost.replaced or now
        new = self.issue_refresh(old.grant, now)
        old.successors.append(self.refresh_tokens[new])
        return old.grant, new

    def issue_refresh(self, grant: Grant, now: datetime) -> str:
        text = self.ids.secret()
        self.refresh_tokens[text] = RefreshToken(grant, now)
        return text

    def issue_access(self, grant: Grant, now: datetime) -> str:
        """A JWT with the claims seen in a real one (§1.2); the simulator knows it by its text."""
        expires = now + ACCESS_LIVES
        claims = {
            "nbf": int(now.timestamp()),
            "exp": int(expires.timestamp()),
            "iss": "https://identity.xero.com",
            "aud": "https://identity.xero.com/resources",
            "client_id": grant.client,
            "sub": USER,
            "auth_time": int(now.timestamp()),
            "xero_userid": USER,
            "global_session_id": self.ids.guid(),
            "jti": self.ids.guid(),
            "authentication_event_id": grant.auth_event,
            "scope": list(grant.scopes),
        }
        text = _jwt(claims)
        self.access_tokens[text] = AccessToken(grant, expires)
        return text

    def connection(self, client: str, tenant: str) -> Connection | None:
        return next((one for one in self.connections if (one.client, one.tenant) == (client, tenant)), None)

    def disconnect(self, tenant: str) -> None:
        """Somebody removed the app from one organisation, in Xero's own screens."""
        self.connections = [one for one in self.connections if one.tenant != tenant]

    def revoke(self, client: str) -> None:
        """The app gives up: its tokens end at once, and so does every connection made for it (§1.1)."""
        self._end({client})
        self.access_tokens = {text: token for text, token in self.access_tokens.items() if token.grant.client != client}

    def withdraw(self) -> None:
        """The person takes back what they allowed: 403 to the tokens that are out, `invalid_grant` to a refresh."""
        self._end({grant.client for grant in self._grants()})
        self.consent = "revoked"

    def _end(self, clients: set[str]) -> None:
        for grant in self._grants():
            grant.revoked = grant.revoked or grant.client in clients
        self.connections = [one for one in self.connections if one.client not in clients]

    def _grants(self) -> list[Grant]:
        held = (self.codes, self.refresh_tokens, self.access_tokens)
        return [each.grant for tokens in held for each in tokens.values()]


def id_token(grant: Grant, now: datetime) -> str:
    claims = {"iss": "https://identity.xero.com", "aud": grant.client, "sub": USER, "xero_userid": USER}
    return _jwt({**claims, "iat": int(now.timestamp()), "exp": int((now + timedelta(minutes=5)).timestamp())})


def _proves(verifier: str, challenge: str) -> bool:
    """PKCE S256; without a challenge nothing is to be proved."""
    if not challenge:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)


def _jwt(claims: Json) -> str:
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = _part(json.dumps(claims).encode())
    return f"{head}.{body}.{_part(hmac.digest(b'simulator', f'{head}.{body}'.encode(), 'sha256'))}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
