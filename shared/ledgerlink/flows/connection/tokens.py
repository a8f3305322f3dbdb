"""A company's token, renewed by one caller at a time (``facts/xero.md §1.2``).

Xero replaces the refresh token with every use, so two callers renewing at once would leave one with a dead token. Who
renews says so in the store first; the others wait for the fresh set. If an answer is lost, the old refresh token still
works for 30 minutes, so the next one just tries again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from ledgerlink.errors import Conflict, LedgerBusy, NotConnected, StoreBusy
from ledgerlink.flows.entries import record_entry
from ledgerlink.flows.notices import subscriptions
from ledgerlink.ports import Ports, PutConnection, PutEntry, PutLane, PutNotice, Write
from ledgerlink.reasons import reason
from ledgerlink.state.company import Connection, Tokens
from ledgerlink.state.record import RecordKey

GOOD_FOR = timedelta(seconds=150)  # longer than any function works with one token
GOOD_ENOUGH = timedelta(seconds=40)  # while somebody else renews
RENEWING = timedelta(seconds=30)  # longer than one renewal takes: after that whoever began it is dead
PATIENCE = 12  # looks, a second apart
TRIES = 5


class Access:
    """One company's token as the ledger adapter wants it."""

    def __init__(self, company: str, at: Ports) -> None:
        self._company, self._at = company, at

    def token(self, refused: str = "") -> str:
        return access_token(self._company, self._at, refused=refused)

    def lost(self, refused: str, detail: str) -> None:
        lost(self._company, self._at, refused=refused, detail=detail)


def access_token(company: str, at: Ports, *, refused: str = "") -> str:
    """A token that is good for a while, and is not ``refused``. Raises NotConnected, LedgerBusy."""
    for _ in range(PATIENCE):
        tokens = at.companies.tokens(company)
        if tokens is None:
            raise NotConnected("there are no tokens")
        now = at.clock.now()
        left = tokens.expires_at - now if tokens.access_token != refused else timedelta()
        if left > GOOD_FOR:
            return tokens.access_token
        if tokens.refreshing_since is not None and now - tokens.refreshing_since < RENEWING:
            if left > GOOD_ENOUGH:
                return tokens.access_token
            at.clock.sleep(1.0)
            continue
        renewed = _renew(company, at, tokens, refused=refused)
        if renewed is not None:
            return renewed.access_token
    raise LedgerBusy("somebody else is renewing the token", retry_at=at.clock.now() + RENEWING)


def _renew(company: str, at: Ports, tokens: Tokens, *, refused: str) -> Tokens | None:
    """Fresh tokens, stored; None where somebody else was faster and the store should be read again."""
    try:
        marked = at.companies.put_tokens(company, tokens.model_copy(update={"refreshing_since": at.clock.now()}))
    except Conflict:
        return None
    if marked.refreshing_since is None or at.clock.now() - marked.refreshing_since >= RENEWING:
        return None  # the mark was so slow to write that others take us for dead
    try:
        fresh = _redeem(at, marked)
    except LedgerBusy:
        _unmark(company, at, marked)
        if marked.access_token != refused and marked.expires_at - at.clock.now() > GOOD_ENOUGH:
            return marked  # it still serves; the next caller tries again
        raise
    except NotConnected as gone:
        current = at.companies.tokens(company)
        if current is not None and current.refresh_token != marked.refresh_token:
            return None  # renewed by somebody else, or a person has just reconnected
        _unmark(company, at, marked)
        lost(company, at, refused=marked.refresh_token, detail=str(gone.detail))
        raise
    try:
        return at.companies.put_tokens(company, fresh)
    except Conflict:
        return _last_word(company, at, fresh, refused=refused)  # we were given up on


def _last_word(company: str, at: Ports, mine: Tokens, *, refused: str) -> Tokens | None:
    """Two have redeemed one old token: only the set that was asked for last is sure to live, and nobody knows which
    that is. So the old one, still in its grace, is redeemed once more; the stored one is the way back if that is
    refused."""
    current = at.companies.tokens(company)
    if current is None or current.previous_refresh_token != mine.previous_refresh_token:
        return None  # somebody reconnected, or has renewed the other set since: it lives
    again = {"refresh_token": current.previous_refresh_token, "previous_refresh_token": current.refresh_token}
    return _renew(company, at, current.model_copy(update=again), refused=refused)


def _redeem(at: Ports, tokens: Tokens) -> Tokens:
    """A new set for the old one. A lost answer is asked for again at once; where the newest refresh token is refused
    although young, the one before is still in its grace and tells whether the consent stands."""
    used = tokens.refresh_token
    try:
        try:
            fresh = at.consents.refresh(used, at.clock.now())
        except LedgerBusy as trouble:
            if trouble.retry_at is not None:
                raise  # it answered, and asked for patience
            fresh = at.consents.refresh(used, at.clock.now())
    except NotConnected:
        if not tokens.previous_refresh_token or at.clock.now() >= tokens.expires_at:
            raise
        used = tokens.previous_refresh_token
        fresh = at.consents.refresh(used, at.clock.now())
    return fresh.model_copy(update={"previous_refresh_token": used, "version": tokens.version})


def _unmark(company: str, at: Ports, marked: Tokens) -> None:
    with suppress(Conflict, StoreBusy):  # the mark runs out by itself
        at.companies.put_tokens(company, marked.model_copy(update={"refreshing_since": None}))


def lost(company: str, at: Ports, *, refused: str, detail: str) -> None:
    """The ledger accepts ``refused`` (an access or refresh token) no more: pause both lanes and tell people.

    Nothing happens where other tokens have taken its place meanwhile, or the connection is already known to be gone.
    """
    for _ in range(TRIES):
        connection = at.companies.connection(company)
        tokens = at.companies.tokens(company)  # read after the connection: see the condition below
        ours = tokens is not None and refused in (tokens.access_token, tokens.refresh_token)
        if connection.state != "connected" or not ours:
            return
        notices = _notices(connection, at, detail)
        try:
            # On the connection's version: whoever reconnects stores tokens first and the connection after.
            at.commit.all(*_broken(connection, at, detail), *notices)
        except Conflict:
            continue
        for put in notices:
            at.doorbells.notice(company, put.notice.id)
        return
    raise StoreBusy("the connection is contended")


def _broken(connection: Connection, at: Ports, detail: str) -> list[Write]:
    now, company = at.clock.now(), connection.company
    told = f"{reason('needs_reconnect').message} It says: {detail}"
    lanes = (at.lanes.get(company, "export"), at.lanes.get(company, "import"))
    entry = record_entry(
        RecordKey(company, "connection", company),
        at=now,
        mark=f"v{connection.version}",
        direction="here",
        action="needs_reconnect",
        outcome="failed",
        reason="needs_reconnect",
        message=told,
        actor="ledger",
    )
    return [
        PutConnection(connection.model_copy(update={"state": "needs_reconnect", "last_error": told})),
        *(PutLane(lane.model_copy(update={"paused": "needs_reconnect"})) for lane in lanes),
        PutEntry(entry),
    ]


def _notices(connection: Connection, at: Ports, detail: str) -> list[PutNotice]:
    """To whoever connected, and who else wants to hear; where nobody left an address there is only the console."""
    return subscriptions.notices(
        connection.company,
        "connection_lost",
        "needs_reconnect",
        at,
        id=f"needs-reconnect-{connection.version}",
        data={
            "organisation": connection.organisation.name if connection.organisation else "",
            "detail": detail,
        },
        concerned=[connection.connected_email],
    )
