"""Payments: made, counted, never edited, deleted by Status and kept (§4.4)."""

from typing import Any

import pytest

from tests.local.xero.papers import (
    NOBODY,
    a_line,
    a_payment,
    amounts,
    bill,
    credit,
    invoice,
    pay,
    sale,
    supplier_credit,
    update,
)
from tests.local.xero.rig import ZERO, Rig, messages, ok

OVER = "Payment amount exceeds the amount outstanding on this document"
STATUS = "Payments can only be made against Authorised documents"


def refusal(xero: Rig, payment: dict[str, Any]) -> list[str]:
    (answer,) = xero.put("Payments", payment)
    assert answer["PaymentID"] == ZERO
    assert answer["HasValidationErrors"] is True
    return messages(answer)


def delete(xero: Rig, payment: dict[str, Any], **fields: Any) -> Any:
    body = {"Status": "DELETED", **fields}
    return xero.call("POST", f"/Payments/{payment['PaymentID']}", body)


def refused(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.text
    (element,) = answer.json()["Elements"]
    return messages(element)


def test_payments_in_part_and_in_full_move_what_is_due_and_the_status(xero: Rig) -> None:
    made = sale(xero)
    pay(xero, made, 50)
    assert (amounts(invoice(xero, made)), invoice(xero, made)["Status"]) == ((70.0, 50.0, 0.0), "AUTHORISED")
    pay(xero, made, 70, Date="2026-11-12")
    paid = invoice(xero, made)
    assert (amounts(paid), paid["Status"]) == ((0.0, 120.0, 0.0), "PAID")
    assert paid["FullyPaidOnDate"] == "/Date(1794441600000+0000)/"
    assert [each["Amount"] for each in paid["Payments"]] == [50.0, 70.0]


def test_a_deleted_payment_reopens_the_invoice_and_stays_listed_with_a_new_timestamp(xero: Rig) -> None:
    made = sale(xero)
    paid = pay(xero, made, 120)
    xero.clock.advance(60)
    (gone,) = delete(xero, paid).json()["Payments"]
    assert gone["Status"] == "DELETED"
    after = invoice(xero, made)
    assert (amounts(after), after["Status"], after["Payments"]) == ((120.0, 0.0, 0.0), "AUTHORISED", [])
    assert "FullyPaidOnDate" not in after
    assert after["UpdatedDateUTC"] > paid["UpdatedDateUTC"]
    (listed,) = xero.get("Payments")
    assert (listed["Status"], listed["Amount"]) == ("DELETED", 120.0)
    assert listed["UpdatedDateUTC"] > paid["UpdatedDateUTC"]
    assert xero.get("Payments", If_Modified_Since="2026-11-20T09:00:45") == [listed]


def test_whether_deleted_payments_are_listed_can_be_set(xero: Rig) -> None:
    delete(xero, pay(xero, sale(xero)))
    xero.set(deleted_payments_listed=False)
    assert xero.get("Payments") == []


@pytest.mark.parametrize(
    "fields", [{"Amount": 10}, {"Amount": 50.0}, {"Reference": "x"}, {"Date": "2026-11-10"}, {"Status": "AUTHORISED"}]
)
def test_only_status_is_accepted_for_updates(xero: Rig, fields: dict[str, Any]) -> None:
    paid = pay(xero, sale(xero))
    assert refused(delete(xero, paid, **fields)) == ["Only Status accepted for updates."]
    assert xero.one(f"Payments/{paid['PaymentID']}")["Status"] == "AUTHORISED"


@pytest.mark.parametrize("shape", ["bare", "envelope", "with id"])
def test_the_shapes_in_which_a_payment_is_deleted(xero: Rig, shape: str) -> None:
    paid = pay(xero, sale(xero))
    address = "/Payments" if shape == "with id" else f"/Payments/{paid['PaymentID']}"
    body: Any = {"Status": "DELETED"} | ({"PaymentID": paid["PaymentID"]} if shape == "with id" else {})
    answer = xero.call("POST", address, {"Payments": [body]} if shape == "envelope" else body)
    assert answer.json()["Payments"][0]["Status"] == "DELETED"


def test_a_payment_is_deleted_once(xero: Rig) -> None:
    paid = pay(xero, sale(xero))
    delete(xero, paid)
    assert refused(delete(xero, paid)) == ["Payment has already been deleted."]
    assert xero.call("POST", f"/Payments/{NOBODY}", {"Status": "DELETED"}).status_code == 404


def test_members_of_a_batch_cannot_be_deleted_singly(xero: Rig) -> None:
    one, other = sale(xero), sale(xero)
    ids = [{"id": each["InvoiceID"]} for each in (one, other)]
    (batch,) = xero.person("create", "batch_payment", invoices=ids, account={"Code": "090"})
    assert (batch["Type"], batch["TotalAmount"], len(batch["Payments"])) == ("RECBATCH", 240.0, 2)
    paid = xero.one(f"Payments/{batch['Payments'][0]['PaymentID']}")
    assert paid["BatchPaymentID"] == paid["BatchPayment"]["BatchPaymentID"] == batch["BatchPaymentID"]
    assert refused(delete(xero, paid)) == ["Payments within a batch cannot be deleted."]
    assert xero.get("BatchPayments")[0]["BatchPaymentID"] == batch["BatchPaymentID"]
    assert xero.call("PUT", "/BatchPayments", {}).status_code == 501
    xero.person("unpay", "batch_payment", batch["BatchPaymentID"])
    assert (invoice(xero, one)["Status"], xero.get("BatchPayments")[0]["Status"]) == ("AUTHORISED", "DELETED")


@pytest.mark.parametrize(("deletable", "status"), [(False, 400), (True, 200)])
def test_whether_a_reconciled_payment_can_be_deleted_can_be_set(xero: Rig, deletable: bool, status: int) -> None:
    xero.set(reconciled_payment_deletable=deletable)
    assert delete(xero, pay(xero, sale(xero), IsReconciled=True)).status_code == status


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
def test_a_draft_cannot_be_paid(xero: Rig, status: str) -> None:
    assert refusal(xero, a_payment(sale(xero, Status=status))) == [STATUS]


def test_more_than_what_is_due_cannot_be_paid(xero: Rig) -> None:
    made = sale(xero)
    assert refusal(xero, a_payment(made, 120.01)) == [OVER]
    pay(xero, made, 120)
    assert refusal(xero, a_payment(made, 1)) == [STATUS, OVER]
    voided = sale(xero)
    update(xero, voided, Status="VOIDED")
    assert refusal(xero, a_payment(voided, 1)) == [STATUS, OVER]


def test_two_payments_of_one_call_are_counted_together(xero: Rig) -> None:
    made = sale(xero)
    first, second = xero.put("Payments", a_payment(made, 100), a_payment(made, 100))
    assert (messages(first), messages(second)) == ([], [OVER])
    assert amounts(invoice(xero, made)) == (20.0, 100.0, 0.0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Account": None}, "You must specify an Account code or Account ID for the payment."),
        ({"Account": {"Code": "999"}}, "The Account for the payment could not be found or is not active."),
        ({"Account": {"Code": "200"}}, "The Account must be of type BANK or have EnablePaymentsToAccount set."),
        ({"Invoice": {"InvoiceID": NOBODY}}, "Invoice could not be found"),
        ({"Invoice": {}}, "Payment must be applied to an Invoice, CreditNote, Prepayment or Overpayment."),
        ({"Amount": 0}, "Payment amount must be greater than zero."),
        ({"Amount": -5}, "Payment amount must be greater than zero."),
        ({"Reference": "x" * 256}, "Reference must not be longer than 255 characters."),
        ({"CreditNote": {"CreditNoteID": NOBODY}}, "Payment is applied to more than one document."),
    ],
)
def test_a_payment_with_a_bad_field_is_refused(xero: Rig, change: dict[str, Any], told: str) -> None:
    made = sale(xero)
    sent = {name: value for name, value in {**a_payment(made), **change}.items() if value is not None}
    assert refusal(xero, sent) == [told]
    assert amounts(invoice(xero, made)) == (120.0, 0.0, 0.0)


