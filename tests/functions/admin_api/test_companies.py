"""Companies and settings over HTTP, and what a changed setting sets free."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import ACME, ORGANIZATIONS, Answered, Api
from tests.support.xero import SimulatedXero

SETTINGS = f"{ACME}/settings"
HALL = f"{ORGANIZATIONS}/hall"


def value(api: Api, name: str) -> Any:
    return api.get(SETTINGS)[name]["value"]


def test_a_company_is_created_and_replaced(api: Api) -> None:
    body = {"name": "Other", "profile": "crm", "timezone": "Pacific/Auckland", "currency": "NZD"}
    made = api.put("/v1/companies/other", body)
    assert (made.status, made.json) == (
        201,
        {"id": "other", **body, "counts": {"due": 0, "errors": 0, "conflicts": 0, "suggestions": 0}},
    )
    again = api.put("/v1/companies/other", body | {"name": "Another"})
    assert (again.status, again["name"]) == (200, "Another")
    assert [each["id"] for each in api.get("/v1/companies")["items"]] == ["acme", "other"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"timezone": "posixrules"}, "timezone"),
        ({"timezone": "right/Europe/London"}, "timezone"),
        ({"profile": "bakery"}, "profile"),
        ({"currency": "euro"}, "currency"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
    ],
)
def test_a_company_that_makes_no_sense_is_refused(api: Api, fields: dict[str, Any], field: str) -> None:
    answer = api.put(ACME, {"name": "Acme", "profile": "rental", **fields})
    assert (answer.status, answer["errors"][0]["field"]) == (422, field)


def test_a_blank_name_is_told_in_words(api: Api) -> None:
    answer = api.put(ACME, {"name": "  ", "profile": "rental"})
    assert answer["errors"] == [{"field": "name", "message": "should not be blank"}]


@pytest.mark.parametrize("id", ["companies", "members", "none", "a b", "-a", "x" * 65])
def test_some_ids_are_no_companys(api: Api, id: str) -> None:
    assert api.put(f"/v1/companies/{id}", {"name": "A", "profile": "crm"}).status == 422


def test_a_company_counts_what_needs_attention(connected: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"})
    for id in ("hall", "ball"):
        connected.put(f"{ORGANIZATIONS}/{id}", {"name": id.title()})
    assert connected.get(ACME)["counts"]["due"] == 2
    connected.export()
    assert connected.get(ACME)["counts"] == {"due": 0, "errors": 1, "conflicts": 0, "suggestions": 0}


# ------------------------------------------------------------------ settings


def test_a_setting_shows_value_default_words_and_choices(api: Api) -> None:
    api.patch(SETTINGS, {"auto_export": True})
    shown = api.get(SETTINGS)["auto_export"]
    assert (shown["value"], shown["profile_default"], shown["choices"]) == (True, False, [True, False])
    assert shown["description"]
    assert api.get(SETTINGS)["document_target_status"]["choices"] == ["draft", "submitted", "approved", "same"]


def test_null_gives_a_setting_back_to_the_profile(api: Api) -> None:
    api.patch(SETTINGS, {"auto_export": True})
    assert api.patch(SETTINGS, {"auto_export": None})["auto_export"]["value"] is False
    api.put(ACME, {"name": "Acme", "profile": "property"})
    assert value(api, "auto_export") is True


def test_another_profile_resets_only_what_was_never_changed_by_hand(api: Api) -> None:
    api.patch(SETTINGS, {"apply_ledger_edits": True, "sync_voids": False})
    api.put(ACME, {"name": "Acme", "profile": "crm"})
    assert value(api, "apply_ledger_edits") is True  # by hand; the profile crm has it off
    assert value(api, "create_linked_contact_on_create") is False  # the profile's


def test_compound_settings_go_in_and_come_out(api: Api) -> None:
    given: dict[str, Any] = {
        "field_owner": {"organizations": {"email": "ledger", "*": "ask"}},
        "business_hours": {"days": ["mon"], "from": "07:30", "to": "12:00"},
        "exportable_statuses": ["approved", "draft"],
        "import_from_date": "2026-01-31",
    }
    given["field_owner"] = {"organizations": {"email": "ledger"}}
    answer = api.patch(SETTINGS, given)
    assert answer.status == 200, answer.text
    assert {name: answer[name]["value"] for name in given} == given


@pytest.mark.parametrize(
    "given",
    [
        {"auto_export": "perhaps"},
        {"stock_adjustment_account": "a very long account code"},
        {"stock_contact": " "},
        {"possible_duplicates_on_import": "guess"},
        {"exportable_statuses": ["blue"]},
        {"field_owner": {"planets": "crm"}},
        {"field_owner": {"organizations": {"colour": "crm"}}},
        {"business_hours": {"from": "25:00"}},
        {"import_from_date": "soon"},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(api: Api, given: dict[str, Any]) -> None:
    before = api.get(SETTINGS).json
    answer = api.patch(SETTINGS, given)
    assert answer.status == 422
    assert answer["errors"][0]["field"].split(".")[0] in given
    assert api.get(SETTINGS).json == before


def test_settings_have_a_revision(api: Api) -> None:
    tag = api.get(SETTINGS).headers["etag"]
    assert api.patch(SETTINGS, {"auto_export": True}, headers={"If-Match": tag}).status == 200
    assert api.patch(SETTINGS, {"auto_export": False}, headers={"If-Match": tag}).status == 412
    assert value(api, "auto_export") is True


def test_a_changed_setting_is_in_the_history(api: Api) -> None:
    api.patch(SETTINGS, {"auto_export": True}, sub="eve")
    [entry] = [e for e in api.get(f"{ACME}/history", kind="settings")["items"] if e["action"] == "edited"]
    assert (entry["actor"], entry["diff"]) == ("eve", {"auto_export": {"from": False, "to": True}})


def _put(api: Api) -> Answered:
    return api.put(HALL, {"name": "Hall"})


def test_what_waited_for_the_integration_goes_once_it_is_on(connected: Api, simulated: SimulatedXero) -> None:
    connected.patch(SETTINGS, {"integration_enabled": False})
    _put(connected)
    connected.export()
    connected.import_()
    assert simulated.contacts() == []
    connected.patch(SETTINGS, {"integration_enabled": True})
    assert connected.get(HALL)["sync"]["waiting_for"] is None
    connected.export()
    assert [contact["Name"] for contact in simulated.contacts()] == ["Hall"]


def test_more_than_a_page_that_waited_goes_with_the_drains(connected: Api, simulated: SimulatedXero) -> None:
    connected.patch(SETTINGS, {"integration_enabled": False})
    connected.post(f"{ORGANIZATIONS}:batch", {"items": [{"id": f"n{i}", "name": f"N {i}"} for i in range(230)]})
    connected.patch(SETTINGS, {"integration_enabled": True})
    connected.export()
    assert len(simulated.contacts()) == 230
