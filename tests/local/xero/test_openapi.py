"""Xero's own OpenAPI files agree with the simulator; that every other test's answers pass is seen to by conftest."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.xero.messages import Request, json_answer
from tests.local.xero import spec
from tests.local.xero.rig import Rig

pytestmark = pytest.mark.skipif(not spec.available(), reason=spec.ABSENT)

FULL: dict[str, Any] = {
    "Name": "Ada",
    "ContactNumber": "n1",
    "AccountNumber": "A1",
    "FirstName": "Ada",
    "CompanyNumber": "1",
    "EmailAddress": "ada@example.org",
    "BankAccountDetails": "12-34",
    "TaxNumber": "7",
    "TaxNumberType": "SSN",
    "AccountsReceivableTaxType": "OUTPUT2",
    "DefaultCurrency": "GBP",
    "SalesDefaultLineAmountType": "INCLUSIVE",
    "SalesDefaultAccountCode": "200",
    "PaymentTerms": {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}},
    "ContactPersons": [{"FirstName": "Bea", "LastName": "B", "EmailAddress": "b@example.org", "IncludeInEmails": True}],
    "Phones": [{"PhoneType": kind, "PhoneNumber": "1"} for kind in ("DEFAULT", "DDI", "MOBILE", "FAX")],
    "Addresses": [{"AddressType": kind, "AddressLine1": "x", "City": "y"} for kind in ("POBOX", "STREET")],
}


def test_every_answer_of_a_tour_through_the_api_is_judged_and_passes(make_rig: Callable[..., Rig]) -> None:
    xero = make_rig().connect()
    judged: list[tuple[str, str, int]] = []
    plain = xero.app.answer

    def answer(request: Request) -> Any:
        given = plain(request)
        judged.append((request.method, request.path, given.status))
        return given

    xero.app.answer = answer  # type: ignore[method-assign]
    (contact,) = xero.create(FULL)
    xero.create({"Name": "<"}, FULL)
    xero.call("PUT", "/Contacts", {"Contacts": [FULL]})
    xero.call("POST", f"/Contacts/{contact['ContactID']}", {"Name": "Ada L."})
    xero.contacts("?page=1")
    xero.contacts("?summaryOnly=true")
    xero.contact("n1")
    xero.call("GET", "/Organisation")
    xero.call("GET", "/Organisation/Actions")
    xero.http.get("/connections", headers=xero.headers)
    assert len(judged) == 10
    assert {status for *_, status in judged} == {200, 400}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"Contacts": [{"ContactID": "x"}]}, "$.Contacts[0].ContactID: format: 'x' is not a 'uuid'"),
        ({"Contacts": [{"ContactStatus": "AWAKE"}]}, "is not one of"),
        ({"Contacts": [{"Name": "x" * 256}]}, "maxLength"),
        ({"Contacts": [{"Mood": "fine"}]}, "$.Contacts[0].Mood is not in the schema"),
        ({"Contacts": [{"UpdatedDateUTC": "2026-01-01"}]}, "is not written as a moment"),
        ({"Contacts": [{"Phones": [{"PhoneType": "RED"}]}]}, "is not one of"),
    ],
)
def test_the_judge_sees_what_is_wrong(body: dict[str, Any], told: str) -> None:
    complaints = spec.judge(Request("GET", "/api.xro/2.0/Contacts"), json_answer(200, body))
    assert any(told in complaint for complaint in complaints), complaints


def test_the_judge_knows_paths_and_statuses() -> None:
    assert spec.judge(Request("GET", "/api.xro/2.0/Unicorns"), json_answer(200, {}))
    assert spec.judge(Request("GET", "/api.xro/2.0/Contacts"), json_answer(201, {}))


def test_webhook_bodies_are_those_of_the_webhooks_file(xero: Rig) -> None:
    file = spec.Spec("xero-webhooks.yaml", "")
    xero.listen()
    xero.create({"Name": "Ada"})
    xero.sim("POST", "webhooks:flush")
    ((body, _),) = xero.inbox.received
    told = json.loads(body)
    assert file.validate("#/components/schemas/WebhookEvent", told) == []
    event = file.document["components"]["schemas"]["WebhookEvent"]["properties"]["events"]["items"]["properties"]
    assert set(told["events"][0]) == set(event)