def test_the_longest_reference_can_be_set(xero: Rig) -> None:
    xero.set(payment_reference_length=None)
    assert len(pay(xero, sale(xero), Reference="x" * 1000)["Reference"]) == 1000


def test_a_payment_goes_to_a_bank_account_or_one_that_payments_are_enabled_to(xero: Rig) -> None:
    savings = next(each for each in xero.get("Accounts") if each["Name"] == "Savings Account")
    assert "Code" not in savings
    for account in ({"Code": "855"}, {"AccountID": savings["AccountID"]}):
        made = pay(xero, sale(xero), Account=account)
        assert {**made["Account"], **account} == made["Account"]
    assert pay(xero, sale(xero), Account=None, Code="090")["Account"]["Code"] == "090"


@pytest.mark.parametrize("number", [{"InvoiceNumber": "INV-7"}, {"Invoice": {"InvoiceNumber": "inv-7"}}])
def test_an_invoice_can_be_named_by_its_number(xero: Rig, number: dict[str, Any]) -> None:
    made = sale(xero, InvoiceNumber="INV-7")
    ok(xero.put("Payments", {**number, "Account": {"Code": "090"}, "Amount": 10}))
    assert amounts(invoice(xero, made)) == (110.0, 10.0, 0.0)


def test_put_takes_a_batch_and_post_one_payment(xero: Rig) -> None:
    made = sale(xero)
    assert len(xero.put("Payments", a_payment(made, 10), a_payment(made, 20))) == 2
    answer = xero.call("POST", "/Payments", a_payment(made, 30))
    assert (answer.status_code, answer.json()["Payments"][0]["Amount"]) == (200, 30.0)
    assert amounts(invoice(xero, made)) == (60.0, 60.0, 0.0)


