"""People at work in Xero's own screens, seeds of every kind, and the state that shows all of it."""

from typing import Any

import httpx
import pytest

from tests.local.xero.papers import NOBODY, a_credit, a_line, a_sale, amounts, bill, invoice, pay, sale
from tests.local.xero.rig import Rig


def seed(xero: Rig, **documents: Any) -> httpx.Response:
    return xero.sim("POST", "seed", documents)


# People.


def test_a_person_makes_approves_pays_takes_back_and_voids_an_invoice(xero: Rig) -> None:
    (made,) = xero.person("create", "invoice", Type="ACCREC", Contact={"Name": "Ada"}, LineItems=[a_line()])
    id = made["InvoiceID"]
    assert (made["Status"], made["InvoiceNumber"]) == ("DRAFT", "INV-0001")
    assert xero.person("approve", "invoice", id)[0]["Status"] == "AUTHORISED"
    (paid,) = xero.person("pay", "invoice", id, amount=20)
    assert (amounts(paid), xero.get("Payments")[0]["Account"]["Code"]) == ((100.0, 20.0, 0.0), "090")
    assert "payments or credit notes" in xero.refused("void", "invoice", id)
    assert amounts(xero.person("unpay", "invoice", id)[0]) == (120.0, 0.0, 0.0)
    assert xero.person("void", "invoice", id)[0]["Status"] == "VOIDED"


def test_paying_without_an_amount_pays_what_is_due(xero: Rig) -> None:
    made = sale(xero)
    (paid,) = xero.person("pay", "invoice", made["InvoiceNumber"], account="855", date="2026-11-15", reference="card")
    assert paid["Status"] == "PAID"
    (payment,) = xero.get("Payments")
    assert (payment["Reference"], payment["Account"]["Code"]) == ("card", "855")
    assert payment["Date"] == "/Date(1794700800000+0000)/"


def test_more_than_what_is_due_is_refused_to_people_too(xero: Rig) -> None:
    made = sale(xero)
    assert xero.refused("pay", "invoice", made["InvoiceID"], amount=121).startswith("Payment amount exceeds")
    assert xero.refused("pay", "invoice", made["InvoiceID"], account="999") == "there is no such account to pay from"
    assert xero.refused("unpay", "invoice", made["InvoiceID"]) == "there is no payment on this document"


def test_a_single_payment_is_taken_back_by_its_id(xero: Rig) -> None:
    made = sale(xero)
    first, _ = pay(xero, made, 20), pay(xero, made, 30)
    (gone,) = xero.person("unpay", "payment", first["PaymentID"])
    assert gone["Status"] == "DELETED"
    assert amounts(invoice(xero, made)) == (90.0, 30.0, 0.0)


def test_voiding_a_draft_deletes_it(xero: Rig) -> None:
    made = sale(xero, Status="DRAFT")
    assert xero.person("void", "invoice", made["InvoiceID"])[0]["Status"] == "DELETED"


def test_a_person_edits_a_document_under_the_same_rules(xero: Rig) -> None:
    made = sale(xero)
    assert xero.person("edit", "invoice", made["InvoiceID"], Reference="x", DueDate="2027-01-01")[0]["Reference"] == "x"
    pay(xero, made, 10)
    assert "cannot be edited" in xero.refused("edit", "invoice", made["InvoiceID"], CurrencyCode="EUR")
    assert xero.person("edit", "invoice", made["InvoiceID"], Reference=None)[0]["Reference"] == ""


def test_a_person_deletes_a_reconciled_payment_where_the_api_cannot(xero: Rig) -> None:
    paid = pay(xero, sale(xero))
    xero.person("edit", "payment", paid["PaymentID"], IsReconciled=True)
    assert xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"}).status_code == 400
    assert xero.person("unpay", "payment", paid["PaymentID"])[0]["Status"] == "DELETED"


