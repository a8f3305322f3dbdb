"""Connecting, choosing, reconnecting, disconnecting: against the simulator's consent page and identity host."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledgerlink.errors import Invalid, NotConnected, NotFound, Refused
from ledgerlink.flows.connection import connect
from ledgerlink.flows.connection.pairing import learn_organisation
from ledgerlink.flows.connection.status import status
from ledgerlink.ports import PutConnection, PutLane
from ledgerlink.reasons import REASONS
from tests.support.office import EMAIL, SUB, Office


def both(office: Office, company: str = "acme") -> str:
    """A consent that covers two organisations."""
    return office.connect(company, auto=",".join(office.organisations[:2])).state


def works(office: Office, refresh_token: str) -> bool:
    """Whether the ledger still takes a refresh token."""
    try:
        office.consents.refresh(refresh_token, office.clock.now())
    except NotConnected:
        return False
    return True


# ------------------------------------------------------------------ the first time


def test_one_organisation_is_paired_at_once_and_everything_set_going(office: Office) -> None:
    office.desk.all(PutLane(office.desk.lane("acme", "export").model_copy(update={"paused": "not_connected"})))
    landed = office.connect()
    assert landed == connect.Landed("acme", "connected")
    connection = office.connection()
    assert connection.organisation is not None
    assert connection.organisation.id == office.organisations[0]
    assert connection.organisation.short_code
    assert (connection.connected_by, connection.connected_email) == (SUB, EMAIL)
    assert office.desk.of_organisation(office.organisations[0]) == "acme"
    assert office.desk.lane("acme", "export").paused == ""
    assert set(office.doorbells.rung) == {("acme", "export"), ("acme", "import")}
    assert office.cursors.get("acme", "contact").next_poll_at == office.clock.now()
    assert office.cursors.get("acme", "allocation").next_poll_at is None, (
        "what is not polled would be rung for for ever"
    )
    assert [entry.action for entry in office.desk.entries] == ["connected"]


def test_the_first_day_is_remembered_and_stays(office: Office) -> None:
    office.connect()
    office.clock.advance(5 * 86_400)
    office.connect()
    company = office.desk.get("acme")
    assert company is not None
    assert company.connect_date == "2026-11-22"


def test_several_organisations_are_offered_and_none_is_taken_by_itself(office: Office) -> None:
    """The list's first element is not the one that was just chosen (``facts/xero.md §1.3``)."""
    assert both(office) == "choose"
    assert {choice.id for choice in office.connection().choices} == set(office.organisations[:2])
    assert office.connection().organisation is None
    assert office.desk.owners == {}
    connect.choose_organisation("acme", office.organisations[1], office.at)
    connection = office.connection()
    assert (connection.state, connection.choices) == ("connected", ())
    assert connection.organisation is not None
    assert connection.organisation.id == office.organisations[1]
    assert office.ledgers.of("acme").read("contact", ["3ff6d40c-af9a-40a3-89ce-3c1556a25591"]) == []


def test_an_organisation_connected_earlier_is_not_part_of_this_consent(office: Office) -> None:
    office.connect("other", auto=office.organisations[0])
    office.connect("acme", auto=office.organisations[1])
    found = office.connection("acme").organisation
    assert found is not None
    assert found.id == office.organisations[1]


def test_nobody_can_choose_what_was_not_offered(office: Office) -> None:
    both(office)
    with pytest.raises(Invalid):
        connect.choose_organisation("acme", "somebody-elses", office.at)
    assert office.connection().state == "choose"


def test_choosing_needs_a_consent(office: Office) -> None:
    with pytest.raises(NotConnected):
        connect.choose_organisation("acme", office.organisations[0], office.at)


def test_choosing_the_same_again_is_nothing(connected: Office) -> None:
    connect.choose_organisation("acme", connected.organisations[0], connected.at)
    with pytest.raises(Refused) as refusal:
        connect.choose_organisation("acme", connected.organisations[1], connected.at)
    assert refusal.value.code == "other_organisation"


def test_an_unknown_company_cannot_connect(office: Office) -> None:
    with pytest.raises(NotFound):
        connect.start("nobody", office.at, sub=SUB)


# ------------------------------------------------------------------ one company, one organisation, for life


def test_an_organisation_of_another_company_is_refused(office: Office) -> None:
    office.connect("other")
    assert office.connect("acme") == connect.Landed("acme", "none", "organisation_taken")
    assert office.desk.tokens("acme") is None


def test_and_so_it_is_by_choice(office: Office) -> None:
    office.connect("other")
    assert both(office) == "choose"
    with pytest.raises(Refused) as refusal:
        connect.choose_organisation("acme", office.organisations[0], office.at)
    assert refusal.value.code == "organisation_taken"
    assert office.connection().state == "choose"


