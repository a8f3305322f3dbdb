"""Items: found by Code, tracked by both accounts, counted by documents alone (§4.5)."""

from typing import Any

import pytest

from tests.local.xero.papers import (
    a_bill,
    a_credit,
    a_line,
    a_sale,
    a_supplier_credit,
    bill,
    credit,
    sale,
    supplier_credit,
    update,
)
from tests.local.xero.rig import ZERO, Rig, messages, ok

TRACKED = {"InventoryAssetAccountCode": "630", "PurchaseDetails": {"COGSAccountCode": "310", "UnitPrice": 10}}
SHORT = "The quantity on hand of these tracked inventory items would fall below zero: TENT."


def item(xero: Rig, **fields: Any) -> dict[str, Any]:
    return ok(xero.put("Items", {"Code": "TENT", "Name": "Tent", **fields}))


def tracked(xero: Rig, quantity: float = 0, cost: float = 10) -> dict[str, Any]:
    made = item(xero, **TRACKED)
    if quantity:
        bill(xero, bought(quantity, cost))
    return made


def bought(quantity: float, cost: float = 10, **changes: Any) -> dict[str, Any]:
    return {"ItemCode": "TENT", "Description": "Tents", "Quantity": quantity, "UnitAmount": cost, **changes}


def sold(quantity: float, **changes: Any) -> dict[str, Any]:
    return a_line(ItemCode="TENT", Quantity=quantity, **changes)


def stock(xero: Rig) -> tuple[float, float]:
    read = xero.one("Items/TENT")
    return read["QuantityOnHand"], read["TotalCostPool"]


# The items themselves.


def test_an_item_is_created_by_put_and_updated_by_post_under_its_code(xero: Rig) -> None:
    made = item(xero, Description="d", SalesDetails={"UnitPrice": 5, "AccountCode": "200"})
    (refused,) = xero.put("Items", {"Code": "tent"})
    assert (messages(refused), refused["ItemID"]) == (["Price List Item with Code 'tent' already exists"], ZERO)
    after = ok(xero.post("Items", {"Code": "TENT", "SalesDetails": {"UnitPrice": 6}}))
    assert (after["ItemID"], after["Description"]) == (made["ItemID"], "d")
    assert after["SalesDetails"] == {"UnitPrice": 6.0, "AccountCode": "200"}
    assert xero.one("Items/tent")["ItemID"] == made["ItemID"]


def test_a_code_may_hold_a_slash(xero: Rig) -> None:
    ok(xero.put("Items", {"Code": "A/B"}))
    assert xero.one("Items/A%2FB")["Code"] == "A/B"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"Code": ""}, "The Item Code is required."),
        ({"Code": "x" * 31}, "Code must not be longer than 30 characters."),
        ({"Name": "x" * 51}, "Name must not be longer than 50 characters."),
        ({"Description": "x" * 4001}, "Description must not be longer than 4000 characters."),
        ({"SalesDetails": {"AccountCode": "999"}}, "Account code '999' is not a valid code for this item."),
        (
            {"InventoryAssetAccountCode": "630"},
            "A tracked item needs both InventoryAssetAccountCode and COGSAccountCode.",
        ),
        ({**TRACKED, "InventoryAssetAccountCode": "710"}, "Account code '710' is not an inventory asset account."),
        (
            {**TRACKED, "PurchaseDetails": {"COGSAccountCode": "310", "AccountCode": "300"}},
            "The purchase AccountCode is not applicable to tracked items.",
        ),
    ],
)
def test_an_item_with_a_bad_field_is_refused(xero: Rig, fields: dict[str, Any], told: str) -> None:
    (refused,) = xero.put("Items", {"Code": "TENT", **fields})
    assert messages(refused) == [told]


def test_no_more_than_500_items_in_a_call(xero: Rig) -> None:
    many = [{"Code": f"c{number}"} for number in range(501)]
    assert xero.call("PUT", "/Items", {"Items": many}).status_code == 400
    assert len(xero.put("Items", *many[:500])) == 500


