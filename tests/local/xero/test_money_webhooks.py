"""Webhooks of the money side: who is told of, with what, and what is never told (§5)."""

import json
from typing import Any

import pytest

from tests.local.xero import spec
from tests.local.xero.papers import a_cost, allocate, bill, credit, pay, sale, update
from tests.local.xero.rig import Rig


@pytest.fixture
def heard(xero: Rig) -> Rig:
    """With Ada there already, so that no test hears of her."""
    xero.create({"Name": "Ada"})
    xero.listen()
    return xero


def told(xero: Rig) -> list[tuple[str, str]]:
    """(category, type) of each event since the last time."""
    xero.sim("POST", "webhooks:flush")
    events = [(event["eventCategory"], event["eventType"]) for event in xero.inbox.events]
    xero.inbox.received.clear()
    return events


def event(xero: Rig) -> dict[str, Any]:
    xero.sim("POST", "webhooks:flush")
    return dict(xero.inbox.events[-1])


def test_sales_and_bills_are_both_invoice_events_without_data(heard: Rig) -> None:
    sale(heard)
    made = bill(heard)
    update(heard, made, Reference="x")
    assert told(heard) == [("INVOICE", "CREATE"), ("INVOICE", "CREATE"), ("INVOICE", "UPDATE")]
    update(heard, made, Status="VOIDED")
    last = event(heard)
    assert (last["resourceId"], "data" in last) == (made["InvoiceID"], False)
    assert last["resourceUrl"].endswith(f"/Invoices/{made['InvoiceID']}")


def test_credit_note_events_tell_type_and_status(heard: Rig) -> None:
    made = credit(heard)
    assert event(heard) == {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/CreditNotes/{made['CreditNoteID']}",
        "resourceId": made["CreditNoteID"],
        "eventDateUtc": "2026-11-20T09:00:30",
        "eventType": "CREATE",
        "eventCategory": "CREDITNOTE",
        "tenantId": heard.organisations[0],
        "tenantType": "ORGANISATION",
        "data": {
            "Type": "ACCRECCREDIT",
            "Status": "AUTHORISED",
            "UpdatedDateUTCString": "2026-11-20T09:00:30+00:00",
        },
    }


@pytest.mark.skipif(not spec.available(), reason=spec.ABSENT)
def test_credit_note_events_are_those_of_the_webhooks_file(heard: Rig) -> None:
    credit(heard)
    heard.sim("POST", "webhooks:flush")
    ((body, _),) = heard.inbox.received
    file = spec.Spec("xero-webhooks.yaml", "")
    assert file.validate("#/components/schemas/CreditNoteWebhookEvent", json.loads(body)) == []


@pytest.mark.parametrize(("raises", "events"), [(True, [("INVOICE", "UPDATE")]), (False, [])])
def test_whether_a_payment_that_comes_or_goes_raises_an_invoice_event_can_be_set(
    heard: Rig, raises: bool, events: list[tuple[str, str]]
) -> None:
    heard.set(payment_raises_invoice_event=raises)
    made = sale(heard)
    told(heard)
    paid = pay(heard, made)
    assert told(heard) == events
    heard.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})
    assert told(heard) == events


@pytest.mark.parametrize(("raises", "invoices"), [(True, [("INVOICE", "UPDATE")]), (False, [])])
def test_an_allocation_is_told_of_the_credit_and_perhaps_of_the_invoice(
    heard: Rig, raises: bool, invoices: list[tuple[str, str]]
) -> None:
    heard.set(payment_raises_invoice_event=raises)
    made, noted = sale(heard), credit(heard)
    told(heard)
    allocate(heard, noted, made, 10)
    assert told(heard) == [("CREDITNOTE", "UPDATE"), *invoices]


def test_prepayments_and_overpayments_have_categories_of_their_own(heard: Rig) -> None:
    heard.person("create", "prepayment", Contact={"Name": "Ada"}, amount=5)
    heard.person("create", "overpayment", Contact={"Name": "Ada"}, amount=5)
    assert told(heard) == [("PREPAYMENT", "CREATE"), ("OVERPAYMENT", "CREATE")]
    heard.person("create", "prepayment", Contact={"Name": "Ada"}, amount=5)
    assert event(heard)["data"]["Type"] == "RECEIVE-PREPAYMENT"


def test_payments_items_orders_bank_money_and_reference_data_are_never_told(heard: Rig) -> None:
    heard.set(payment_raises_invoice_event=False)
    made = sale(heard)
    told(heard)
    pay(heard, made)
    heard.put("Items", {"Code": "TENT"})
    contact = {"ContactID": made["Contact"]["ContactID"]}
    heard.put("PurchaseOrders", {"Contact": contact, "LineItems": [a_cost()]})
    heard.put(
        "BankTransactions",
        {"Type": "SPEND", "Contact": contact, "BankAccount": {"Code": "090"}, "LineItems": [a_cost()]},
    )
    heard.call("PUT", "/Accounts", {"Code": "201", "Name": "Tents", "Type": "REVENUE"})
    assert told(heard) == []


def test_a_document_that_makes_or_changes_its_contact_tells_of_both(heard: Rig) -> None:
    sale(heard, Contact={"Name": "Bob"})
    assert told(heard) == [("CONTACT", "CREATE"), ("INVOICE", "CREATE")]


def test_an_element_that_changes_twice_in_a_call_is_told_of_once(heard: Rig) -> None:
    made = sale(heard)
    told(heard)
    body = {"Account": {"Code": "090"}, "Amount": 1, "Invoice": {"InvoiceID": made["InvoiceID"]}}
    heard.put("Payments", body, body)
    assert told(heard) == [("INVOICE", "UPDATE")]
