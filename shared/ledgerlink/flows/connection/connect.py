"""Connecting a company to its ledger organisation: consent, choice, pairing for life, disconnecting (rule K13, Q6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid, LedgerBusy, NotConnected, NotFound, Refused, Transient
from ledgerlink.ports import Ports
from ledgerlink.rules.pairing import Ask, Pair, Unfit, decide
from ledgerlink.state.company import Connection, Tokens

from . import pairing, tokens
from .pairing import Grant

STATE_LIVES = timedelta(minutes=10)


@dataclass(frozen=True)
class Started:
    """Where to send the browser, and what to put into its nonce cookie."""

    url: str
    nonce: str


@dataclass(frozen=True)
class Landed:
    """Where a consent ended: the connection's state, and a reason code where it is not what the person wanted."""

    company: str
    state: str
    reason: str = ""


def start(
    company: str, at: Ports, *, sub: str, email: str = "", secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)
) -> Started:
    """Begin a consent, the first one or another. Raises NotFound."""
    if at.companies.get(company) is None:
        raise NotFound("company")
    state, nonce, verifier = secret(), secret(), secret()
    until = at.clock.now() + STATE_LIVES
    asked = {"company": company, "sub": sub, "email": email, "nonce": _print(nonce), "verifier": verifier}
    at.companies.remember_state(state, {**asked, "until": until.isoformat()}, expires_at=until)
    _set_state(company, at, {"none": "pending", "disconnected": "pending"})
    return Started(at.consents.authorize_url(state, _challenge(verifier)), nonce)


def callback(at: Ports, *, state: str, code: str, nonce: str, trusted: bool = False) -> Landed:
    """The browser is back from the ledger; ``code`` is blank where consent was declined.

    ``state`` works once and for ten minutes, in the browser it was begun in (``trusted``: anywhere, for scripts on a
    laptop), so that nobody can make somebody else's browser finish a consent.
    """
    asked = at.companies.take_state(state) if state else None
    if asked is None:
        return Landed("", "none", "consent_expired")
    company = str(asked["company"])
    try:
        _check(asked, at, nonce=nonce, trusted=trusted)
        if not code:
            raise Refused("consent_refused")
        landed = _granted(asked, code, at)
    except Refused as refusal:
        reason = refusal.code
    except Transient:
        reason = "ledger_busy"
    else:
        return landed
    settled = _set_state(company, at, {"pending": "none"})
    return Landed(company, settled.state, reason)


def choose_organisation(company: str, organisation: str, at: Ports) -> None:
    """A person's choice among what the consent covers. Raises Refused, NotConnected, Invalid, LedgerBusy."""
    connection = at.companies.connection(company)
    if connection.state == "connected" and connection.organisation is not None:
        if connection.organisation.id == organisation:
            return
        raise Refused("other_organisation", "the company is paired with another organisation")
    if connection.state != "choose":
        raise NotConnected("there is nothing to choose from; connect first")
    choice = next((choice for choice in connection.choices if choice.id == organisation), None)
    if choice is None:
        raise Invalid(FieldProblem("id", "is not among the organisations of the consent"))
    grant = Grant(None, connection.scopes, connection.connected_by, connection.connected_email)
    pairing.pair(company, choice, grant, at)


def disconnect(company: str, at: Ports, *, sub: str = "") -> None:
    """End the connection here and at the ledger; records, links and the pairing stay. Doing it again is harmless."""
    connection = at.companies.connection(company)
    held = at.companies.tokens(company)
    if connection.state in ("none", "disconnected") and held is None:
        return
    pairing.close(company, at, sub=sub)
    if held is None:
        return
    try:
        _tell_the_ledger(connection, held, at)
    except (LedgerBusy, Refused) as trouble:
        # Here it is over all the same: without tokens nothing can be called. The ledger's side can be ended there.
        detail = f"The ledger could not be told: {trouble.detail}"
        pairing.edit(company, at, lambda c: c.model_copy(update={"last_error": detail}))
    at.companies.drop_tokens(company)


def _tell_the_ledger(connection: Connection, held: Tokens, at: Ports) -> None:
    token = tokens.access_token(connection.company, at)
    offered = {choice.connection_id for choice in connection.choices if _nobody_elses(choice.id, connection, at)}
    last = False
    for id in sorted({connection.connection_id, *offered} - {""}):
        last = at.consents.disconnect(token, id)
    current = at.companies.tokens(connection.company) or held
    if last:  # revoking ends every connection of the person who consented, other companies' too
        at.consents.revoke(current.refresh_token)


def _nobody_elses(organisation: str, connection: Connection, at: Ports) -> bool:
    return at.companies.of_organisation(organisation) in (None, connection.company)


# ------------------------------------------------------------------ the way back from the ledger


def _check(asked: dict[str, Any], at: Ports, *, nonce: str, trusted: bool) -> None:
    if at.clock.now() >= datetime.fromisoformat(asked["until"]):
        raise Refused("consent_expired")
    if not trusted and not hmac.compare_digest(_print(nonce), str(asked["nonce"])):
        raise Refused("consent_elsewhere")


def _granted(asked: dict[str, Any], code: str, at: Ports) -> Landed:
    company = str(asked["company"])
    granted, scopes = at.consents.exchange(code, at.clock.now(), str(asked["verifier"]))
    choices = at.consents.choices(granted.access_token)
    connection = at.companies.connection(company)
    paired_with = connection.organisation.id if connection.organisation else None
    grant = Grant(granted, scopes, str(asked["sub"]), str(asked["email"]))
    match decide(paired_with, choices):
        case Unfit(code=why):
            raise Refused(why)
        case Pair(choice=choice):
            pairing.pair(company, choice, grant, at)
        case Ask():
            pairing.offer(company, choices, grant, at)
    return Landed(company, at.companies.connection(company).state)


def _set_state(company: str, at: Ports, moves: dict[str, str]) -> Connection:
    """Move between states that say only how far a consent has come."""

    def edit(connection: Connection) -> Connection:
        state = moves.get(connection.state, connection.state)
        if state == "none" and connection.organisation is not None:
            state = "disconnected"
        return connection.model_copy(update={"state": state})

    return pairing.edit(company, at, edit)


def _print(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
