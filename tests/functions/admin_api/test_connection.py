"""The connection over HTTP."""

from __future__ import annotations

from tests.support.api import ACME, ORGANIZATIONS, Api
from tests.support.xero import SimulatedXero

CONNECTION = f"{ACME}/connection"


def test_a_company_begins_unconnected(api: Api) -> None:
    shown = api.get(CONNECTION)
    assert (shown["state"], shown["ledger"], shown["organisation"], shown["choices"]) == ("none", "xero", None, [])
    assert shown["budget"] == {"minute_remaining": None, "day_remaining": None, "day_limit": None}


def test_a_consent_begins_with_a_cookie_for_this_browser(api: Api) -> None:
    begun = api.post(CONNECTION)
    assert begun["authorize_url"].startswith("http")
    assert "HttpOnly" in begun.headers["set-cookie"]
    assert "Secure" in begun.headers["set-cookie"]
    assert api.get(CONNECTION)["state"] == "pending"


def test_a_connected_company_shows_its_organisation(connected: Api, simulated: SimulatedXero) -> None:
    shown = connected.get(CONNECTION)
    assert (shown["state"], shown["organisation"]["id"]) == ("connected", simulated.organisation)
    assert shown["organisation"]["short_code"]
    assert (shown["missing_scopes"], shown["last_error"]) == ([], None)
    assert shown["budget"]["day_limit"] == 5000


def test_disconnecting_keeps_records_and_links(connected: Api) -> None:
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall"})
    connected.export()
    assert connected.delete(CONNECTION)["state"] == "disconnected"
    sync = connected.get(f"{ORGANIZATIONS}/hall")["sync"]
    assert sync["state"] == "linked"
    assert sync["ledger_url"].startswith("https://go.xero.com/")
    edited = connected.patch(f"{ORGANIZATIONS}/hall", {"email": "a@hall.example"})
    assert (edited["sync"]["state"], edited["sync"]["waiting_for"]) == ("due", "not_connected")
    assert connected.get(f"{ACME}/ledger/contacts", search="hall")["code"] == "not_connected"


def test_choosing_where_there_is_no_choice_is_refused(connected: Api) -> None:
    other = connected.post(f"{CONNECTION}/organisation", {"id": "another"})
    assert (other.status, other["code"]) == (409, "other_organisation")


def test_choosing_before_consenting_is_refused(api: Api) -> None:
    assert api.post(f"{CONNECTION}/organisation", {"id": "any"})["code"] == "not_connected"