def test_a_person_makes_payments_credit_notes_items_and_orders(xero: Rig) -> None:
    made = sale(xero)
    (payment,) = xero.person(
        "create", "payment", Invoice={"InvoiceID": made["InvoiceID"]}, Account={"Code": "090"}, Amount=10
    )
    assert payment["PaymentType"] == "ACCRECPAYMENT"
    (noted,) = xero.person("create", "credit_note", **a_credit())
    xero.person("allocate", "credit_note", noted["CreditNoteID"], invoice=made["InvoiceID"], amount=40)
    assert amounts(invoice(xero, made)) == (70.0, 10.0, 40.0)
    xero.person("create", "item", Code="TENT", SalesDetails={"UnitPrice": 5})
    assert xero.person("edit", "item", "TENT", Name="Tent", Description=None)[0]["Name"] == "Tent"
    xero.person("delete", "item", "TENT")
    contact = {"ContactID": made["Contact"]["ContactID"]}
    (order,) = xero.person("create", "purchase_order", Contact=contact, LineItems=[a_line(AccountCode="429")])
    for action, status in (("approve", "AUTHORISED"), ("bill", "BILLED"), ("delete", "DELETED")):
        assert xero.person(action, "purchase_order", order["PurchaseOrderID"])[0]["Status"] == status
    (spent,) = xero.person("create", "bank_transaction", Type="SPEND", Contact=contact, amount=12)
    assert xero.person("delete", "bank_transaction", spent["BankTransactionID"])[0]["Status"] == "DELETED"


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        *(("sing", kind) for kind in ("invoice", "credit_note", "payment", "item", "account", "tax_rate")),
        *(("sing", kind) for kind in ("purchase_order", "bank_transaction", "prepayment", "overpayment")),
        *(("sing", kind) for kind in ("tracking_category", "currency", "branding_theme", "batch_payment")),
        *(("sing", kind) for kind in ("attachment", "contact")),
    ],
)
def test_what_nobody_can_do_is_refused(xero: Rig, action: str, kind: str) -> None:
    answer = xero.sim("POST", "human", {"action": action, "kind": kind, "id": NOBODY, "fields": {}})
    assert answer.status_code in (404, 409)


def test_a_refused_act_of_a_person_changes_nothing(xero: Rig) -> None:
    one, other = sale(xero), bill(xero)
    before = xero.state()
    ids = [one["InvoiceID"], other["InvoiceID"]]
    assert xero.refused("create", "batch_payment", invoices=ids).startswith("a batch pays either")
    assert xero.state() == before


# Seeds.


def test_seeds_take_every_kind_and_what_they_refer_to_comes_first(xero: Rig) -> None:
    payment = {"Invoice": {"InvoiceNumber": "S1"}, "Account": {"Code": "090"}, "Amount": 20, "Date": "2026-11-03"}
    answer = seed(
        xero,
        payments=[payment],
        invoices=[a_sale(InvoiceNumber="S1")],
        credit_notes=[a_credit()],
        contacts=[{"Name": "Ada", "ContactNumber": "n1"}],
        items=[{"Code": "TENT", "QuantityOnHand": 3}],
        prepayments=[{"Contact": {"Name": "Ada"}, "amount": 10}],
        overpayments=[{"Contact": {"Name": "Ada"}, "amount": 10}],
        purchase_orders=[{"Contact": {"ContactNumber": "n1"}, "LineItems": [a_line(AccountCode="429")]}],
        accounts=[{"Code": "999", "Name": "Odd", "Type": "EXPENSE", "Status": "ARCHIVED"}],
        tax_rates=[{"TaxType": "TAX007", "Name": "Seven", "EffectiveRate": 7, "CanApplyToExpenses": False}],
        tracking_categories=[{"Name": "Colour", "Options": [{"Name": "Red"}]}],
        currencies=[{"Code": "SGD"}],
        bank_transactions=[{"Type": "SPEND", "Contact": {"Name": "Ada"}, "amount": 5}],
    )
    assert answer.status_code == 200, answer.text
    state = xero.state()
    assert amounts(state["invoices"][0]) == (100.0, 20.0, 0.0)
    assert [state[kind][0]["Total"] for kind in ("prepayments", "overpayments")] == [10.0, 10.0]
    assert next(each for each in state["tax_rates"] if each["TaxType"] == "TAX007")["EffectiveRate"] == 7.0
    assert len(state["bank_transactions"]) == 3
    assert answer.json()["ids"]["payments"] == [state["payments"][0]["PaymentID"]]


