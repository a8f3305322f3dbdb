"""The ledger's own lists and the mappings onto them, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.rules.polling import next_day
from tests.support.api import ACME, Api
from tests.support.xero import SimulatedXero


def human(xero: SimulatedXero, kind: str, action: str, id: str, **fields: Any) -> None:
    xero.control("POST", "human", {"action": action, "kind": kind, "id": id, "fields": fields})


def asked(xero: SimulatedXero) -> list[str]:
    return [request.url.path.removeprefix("/api.xro/2.0") for request in xero.sent()]


def test_lists_come_with_the_first_reading_after_connecting(connected: Api, simulated: SimulatedXero) -> None:
    connected.import_()
    rates = {each["code"]: each for each in connected.get(f"{ACME}/tax-rates")["items"]}
    assert rates["OUTPUT2"]["rate"] == "20"
    assert "revenue" in rates["OUTPUT2"]["applies_to"]
    accounts = {each["code"]: each for each in connected.get(f"{ACME}/accounts")["items"]}
    assert (
        accounts["200"].items() >= {"name": "Sales", "type": "revenue", "class": "revenue", "status": "active"}.items()
    )
    assert connected.get(f"{ACME}/tracking-categories")["items"][0]["options"]
    assert {each["code"] for each in connected.get(f"{ACME}/currencies")["items"]} >= {"GBP"}
    banks = connected.get(f"{ACME}/bank-accounts")["items"]
    assert banks
    assert all(each["id"] and each["currency"] for each in banks)
    assert asked(simulated).count("/TaxRates") == 1


def test_lists_never_read_are_read_when_somebody_looks(connected: Api, simulated: SimulatedXero) -> None:
    assert connected.get(f"{ACME}/tax-rates", role="viewer")["items"]
    assert connected.get(f"{ACME}/accounts")["items"]
    assert asked(simulated).count("/TaxRates") == 1


def test_without_a_connection_the_lists_are_empty(api: Api) -> None:
    assert api.get(f"{ACME}/tax-rates")["items"] == []


@pytest.mark.parametrize("name", ["tax-rates", "accounts", "tracking-categories", "currencies", "bank-accounts"])
@pytest.mark.parametrize(("method", "more"), [("PUT", "/X"), ("POST", ""), ("DELETE", "/X"), ("PATCH", "/X")])
def test_writes_are_refused_because_the_ledger_manages_them(api: Api, name: str, method: str, more: str) -> None:
    answer = api(method, f"{ACME}/{name}{more}", {} if method != "DELETE" else None)
    assert (answer.status, answer["code"], answer.headers["allow"]) == (405, "managed_in_ledger", "GET")


def test_lists_are_read_again_every_night(connected: Api, simulated: SimulatedXero) -> None:
    connected.import_()
    simulated.clock.advance(3600)
    connected.import_()
    assert asked(simulated).count("/TaxRates") == 1
    simulated.clock.advance(24 * 3600)
    connected.import_()
    assert asked(simulated).count("/TaxRates") == 2
    night = next_day(simulated.clock.now(), "Europe/London", "acme")
    assert 2 <= night.hour < 5


def test_a_job_reads_them_now_and_says_what_changed(connected: Api, simulated: SimulatedXero) -> None:
    connected.import_()
    account = next(a for a in connected.get(f"{ACME}/accounts")["items"] if a["code"] == "200")
    human(simulated, "account", "edit", account["id"], Name="Sales of everything")
    started = connected.post(f"{ACME}/jobs", {"kind": "import-reference-data"})
    connected.work(started["id"])
    job = connected.get(f"{ACME}/jobs/{started['id']}").json
    assert job["status"] == "done"
    assert job["progress"]["updated"] == 1
    assert job["calls"]["used"] == 6
    assert next(a for a in connected.get(f"{ACME}/accounts")["items"] if a["code"] == "200")["name"].endswith(
        "everything"
    )


def test_mappings_tell_what_they_map_to_and_whether_it_may_be_used(connected: Api, simulated: SimulatedXero) -> None:
    body = {
        "items": [
            {"from": "VAT", "side": "sales", "to": "OUTPUT2"},
            {"from": "VAT", "side": "purchase", "to": "INPUT2"},
        ]
    }
    answer = connected.put(f"{ACME}/mappings/tax", body)
    assert answer.status == 200, answer.text
    assert [(each["from"], each["side"], each["to"], each["valid"]) for each in answer["items"]] == [
        ("VAT", "sales", "OUTPUT2", True),
        ("VAT", "purchase", "INPUT2", True),
    ]
    assert connected.get(f"{ACME}/mappings/tax").json == answer.json
    account = next(a for a in connected.get(f"{ACME}/accounts")["items"] if a["code"] == "200")
    assert connected.put(f"{ACME}/mappings/account", {"items": [{"from": "hire", "to": "200"}]}).status == 200
    human(simulated, "account", "archive", account["id"])
    connected.work(connected.post(f"{ACME}/jobs", {"kind": "import-reference-data"})["id"])
    [pair] = connected.get(f"{ACME}/mappings/account")["items"]
    assert (pair["valid"], pair["reason"]) == (False, "mapping_inactive")


def test_a_mapping_that_cannot_work_is_refused_by_name(connected: Api) -> None:
    accounts = connected.get(f"{ACME}/accounts")["items"]
    control = next(a["code"] for a in accounts if a["system"] == "debtors")
    answer = connected.put(
        f"{ACME}/mappings/account", {"items": [{"from": "a", "to": "200"}, {"from": "b", "to": control}]}
    )
    assert answer.status == 422
    assert [error["field"] for error in answer["errors"]] == ["items.1"]
    wrong_side = {"items": [{"from": "VAT", "side": "sales", "to": "INPUT2"}]}
    assert connected.put(f"{ACME}/mappings/tax", wrong_side).status == 422
    assert connected.get(f"{ACME}/mappings/nonsense").status == 404


def test_mappings_are_changed_by_finance_on_the_revision_they_saw(connected: Api) -> None:
    first = connected.put(f"{ACME}/mappings/tax", {"items": [{"from": "VAT", "to": "OUTPUT2"}]}, role="finance")
    etag = first.headers["etag"]
    assert connected.put(f"{ACME}/mappings/tax", {"items": []}, role="crm").status == 403
    assert connected.put(f"{ACME}/mappings/tax", {"items": []}, headers={"If-Match": etag}).status == 200
    assert connected.put(f"{ACME}/mappings/tax", {"items": []}, headers={"If-Match": etag}).status == 412


def test_a_plan_made_before_a_mapping_changed_is_not_applied(connected: Api) -> None:
    job = connected.post(f"{ACME}/jobs", {"kind": "export-organizations", "dry_run": True})["id"]
    connected.work(job)
    connected.put(f"{ACME}/mappings/tax", {"items": [{"from": "VAT", "to": "OUTPUT2"}]})
    assert connected.post(f"{ACME}/jobs/{job}/apply")["code"] == "plan_outdated"


def test_lists_that_cannot_be_read_now_are_read_with_a_later_bell(connected: Api, simulated: SimulatedXero) -> None:
    simulated.fault("error_before", match={"path": "/TaxRates"}, status=500)
    connected.import_()
    assert connected.wired.reference.get("acme").read_at is None
    simulated.clock.advance(31)
    connected.import_()
    assert connected.wired.reference.get("acme").read_at is not None
