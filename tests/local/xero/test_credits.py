"""Credit notes, prepayments and overpayments: allocated, taken back, refunded (§4.3, §4.4)."""

from typing import Any

import pytest

from tests.local.xero.papers import (
    NOBODY,
    a_cost,
    a_credit,
    a_line,
    allocate,
    amounts,
    bill,
    credit,
    invoice,
    pay,
    sale,
    supplier_credit,
)
from tests.local.xero.rig import ZERO, Rig, messages, ok


def note(xero: Rig, document: dict[str, Any]) -> dict[str, Any]:
    return xero.one(f"CreditNotes/{document['CreditNoteID']}")


def left(document: dict[str, Any]) -> tuple[float, float, str]:
    return document["RemainingCredit"], document["AppliedAmount"], document["Status"]


def prepayment(xero: Rig, amount: float = 100, **fields: Any) -> dict[str, Any]:
    (made,) = xero.person("create", "prepayment", Contact={"Name": "Ada"}, amount=amount, **fields)
    return made


def overpayment(xero: Rig, amount: float = 100, **fields: Any) -> dict[str, Any]:
    (made,) = xero.person("create", "overpayment", Contact={"Name": "Ada"}, amount=amount, **fields)
    return made


def refusal(xero: Rig, path: str, **sent: Any) -> list[str]:
    (answer,) = xero.put(f"{path}/Allocations", sent)
    assert answer["AllocationID"] == ZERO
    return messages(answer)


# Numbers and statuses.


def test_numbers_of_sales_credit_notes_are_unique_and_given_and_suppliers_are_not(xero: Rig) -> None:
    assert [credit(xero)["CreditNoteNumber"] for _ in range(2)] == ["CN-0001", "CN-0002"]
    (refused,) = xero.put("CreditNotes", a_credit(CreditNoteNumber="CN-0001"))
    assert messages(refused) == ["Credit Note # must be unique."]
    assert [supplier_credit(xero, CreditNoteNumber="7")["CreditNoteNumber"] for _ in range(2)] == ["7", "7"]


def test_a_credit_note_and_an_invoice_may_have_the_same_number(xero: Rig) -> None:
    sale(xero, InvoiceNumber="A1")
    assert credit(xero, CreditNoteNumber="A1")["StatusAttributeString"] == "OK"


def test_post_matches_the_number_of_a_sales_credit_note(xero: Rig) -> None:
    made = credit(xero, CreditNoteNumber="A1")
    assert ok(xero.post("CreditNotes", a_credit(CreditNoteNumber="A1")))["CreditNoteID"] == made["CreditNoteID"]


def test_sent_to_contact_of_a_credit_note_is_read_only(xero: Rig) -> None:
    assert "SentToContact" not in note(xero, credit(xero, SentToContact=True))


def test_statuses_of_credit_notes_move_as_those_of_invoices(xero: Rig) -> None:
    made = credit(xero, Status="DRAFT")
    for status in ("SUBMITTED", "AUTHORISED", "VOIDED"):
        made = ok(xero.post("CreditNotes", {"CreditNoteID": made["CreditNoteID"], "Status": status}))
        assert made["Status"] == status
    assert left(made) == (0.0, 0.0, "VOIDED")
    (refused,) = xero.post("CreditNotes", {"CreditNoteID": made["CreditNoteID"], "Reference": "x"})
    assert messages(refused) == ["Credit Note not of valid status for modification"]


def test_an_unknown_credit_note_is_told_in_xeros_words(xero: Rig) -> None:
    (refused,) = xero.post("CreditNotes", {"CreditNoteID": NOBODY, "Reference": "x"})
    assert messages(refused) == ["An existing Credit Note with the specified CreditNoteID could not be found"]


# Allocating.


def test_an_allocation_takes_from_the_credit_and_gives_to_the_invoice_without_any_payment(xero: Rig) -> None:
    made, noted = sale(xero), credit(xero)
    allocate(xero, noted, made, 50)
    assert left(note(xero, noted)) == (70.0, 50.0, "AUTHORISED")
    after = invoice(xero, made)
    assert (amounts(after), after["Payments"]) == ((70.0, 0.0, 50.0), [])
    (applied,) = after["CreditNotes"]
    assert (applied["CreditNoteNumber"], applied["AppliedAmount"], applied["Total"]) == ("CN-0001", 50.0, 120.0)
    assert xero.get("Payments") == []


