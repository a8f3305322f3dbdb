"""Purchase orders: a create that updates, numbers that deleted orders hold, refusals under HTTP 200 (§4.6)."""

from typing import Any

import pytest

from tests.local.xero.papers import NOBODY, a_cost
from tests.local.xero.rig import ZERO, Rig, messages, ok

DELETED = ["PurchaseOrder status change is invalid", "Deleted PurchaseOrders cannot be updated"]


@pytest.fixture
def ada(xero: Rig) -> str:
    """The supplier's id; purchase orders do not make contacts."""
    (contact,) = xero.create({"Name": "Ada", "ContactNumber": "n1"})
    return str(contact["ContactID"])


def an_order(contact: str, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"Contact": {"ContactID": contact}, "LineItems": list(lines or [a_cost()]), "Date": "2026-11-01", **changes}


def order(xero: Rig, contact: str, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return ok(xero.put("PurchaseOrders", an_order(contact, *lines, **changes)))


def test_a_live_number_in_a_create_becomes_an_update_reported_as_success(xero: Rig, ada: str) -> None:
    made = order(xero, ada, PurchaseOrderNumber="P1", Reference="one")
    again = order(xero, ada, a_cost(UnitAmount=7), PurchaseOrderNumber="p1", Reference="two")
    assert (again["StatusAttributeString"], again["PurchaseOrderID"]) == ("OK", made["PurchaseOrderID"])
    assert (again["Reference"], again["SubTotal"]) == ("two", 7.0)
    assert len(xero.get("PurchaseOrders")) == 1


@pytest.mark.parametrize("verb", ["PUT", "POST"])
def test_a_deleted_order_holds_its_number_and_the_refusal_has_the_zero_guid(xero: Rig, ada: str, verb: str) -> None:
    made = order(xero, ada, PurchaseOrderNumber="P1")
    ok(xero.post("PurchaseOrders", {"PurchaseOrderID": made["PurchaseOrderID"], "Status": "DELETED"}))
    answer = xero.call(verb, "/PurchaseOrders", {"PurchaseOrders": [an_order(ada, PurchaseOrderNumber="P1")]})
    assert answer.status_code == 200  # though summarizeErrors was left out
    (refused,) = answer.json()["PurchaseOrders"]
    assert (messages(refused), refused["PurchaseOrderID"]) == (DELETED, ZERO)
    assert refused["StatusAttributeString"] == "ERROR"


def test_that_refusals_come_under_200_can_be_switched_off(xero: Rig, ada: str) -> None:
    xero.set(purchase_order_errors_are_200=False)
    answer = xero.call("PUT", "/PurchaseOrders", an_order(ada, PurchaseOrderNumber="P1", LineItems=[]))
    assert (answer.status_code, answer.json()["Type"]) == (400, "ValidationException")


def test_renumbering_in_the_delete_call_frees_the_number(xero: Rig, ada: str) -> None:
    made = order(xero, ada, PurchaseOrderNumber="P1")
    ok(
        xero.post(
            "PurchaseOrders",
            {"PurchaseOrderID": made["PurchaseOrderID"], "PurchaseOrderNumber": "P1-old", "Status": "DELETED"},
        )
    )
    assert order(xero, ada, PurchaseOrderNumber="P1")["PurchaseOrderID"] != made["PurchaseOrderID"]


def test_a_deleted_order_cannot_be_updated(xero: Rig, ada: str) -> None:
    made = order(xero, ada)
    id = made["PurchaseOrderID"]
    ok(xero.post("PurchaseOrders", {"PurchaseOrderID": id, "Status": "DELETED"}))
    (refused,) = xero.post("PurchaseOrders", {"PurchaseOrderID": id, "Status": "DRAFT"})
    assert (messages(refused), refused["PurchaseOrderID"]) == (DELETED, id)


def test_a_billed_order_can_be_deleted(xero: Rig, ada: str) -> None:
    made = order(xero, ada, Status="BILLED")
    gone = ok(xero.post("PurchaseOrders", {"PurchaseOrderID": made["PurchaseOrderID"], "Status": "DELETED"}))
    assert gone["Status"] == "DELETED"


def test_orders_without_a_number_get_one(xero: Rig, ada: str) -> None:
    assert [order(xero, ada)["PurchaseOrderNumber"] for _ in range(2)] == ["PO-0001", "PO-0002"]


def test_a_number_held_by_another_order_is_refused_in_an_update(xero: Rig, ada: str) -> None:
    made = order(xero, ada)
    order(xero, ada, PurchaseOrderNumber="P1")
    (refused,) = xero.post("PurchaseOrders", {"PurchaseOrderID": made["PurchaseOrderID"], "PurchaseOrderNumber": "P1"})
    assert messages(refused) == ["Order number must be unique"]


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ({"Name": "Ada"}, "A Contact must be specified for this type of transaction"),
        ({}, "A Contact must be specified for this type of transaction"),
        ({"ContactID": NOBODY}, "The Contact could not be found."),
    ],
)
def test_the_contact_must_exist_and_be_named_by_id_or_number(
    xero: Rig, ada: str, contact: dict[str, str], told: str
) -> None:
    (refused,) = xero.put("PurchaseOrders", an_order(ada, Contact=contact))
    assert messages(refused) == [told]
    assert order(xero, ada, Contact={"ContactNumber": "n1"})["Contact"]["Name"] == "Ada"


