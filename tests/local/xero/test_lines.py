"""Lines: completed by items and accounts, rounded half up one by one, kept apart by LineItemID (§4.2, §7)."""

import json
from decimal import Decimal
from typing import Any

import pytest

from local.xero.kinds.lines import tax_of
from tests.local.xero import spec
from tests.local.xero.papers import a_bill, a_cost, a_credit, a_line, a_sale, bill, credit, invoice, sale, update
from tests.local.xero.rig import Rig, messages, ok

VECTORS = spec.FOLDER / "rounding_vectors.json"


def lines_of(document: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(line.get(name) for name in names) for line in document["LineItems"]]


def refusals(xero: Rig, *lines: dict[str, Any], **changes: Any) -> list[str]:
    (answer,) = xero.put("Invoices", a_sale(*lines, **changes))
    return messages(answer)


# Arithmetic.


@pytest.mark.skipif(not VECTORS.exists(), reason=spec.ABSENT)
def test_the_tax_of_each_line_is_what_real_xero_computed() -> None:
    for each in json.loads(VECTORS.read_text()):
        amount, percent = Decimal(each["line_amount"]), Decimal(each["rate"]) * 100
        assert tax_of(amount, percent, each["line_amount_types"]) == Decimal(each["tax_amount"]), each


@pytest.mark.parametrize(
    ("mode", "price", "tax", "sub", "total"),
    [
        ("Exclusive", 0.13, 0.03, 0.39, 0.48),  # 0.026 a line; the total's tax would be 0.078
        ("Inclusive", 100, 16.67, 249.99, 300.0),
        ("NoTax", 100, 0.0, 300.0, 300.0),
    ],
)
def test_tax_is_rounded_per_line_and_totals_are_sums_of_lines(
    xero: Rig, mode: str, price: float, tax: float, sub: float, total: float
) -> None:
    made = sale(xero, *[a_line(UnitAmount=price)] * 3, LineAmountTypes=mode)
    assert lines_of(made, "TaxAmount") == [(tax,)] * 3
    assert (made["SubTotal"], made["Total"]) == (sub, total)
    assert made["TotalTax"] == round(3 * tax, 2)


def test_halves_are_rounded_up_and_not_to_even(xero: Rig) -> None:
    made = sale(xero, a_line(Quantity=0.5, UnitAmount=0.25), a_line(Quantity=1, UnitAmount=0.125, TaxType="NONE"))
    assert lines_of(made, "LineAmount", "UnitAmount") == [(0.13, 0.25), (0.13, 0.13)]


def test_the_third_decimal_of_a_price_is_lost_unless_unitdp_is_4_on_write_and_on_read(xero: Rig) -> None:
    precise = a_line(Quantity=10, UnitAmount=1.2345)
    assert lines_of(sale(xero, precise), "UnitAmount", "LineAmount") == [(1.23, 12.3)]
    made = ok(xero.put("Invoices", a_sale(precise), query="&unitdp=4"))
    assert lines_of(made, "UnitAmount", "LineAmount") == [(1.2345, 12.35)]
    assert lines_of(invoice(xero, made), "UnitAmount") == [(1.23,)]
    assert lines_of(xero.one(f"Invoices/{made['InvoiceID']}?unitdp=4"), "UnitAmount") == [(1.2345,)]


@pytest.mark.parametrize(
    ("sent", "quantity", "unit", "amount"),
    [
        ({"UnitAmount": 5}, 1.0, 5.0, 5.0),
        ({"Quantity": 4, "LineAmount": 10}, 4.0, 2.5, 10.0),
        ({"UnitAmount": 2, "LineAmount": 5}, 2.5, 2.0, 5.0),
        ({"LineAmount": 7.5}, 1.0, 7.5, 7.5),
        ({"Quantity": 3, "UnitAmount": 1.5, "LineAmount": 4.5}, 3.0, 1.5, 4.5),
        ({"Quantity": "2", "UnitAmount": "1.10"}, 2.0, 1.1, 2.2),
        ({"Quantity": 2, "UnitAmount": -3}, 2.0, -3.0, -6.0),
    ],
)
def test_two_of_quantity_price_and_amount_make_the_third(
    xero: Rig, sent: dict[str, Any], quantity: float, unit: float, amount: float
) -> None:
    made = sale(xero, a_line(), {"Description": "x", "AccountCode": "200", **sent})
    assert lines_of(made, "Quantity", "UnitAmount", "LineAmount")[1] == (quantity, unit, amount)