@pytest.mark.parametrize(
    ("flag", "gone", "kept"),
    [
        ("IsSold", ("Description", "SalesDetails"), ("PurchaseDescription", "PurchaseDetails")),
        ("IsPurchased", ("PurchaseDescription", "PurchaseDetails"), ("Description", "SalesDetails")),
    ],
)
def test_what_is_not_sold_or_not_bought_loses_its_details(
    xero: Rig, flag: str, gone: tuple[str, str], kept: tuple[str, str]
) -> None:
    details = {"SalesDetails": {"UnitPrice": 5}, "PurchaseDetails": {"UnitPrice": 3}}
    item(xero, Description="s", PurchaseDescription="p", **details)
    after = ok(xero.post("Items", {"Code": "TENT", flag: False}))
    assert (after.get(gone[0]), after[gone[1]]) == (None, {})
    assert after[kept[0]]
    assert after[kept[1]]


def test_prices_have_two_decimals_or_four_with_unitdp(xero: Rig) -> None:
    item(xero, SalesDetails={"UnitPrice": 1.23456})
    assert xero.one("Items/TENT?unitdp=4")["SalesDetails"]["UnitPrice"] == 1.23
    ok(xero.post("Items", {"Code": "TENT", "SalesDetails": {"UnitPrice": 1.23456}}, query="&unitdp=4"))
    assert xero.one("Items/TENT?unitdp=4")["SalesDetails"]["UnitPrice"] == 1.2346
    assert xero.one("Items/TENT")["SalesDetails"]["UnitPrice"] == 1.23


def test_lists_come_whole_and_never_paged(xero: Rig) -> None:
    xero.put("Items", *({"Code": f"c{number}"} for number in range(120)))
    body = xero.call("GET", "/Items?page=1&pageSize=10").json()
    assert len(body["Items"]) == 120
    assert "pagination" not in body
    assert [each["Code"] for each in xero.get('Items?where=Code=="C7"')] == ["c7"]


def test_items_can_be_deleted_unless_tracked_and_used(xero: Rig) -> None:
    plain, held = item(xero), ok(xero.put("Items", {"Code": "POLE", **TRACKED}))
    bill(xero, {"ItemCode": "POLE", "Description": "x", "Quantity": 1, "UnitAmount": 1})
    assert xero.call("DELETE", f"/Items/{plain['ItemID']}").status_code == 204
    assert xero.call("DELETE", f"/Items/{plain['ItemID']}").status_code == 404
    answer = xero.call("DELETE", f"/Items/{held['ItemID']}")
    assert answer.status_code == 400
    assert [each["Code"] for each in xero.get("Items")] == ["POLE"]


@pytest.mark.parametrize(
    ("scope", "needs", "status"),
    [
        ("accounting.invoices", False, 200),
        ("accounting.settings", False, 200),
        ("accounting.invoices", True, 401),
        ("accounting.settings", True, 200),
        ("accounting.contacts", False, 401),
    ],
)
def test_the_scope_that_items_are_written_with_can_be_set(rig: Rig, scope: str, needs: bool, status: int) -> None:
    rig.set(items_need_settings_scope=needs)
    rig.connect(scope=scope)
    assert rig.call("PUT", "/Items", {"Code": "TENT"}).status_code == status


# Stock.


def test_a_tracked_item_begins_with_nothing_and_quantities_sent_are_ignored(xero: Rig) -> None:
    item(xero, **TRACKED, QuantityOnHand=7, TotalCostPool=70)
    assert xero.one("Items/TENT")["IsTrackedAsInventory"] is True
    assert stock(xero) == (0.0, 0.0)


def test_bills_add_at_their_cost_and_sales_take_at_the_average(xero: Rig) -> None:
    tracked(xero)
    bill(xero, bought(10, 10), bought(10, 20))
    assert stock(xero) == (20.0, 300.0)
    sale(xero, sold(4))
    assert stock(xero) == (16.0, 240.0)


def test_credit_notes_move_stock_the_other_way(xero: Rig) -> None:
    tracked(xero, 10)
    sale(xero, sold(4))
    credit(xero, sold(1))
    assert stock(xero) == (7.0, 70.0)
    supplier_credit(xero, bought(2))
    assert stock(xero) == (5.0, 50.0)


def test_drafts_move_nothing_and_voids_give_back(xero: Rig) -> None:
    tracked(xero, 10)
    made = sale(xero, sold(3), Status="DRAFT")
    assert stock(xero) == (10.0, 100.0)
    update(xero, made, Status="AUTHORISED")
    assert stock(xero) == (7.0, 70.0)
    update(xero, made, Status="VOIDED")
    assert stock(xero) == (10.0, 100.0)