def test_prices_have_four_decimals_by_nature(xero: Rig, ada: str) -> None:
    made = order(xero, ada, a_cost(Quantity=10, UnitAmount=1.23456))
    (line,) = xero.one(f"PurchaseOrders/{made['PurchaseOrderID']}")["LineItems"]
    assert (line["UnitAmount"], line["LineAmount"]) == (1.2346, 12.35)


def test_orders_take_a_discount_rate_and_no_amount(xero: Rig, ada: str) -> None:
    made = order(xero, ada, a_cost(DiscountRate=10))
    assert (made["SubTotal"], made["TotalDiscount"], made["IsDiscounted"]) == (90.0, 10.0, True)
    (refused,) = xero.put("PurchaseOrders", an_order(ada, a_cost(DiscountAmount=10)))
    assert messages(refused) == ["DiscountAmount is only supported on sales invoices."]


def test_an_order_does_without_accounts_but_not_without_lines(xero: Rig, ada: str) -> None:
    made = order(xero, ada, {"Description": "x", "Quantity": 1, "UnitAmount": 5}, Status="AUTHORISED")
    assert (made["SubTotal"], made["TotalTax"]) == (5.0, 0.0)
    (refused,) = xero.put("PurchaseOrders", an_order(ada, LineItems=[]))
    assert messages(refused) == ["One or more line items must be specified"]


def test_sent_to_contact_of_a_draft_is_a_warning(xero: Rig, ada: str) -> None:
    (made,) = xero.put("PurchaseOrders", an_order(ada, SentToContact=True))
    told = "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."
    assert (made["Warnings"], made["SentToContact"]) == ([{"Message": told}], False)
    assert order(xero, ada, Status="AUTHORISED", SentToContact=True)["SentToContact"] is True


def test_delivery_is_kept_and_its_instructions_are_short(xero: Rig, ada: str) -> None:
    delivery = {"DeliveryAddress": "1 Mill Lane\nLeeds", "AttentionTo": "Bea", "Telephone": "1"}
    made = order(xero, ada, **delivery, DeliveryDate="2026-12-01", ExpectedArrivalDate="2026-12-02")
    assert {**made, **delivery} == made
    assert (made["DeliveryDateString"], made["ExpectedArrivalDateString"]) == (
        "2026-12-01T00:00:00",
        "2026-12-02T00:00:00",
    )
    (refused,) = xero.put("PurchaseOrders", an_order(ada, DeliveryInstructions="x" * 501))
    assert messages(refused) == ["DeliveryInstructions must not be longer than 500 characters."]


def test_lists_are_always_paged_and_filtered_by_status_and_dates_without_a_where(xero: Rig, ada: str) -> None:
    for month in (9, 10, 11):
        order(xero, ada, PurchaseOrderNumber=f"P{month}", Date=f"2026-{month:02}-01")
    order(xero, ada, PurchaseOrderNumber="P0", Status="AUTHORISED", Date="2026-01-01")
    body = xero.call("GET", "/PurchaseOrders").json()
    assert body["pagination"]["itemCount"] == 4
    assert body["PurchaseOrders"][0]["LineItems"]

    def found(query: str) -> list[str]:
        return sorted(each["PurchaseOrderNumber"] for each in xero.get(f"PurchaseOrders?{query}"))

    assert found("Status=AUTHORISED") == ["P0"]
    assert found("DateFrom=2026-09-15&DateTo=2026-10-31") == ["P10"]
    assert len(found('where=Status=="NONE"')) == 4
    assert xero.get("PurchaseOrders?order=Date DESC")[0]["PurchaseOrderNumber"] == "P11"


def test_an_order_is_found_by_its_number(xero: Rig, ada: str) -> None:
    made = order(xero, ada, PurchaseOrderNumber="P/1")
    assert xero.one("PurchaseOrders/P%2F1")["PurchaseOrderID"] == made["PurchaseOrderID"]


def test_lock_dates_do_not_concern_orders(xero: Rig, ada: str) -> None:
    xero.person("edit", "organisation", PeriodLockDate="2026-12-31")
    assert order(xero, ada)["Status"] == "DRAFT"


def test_an_order_moves_neither_stock_nor_balances(xero: Rig, ada: str) -> None:
    order(xero, ada, Status="AUTHORISED")
    assert "Balances" not in xero.contact(ada)
    assert xero.contact(ada)["IsSupplier"] is False