def test_a_line_amount_that_disagrees_is_refused(xero: Rig) -> None:
    told = refusals(xero, a_line(Quantity=2, UnitAmount=10, LineAmount=19.99))
    assert told == ["The line total 19.99 does not match the expected line total 20.00"]


def test_totals_sent_that_disagree_are_ignored(xero: Rig) -> None:
    made = sale(xero, SubTotal=1, TotalTax=1, Total=2, AmountDue=0, AmountPaid=3, HasErrors=False)
    assert (made["Total"], made["AmountDue"], made["AmountPaid"]) == (120.0, 120.0, 0.0)


def test_a_tax_amount_overrides_the_computed_one(xero: Rig) -> None:
    made = sale(xero, a_line(TaxAmount=19.99))
    assert (made["TotalTax"], made["Total"]) == (19.99, 119.99)
    kept = update(xero, made, LineItems=[{"LineItemID": made["LineItems"][0]["LineItemID"], "Description": "New"}])
    assert kept["TotalTax"] == 19.99
    again = update(xero, made, LineItems=[{"LineItemID": made["LineItems"][0]["LineItemID"], "Quantity": 2}])
    assert again["TotalTax"] == 40.0


@pytest.mark.parametrize(
    ("limit", "line", "told"),
    [
        ("line", {"UnitAmount": 10, "TaxAmount": 11}, ["The tax amount cannot be greater than the line amount."]),
        ("line", {"Quantity": 100, "UnitAmount": 0.1, "TaxAmount": 2}, []),
        (
            "unit",
            {"Quantity": 100, "UnitAmount": 0.1, "TaxAmount": 2},
            ["The tax amount cannot be greater than the unit amount."],
        ),
        ("none", {"UnitAmount": 10, "TaxAmount": 11}, []),
    ],
)
def test_how_high_a_tax_amount_may_be_can_be_set(xero: Rig, limit: str, line: dict[str, Any], told: list[str]) -> None:
    xero.set(tax_amount_limit=limit)
    assert refusals(xero, a_line(**line)) == told


@pytest.mark.parametrize(
    ("discount", "amount"),
    [
        ({"DiscountRate": 10}, 90.0),
        ({"DiscountRate": 33.333}, 66.67),
        ({"DiscountRate": 100}, 0.0),
        ({"DiscountAmount": 12.5}, 87.5),
        ({"DiscountRate": 10, "DiscountAmount": 50}, 90.0),
        ({"DiscountRate": 0}, 100.0),
    ],
)
def test_a_discount_makes_the_line_smaller_and_a_rate_counts_before_an_amount(
    xero: Rig, discount: dict[str, Any], amount: float
) -> None:
    made = sale(xero, a_line(**discount))
    assert lines_of(made, "LineAmount") == [(amount,)]
    assert made["IsDiscounted"] is (amount != 100.0)
    assert made.get("TotalDiscount", 0.0) == round(100 - amount, 2)


@pytest.mark.parametrize(
    ("discount", "told"),
    [
        ({"DiscountAmount": 101}, "The discount rate '101.00' is invalid. Discount must not be greater than the line"),
        ({"DiscountRate": 101}, "The discount rate '101.00' is invalid."),
        ({"DiscountRate": -1}, "The discount rate '-1.00' is invalid."),
    ],
)
def test_a_discount_above_the_line_is_refused(xero: Rig, discount: dict[str, Any], told: str) -> None:
    assert refusals(xero, a_line(**discount))[0].startswith(told)