def test_seeded_documents_have_happened(xero: Rig) -> None:
    """Any status, locked or not, with the ids and timestamps given."""
    xero.person("edit", "organisation", PeriodLockDate="2026-12-31")
    id = "AAAAAAAA-1111-4111-8111-111111111111"
    answer = seed(
        xero,
        invoices=[
            a_sale(InvoiceID=id, Status="PAID", UpdatedDateUTC="2026-01-02T03:04:05"),
            a_sale(Status="VOIDED"),
            a_sale(Payments=[{"Amount": 20, "Date": "2026-11-04"}]),
            a_sale(Status="DELETED"),
        ],
        credit_notes=[a_credit(Allocations=[])],
    )
    assert answer.status_code == 200, answer.text
    paid, *others = sorted(xero.state()["invoices"], key=lambda each: str(each["InvoiceNumber"]))
    assert (paid["InvoiceID"], paid["Status"], paid["UpdatedDateUTC"]) == (
        id.lower(),
        "PAID",
        "/Date(1767323045000+0000)/",
    )
    assert [(each["Status"], each["AmountDue"]) for each in others] == [
        ("VOIDED", 0.0),
        ("AUTHORISED", 100.0),
        ("DELETED", 120.0),
    ]


def test_a_seed_that_cannot_be_is_refused_whole(xero: Rig) -> None:
    before = xero.state()
    answer = seed(xero, invoices=[a_sale(), a_sale(LineItems=[])])
    assert (answer.status_code, xero.state()) == (409, before)
    assert seed(xero, branding_themes=[{"Name": "x"}]).status_code == 409
    assert seed(xero, payments=5).status_code == 422


def test_a_seeded_number_of_invoices_items_and_orders_are_varied(xero: Rig) -> None:
    assert seed(xero, contacts=20, items=10, invoices=100, purchase_orders=10).status_code == 200
    state = xero.state()
    assert {kind: len(state[kind]) for kind in ("items", "invoices", "purchase_orders")} == {
        "items": 10,
        "invoices": 100,
        "purchase_orders": 10,
    }
    assert {each["Type"] for each in state["invoices"]} == {"ACCREC", "ACCPAY"}
    assert {each["Status"] for each in state["invoices"]} >= {"DRAFT", "AUTHORISED", "PAID"}
    assert len({each["Contact"]["ContactID"] for each in state["invoices"]}) > 5
    assert seed(xero, invoices=50).status_code == 200
    assert len(xero.state()["invoices"]) == 150


def test_seeded_stock_was_there_before(xero: Rig) -> None:
    tracked = {"InventoryAssetAccountCode": "630", "PurchaseDetails": {"COGSAccountCode": "310", "UnitPrice": 4}}
    seed(xero, items=[{"Code": "TENT", "QuantityOnHand": 5, **tracked}])
    read = xero.one("Items/TENT")
    assert (read["QuantityOnHand"], read["TotalCostPool"]) == (5.0, 20.0)


def test_the_state_shows_documents_as_pages_do_with_four_decimals(xero: Rig) -> None:
    seed(xero, invoices=[a_sale(a_line(UnitAmount=1.2345))])
    (shown,) = xero.state()["invoices"]
    assert (shown["LineItems"][0]["UnitAmount"], shown["Contact"]["Name"]) == (1.2345, "Ada")
