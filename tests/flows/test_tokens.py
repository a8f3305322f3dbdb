"""One renewer at a time, no token lost, and a consent that is gone is told once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledgerlink.errors import Conflict, LedgerBusy, NotConnected
from ledgerlink.flows.connection import connect, tokens
from ledgerlink.flows.connection.tokens import access_token
from ledgerlink.ports import PutConnection
from ledgerlink.state.company import Tokens
from tests.support.office import EMAIL, Office

REFRESH = "/connect/token"
NEARLY = 1800 - 100  # seconds after which a token is worth renewing


def renewals(office: Office) -> int:
    """Refreshes asked for; the first call to the token host was the code's."""
    return office.calls(REFRESH) - 1


def fail_refresh(office: Office, kind: str, times: int = 1, **more: object) -> None:
    office.xero.control(
        "POST", "faults", {"match": {"path": "/identity/connect/token"}, "kind": kind, "times": times, **more}
    )


def once(office: Office, what: Callable[[], object]) -> None:
    """Somebody else is faster, once, just before the next write."""

    def faster() -> None:
        office.desk.before_write = lambda: None
        what()

    office.desk.before_write = faster


def test_a_young_token_is_used_as_it_is(connected: Office) -> None:
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert renewals(connected) == 0


def test_an_old_one_is_renewed_before_it_is_used(connected: Office) -> None:
    before = connected.tokens()
    connected.clock.advance(NEARLY)
    token = access_token("acme", connected.at)
    stored = connected.tokens()
    assert token == stored.access_token != before.access_token
    assert stored.refresh_token != before.refresh_token
    assert stored.previous_refresh_token == before.refresh_token
    assert stored.refreshing_since is None
    assert access_token("acme", connected.at) == token
    assert renewals(connected) == 1


def test_a_refused_token_is_renewed_whatever_its_age(connected: Office) -> None:
    before = connected.tokens().access_token
    assert access_token("acme", connected.at, refused=before) != before
    assert renewals(connected) == 1


def test_a_token_refused_after_somebody_renewed_it_needs_no_further_renewal(connected: Office) -> None:
    before = connected.tokens().access_token
    current = access_token("acme", connected.at, refused=before)
    assert access_token("acme", connected.at, refused=before) == current
    assert renewals(connected) == 1


def test_without_tokens_there_is_no_connection(office: Office) -> None:
    with pytest.raises(NotConnected):
        access_token("acme", office.at)


# ------------------------------------------------------------------ together