@pytest.mark.parametrize("discount", [{"DiscountRate": 10}, {"DiscountAmount": 10}])
def test_bills_and_credit_notes_take_no_discount(xero: Rig, discount: dict[str, Any]) -> None:
    for segment, document in (("Invoices", a_bill(a_cost(**discount))), ("CreditNotes", a_credit(a_line(**discount)))):
        (answer,) = xero.put(segment, document)
        assert messages(answer) == [f"{next(iter(discount))} is only supported on sales invoices."]


def test_a_negative_quantity_is_refused_and_a_negative_price_is_not(xero: Rig) -> None:
    told = refusals(xero, a_line(Quantity=2), a_line(Quantity=-1))
    assert told == ["The quantity value '-1.0000' is invalid. Quantity must not be less than zero."]
    assert sale(xero, a_line(), a_line(UnitAmount=-40))["SubTotal"] == 60.0
    xero.set(negative_quantity_refused=False)
    assert sale(xero, a_line(Quantity=2), a_line(Quantity=-1))["SubTotal"] == 100.0


def test_a_total_below_zero_is_refused(xero: Rig) -> None:
    told = refusals(xero, a_line(UnitAmount=-1))
    assert told == ["The Total for this document must be greater than or equal to zero."]


@pytest.mark.parametrize("bad", ["ten", [1], True, float("nan"), 10**15])
def test_an_amount_that_is_no_number_refuses_the_whole_call(xero: Rig, bad: object) -> None:
    body = json.dumps({"Invoices": [a_sale(a_line(UnitAmount=bad))]})
    answer = xero.http.put("/api.xro/2.0/Invoices", headers=xero.headers, content=body)
    assert (answer.status_code, answer.json()["Type"]) == (400, "PostDataInvalidException")


# Accounts, tax, items and tracking.


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("999", "Account code '999' is not a valid code for this document."),
        ("090", "Account code '090' is not a valid code for this document."),
        ("610", "Account code '610' is not a valid code for this document."),
        ("800", "Account code '800' is not a valid code for this document."),
        ("820", "Account code '820' is not a valid code for this document."),
        ("630", "Account code '630' is not a valid code for this document."),
        (
            "489",
            "Account code '489' has been archived, or has been deleted. Each line item must reference a valid account.",
        ),
    ],
)
@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
def test_an_account_that_cannot_be_used_is_refused_in_xeros_words(xero: Rig, code: str, told: str, status: str) -> None:
    xero.set(unknown_account_on_draft="refuse")
    xero.person("archive", "account", "489")
    assert refusals(xero, a_line(AccountCode=code), Status=status) == [told]


def test_an_unknown_account_on_a_draft_is_a_warning_and_the_line_loses_it(xero: Rig) -> None:
    (answer,) = xero.put("Invoices", a_sale(a_line(AccountCode="999"), Status="DRAFT"))
    told = "Account code '999' has been removed as it does not match a recognised account."
    assert answer["Warnings"] == [{"Message": told}]
    assert answer["StatusAttributeString"] == "WARNING"
    assert "AccountCode" not in answer["LineItems"][0]


def test_an_approved_line_needs_an_account_and_a_draft_does_not(xero: Rig) -> None:
    bare = {"Description": "x", "UnitAmount": 5}
    assert refusals(xero, bare) == ["Account code or ID must be specified"]
    draft = sale(xero, bare, Status="DRAFT")
    assert messages(update(xero, draft, Status="AUTHORISED")) == ["Account code or ID must be specified"]


def test_an_account_can_be_named_by_id(xero: Rig) -> None:
    account = xero.one("Accounts/200")
    made = sale(xero, {"Description": "x", "UnitAmount": 5, "AccountID": account["AccountID"]})
    assert lines_of(made, "AccountCode", "AccountID") == [("200", account["AccountID"])]


