"""The controls under `/_sim/`: what stands in the contract with everything outside (docs/simulator.md)."""

import re
from typing import Any

import httpx
import pytest

from local.xero.settings import described
from tests.local.xero.rig import Rig, names

KINDS = {
    *("contacts", "items", "invoices", "credit_notes", "payments", "prepayments", "overpayments"),
    *("purchase_orders", "accounts", "tax_rates", "tracking_categories", "attachments"),
    *("bank_transactions", "batch_payments", "currencies", "branding_themes"),
}
# What every organisation starts with.
FILLED = {"accounts", "tax_rates", "tracking_categories", "currencies", "branding_themes"}


def test_the_state_names_every_kind(rig: Rig) -> None:
    state = rig.state()
    assert set(state) == {"organisations", *KINDS}
    assert {kind for kind in KINDS if state[kind]} == FILLED
    assert len(state["organisations"]) == 2
    assert set(state["organisations"][0]) == {"id", "name"}


def test_the_state_is_of_the_first_organisation_unless_another_is_named(rig: Rig) -> None:
    first, second = rig.organisations
    rig.sim("POST", "seed", {"contacts": [{"Name": "Ada"}], "organisation": second})
    assert rig.state()["contacts"] == []
    assert names(rig.state(second)["contacts"]) == ["Ada"]
    assert rig.sim("GET", f"state?organisation={first[:-1]}x").status_code == 422


def test_another_organisation_is_opened_once_with_its_own_lists(rig: Rig) -> None:
    made = rig.sim("POST", "organisations", {"Name": "Third Books", "CountryCode": "DE"}).json()["organisations"]
    assert [each["name"] for each in made][2:] == ["Third Books"]
    rig.sim("POST", "seed", {"contacts": [{"Name": "Ada"}], "organisation": made[2]["id"]})
    assert rig.sim("POST", "organisations", {"Name": "Third Books"}).json()["organisations"] == made
    assert names(rig.state(made[2]["id"])["contacts"]) == ["Ada"]
    assert {kind for kind in KINDS if rig.state(made[2]["id"])[kind]} == FILLED | {"contacts"}
    assert rig.sim("POST", "organisations", {}).status_code == 422


def test_a_seeded_number_of_contacts_are_varied_and_all_different(rig: Rig) -> None:
    made = rig.sim("POST", "seed", {"contacts": 300}).json()
    contacts = rig.state()["contacts"]
    assert (made["contacts"], len(made["ids"]["contacts"]), len(contacts)) == (300, 300, 300)
    assert len({name.casefold() for name in names(contacts)}) == 300
    assert any("ü" in name or "ö" in name for name in names(contacts))
    with_phone = [each for each in contacts if any(phone["PhoneNumber"] for phone in each["Phones"])]
    assert 0 < len(with_phone) < 300
    assert rig.sim("POST", "seed", {"contacts": 300}).status_code == 200
    assert len(rig.state()["contacts"]) == 600


def test_seeded_contacts_would_pass_xeros_own_rules(xero: Rig) -> None:
    xero.sim("POST", "seed", {"contacts": 200})
    fields = ("ContactID", "Name", "EmailAddress", "Phones", "Addresses")
    updated = xero.update(*({name: contact[name] for name in fields} for contact in xero.contacts()))
    assert {each["StatusAttributeString"] for each in updated} == {"OK"}