def test_a_credit_note_is_paid_when_exhausted_and_so_is_the_invoice(xero: Rig) -> None:
    made, noted = sale(xero), credit(xero)
    allocate(xero, noted, made, 120)
    assert left(note(xero, noted)) == (0.0, 120.0, "PAID")
    assert (invoice(xero, made)["Status"], invoice(xero, made)["FullyPaidOnDate"]) == ("PAID", noted["Date"])


def test_several_allocations_of_one_call_are_counted_together(xero: Rig) -> None:
    one, other, noted = sale(xero), sale(xero), credit(xero)
    sent = [{"Amount": 100, "Invoice": {"InvoiceID": each["InvoiceID"]}} for each in (one, other)]
    first, second = xero.put(f"CreditNotes/{noted['CreditNoteID']}/Allocations", *sent)
    assert messages(first) == []
    assert messages(second) == ["Credit Note cannot be allocated as amount is greater than amount outstanding"]


def test_taking_an_allocation_back_reopens_both(xero: Rig) -> None:
    made, noted = sale(xero), credit(xero)
    id = allocate(xero, noted, made, 120)["AllocationID"]
    assert note(xero, noted)["Allocations"][0]["AllocationID"] == id
    answer = xero.call("DELETE", f"/CreditNotes/{noted['CreditNoteID']}/Allocations/{id}")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["AllocationID"], told["IsDeleted"], told["Amount"]) == (id, True, 120.0)
    assert left(note(xero, noted)) == (120.0, 0.0, "AUTHORISED")
    assert (amounts(invoice(xero, made)), note(xero, noted)["Allocations"]) == ((120.0, 0.0, 0.0), [])
    again = xero.call("DELETE", f"/CreditNotes/{noted['CreditNoteID']}/Allocations/{id}")
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"Amount": 121}, "Credit Note cannot be allocated as amount is greater than amount outstanding"),
        ({"Amount": 0}, "The amount to allocate must be greater than zero."),
        ({"Invoice": {"InvoiceID": NOBODY}}, "The invoice to allocate to could not be found."),
        ({"Invoice": None}, "The invoice to allocate to could not be found."),
    ],
)
def test_an_allocation_with_a_bad_field_is_refused(xero: Rig, sent: dict[str, Any], told: str) -> None:
    made, noted = sale(xero), credit(xero)
    whole = {"Amount": 10, "Invoice": {"InvoiceID": made["InvoiceID"]}, **sent}
    whole = {name: value for name, value in whole.items() if value is not None}
    assert refusal(xero, f"CreditNotes/{noted['CreditNoteID']}", **whole) == [told]


def test_what_cannot_be_allocated_to(xero: Rig) -> None:
    noted = credit(xero)
    path = f"CreditNotes/{noted['CreditNoteID']}"

    def told(**invoice: Any) -> list[str]:
        return refusal(xero, path, Amount=10, Invoice={"InvoiceID": invoice["InvoiceID"]})

    paid = sale(xero)
    pay(xero, paid, 120)
    assert told(**paid) == ["The invoice you are trying to allocate to has already been paid off"]
    assert told(**sale(xero, Status="DRAFT")) == ["Credit Note can only be allocated to an AUTHORISED invoice."]
    assert told(**bill(xero)) == ["Credit Note cannot be allocated to an incorrect invoice type"]
    other = sale(xero, Contact={"Name": "Bob"})
    assert told(**other) == ["Credit Note can only be allocated to an invoice of the same contact."]
    foreign = sale(xero, CurrencyCode="EUR")
    assert told(**foreign) == ["Credit Note can only be allocated to an invoice in the same currency."]


def test_only_an_approved_credit_note_can_be_allocated_and_not_while_it_is_made(xero: Rig) -> None:
    made = sale(xero)
    sent = [{"Amount": 10, "Invoice": {"InvoiceID": made["InvoiceID"]}}]
    draft = credit(xero, Status="DRAFT", Allocations=sent)
    assert draft["Allocations"] == []
    assert refusal(xero, f"CreditNotes/{draft['CreditNoteID']}", **sent[0]) == [
        "Credit Note must be AUTHORISED to be allocated."
    ]


@pytest.mark.parametrize(("setting", "date"), [("derived", "2026-11-02"), ("sent", "2026-11-20")])
def test_the_date_of_an_allocation_is_derived_or_the_one_sent(xero: Rig, setting: str, date: str) -> None:
    xero.set(allocation_date=setting)
    made, noted = sale(xero, Date="2026-11-01"), credit(xero, Date="2026-11-02")
    allocate(xero, noted, made, 120)
    expected = sale(xero, Date=date)["Date"]
    assert note(xero, noted)["Allocations"][0]["Date"] == expected
    assert invoice(xero, made)["FullyPaidOnDate"] == expected