def test_the_rounding_account_is_the_only_system_account_for_lines_unless_set(xero: Rig) -> None:
    assert refusals(xero, a_line(), a_line(UnitAmount=0.01, AccountCode="860", TaxType="NONE")) == []
    xero.set(rounding_account_usable=False)
    told = refusals(xero, a_line(), a_line(UnitAmount=0.01, AccountCode="860", TaxType="NONE"))
    assert told == ["Account code '860' is not a valid code for this document."]


def test_a_tax_type_left_out_is_the_accounts(xero: Rig) -> None:
    assert lines_of(sale(xero, a_line(), a_line(AccountCode="270")), "TaxType") == [("OUTPUT2",), ("NONE",)]
    assert lines_of(bill(xero), "TaxType") == [("INPUT2",)]


def test_a_tax_rate_must_fit_the_class_of_the_account(xero: Rig) -> None:
    told = refusals(xero, a_line(TaxType="INPUT2"))
    assert told == ["The TaxType code 'INPUT2' cannot be used with account code '200'."]


def test_an_unknown_tax_rate_is_told_twice_and_an_inactive_one_once(xero: Rig) -> None:
    assert refusals(xero, a_line(TaxType="GST on Income")) == [
        "The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
        "The TaxType code 'GST on Income' cannot be used with account code '200'.",
    ]
    xero.person("archive", "tax_rate", "OUTPUT2")
    assert refusals(xero, a_line()) == ["Tax rate must be Active"]


def test_a_tax_type_of_another_country_is_unknown(xero: Rig) -> None:
    """OUTPUT is Australia's (§4.7): never to be written into code."""
    assert refusals(xero, a_line(TaxType="OUTPUT"))[0].startswith("The TaxType code OUTPUT does not exist")


def test_an_item_fills_in_what_a_line_leaves_out(xero: Rig) -> None:
    details = {"UnitPrice": 12.5, "AccountCode": "210", "TaxType": "ZERORATEDOUTPUT"}
    item = ok(xero.put("Items", {"Code": "TENT", "Name": "Tent", "Description": "A tent", "SalesDetails": details}))
    made = sale(xero, {"ItemCode": "tent", "Quantity": 2})
    names = ("ItemCode", "Description", "UnitAmount", "LineAmount", "AccountCode", "TaxType")
    assert lines_of(made, *names) == [("TENT", "A tent", 12.5, 25.0, "210", "ZERORATEDOUTPUT")]
    assert made["LineItems"][0]["Item"] == {"ItemID": item["ItemID"], "Name": "Tent", "Code": "TENT"}


def test_an_unknown_item_is_refused(xero: Rig) -> None:
    assert refusals(xero, a_line(ItemCode="NOPE")) == ["Item code 'NOPE' is not valid."]


def test_a_line_of_words_alone_is_valid(xero: Rig) -> None:
    made = sale(xero, a_line(), {"Description": "Thank you"})
    assert lines_of(made, "Description", "Quantity", "AccountCode", "LineAmount")[1] == ("Thank you", None, None, 0.0)


def test_an_approved_line_has_words_or_an_item(xero: Rig) -> None:
    assert refusals(xero, a_line(Description="")) == ["Description must be at least 1 character long."]
    assert refusals(xero, a_line(Description=""), Status="DRAFT") == []
    assert refusals(xero, a_line(Description="x" * 4001)) == ["Description must not be longer than 4000 characters."]


def test_lines_are_tracked_by_name_and_option_or_by_their_ids(xero: Rig) -> None:
    region = xero.one("TrackingCategories/Region")
    north = region["Options"][0]
    ids = {"TrackingCategoryID": region["TrackingCategoryID"], "TrackingOptionID": north["TrackingOptionID"]}
    for sent in ({"Name": "region", "Option": "NORTH"}, ids):
        made = sale(xero, a_line(Tracking=[sent]))
        assert made["LineItems"][0]["Tracking"] == [{"Name": "Region", "Option": "North", **ids}]