def test_seeds_take_xeros_field_names_read_only_ones_too(rig: Rig) -> None:
    sent: dict[str, Any] = {
        "ContactID": "AAAAAAAA-1111-4111-8111-111111111111",
        "Name": "Ada",
        "ContactStatus": "ARCHIVED",
        "IsCustomer": True,
        "UpdatedDateUTC": "2020-01-02T03:04:05",
    }
    rig.sim("POST", "seed", {"contacts": [sent]})
    (contact,) = rig.state()["contacts"]
    assert contact["ContactID"] == sent["ContactID"].lower()
    assert (contact["ContactStatus"], contact["IsCustomer"]) == ("ARCHIVED", True)
    assert contact["UpdatedDateUTC"] == "/Date(1577934245000+0000)/"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"contacts": [{"Name": "Ada"}, {"Name": "ada"}]}, 409),
        ({"contacts": "many"}, 422),
        ({"unicorns": 3}, 422),
        ({"contacts": [{"Name": "Ada", "ContactID": "x"}]}, 400),
        ([], 422),
    ],
)
def test_a_seed_that_fails_leaves_nothing_behind(rig: Rig, body: Any, status: int) -> None:
    answer = rig.sim("POST", "seed", body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert rig.state()["contacts"] == []


def test_reset_forgets_books_tokens_faults_settings_and_requests(xero: Rig) -> None:
    xero.create({"Name": "Ada"})
    xero.fault("error_before", times=None)
    xero.set(minute_limit=1)
    xero.listen()
    before = xero.organisations
    assert [each["id"] for each in xero.sim("POST", "reset").json()["organisations"]] == before
    assert xero.state()["contacts"] == []
    assert xero.sim("GET", "faults").json()["faults"] == []
    assert xero.sim("GET", "requests").json() == []
    settings = xero.sim("GET", "settings").json()
    assert (settings["minute_limit"], settings["webhooks"]["state"], settings["consent"]) == (60, "off", "none")
    assert xero.call("GET", "/Contacts").status_code == 401


def test_reset_keeps_what_the_simulator_was_started_with(make_rig: Any) -> None:
    rig = make_rig(settings={"minute_limit": None, "webhooks": {"url": "https://hub.example", "key": "k"}})
    rig.set(minute_limit=1, webhooks=False)
    rig.sim("POST", "reset")
    settings = rig.sim("GET", "settings").json()
    assert (settings["minute_limit"], settings["webhooks"]["state"]) == (None, "intent to receive")


def test_ids_after_a_reset_are_new_ones(xero: Rig) -> None:
    (before,) = xero.create({"Name": "Ada"})
    xero.sim("POST", "reset")
    (after,) = xero.connect().create({"Name": "Ada"})
    assert after["ContactID"] != before["ContactID"]


def test_the_same_seed_and_calls_give_the_same_answers(make_rig: Any) -> None:
    def run(seed: int) -> Any:
        return make_rig(seed=seed).connect().call("PUT", "/Contacts", {"Name": "Ada"}).json()

    assert run(7) == run(7)
    assert run(7) != run(8)


def test_requests_are_remembered_without_the_controls(xero: Rig) -> None:
    xero.sim("DELETE", "requests")
    xero.contacts("?page=2")
    xero.fault("error_before")
    xero.call("PUT", "/Contacts", {"Name": "Ada"})
    read, write = xero.sim("GET", "requests").json()
    assert (read["method"], read["path"], read["query"], read["status"]) == (
        "GET",
        "/api.xro/2.0/Contacts",
        "page=2",
        200,
    )
    assert read["bytes"] > 0
    assert read["at"] == "2026-11-20T09:00:30Z"
    assert (write["status"], write["fault"], write["sent_bytes"]) == (500, "error_before", 14)


@pytest.mark.parametrize("kind", ["timeout_before", "reset"])
def test_a_request_without_an_answer_is_remembered_with_status_0(xero: Rig, kind: str) -> None:
    xero.fault(kind)
    with pytest.raises(httpx.TransportError):
        xero.contacts()
    assert xero.sim("GET", "requests").json()[-1]["status"] == 0


@pytest.mark.parametrize("name", ["contact", "contacts", "Contacts"])
def test_a_person_edits_and_clears_fields(xero: Rig, name: str) -> None:
    (contact,) = xero.create({"Name": "Ada", "EmailAddress": "a@example.org", "Phones": [{"PhoneNumber": "1"}]})
    body = {"action": "edit", "kind": name, "id": contact["ContactID"]}
    answer = xero.sim("POST", "human", {**body, "fields": {"EmailAddress": None, "Phones": None, "TaxNumber": "7"}})
    assert answer.status_code == 200
    (after,) = xero.state()["contacts"]
    assert (after["EmailAddress"], after["TaxNumber"]) == ("", "7")
    assert not any(phone["PhoneNumber"] for phone in after["Phones"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "edit", "kind": "contact", "id": "nobody", "fields": {}}, 404),
        ({"action": "sing", "kind": "contact", "id": "n1"}, 409),
        ({"action": "edit", "kind": "unicorn", "id": "n1"}, 422),
        ({"action": "edit", "kind": "contact", "id": "n1", "fields": {"Name": "Bob"}}, 409),
        ({"action": "merge", "kind": "contact", "id": "n1", "fields": {"into": "n1"}}, 409),
        ({"action": "merge", "kind": "contact", "id": "n1", "fields": {"into": "nobody"}}, 404),
    ],
)
def test_what_a_person_cannot_do_is_refused(xero: Rig, body: dict[str, Any], status: int) -> None:
    xero.create({"Name": "Ada", "ContactNumber": "n1"}, {"Name": "Bob"})
    before = xero.state()
    assert xero.sim("POST", "human", body).status_code == status
    assert xero.state() == before


@pytest.mark.parametrize(
    "body",
    [
        {"minute_limt": 1},
        {"minute_limit": "60"},
        {"minute_limit": True},
        {"slots": "both"},
        {"null_clears": 1},
        {"latency_ms": None},
        {"consent": "given"},
        {"day_limit": 1, "unknown": 2},
    ],
)
def test_a_setting_that_is_unknown_or_of_a_wrong_type_is_refused_and_nothing_set(
    rig: Rig, body: dict[str, Any]
) -> None:
    before = rig.sim("GET", "settings").json()
    assert rig.sim("POST", "settings", body).status_code == 422
    assert rig.sim("GET", "settings").json() == before


def test_every_setting_is_shown_with_its_default(rig: Rig) -> None:
    shown = rig.sim("GET", "settings").json()
    assert {name: shown[name] for name, _, _ in described()} == {name: default for name, default, _ in described()}


def test_the_clock_moves_for_everybody(xero: Rig) -> None:
    answer = xero.sim("POST", "clock", {"advance_s": 3600})
    assert answer.json()["now"] == "2026-11-20T10:00:30+00:00"
    assert xero.clock().hour == 10
    assert xero.call("GET", "/Contacts").json()["Detail"].startswith("TokenExpired")
    assert xero.sim("POST", "clock", {"advance": 1}).status_code == 422


@pytest.mark.parametrize("seconds", [-1, "NaN", "inf", 1e300])
def test_no_move_leaves_a_clock_that_cannot_be_read(rig: Rig, seconds: object) -> None:
    assert rig.sim("POST", "clock", {"advance_s": seconds}).status_code == 422
    assert rig.sim("GET", "clock").status_code == 200


def test_an_unknown_control_is_a_404(rig: Rig) -> None:
    assert rig.sim("POST", "explode").status_code == 404


@pytest.mark.parametrize("path", ["/_sim", "/_sim/"])
def test_the_page_draws_the_books_through_the_controls_and_loads_nothing_else(rig: Rig, path: str) -> None:
    page = rig.http.get(path)
    assert page.headers["content-type"].startswith("text/html")
    for control in ("state", "requests", "faults", "settings", "human", "webhooks:flush", "clock", "seed", "reset"):
        assert f'"{control}"' in page.text, control
    assert not re.search(r"(src|href)=|https?:|innerHTML", page.text)