def test_who_renews_says_so_first(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    real = connected.consents.refresh
    marks = []

    def looking(refresh_token: str, now: object) -> object:
        marks.append(connected.tokens().refreshing_since)
        return real(refresh_token, now)  # type: ignore[arg-type]

    connected.consents.refresh = looking  # type: ignore[assignment,method-assign]
    access_token("acme", connected.at)
    assert marks == [connected.clock.now()]


def test_of_two_who_want_to_renew_one_does(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    got: list[str] = []
    once(connected, lambda: got.append(access_token("acme", connected.at)))
    assert access_token("acme", connected.at) == got[0]
    assert renewals(connected) == 1


def mark(office: Office) -> None:
    """Somebody else has just begun to renew."""
    current = office.tokens()
    office.desk.put_tokens("acme", current.model_copy(update={"refreshing_since": office.clock.now()}))


def test_while_another_renews_a_token_that_still_serves_is_used(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    mark(connected)
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert renewals(connected) == 0


def test_else_the_fresh_set_is_waited_for(connected: Office) -> None:
    connected.clock.advance(1795)
    mark(connected)
    began, real = connected.clock.now(), connected.clock.sleep
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        real(seconds)
        slept.append(seconds)
        if len(slept) == 3:
            held = connected.tokens()
            fresh = connected.consents.refresh(held.refresh_token, connected.clock.now())
            connected.desk.put_tokens("acme", fresh.model_copy(update={"version": held.version}))

    connected.clock.sleep = sleep  # type: ignore[method-assign]
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert slept == [1.0, 1.0, 1.0]
    assert (connected.clock.now() - began).total_seconds() == 3
    assert renewals(connected) == 1


def test_a_renewer_who_died_is_not_waited_for_for_ever(connected: Office) -> None:
    connected.clock.advance(1795)
    mark(connected)
    with pytest.raises(LedgerBusy):
        access_token("acme", connected.at)
    connected.clock.advance(30)
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert renewals(connected) == 1


# ------------------------------------------------------------------ lost answers


@pytest.mark.parametrize("kind", ["timeout_after_apply", "reset", "torn"])
def test_a_lost_answer_is_asked_for_again_with_the_same_token(connected: Office, kind: str) -> None:
    """The same old refresh token works for 30 minutes more (``facts/xero.md §1.2``)."""
    connected.clock.advance(NEARLY)
    fail_refresh(connected, kind, apply=True)
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert renewals(connected) == 2


def test_who_died_before_storing_the_fresh_set_is_made_good_within_the_grace(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    connected.consents.refresh(connected.tokens().refresh_token, connected.clock.now())  # answered, never stored
    mark(connected)
    connected.clock.advance(1500)
    token = access_token("acme", connected.at)
    assert connected.ledgers.of("acme").search("abc") == []
    assert token == connected.tokens().access_token
    assert connected.connection().state == "connected"


def test_after_the_grace_the_consent_is_gone(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    connected.consents.refresh(connected.tokens().refresh_token, connected.clock.now())
    connected.clock.advance(1801)
    with pytest.raises(NotConnected):
        access_token("acme", connected.at)
    assert connected.connection().state == "needs_reconnect"


@pytest.mark.parametrize("first", [True, False], ids=["redeemed before the other", "redeemed after the other"])
def test_of_two_who_redeemed_one_token_the_stored_set_is_the_one_that_lives(connected: Office, first: bool) -> None:
    """Redeeming again replaces the other's set (``facts/xero.md §1.2``); it would be missed after the grace."""
    connected.clock.advance(NEARLY)
    real = connected.consents.refresh

    def stalled(refresh_token: str, now: object) -> object:
        connected.consents.refresh = real  # type: ignore[method-assign]
        mine = real(refresh_token, now) if first else None  # type: ignore[arg-type]
        connected.clock.advance(31)
        access_token("acme", connected.at)  # takes us for dead, and stores a set of its own
        return mine or real(refresh_token, now)  # type: ignore[arg-type]

    connected.consents.refresh = stalled  # type: ignore[assignment,method-assign]
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert connected.ledgers.of("acme").search("abc") == []
    connected.clock.advance(3 * 3600)
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert connected.connection().state == "connected"


def test_who_was_slow_to_say_that_he_renews_leaves_it_to_others(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    real = connected.desk.put_tokens

    def stalled(company: str, tokens: Tokens) -> Tokens:
        connected.desk.put_tokens = real  # type: ignore[method-assign]
        marked = real(company, tokens)
        connected.clock.advance(31)
        access_token("acme", connected.at)  # takes us for dead
        return marked

    connected.desk.put_tokens = stalled  # type: ignore[method-assign]
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert renewals(connected) == 1


def test_a_young_token_refused_is_tried_with_the_one_before(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    access_token("acme", connected.at)
    held = connected.tokens()
    connected.desk.put_tokens("acme", held.model_copy(update={"refresh_token": "mangled"}))
    assert access_token("acme", connected.at, refused=held.access_token) == connected.tokens().access_token
    assert connected.tokens().previous_refresh_token == held.previous_refresh_token


# ------------------------------------------------------------------ trouble


def test_trouble_at_the_token_host_is_not_the_end_of_a_consent(connected: Office) -> None:
    connected.clock.advance(1795)
    fail_refresh(connected, "error_before", times=2)
    with pytest.raises(LedgerBusy):
        access_token("acme", connected.at)
    assert connected.tokens().refreshing_since is None
    assert connected.connection().state == "connected"


def test_a_wrong_client_secret_is_not_the_end_of_a_consent(connected: Office) -> None:
    connected.clock.advance(1795)
    connected.xero.app.world.client_secret = "another"
    with pytest.raises(LedgerBusy):
        access_token("acme", connected.at)
    assert connected.connection().state == "connected"


def test_in_trouble_a_token_that_still_serves_is_used(connected: Office) -> None:
    connected.clock.advance(NEARLY)
    fail_refresh(connected, "error_before", times=2)
    assert access_token("acme", connected.at) == connected.tokens().access_token


def test_a_consent_that_is_gone_pauses_both_lanes_and_is_told_once(connected: Office) -> None:
    connected.xero.set(consent="revoked")
    connected.clock.advance(1795)
    for _ in range(2):
        with pytest.raises(NotConnected):
            access_token("acme", connected.at)
    assert connected.connection().state == "needs_reconnect"
    assert {connected.desk.lane("acme", direction).paused for direction in ("export", "import")} == {"needs_reconnect"}
    [notice] = connected.desk.notices()
    assert (notice.template, notice.topic, notice.to) == ("needs_reconnect", "connection_lost", EMAIL)
    assert connected.doorbells.rung[-1] == ("acme", f"notice {notice.id}")
    assert [entry.action for entry in connected.desk.entries] == ["connected", "needs_reconnect"]


def test_connecting_again_makes_it_good(connected: Office) -> None:
    connected.xero.set(consent="revoked")
    connected.clock.advance(1795)
    with pytest.raises(NotConnected):
        access_token("acme", connected.at)
    assert connected.connect().state == "connected"
    assert {connected.desk.lane("acme", direction).paused for direction in ("export", "import")} == {""}
    assert connected.connection().last_error == ""
    assert connected.ledgers.of("acme").search("abc") == []


def test_invalid_grant_because_a_person_has_just_reconnected_is_no_alarm(connected: Office) -> None:
    connected.clock.advance(1795)
    real = connected.consents.refresh

    def reconnecting(refresh_token: str, now: object) -> object:
        connected.consents.refresh = real  # type: ignore[method-assign]
        connected.connect()
        raise NotConnected("invalid_grant")

    connected.consents.refresh = reconnecting  # type: ignore[assignment,method-assign]
    assert access_token("acme", connected.at) == connected.tokens().access_token
    assert connected.connection().state == "connected"
    assert connected.desk.notices() == []


def test_a_403_for_a_token_long_replaced_is_no_alarm(connected: Office) -> None:
    old = connected.tokens().access_token
    access_token("acme", connected.at, refused=old)
    tokens.lost("acme", connected.at, refused=old, detail="403")
    assert connected.connection().state == "connected"


def test_losing_against_somebody_who_connects_at_that_moment_is_no_alarm(connected: Office) -> None:
    held = connected.tokens().access_token
    once(connected, connected.connect)
    tokens.lost("acme", connected.at, refused=held, detail="403")
    assert connected.connection().state == "connected"


def test_a_disconnected_organisation_is_found_out_by_any_call(connected: Office) -> None:
    connected.xero.control("POST", "human", {"action": "disconnect", "id": connected.organisations[0]})
    with pytest.raises(NotConnected):
        connected.ledgers.of("acme").search("abc")
    assert connected.connection().state == "needs_reconnect"
    words = "The ledger no longer accepts the connection. It says: AuthenticationUnsuccessful"
    assert connected.connection().last_error == words


def test_without_an_address_nobody_is_written_to(connected: Office) -> None:
    connected.desk.all(PutConnection(connected.connection().model_copy(update={"connected_email": ""})))
    tokens.lost("acme", connected.at, refused=connected.tokens().access_token, detail="403")
    assert connected.desk.notices() == []
    assert connected.connection().state == "needs_reconnect"


def test_after_disconnecting_nothing_is_lost_any_more(connected: Office) -> None:
    held = connected.tokens().access_token
    connect.disconnect("acme", connected.at)
    tokens.lost("acme", connected.at, refused=held, detail="403")
    assert connected.connection().state == "disconnected"


def test_the_desk_keeps_the_ports_promise(connected: Office) -> None:
    held = connected.tokens()
    connected.desk.put_tokens("acme", held)
    with pytest.raises(Conflict):
        connected.desk.put_tokens("acme", held)