def test_an_allocated_credit_note_can_be_neither_voided_nor_edited(xero: Rig) -> None:
    made, noted = sale(xero), credit(xero)
    allocate(xero, noted, made, 10)
    for change in ({"Status": "VOIDED"}, {"Reference": "x"}):
        (refused,) = xero.post("CreditNotes", {"CreditNoteID": noted["CreditNoteID"], **change})
        assert messages(refused) == [
            "This document cannot be edited as it has a payment or credit note allocated to it."
        ]


def test_an_allocation_in_a_locked_period_can_be_neither_made_nor_taken_back(xero: Rig) -> None:
    made, noted = sale(xero), credit(xero)
    id = allocate(xero, noted, made, 10)["AllocationID"]
    xero.person("edit", "organisation", PeriodLockDate="2026-11-15")
    (refused,) = xero.put(
        f"CreditNotes/{noted['CreditNoteID']}/Allocations", {"Amount": 1, "Invoice": {"InvoiceID": made["InvoiceID"]}}
    )
    assert messages(refused)[0].startswith("The document date cannot be before the period lock date")
    answer = xero.call("DELETE", f"/CreditNotes/{noted['CreditNoteID']}/Allocations/{id}")
    assert answer.status_code == 400


def test_a_refund_is_a_payment_on_the_credit_note(xero: Rig) -> None:
    noted = credit(xero)
    paid = pay(xero, noted, 20)
    assert left(note(xero, noted)) == (100.0, 0.0, "AUTHORISED")
    assert [each["PaymentID"] for each in note(xero, noted)["Payments"]] == [paid["PaymentID"]]
    pay(xero, noted, 100)
    assert left(note(xero, noted)) == (0.0, 0.0, "PAID")
    xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})
    assert left(note(xero, noted)) == (20.0, 0.0, "AUTHORISED")


def test_the_supplier_side_mirrors_the_sales_side(xero: Rig) -> None:
    made, noted = bill(xero), supplier_credit(xero, a_cost(UnitAmount=30))
    allocate(xero, noted, made, 36)
    assert amounts(invoice(xero, made)) == (84.0, 0.0, 36.0)
    assert left(note(xero, noted)) == (0.0, 36.0, "PAID")


# Prepayments and overpayments.


@pytest.mark.parametrize("make", [prepayment, overpayment])
def test_people_make_prepayments_and_overpayments_with_a_bank_transaction_beside(xero: Rig, make: Any) -> None:
    made = make(xero, 75, Reference="deposit")
    name = "Prepayment" if make is prepayment else "Overpayment"
    (listed,) = xero.get(f"{name}s")
    assert (listed[f"{name}ID"], left(listed)) == (made[f"{name}ID"], (75.0, 0.0, "AUTHORISED"))
    assert listed["Type"] == f"RECEIVE-{name.upper()}"
    (transaction,) = xero.get("BankTransactions?page=1")
    assert (transaction["Type"], transaction[f"{name}ID"]) == (f"RECEIVE-{name.upper()}", made[f"{name}ID"])


@pytest.mark.parametrize("make", [prepayment, overpayment])
def test_they_are_allocated_and_taken_back_by_the_api(xero: Rig, make: Any) -> None:
    made, paid_before = sale(xero), make(xero, 100)
    segment = "Prepayments" if make is prepayment else "Overpayments"
    id = paid_before[f"{segment[:-1]}ID"]
    allocation = allocate(xero, paid_before, made, 100)["AllocationID"]
    after = invoice(xero, made)
    assert (amounts(after), after[segment][0]["AppliedAmount"]) == ((20.0, 0.0, 100.0), 100.0)
    assert left(xero.one(f"{segment}/{id}")) == (0.0, 100.0, "PAID")
    assert xero.call("DELETE", f"/{segment}/{id}/Allocations/{allocation}").status_code == 200
    assert amounts(invoice(xero, made)) == (120.0, 0.0, 0.0)


def test_an_overpayment_has_one_line_without_tax_on_the_control_account(xero: Rig) -> None:
    made = xero.one(f"Overpayments/{overpayment(xero, 10)['OverpaymentID']}")
    (line,) = made["LineItems"]
    assert (made["LineAmountTypes"], line["AccountCode"], line["TaxAmount"]) == ("NoTax", "610", 0.0)