def test_post_of_payments_does_not_heed_summarize_errors(xero: Rig) -> None:
    made = sale(xero)
    answer = xero.call("POST", "/Payments?summarizeErrors=false", a_payment(made, 500))
    assert (answer.status_code, refused(answer)) == (400, [OVER])


def test_summarized_one_bad_payment_refuses_the_call_and_nothing_is_paid(xero: Rig) -> None:
    made = sale(xero)
    body = {"Payments": [a_payment(made, 10), a_payment(made, 500)]}
    assert xero.call("PUT", "/Payments", body).status_code == 400
    assert amounts(invoice(xero, made)) == (120.0, 0.0, 0.0)
    assert xero.get("Payments") == []


def test_the_date_is_today_when_left_out_and_must_not_be_locked(xero: Rig) -> None:
    made = sale(xero)
    assert ok(xero.put("Payments", {**a_payment(made, 1), "Date": None}))["Date"] == "/Date(1795132800000+0000)/"
    xero.person("edit", "organisation", PeriodLockDate="2026-11-15")
    told = ["The document date cannot be before the period lock date, currently set at 15 November 2026"]
    assert refusal(xero, a_payment(made, 1, Date="2026-11-15")) == told
    assert messages(xero.put("Payments", a_payment(made, 1, Date="2026-11-16"))[0]) == []


def test_a_payment_in_a_locked_period_cannot_be_deleted(xero: Rig) -> None:
    paid = pay(xero, sale(xero))
    xero.person("edit", "organisation", EndOfYearLockDate="2026-11-15")
    assert refused(delete(xero, paid))[0].startswith("The document date cannot be before the end of year lock date")


@pytest.mark.parametrize(
    ("make", "type"), [(sale, "ACCRECPAYMENT"), (bill, "ACCPAYPAYMENT"), (credit, "ARCREDITPAYMENT")]
)
def test_payment_types_follow_the_document(xero: Rig, make: Any, type: str) -> None:
    assert pay(xero, make(xero), 10)["PaymentType"] == type