def test_an_edit_moves_the_difference_and_one_of_the_header_nothing(xero: Rig) -> None:
    tracked(xero, 10)
    made = sale(xero, sold(3))
    update(xero, made, Reference="x")
    assert stock(xero) == (7.0, 70.0)
    line = made["LineItems"][0]["LineItemID"]
    update(xero, made, LineItems=[{"LineItemID": line, "Quantity": 5}])
    assert stock(xero) == (5.0, 50.0)


def test_more_than_there_is_cannot_be_sold_unless_backorders_are_allowed(xero: Rig) -> None:
    tracked(xero, 2)
    (refused,) = xero.put("Invoices", a_sale(sold(3)))
    assert messages(refused) == [SHORT]
    assert stock(xero) == (2.0, 20.0)
    assert ok(xero.put("Invoices", a_sale(sold(3)), query="&allowBackorders=true"))
    assert stock(xero)[0] == -1.0


def test_a_bill_whose_stock_is_gone_cannot_be_voided(xero: Rig) -> None:
    tracked(xero)
    made = bill(xero, bought(5))
    sale(xero, sold(4))
    refused = update(xero, made, Status="VOIDED")
    assert (messages(refused), stock(xero)) == ([SHORT], (1.0, 10.0))


def test_a_zero_total_bill_adjusts_stock_upwards_and_is_paid_at_once(xero: Rig) -> None:
    tracked(xero)
    made = bill(xero, bought(5, 12), a_line(AccountCode="330", UnitAmount=-60, TaxType="NONE"))
    assert (made["Total"], made["Status"], stock(xero)) == (0.0, "PAID", (5.0, 60.0))


@pytest.mark.parametrize("allowed", [True, False])
def test_whether_a_zero_total_supplier_credit_may_take_stock_down_can_be_set(xero: Rig, allowed: bool) -> None:
    tracked(xero, 5, 12)
    xero.set(zero_total_supplier_credit=allowed)
    down = a_supplier_credit(bought(2, 12), a_line(AccountCode="330", UnitAmount=-24, TaxType="NONE"))
    (answer,) = xero.put("CreditNotes", down)
    assert (messages(answer) == []) is allowed
    assert stock(xero) == ((3.0, 36.0) if allowed else (5.0, 60.0))


def test_tracked_items_are_bought_on_their_asset_account(xero: Rig) -> None:
    tracked(xero)
    assert bill(xero, bought(1))["LineItems"][0]["AccountCode"] == "630"
    (refused,) = xero.put("Invoices", a_bill(bought(1, AccountCode="429")))
    assert messages(refused) == ["Account code '429' is not a valid code for this document."]
    xero.set(tracked_purchase_account="replace")
    assert bill(xero, bought(1, AccountCode="429"))["LineItems"][0]["AccountCode"] == "630"


def test_the_tax_in_an_inclusive_bill_is_no_cost(xero: Rig) -> None:
    tracked(xero)
    bill(xero, bought(1, 12, TaxType="INPUT2"), LineAmountTypes="Inclusive")
    assert stock(xero) == (1.0, 10.0)


def test_a_foreign_bill_costs_what_it_is_worth_at_home(xero: Rig) -> None:
    tracked(xero)
    bill(xero, bought(1, 12.5), CurrencyCode="EUR", CurrencyRate=1.25)
    assert stock(xero) == (1.0, 10.0)


@pytest.mark.parametrize(("moves", "moved"), [(False, False), (True, True)])
def test_whether_stock_moves_an_items_timestamp_can_be_set(xero: Rig, moves: bool, moved: bool) -> None:
    xero.set(stock_moves_item_timestamp=moves)
    made = tracked(xero)
    xero.clock.advance(60)
    bill(xero, bought(1))
    assert (xero.one("Items/TENT")["UpdatedDateUTC"] > made["UpdatedDateUTC"]) is moved


def test_a_refused_batch_gives_its_stock_back(xero: Rig) -> None:
    tracked(xero, 5)
    body = {"Invoices": [a_sale(sold(3)), a_sale(sold(3))]}
    assert xero.call("PUT", "/Invoices", body).status_code == 400
    assert stock(xero) == (5.0, 50.0)
    first, second = xero.put("Invoices", *body["Invoices"])
    assert (messages(first), messages(second), stock(xero)) == ([], [SHORT], (2.0, 20.0))


def test_an_untracked_item_counts_nothing(xero: Rig) -> None:
    item(xero)
    sale(xero, sold(100))
    ok(xero.put("CreditNotes", a_credit(sold(1))))
    assert "QuantityOnHand" not in xero.one("Items/TENT")
