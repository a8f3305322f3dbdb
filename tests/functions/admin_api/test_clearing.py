"""Clearing over HTTP: the only way to empty a field on the other side."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import ORGANIZATIONS, Answered, Api
from tests.support.xero import SimulatedXero

HALL = f"{ORGANIZATIONS}/hall"


@pytest.fixture
def linked(connected: Api) -> Api:
    phones = [{"kind": "main", "number": "123"}]
    connected.put(HALL, {"name": "Hall", "email": "a@hall.example", "phones": phones})
    connected.export()
    return connected


def clear(api: Api, side: str, *fields: str) -> Answered:
    return api.post(f"{HALL}:clear", {"fields": list(fields), "side": side, "reason": "asked for"})


def email_in(simulated: SimulatedXero) -> Any:
    return simulated.contacts()[0]["EmailAddress"]


def test_emptying_alone_clears_nothing_there(linked: Api, simulated: SimulatedXero) -> None:
    linked.patch(HALL, {"email": ""})
    linked.export()
    assert email_in(simulated) == "a@hall.example"


def test_a_field_is_cleared_on_both_sides(linked: Api, simulated: SimulatedXero) -> None:
    cleared = clear(linked, "both", "email")
    assert (cleared["email"], cleared["sync"]["state"]) == ("", "due")
    linked.export()
    assert email_in(simulated) == ""
    assert linked.get(HALL)["sync"]["state"] == "linked"


def test_a_field_cleared_in_the_ledger_is_not_refilled(linked: Api, simulated: SimulatedXero) -> None:
    assert clear(linked, "ledger", "email")["email"] == "a@hall.example"
    linked.export()
    assert email_in(simulated) == ""
    linked.patch(HALL, {"tax_number": "T1"})
    linked.export()
    assert (email_in(simulated), linked.get(HALL)["email"]) == ("", "a@hall.example")


def test_a_field_cleared_in_the_ledger_travels_again_once_it_is_changed(linked: Api, simulated: SimulatedXero) -> None:
    clear(linked, "ledger", "email")
    linked.export()
    linked.patch(HALL, {"email": "new@hall.example"})
    linked.export()
    assert email_in(simulated) == "new@hall.example"


def test_a_field_cleared_here_stays_empty_and_the_ledger_keeps_its_value(linked: Api, simulated: SimulatedXero) -> None:
    assert clear(linked, "crm", "phones")["phones"] == []
    linked.export()
    linked.import_()
    assert linked.get(HALL)["phones"] == []
    assert {p["PhoneNumber"] for p in simulated.contacts()[0]["Phones"]} == {"", "123"}


def test_an_edit_overtakes_an_order_to_clear(linked: Api, simulated: SimulatedXero) -> None:
    clear(linked, "both", "email")
    linked.patch(HALL, {"email": "new@hall.example"})
    linked.export()
    assert email_in(simulated) == "new@hall.example"


def test_what_is_cleared_is_in_the_history(linked: Api) -> None:
    clear(linked, "both", "email")
    [entry] = [each for each in linked.get(f"{HALL}/activity")["items"] if each["action"] == "cleared"]
    assert entry["diff"] == {"email": {"from": "a@hall.example", "to": ""}}
    assert "asked for" in entry["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fields": ["name"], "side": "both", "reason": "x"}, "fields.name"),
        ({"fields": ["balance"], "side": "both", "reason": "x"}, "fields.balance"),
        ({"fields": [], "side": "both", "reason": "x"}, "fields"),
        ({"fields": ["email"], "side": "moon", "reason": "x"}, "side"),
        ({"fields": ["email"], "side": "both", "reason": ""}, "reason"),
    ],
)
def test_what_cannot_be_cleared_is_named(linked: Api, body: dict[str, Any], field: str) -> None:
    answer = linked.post(f"{HALL}:clear", body)
    assert (answer.status, answer["errors"][0]["field"]) == (422, field)


def test_nothing_is_cleared_in_the_ledger_where_nothing_is_linked(api: Api) -> None:
    api.put(HALL, {"name": "Hall", "email": "a@hall.example"})
    assert clear(api, "ledger", "email")["code"] == "not_linked"
    assert clear(api, "both", "email")["email"] == ""