def test_refunds_of_supplier_credits_and_of_prepayments_have_types_of_their_own(xero: Rig) -> None:
    (prepaid,) = xero.person("create", "prepayment", Contact={"Name": "Ada"}, amount=30)
    (overpaid,) = xero.person("create", "overpayment", Contact={"Name": "Ada"}, amount=30, Type="SPEND-OVERPAYMENT")
    types = [pay(xero, each, 10)["PaymentType"] for each in (supplier_credit(xero), prepaid, overpaid)]
    assert types == ["APCREDITPAYMENT", "ARPREPAYMENTPAYMENT", "APOVERPAYMENTPAYMENT"]
    assert xero.one(f"Prepayments/{prepaid['PrepaymentID']}")["RemainingCredit"] == 20.0


def test_a_refund_names_its_credit_note_as_an_invoice_of_its_type(xero: Rig) -> None:
    made = credit(xero)
    paid = pay(xero, made, 10)
    named = paid["Invoice"]
    assert (named["Type"], named["InvoiceID"]) == ("ACCRECCREDIT", made["CreditNoteID"])
    assert xero.get("Payments")[0]["Invoice"]["InvoiceNumber"] == made["CreditNoteNumber"]
    xero.set(refunds_name_an_invoice=False)
    read = xero.one(f"Payments/{paid['PaymentID']}")
    assert "Invoice" not in read
    assert read["CreditNote"]["CreditNoteID"] == made["CreditNoteID"]


def test_a_foreign_payment_has_a_rate_and_an_amount_in_the_banks_currency(xero: Rig) -> None:
    made = sale(xero, CurrencyCode="EUR", CurrencyRate=1.25)
    paid = pay(xero, made, 100)
    assert (paid["CurrencyRate"], paid["Amount"], paid["BankAmount"]) == (1.25, 100.0, 80.0)
    assert pay(xero, made, 10, CurrencyRate=1.0)["BankAmount"] == 10.0


def test_payments_ride_inside_paged_invoices(xero: Rig) -> None:
    made = sale(xero)
    paid = pay(xero, made, 50, Reference="thanks")
    (listed,) = xero.get("Invoices?page=1")
    assert listed["Payments"] == [
        {
            "PaymentID": paid["PaymentID"],
            "Date": "/Date(1794268800000+0000)/",
            "Amount": 50.0,
            "Reference": "thanks",
            "CurrencyRate": 1.0,
            "HasAccount": False,
            "HasValidationErrors": False,
        }
    ]


def test_a_list_shows_the_invoice_in_short_and_a_single_read_in_full(xero: Rig) -> None:
    made = sale(xero)
    paid = pay(xero, made)
    (listed,) = xero.get("Payments")
    assert (listed["Invoice"]["InvoiceID"], listed["Invoice"]["LineItems"]) == (made["InvoiceID"], [])
    assert listed["Invoice"]["Contact"]["Name"] == "Ada"
    single = xero.one(f"Payments/{paid['PaymentID']}")
    assert (single["Invoice"]["AmountDue"], len(single["Invoice"]["LineItems"])) == (70.0, 1)


def test_an_element_can_be_made_to_fail(xero: Rig) -> None:
    one, other = sale(xero), sale(xero)
    where = {"Invoice.InvoiceID": other["InvoiceID"]}
    body = {"match": {"path": "/Payments"}, "kind": "element_error", "where": where, "message": "No luck."}
    assert xero.sim("POST", "faults", body).status_code == 200
    first, second = xero.put("Payments", a_payment(one), a_payment(other))
    assert (messages(first), messages(second)) == ([], ["No luck."])
    assert amounts(invoice(xero, other)) == (120.0, 0.0, 0.0)


def test_payments_of_an_idempotency_key_are_made_once(xero: Rig) -> None:
    made = sale(xero)
    for _ in range(2):
        answer = xero.call("PUT", "/Payments", {"Payments": [a_payment(made, 10)]}, Idempotency_Key="k1")
        assert answer.status_code == 200
    assert amounts(invoice(xero, made)) == (110.0, 10.0, 0.0)


def test_a_zero_price_line_beside_others_pays_like_any_other(xero: Rig) -> None:
    made = sale(xero, a_line(), a_line(UnitAmount=0))
    pay(xero, made, 120)
    assert invoice(xero, made)["Status"] == "PAID"