@pytest.mark.parametrize(
    ("tracking", "told"),
    [
        ([{"Name": "Colour", "Option": "Red"}], "The tracking category 'Colour' is not valid."),
        ([{"Name": "Region", "Option": "Moon"}], "The tracking option 'Moon' is not valid."),
        (
            [{"Name": "Region", "Option": option} for option in ("North", "South", "East")],
            "A line item can have no more than 2 tracking categories.",
        ),
    ],
)
def test_tracking_that_is_not_there_is_refused(xero: Rig, tracking: list[dict[str, str]], told: str) -> None:
    assert refusals(xero, a_line(Tracking=tracking))[0] == told


# Line ids.


def test_a_line_without_an_id_is_new_and_one_not_sent_is_deleted(xero: Rig) -> None:
    made = sale(xero, a_line(Description="a"), a_line(Description="b"))
    first = made["LineItems"][0]["LineItemID"]
    after = update(xero, made, LineItems=[{"LineItemID": first}, a_line(Description="c")])
    assert lines_of(after, "Description") == [("a",), ("c",)]
    assert after["LineItems"][0]["LineItemID"] == first
    assert after["LineItems"][1]["LineItemID"] not in {line["LineItemID"] for line in made["LineItems"]}


def test_lines_sent_without_any_id_are_all_made_anew(xero: Rig) -> None:
    made = sale(xero, a_line(Description="a"), a_line(Description="b"))
    after = update(xero, made, LineItems=[a_line(Description="a"), a_line(Description="b")])
    old, new = ({line["LineItemID"] for line in each["LineItems"]} for each in (made, after))
    assert len(new) == 2
    assert not old & new


@pytest.mark.parametrize("lines", [{}, {"LineItems": []}])
def test_an_update_of_the_header_alone_keeps_the_lines(xero: Rig, lines: dict[str, Any]) -> None:
    made = sale(xero)
    after = update(xero, made, Reference="new", **lines)
    assert lines_of(after, "LineItemID") == lines_of(made, "LineItemID")


def test_a_line_keeps_what_its_update_leaves_out(xero: Rig) -> None:
    made = sale(xero, a_line(DiscountRate=10, Tracking=[{"Name": "Region", "Option": "North"}]))
    id = made["LineItems"][0]["LineItemID"]
    (line,) = update(xero, made, LineItems=[{"LineItemID": id, "Quantity": 3}])["LineItems"]
    assert (line["LineAmount"], line["DiscountRate"], line["Tracking"][0]["Option"]) == (270.0, 10.0, "North")


def test_an_unknown_line_id_is_refused_in_an_update_and_ignored_in_a_create(xero: Rig) -> None:
    strange = "11111111-1111-4111-8111-111111111111"
    made = sale(xero, a_line(LineItemID=strange))
    assert made["LineItems"][0]["LineItemID"] != strange
    told = messages(update(xero, made, LineItems=[a_line(LineItemID=strange)]))
    assert told == [f"The line item with LineItemID '{strange}' could not be found on this document."]


def test_another_way_of_taxing_recomputes_the_lines_there_are(xero: Rig) -> None:
    made = sale(xero, Status="DRAFT")
    after = update(xero, made, LineAmountTypes="Inclusive")
    assert (after["SubTotal"], after["TotalTax"], after["Total"]) == (83.33, 16.67, 100.0)


def test_lines_of_refused_documents_carry_error_lists(xero: Rig) -> None:
    (refused,) = xero.put("Invoices", a_sale(a_line(AccountCode="999")))
    assert refused["LineItems"][0]["ValidationErrors"] == []
    assert refused["HasErrors"] is True


def test_credit_notes_have_lines_of_the_same_sort(xero: Rig) -> None:
    made = credit(xero, a_line(UnitAmount=0.13))
    assert (made["SubTotal"], made["TotalTax"]) == (0.13, 0.03)