def test_of_two_companies_choosing_at_once_one_wins(office: Office) -> None:
    both(office, "acme")
    both(office, "other")

    def faster() -> None:
        office.desk.before_write = lambda: None
        connect.choose_organisation("other", office.organisations[0], office.at)

    office.desk.before_write = faster
    with pytest.raises(Refused) as refusal:
        connect.choose_organisation("acme", office.organisations[0], office.at)
    assert refusal.value.code == "organisation_taken"
    assert office.desk.owners == {office.organisations[0]: "other"}


def test_another_organisation_on_reconnect_is_refused_and_the_old_connection_goes_on(connected: Office) -> None:
    before = connected.tokens()
    landed = connected.connect(auto=connected.organisations[1])
    assert landed == connect.Landed("acme", "connected", "other_organisation")
    assert connected.tokens() == before
    assert connected.desk.of_organisation(connected.organisations[1]) is None


def test_reconnecting_finds_the_old_organisation_among_several(connected: Office) -> None:
    connect.disconnect("acme", connected.at)
    assert both(connected) == "connected"
    found = connected.connection().organisation
    assert found is not None
    assert found.id == connected.organisations[0]


def test_authorising_again_replaces_the_tokens(connected: Office) -> None:
    before = connected.tokens()
    assert connected.connect().state == "connected"
    assert connected.tokens().access_token != before.access_token
    assert connected.connection().state == "connected"


# ------------------------------------------------------------------ the way there and back


def test_a_state_works_once(office: Office) -> None:
    started = connect.start("acme", office.at, sub=SUB)
    query = office.consent(started.url, office.organisations[0])
    state, code = query["state"], query["code"]
    assert connect.callback(office.at, state=state, code=code, nonce=started.nonce).state == "connected"
    again = connect.callback(office.at, state=state, code=code, nonce=started.nonce)
    assert again == connect.Landed("", "none", "consent_expired")


def test_a_state_lives_ten_minutes(office: Office) -> None:
    started = connect.start("acme", office.at, sub=SUB)
    query = office.consent(started.url, office.organisations[0])
    office.clock.advance(timedelta(minutes=10).total_seconds())
    landed = connect.callback(office.at, state=query["state"], code=query["code"], nonce=started.nonce)
    assert landed.reason == "consent_expired"
    assert office.desk.tokens("acme") is None


@pytest.mark.parametrize("nonce", ["", "another browser's"])
def test_only_the_browser_that_began_can_finish(office: Office, nonce: str) -> None:
    started = connect.start("acme", office.at, sub=SUB)
    query = office.consent(started.url, office.organisations[0])
    landed = connect.callback(office.at, state=query["state"], code=query["code"], nonce=nonce)
    assert landed == connect.Landed("acme", "none", "consent_elsewhere")
    assert office.desk.tokens("acme") is None


def test_on_a_laptop_a_script_needs_no_cookie(office: Office) -> None:
    started = connect.start("acme", office.at, sub=SUB)
    query = office.consent(started.url, office.organisations[0])
    landed = connect.callback(office.at, state=query["state"], code=query["code"], nonce="", trusted=True)
    assert landed.state == "connected"


def test_the_nonce_is_not_in_the_address_and_not_stored_as_it_is(office: Office) -> None:
    made = iter(["state-1", "nonce-1", "verifier-1"])
    started = connect.start("acme", office.at, sub=SUB, secret=lambda: next(made))
    assert "state=state-1" in started.url
    assert "nonce-1" not in started.url
    assert "nonce-1" not in str(office.desk.take_state("state-1"))


def test_declining_leaves_everything_as_it_was(office: Office) -> None:
    assert office.connect(auto="deny") == connect.Landed("acme", "none", "consent_refused")
    office.connect()
    assert office.connect(auto="deny") == connect.Landed("acme", "connected", "consent_refused")


def test_a_state_nobody_knows_is_told_nothing(office: Office) -> None:
    assert connect.callback(office.at, state="?", code="c", nonce="n") == connect.Landed("", "none", "consent_expired")


def test_a_code_that_is_too_old_can_only_be_asked_for_again(office: Office) -> None:
    started = connect.start("acme", office.at, sub=SUB)
    query = office.consent(started.url, office.organisations[0])
    office.clock.advance(301)
    landed = connect.callback(office.at, state=query["state"], code=query["code"], nonce=started.nonce)
    assert landed == connect.Landed("acme", "none", "consent_expired")