def test_they_can_be_made_by_bank_transactions_and_not_changed_through_them(xero: Rig) -> None:
    sent = {
        "Type": "RECEIVE-PREPAYMENT",
        "Contact": {"Name": "Ada"},
        "BankAccount": {"Code": "090"},
        "LineItems": [a_line(TaxType="NONE")],
        "Reference": "INV-9",
    }
    made = ok(xero.put("BankTransactions", sent))
    assert xero.get("Prepayments?InvoiceNumbers=inv-9")[0]["PrepaymentID"] == made["PrepaymentID"]
    assert xero.get("Prepayments?InvoiceNumbers=other") == []
    (refused,) = xero.post("BankTransactions", {"BankTransactionID": made["BankTransactionID"], "Status": "DELETED"})
    assert messages(refused) == ["BankTransaction not of valid status for modification"]


def test_the_api_neither_makes_nor_edits_them_directly(xero: Rig) -> None:
    made = prepayment(xero)
    assert xero.call("PUT", "/Prepayments", {"Prepayments": [made]}).status_code == 405
    assert xero.call("POST", f"/Prepayments/{made['PrepaymentID']}", {"Status": "VOIDED"}).status_code == 405


def test_a_person_allocates_takes_back_refunds_and_voids(xero: Rig) -> None:
    made, paid_before = sale(xero), prepayment(xero, 50)
    id = paid_before["PrepaymentID"]
    (after,) = xero.person("allocate", "prepayment", id, invoice=made["InvoiceID"])
    assert (left(after), amounts(invoice(xero, made))) == ((0.0, 50.0, "PAID"), (70.0, 0.0, 50.0))
    assert xero.refused("void", "prepayment", id)
    (after,) = xero.person("deallocate", "prepayment", id)
    assert left(after) == (50.0, 0.0, "AUTHORISED")
    (after,) = xero.person("pay", "prepayment", id, amount=20)
    assert left(after) == (30.0, 0.0, "AUTHORISED")
    xero.person("unpay", "prepayment", id)
    (after,) = xero.person("void", "prepayment", id)
    assert left(after) == (0.0, 0.0, "VOIDED")


def test_overpayments_are_found_by_reference(xero: Rig) -> None:
    made = overpayment(xero, Reference="Card 1")
    overpayment(xero, Reference="Card 2")
    assert [each["OverpaymentID"] for each in xero.get("Overpayments?References=card 1")] == [made["OverpaymentID"]]


# Bank transactions, which are none of an integration's business.


def spent(**changes: Any) -> dict[str, Any]:
    made = {"Type": "SPEND", "Contact": {"Name": "Ada"}, "BankAccount": {"Code": "090"}, "LineItems": [a_cost()]}
    return {**made, **changes}


def test_bank_transactions_are_inclusive_unless_said_otherwise(xero: Rig) -> None:
    made = ok(xero.put("BankTransactions", spent()))
    assert (made["LineAmountTypes"], made["Total"], made["TotalTax"]) == ("Inclusive", 100.0, 16.67)
    assert made["Status"] == "AUTHORISED"


def test_plain_ones_can_be_changed_and_deleted(xero: Rig) -> None:
    made = ok(xero.put("BankTransactions", spent()))
    changed = ok(xero.post("BankTransactions", {"BankTransactionID": made["BankTransactionID"], "Reference": "x"}))
    assert changed["Reference"] == "x"
    gone = ok(xero.post("BankTransactions", {"BankTransactionID": made["BankTransactionID"], "Status": "DELETED"}))
    assert gone["Status"] == "DELETED"


def test_a_reconciled_one_cannot(xero: Rig) -> None:
    made = ok(xero.put("BankTransactions", spent(IsReconciled=True)))
    (refused,) = xero.post("BankTransactions", {"BankTransactionID": made["BankTransactionID"], "Reference": "x"})
    assert messages(refused) == ["This bank transaction cannot be edited as it has been reconciled."]


def test_the_account_must_be_a_bank_account(xero: Rig) -> None:
    (refused,) = xero.put("BankTransactions", spent(BankAccount={"Code": "200"}))
    assert messages(refused) == ["The specified bank account details do not match a known bank account"]


def test_they_settle_no_invoice(xero: Rig) -> None:
    made = bill(xero)
    ok(xero.put("BankTransactions", spent()))
    assert amounts(invoice(xero, made)) == (120.0, 0.0, 0.0)
    assert xero.get("Payments") == []
