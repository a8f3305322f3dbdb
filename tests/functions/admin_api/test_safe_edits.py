"""Safe edits over HTTP: offered on the record, planned with amounts, ordered once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import ACME, Api
from tests.support.xero import SimulatedXero

INVOICE = f"{ACME}/invoices/i1"
REF = {"kind": "invoices", "id": "i1"}
LINE = {"description": "Work", "quantity": "1", "unit_price": "100.00", "account_code": "200"}


def edit(api: Api, price: str) -> Any:
    said = {"number": "N-1", "organization_id": "hall", "issue_date": "2026-11-20", "tax_mode": "none"}
    return api.put(INVOICE, {**said, "lines": [{**LINE, "unit_price": price}]})


def settle(api: Api) -> None:
    for _ in range(4):
        api.export()
        api.import_()


@pytest.fixture
def edited(connected: Api, simulated: SimulatedXero) -> Api:
    """An invoice that we paid, edited afterwards."""
    api = connected
    on = {"auto_export": True, "payments_to_ledger": True, "create_linked_contact_on_create": True}
    assert api.patch(f"{ACME}/settings", on).status == 200
    api.get(f"{ACME}/accounts")
    api.put(f"{ACME}/organizations/hall", {"name": "Hall"})
    edit(api, "100.00")
    settle(api)
    paid = {"document_id": "i1", "date": "2026-11-21", "amount": "40.00", "method": "090"}
    assert api.put(f"{ACME}/payments/p1", paid).status == 201
    settle(api)
    edit(api, "130.00")
    settle(api)
    return api


def test_the_record_offers_it_the_plan_tells_it_and_it_runs_once(edited: Api, simulated: SimulatedXero) -> None:
    sync = edited.get(INVOICE)["sync"]
    assert (sync["state"], sync["reason"]) == ("skipped", "paid_document")
    assert [fix["id"] for fix in sync["fixes"]] == ["lift_payment", "credit_and_reissue"]
    ask = {"record": REF, "fix": "lift_payment"}
    planned = edited.post(f"{ACME}/errors:fix", {**ask, "dry_run": True}).json
    told = [(step["action"], step["record"]["id"], step["amount"], step["currency"]) for step in planned["steps"]]
    assert told == [
        ("take_off", "p1", "40.00", "GBP"),
        ("update", "i1", "130.00", "GBP"),
        ("put_back", "p1", "40.00", "GBP"),
    ]
    assert (planned["steps"][0]["date"], planned["steps"][0]["method"]) == ("2026-11-21", "090")
    assert (planned["outcome"], list(planned["diff"])) == ("would_edit", ["lines"])
    key = {"headers": {"Idempotency-Key": "click-1"}}
    first = edited.post(f"{ACME}/errors:fix", ask, **key)
    assert (first.status, first["outcome"], first["sync"]["state"]) == (200, "due", "due")
    assert edited.post(f"{ACME}/errors:fix", ask, **key).text == first.text
    again = edited.post(f"{ACME}/errors:fix", ask)
    assert (again.status, again["code"]) == (409, "in_flight")
    assert (edited.delete(f"{ACME}/payments/p1").status, edited.delete(INVOICE, force=True, reason="x").status) == (
        409,
        409,
    )
    edited.export()
    waiting = edited.get(f"{ACME}/payments/p1")["sync"]
    assert (waiting["state"], waiting["waiting_for"]) == ("due", "payment_lifted")
    settle(edited)
    invoice = edited.get(INVOICE).json
    assert (invoice["sync"]["state"], invoice["total"], invoice["amount_outstanding"]) == ("linked", "130.00", "90.00")
    assert (invoice["status"], invoice["sync"]["fixes"]) == ("part_paid", [])
    assert edited.get(f"{ACME}/payments/p1")["sync"]["state"] == "linked"
    gone = edited.post(f"{ACME}/errors:fix", ask)
    assert gone.status == 404


def test_a_way_that_is_closed_says_why(edited: Api, simulated: SimulatedXero) -> None:
    document = edited.get(INVOICE)["sync"]["accounting_code"]
    body = {"action": "pay", "kind": "invoices", "id": document, "fields": {"amount": "10.00"}}
    simulated.control("POST", "human", body)
    way, other = edited.get(f"{INVOICE}/safe-edits")["items"]
    assert (other["fix"], other["possible"], other["code"]) == ("credit_and_reissue", True, None)
    assert (way["fix"], way["possible"], way["code"], way["steps"]) == ("lift_payment", False, "money_not_ours", [])
    assert way["message"] == "a payment of 10.00 was not posted from here"
    assert way["remedy"]
    refused = edited.post(f"{ACME}/errors:fix", {"record": REF, "fix": "lift_payment", "dry_run": True})
    assert (refused.status, refused["code"], refused.is_problem) == (409, "money_not_ours", True)


def test_only_those_who_may_fix_errors_order_it_and_only_where_one_waits(edited: Api) -> None:
    assert edited.get(f"{INVOICE}/safe-edits", role="viewer").status == 200
    assert edited.post(f"{ACME}/errors:fix", {"record": REF, "fix": "lift_payment"}, role="crm").status == 403
    assert edited.get(f"{ACME}/organizations/hall/safe-edits").status == 404
    assert edited.get(f"{ACME}/nonsense/i1/safe-edits").status == 422


def test_credited_and_issued_anew_with_the_number_given(edited: Api) -> None:
    [_, offer] = edited.get(INVOICE)["sync"]["fixes"]
    assert offer["params"] == {"number": "N-1-R"}
    ask = {"record": REF, "fix": offer["id"], "params": {"number": "N-1b"}}
    planned = edited.post(f"{ACME}/errors:fix", {**ask, "dry_run": True}).json
    told = [(step["action"], step["amount"]) for step in planned["steps"]]
    assert told == [("credit", "100.00"), ("issue", "130.00"), ("allocate", "60.00"), ("allocate", "40.00")]
    assert planned["diff"]["number"] == {"from": "N-1", "to": "N-1b"}
    done = edited.post(f"{ACME}/errors:fix", ask)
    assert (done.status, done["sync"]["state"]) == (200, "linked")
    settle(edited)
    settle(edited)
    old, new = (edited.get(f"{ACME}/invoices/{id_}") for id_ in ("i1", done["steps"][1]["record"]["id"]))
    assert (old["status"], old["amount_outstanding"], old["lines"][0]["unit_price"]) == ("paid", "0.00", "100.00")
    assert (new["number"], new["amount_outstanding"], new["sync"]["state"]) == ("N-1b", "90.00", "linked")
    changes = edited.get(f"{ACME}/changes").json
    assert {"invoices", "credit-notes"} <= {each["kind"] for each in changes["items"]}