def test_trouble_at_the_ledger_is_told_as_such(office: Office) -> None:
    office.xero.control("POST", "faults", {"match": {"path": "/identity/connect/token"}, "kind": "error_before"})
    assert office.connect() == connect.Landed("acme", "none", "ledger_busy")
    assert office.connect().state == "connected"


def test_without_a_client_secret_the_code_is_proved_by_its_verifier() -> None:
    office = Office(client_secret="")
    started = connect.start("acme", office.at, sub=SUB)
    assert "code_challenge_method=S256" in started.url
    query = office.consent(started.url, office.organisations[0])
    assert (
        connect.callback(office.at, state=query["state"], code=query["code"], nonce=started.nonce).state == "connected"
    )
    office.xero.http.close()


def test_every_reason_it_can_end_with_is_one_people_can_be_told() -> None:
    assert set(REASONS) >= {
        *("consent_expired", "consent_elsewhere", "consent_refused", "no_organisation", "ledger_busy"),
        *("organisation_taken", "other_organisation", "missing_scope"),
    }


def test_the_organisation_is_read_later_where_it_could_not_be_at_once(office: Office) -> None:
    office.xero.control("POST", "faults", {"match": {"path": "/Organisation"}, "kind": "error_before"})
    assert office.connect().state == "connected"
    paired = office.connection().organisation
    assert paired is not None
    assert paired.short_code == ""
    assert learn_organisation("acme", office.at)
    paired = office.connection().organisation
    assert paired is not None
    assert paired.short_code


# ------------------------------------------------------------------ the end, and the status


def test_disconnecting_ends_it_at_the_ledger_too_and_keeps_the_pairing(connected: Office) -> None:
    refresh_token = connected.tokens().refresh_token
    connect.disconnect("acme", connected.at, sub=SUB)
    connection = connected.connection()
    assert (connection.state, connection.last_error) == ("disconnected", "")
    assert connection.organisation is not None
    assert connected.desk.tokens("acme") is None
    assert connected.desk.of_organisation(connected.organisations[0]) == "acme"
    assert {connected.desk.lane("acme", d).paused for d in ("export", "import")} == {"not_connected"}
    assert not works(connected, refresh_token)
    with pytest.raises(NotConnected):
        connected.ledgers.of("acme")
    entries = len(connected.desk.entries)
    connect.disconnect("acme", connected.at)
    assert len(connected.desk.entries) == entries


def test_revoking_would_end_another_company_s_connection_so_it_is_not_done(connected: Office) -> None:
    """Revocation removes every connection the person made to the app (``facts/xero.md §1.1``)."""
    connected.connect("other", auto=connected.organisations[1])
    connect.disconnect("acme", connected.at)
    assert works(connected, connected.tokens("other").refresh_token)
    assert connected.ledgers.of("other").search("abc") == []


def test_disconnecting_works_while_the_ledger_does_not_answer(connected: Office) -> None:
    connected.xero.control("POST", "faults", {"match": {"path": "/connections"}, "kind": "error_before", "times": 9})
    connect.disconnect("acme", connected.at)
    assert connected.connection().state == "disconnected"
    assert connected.connection().last_error.startswith("The ledger could not be told")
    assert connected.desk.tokens("acme") is None


def test_disconnecting_before_a_choice_gives_the_offered_ones_back(office: Office) -> None:
    both(office)
    refresh_token = office.tokens().refresh_token
    connect.disconnect("acme", office.at)
    assert office.connection().state == "none"
    assert not works(office, refresh_token)


def test_disconnecting_what_never_was_is_nothing(office: Office) -> None:
    connect.disconnect("acme", office.at)
    assert office.desk.entries == []


def test_the_status_says_what_people_need(connected: Office) -> None:
    told = status("acme", connected.at).model_dump(mode="json")
    assert told["organisation"].keys() == {"id", "name", "short_code", "base_currency", "country"}
    assert (told["state"], told["ledger"], told["missing_scopes"], told["last_error"]) == (
        "connected",
        "xero",
        [],
        None,
    )
    assert told["connected_at"] == "2026-11-22T09:00:00Z"
    assert told["budget"] == {"minute_remaining": 59, "day_remaining": 4999, "day_limit": 5000}


def test_the_status_names_missing_scopes_and_choices(office: Office) -> None:
    both(office)
    connection = office.connection()
    office.desk.all(PutConnection(connection.model_copy(update={"scopes": ("offline_access", "accounting.settings")})))
    told = status("acme", office.at)
    assert {choice.id for choice in told.choices} == set(office.organisations[:2])
    assert told.missing_scopes == (
        "accounting.contacts",
        "accounting.invoices",
        "accounting.payments",
        "accounting.attachments",
    )
    assert status("other", office.at).model_dump(exclude_defaults=True) == {"state": "none"}
