"""Invoices and bills: numbers, statuses, contacts, dates, currencies, and what cannot be edited (§4.2, §6)."""

from collections.abc import Callable
from typing import Any

import pytest

from local.xero.organisations import DEFAULT
from tests.local.xero.papers import (
    NOBODY,
    a_bill,
    a_credit,
    a_line,
    a_sale,
    allocate,
    amounts,
    bill,
    credit,
    invoice,
    pay,
    sale,
    update,
)
from tests.local.xero.rig import ZERO, Rig, messages, ok

NOT_VALID = "Invoice not of valid status for modification"
HELD = "This document cannot be edited as it has a payment or credit note allocated to it."
TAKEN = "Invoice # must be unique."


def refusal(xero: Rig, **changes: Any) -> list[str]:
    (answer,) = xero.put("Invoices", a_sale(**changes))
    return messages(answer)


# Numbers.


def test_sales_invoices_without_a_number_get_the_next_free_one(xero: Rig) -> None:
    sale(xero, InvoiceNumber="INV-0002")
    assert [sale(xero)["InvoiceNumber"] for _ in range(3)] == ["INV-0001", "INV-0003", "INV-0004"]
    xero.set(invoice_prefix="R-")
    assert sale(xero)["InvoiceNumber"] == "R-0001"


def test_numbers_given_out_in_a_refused_call_are_given_out_again(xero: Rig) -> None:
    xero.call("PUT", "/Invoices", {"Invoices": [a_sale(), a_sale(Type="ACCREC", LineItems=[])]})
    assert sale(xero)["InvoiceNumber"] == "INV-0001"


def test_put_of_an_existing_number_fails_and_post_would_overwrite(xero: Rig) -> None:
    made = sale(xero, InvoiceNumber="A1")
    (refused,) = xero.put("Invoices", a_sale(InvoiceNumber="a1"))
    assert (messages(refused), refused["InvoiceID"]) == ([TAKEN], ZERO)
    (updated,) = xero.post("Invoices", a_sale(InvoiceNumber="A1", Reference="over"))
    assert (updated["InvoiceID"], updated["Reference"]) == (made["InvoiceID"], "over")


def test_whether_post_matches_a_number_can_be_set(xero: Rig) -> None:
    sale(xero, InvoiceNumber="A1")
    xero.set(post_matches_number=False)
    (refused,) = xero.post("Invoices", a_sale(InvoiceNumber="A1"))
    assert messages(refused) == [TAKEN]


def test_numbers_of_bills_are_not_unique(xero: Rig) -> None:
    one, other = bill(xero, InvoiceNumber="77"), bill(xero, InvoiceNumber="77", Contact={"Name": "Bob"})
    assert one["InvoiceID"] != other["InvoiceID"]
    assert bill(xero)["InvoiceNumber"] == ""


def test_post_of_a_bill_matches_number_and_contact_together(xero: Rig) -> None:
    made = bill(xero, InvoiceNumber="77")
    assert ok(xero.post("Invoices", a_bill(InvoiceNumber="77")))["InvoiceID"] == made["InvoiceID"]
    other = ok(xero.post("Invoices", a_bill(InvoiceNumber="77", Contact={"Name": "Bob"})))
    assert other["InvoiceID"] != made["InvoiceID"]
    xero.set(post_matches_bill_number=False)
    assert ok(xero.post("Invoices", a_bill(InvoiceNumber="77")))["InvoiceID"] != made["InvoiceID"]


def test_the_number_of_a_voided_invoice_stays_taken(xero: Rig) -> None:
    made = sale(xero, InvoiceNumber="A1")
    assert update(xero, made, Status="VOIDED")["Status"] == "VOIDED"
    assert refusal(xero, InvoiceNumber="A1") == [TAKEN]
    (posted,) = xero.post("Invoices", a_sale(InvoiceNumber="A1"))
    assert messages(posted) == [NOT_VALID]


def test_renumbering_before_voiding_frees_the_number(xero: Rig) -> None:
    made = sale(xero, InvoiceNumber="A1")
    update(xero, made, InvoiceNumber="A1-void")
    update(xero, made, Status="VOIDED")
    assert refusal(xero, InvoiceNumber="A1") == []


@pytest.mark.parametrize(("free", "told"), [(False, [TAKEN]), (True, [])])
def test_the_number_of_a_deleted_draft_is_taken_or_free(xero: Rig, free: bool, told: list[str]) -> None:
    xero.set(deleted_number_free=free)
    draft = sale(xero, InvoiceNumber="A1", Status="DRAFT")
    update(xero, draft, Status="DELETED")
    assert refusal(xero, InvoiceNumber="A1") == told


@pytest.mark.parametrize("number", ["x" * 256, "Nö-1", "a\tb"])
def test_a_number_is_printable_ascii_and_not_too_long(xero: Rig, number: str) -> None:
    assert refusal(xero, InvoiceNumber=number) == ["InvoiceNumber must be at most 255 printable ASCII characters."]


# Statuses.


@pytest.mark.parametrize("status", ["PAID", "VOIDED", "DELETED"])
def test_an_invoice_cannot_begin_paid_voided_or_deleted(xero: Rig, status: str) -> None:
    assert refusal(xero, Status=status) == ["Invoice not of valid status for creation"]


def test_an_invoice_without_a_status_is_a_draft(xero: Rig) -> None:
    made = a_sale()
    del made["Status"]
    assert ok(xero.put("Invoices", made))["Status"] == "DRAFT"


@pytest.mark.parametrize(
    ("was", "wanted", "allowed"),
    [
        *(("DRAFT", wanted, True) for wanted in ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED")),
        *(("DRAFT", wanted, False) for wanted in ("PAID", "VOIDED")),
        *(("SUBMITTED", wanted, True) for wanted in ("SUBMITTED", "AUTHORISED", "DRAFT", "DELETED")),
        *(("SUBMITTED", wanted, False) for wanted in ("PAID", "VOIDED")),
        *(("AUTHORISED", wanted, True) for wanted in ("AUTHORISED", "VOIDED")),
        *(("AUTHORISED", wanted, False) for wanted in ("DRAFT", "SUBMITTED", "DELETED", "PAID")),
    ],
)
def test_statuses_move_as_published(xero: Rig, was: str, wanted: str, allowed: bool) -> None:
    made = sale(xero, Status=was)
    answer = update(xero, made, Status=wanted)
    assert messages(answer) == ([] if allowed else [NOT_VALID])
    assert invoice(xero, made)["Status"] == (wanted if allowed else was)


@pytest.mark.parametrize(("was", "end"), [("DRAFT", "DELETED"), ("AUTHORISED", "VOIDED")])
@pytest.mark.parametrize("change", [{"Reference": "x"}, {"Status": "AUTHORISED"}, {"Status": "VOIDED"}])
def test_voided_and_deleted_are_the_end(xero: Rig, was: str, end: str, change: dict[str, str]) -> None:
    made = sale(xero, Status=was)
    update(xero, made, Status=end)
    assert messages(update(xero, made, **change)) == [NOT_VALID]


def test_a_voided_invoice_owes_nothing_and_keeps_its_total(xero: Rig) -> None:
    made = sale(xero)
    voided = update(xero, made, Status="VOIDED")
    assert (voided["AmountDue"], voided["Total"]) == (0.0, 120.0)
    assert invoice(xero, made)["Status"] == "VOIDED"


def settled_by_payment(xero: Rig, document: dict[str, Any]) -> None:
    pay(xero, document, 50)


def settled_by_credit(xero: Rig, document: dict[str, Any]) -> None:
    allocate(xero, credit(xero), document, 50)


@pytest.mark.parametrize("settle", [settled_by_payment, settled_by_credit])
@pytest.mark.parametrize("status", ["VOIDED", "DRAFT", "SUBMITTED"])
def test_a_status_cannot_be_applied_while_payments_or_credits_are_there(
    xero: Rig, settle: Callable[[Rig, dict[str, Any]], None], status: str
) -> None:
    made = sale(xero)
    settle(xero, made)
    told = messages(update(xero, made, Status=status))
    assert told == [
        f"The status {status} cannot be applied to the invoice because it has payments or credit notes allocated to it."
    ]


def test_resending_a_paid_invoice_as_authorised_is_refused(xero: Rig) -> None:
    made = sale(xero)
    pay(xero, made, 120)
    assert messages(update(xero, made, Status="AUTHORISED"))[0].startswith("The status AUTHORISED cannot be applied")
    assert messages(update(xero, made, Status="PAID", Reference="x")) == []


def test_an_invoice_over_nothing_is_paid_as_soon_as_it_is_approved(xero: Rig) -> None:
    made = sale(xero, a_line(UnitAmount=0))
    assert (made["Status"], made["FullyPaidOnDate"]) == ("PAID", made["Date"])
    assert update(xero, made, Status="VOIDED")["Status"] == "VOIDED"
    xero.set(zero_total_is_paid=False)
    assert sale(xero, a_line(UnitAmount=0))["Status"] == "AUTHORISED"


def test_an_unpaid_approved_invoice_is_editable(xero: Rig) -> None:
    for made in (sale(xero), bill(xero)):
        line = made["LineItems"][0]["LineItemID"]
        after = update(xero, made, Date="2026-11-05", LineItems=[{"LineItemID": line, "UnitAmount": 200}])
        assert (after["Total"], after["AmountDue"], after["DateString"]) == (240.0, 240.0, "2026-11-05T00:00:00")


# Part-paid and paid documents.


@pytest.mark.parametrize("make", [sale, bill])
@pytest.mark.parametrize("amount", [50, 120])
def test_some_fields_of_a_paid_document_can_still_be_edited(
    xero: Rig, make: Callable[[Rig], dict[str, Any]], amount: int
) -> None:
    made = make(xero)
    pay(xero, made, amount)
    line = made["LineItems"][0]
    changes = {
        "Reference": "new",
        "DueDate": "2027-01-01",
        "InvoiceNumber": "NEW-1",
        "Url": "https://hub.example/1",
        "Contact": {"Name": "Bob"},
        "LineItems": [{"LineItemID": line["LineItemID"], "Description": "new", "AccountCode": line["AccountCode"]}],
    }
    after = update(xero, made, **changes)
    assert messages(after) == []
    after = invoice(xero, made)
    assert (after["Reference"], after["InvoiceNumber"], after["Contact"]["Name"]) == ("new", "NEW-1", "Bob")
    assert (after["DueDateString"], after["Url"]) == ("2027-01-01T00:00:00", "https://hub.example/1")
    assert (after["LineItems"][0]["Description"], after["AmountPaid"]) == ("new", float(amount))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"CurrencyCode": "EUR"}, HELD),
        ({"LineAmountTypes": "NoTax"}, HELD),
        (
            {"Date": "2026-11-02"},
            "Date cannot be changed on an invoice that has payments or credit notes allocated to it.",
        ),
        ({"ExpectedPaymentDate": "2026-12-24"}, HELD),
        ({"LineItems": [a_line()]}, "To update fields on a paid invoice line item, you must supply a LineItemID"),
    ],
)
def test_other_fields_of_a_paid_document_cannot(xero: Rig, change: dict[str, Any], told: str) -> None:
    made = sale(xero)
    pay(xero, made)
    assert messages(update(xero, made, **change)) == [told]


@pytest.mark.parametrize(
    "change", [{"Quantity": 2}, {"UnitAmount": 99}, {"TaxType": "NONE"}, {"TaxAmount": 1}, {"DiscountRate": 5}]
)
def test_amounts_on_lines_of_a_paid_document_cannot_change(xero: Rig, change: dict[str, Any]) -> None:
    made = sale(xero)
    pay(xero, made)
    line = {"LineItemID": made["LineItems"][0]["LineItemID"], **change}
    assert messages(update(xero, made, LineItems=[line])) == [HELD]


def test_a_line_of_a_paid_document_can_neither_go_nor_come(xero: Rig) -> None:
    made = sale(xero, a_line(), a_line())
    pay(xero, made)
    kept = {"LineItemID": made["LineItems"][0]["LineItemID"]}
    assert messages(update(xero, made, LineItems=[kept])) == [HELD]


def test_a_paid_document_can_be_sent_back_as_it_was_read(xero: Rig) -> None:
    made = sale(xero)
    pay(xero, made)
    read = invoice(xero, made)
    assert messages(update(xero, read, **read)) == []
    assert invoice(xero, made)["UpdatedDateUTC"] == read["UpdatedDateUTC"]


def test_the_contact_of_a_credited_invoice_cannot_change(xero: Rig) -> None:
    made = sale(xero)
    allocate(xero, credit(xero), made, 50)
    assert messages(update(xero, made, Contact={"Name": "Bob"})) == [HELD]


def test_whether_paid_bills_are_editable_can_be_set(xero: Rig) -> None:
    made = bill(xero)
    pay(xero, made)
    xero.set(paid_bills_editable=False)
    assert messages(update(xero, made, DueDate="2027-01-01")) == [HELD]


@pytest.mark.parametrize(("silent", "moved"), [(True, False), (False, True)])
def test_a_new_due_date_of_a_part_paid_invoice_moves_no_timestamp(xero: Rig, silent: bool, moved: bool) -> None:
    xero.set(paid_due_date_is_silent=silent)
    made = sale(xero)
    pay(xero, made)
    before = invoice(xero, made)
    xero.clock.advance(60)
    update(xero, made, DueDate="2027-02-01")
    after = invoice(xero, made)
    assert after["DueDateString"] == "2027-02-01T00:00:00"
    assert (after["UpdatedDateUTC"] > before["UpdatedDateUTC"]) is moved


# Contacts.


def test_a_document_makes_a_contact_by_name_or_finds_it(xero: Rig) -> None:
    made = sale(xero, Contact={"Name": "Ada"})
    assert sale(xero, Contact={"Name": "ADA"})["Contact"]["ContactID"] == made["Contact"]["ContactID"]
    assert [contact["Name"] for contact in xero.contacts()] == ["Ada"]


def test_contact_details_inside_a_document_update_the_contact(xero: Rig) -> None:
    (ada,) = xero.create({"Name": "Ada", "ContactPersons": [{"FirstName": "Bea"}, {"FirstName": "Cem"}]})
    inside = {"ContactID": ada["ContactID"], "Name": "Ada Ltd", "ContactPersons": [{"FirstName": "Dee"}]}
    made = sale(xero, Contact=inside)
    assert made["Contact"]["Name"] == "Ada Ltd"
    assert xero.contact(ada["ContactID"])["ContactPersons"] == [{"FirstName": "Dee"}]


def test_that_documents_update_contacts_can_be_switched_off(xero: Rig) -> None:
    (ada,) = xero.create({"Name": "Ada"})
    xero.set(embedded_contact_updates=False)
    sale(xero, Contact={"ContactID": ada["ContactID"], "Name": "Ada Ltd"})
    assert xero.contact(ada["ContactID"])["Name"] == "Ada"


def test_a_contact_sent_back_as_it_was_read_is_not_touched(xero: Rig) -> None:
    (ada,) = xero.create({"Name": "Ada", "EmailAddress": "ada@example.org"})
    xero.clock.advance(60)
    sale(xero, Contact=xero.contact(ada["ContactID"]))
    assert xero.contact(ada["ContactID"])["UpdatedDateUTC"] == ada["UpdatedDateUTC"]


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ({}, "A Contact must be specified for this type of transaction"),
        (None, "A Contact must be specified for this type of transaction"),
        (
            {"EmailAddress": "a@example.org"},
            "The Contact must contain at least 1 of the following elements to identify the contact: "
            "Name, ContactID, ContactNumber",
        ),
        ({"ContactID": NOBODY}, "The Contact could not be found."),
        ({"ContactNumber": "n9"}, "The Contact could not be found."),
    ],
)
def test_a_document_needs_a_contact(xero: Rig, contact: Any, told: str) -> None:
    assert refusal(xero, Contact=contact) == [told]


def test_documents_of_an_archived_contact_can_be_neither_made_nor_changed(xero: Rig) -> None:
    made = sale(xero)
    archived = {"ContactID": made["Contact"]["ContactID"], "ContactStatus": "ARCHIVED"}
    assert xero.update(archived)[0]["ContactStatus"] == "ARCHIVED"  # though 120.00 are outstanding
    told = [
        "The contact with the specified contact details has been archived. "
        "The contact must be un-archived before creating new invoices or credit notes."
    ]
    assert refusal(xero, Contact={"ContactID": made["Contact"]["ContactID"]}) == told
    assert messages(update(xero, made, Status="VOIDED")) == told
    assert messages(update(xero, made, Reference="x")) == told
    xero.human("restore", made["Contact"]["ContactID"])
    assert messages(update(xero, made, Status="VOIDED")) == []


def test_a_merged_contacts_documents_move_to_the_winner(xero: Rig) -> None:
    made = sale(xero)
    (bob,) = xero.create({"Name": "Bob"})
    xero.human("merge", made["Contact"]["ContactID"], into=bob["ContactID"])
    after = invoice(xero, made)
    assert (after["Contact"]["Name"], after["UpdatedDateUTC"]) == ("Bob", made["UpdatedDateUTC"])
    assert [each["InvoiceID"] for each in xero.get(f"Invoices?ContactIDs={bob['ContactID']}")] == [made["InvoiceID"]]


# Dates, terms, currencies and the rest of the header.


def test_the_date_is_today_in_the_organisations_time_zone(rig: Rig) -> None:
    """At 12:30 UTC in November it is tomorrow in New Zealand (§3.5)."""
    xero = rig.connect(",".join(rig.organisations))
    xero.clock.advance(3.5 * 3600)
    xero.connect(",".join(rig.organisations))
    sent = a_sale()
    del sent["Date"], sent["DueDate"]
    dates = [xero.put("Invoices", sent, xero_tenant_id=each)[0]["DateString"] for each in xero.organisations]
    assert dates == ["2026-11-20T00:00:00", "2026-11-21T00:00:00"]


@pytest.mark.parametrize(
    "spelling", ["2026-11-03", "2026-11-03T00:00:00", "/Date(1793664000000)/", "/Date(1793664000000+1300)/"]
)
def test_dates_are_taken_as_days_in_every_spelling(xero: Rig, spelling: str) -> None:
    made = sale(xero, Date=spelling)
    assert (made["Date"], made["DateString"]) == ("/Date(1793664000000+0000)/", "2026-11-03T00:00:00")


def test_a_due_date_left_out_follows_the_contacts_terms(xero: Rig) -> None:
    terms = {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}, "Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}}
    xero.create({"Name": "Ada", "PaymentTerms": terms})
    for document, due in ((a_sale(), "2026-11-15"), (a_bill(), "2026-12-20")):
        del document["DueDate"]
        assert ok(xero.put("Invoices", document))["DueDateString"] == f"{due}T00:00:00"


def test_without_terms_an_invoice_is_due_on_its_date_or_refused(xero: Rig) -> None:
    sent = a_sale()
    del sent["DueDate"]
    assert ok(xero.put("Invoices", sent))["DueDate"] == ok(xero.put("Invoices", sent))["Date"]
    xero.set(due_date_missing="refuse")
    assert messages(xero.put("Invoices", sent)[0]) == ["Due Date cannot be empty."]
    assert messages(xero.put("Invoices", {**sent, "Status": "DRAFT"})[0]) == []


def test_a_due_date_may_lie_before_the_date(xero: Rig) -> None:
    assert sale(xero, DueDate="2026-10-01")["DueDateString"] == "2026-10-01T00:00:00"


@pytest.mark.parametrize(("field", "name"), [("PeriodLockDate", "period"), ("EndOfYearLockDate", "end of year")])
def test_a_locked_period_is_closed_to_creates_and_edits(xero: Rig, field: str, name: str) -> None:
    made = sale(xero, Date="2026-06-30")
    later = sale(xero, Date="2026-07-01")
    lock: dict[str, Any] = {field: "2026-06-30"}
    xero.person("edit", "organisation", "", **lock)
    told = [f"The document date cannot be before the {name} lock date, currently set at 30 June 2026"]
    assert refusal(xero, Date="2026-06-30") == told
    assert refusal(xero, Date="2026-07-01") == []
    assert messages(update(xero, made, Reference="x")) == told
    assert messages(update(xero, made, Status="VOIDED")) == told
    assert messages(update(xero, later, Date="2026-06-30")) == told
    lift: dict[str, Any] = {field: None}
    xero.person("edit", "organisation", "", **lift)
    assert messages(update(xero, made, Reference="x")) == []


def test_a_currency_must_be_subscribed_to(xero: Rig) -> None:
    assert refusal(xero, CurrencyCode="SGD") == ["Organisation is not subscribed to currency SGD"]
    xero.call("PUT", "/Currencies", {"Code": "SGD"})
    assert refusal(xero, CurrencyCode="SGD") == []


def test_the_rate_is_foreign_units_per_own_one_and_the_days_if_left_out(xero: Rig) -> None:
    assert (sale(xero)["CurrencyCode"], sale(xero)["CurrencyRate"]) == ("GBP", 1.0)
    assert sale(xero, CurrencyCode="EUR")["CurrencyRate"] == 1.171659
    assert sale(xero, CurrencyCode="EUR", CurrencyRate=1.12345678)["CurrencyRate"] == 1.123457
    assert sale(xero, CurrencyRate=2)["CurrencyRate"] == 1.0


def test_an_odd_rate_is_a_warning(xero: Rig) -> None:
    (answer,) = xero.put("Invoices", a_sale(CurrencyCode="EUR", CurrencyRate=0.1))
    assert (answer["StatusAttributeString"], len(answer["Warnings"])) == ("WARNING", 1)
    assert invoice(xero, answer)["CurrencyRate"] == 0.1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Url": "https://go.Xero.com/x"}, "Url must not contain 'xero'."),
        ({"BrandingThemeID": NOBODY}, f"The branding theme '{NOBODY}' could not be found."),
        ({"Reference": "x" * 256}, "Reference must not be longer than 255 characters."),
        ({"LineItems": []}, "One or more line items must be specified"),
    ],
)
def test_a_header_with_a_bad_field_is_refused(xero: Rig, change: dict[str, Any], told: str) -> None:
    assert refusal(xero, **change) == [told]


def test_all_complaints_are_told_at_once(xero: Rig) -> None:
    told = refusal(xero, Contact={}, Status="PAID", LineItems=[a_line(AccountCode="999")], CurrencyCode="SGD")
    assert len(told) == 4


@pytest.mark.parametrize(
    "change", [{"Status": "OPEN"}, {"Type": "SALE"}, {"Date": "soon"}, {"LineAmountTypes": "Both"}, {"LineItems": "x"}]
)
def test_a_value_of_a_wrong_type_refuses_the_whole_call(xero: Rig, change: dict[str, Any]) -> None:
    answer = xero.call("PUT", "/Invoices", {"Invoices": [a_sale(), a_sale(**change)]})
    assert (answer.status_code, answer.json()["Type"]) == (400, "PostDataInvalidException")
    assert xero.get("Invoices") == []


def test_a_missing_type_is_refused(xero: Rig) -> None:
    sent = a_sale()
    del sent["Type"]
    assert messages(xero.put("Invoices", sent)[0]) == ["The Invoice Type is not specified or is not valid."]


def test_sent_to_contact_can_be_set_once_approved(xero: Rig) -> None:
    draft = sale(xero, Status="DRAFT", SentToContact=True)
    assert draft["SentToContact"] is False
    assert update(xero, draft, Status="AUTHORISED", SentToContact=True)["SentToContact"] is True


@pytest.mark.parametrize(("kept", "reference"), [(True, "r"), (False, "")])
def test_bills_keep_a_reference_or_lose_it(xero: Rig, kept: bool, reference: str) -> None:
    xero.set(bill_reference_kept=kept)
    assert bill(xero, Reference="r")["Reference"] == reference


def test_sales_have_an_expected_and_bills_a_planned_payment_date(xero: Rig) -> None:
    both = {"ExpectedPaymentDate": "2026-12-24", "PlannedPaymentDate": "2026-12-24"}
    assert {name in invoice(xero, sale(xero, **both)) for name in both} == {True, False}
    assert "ExpectedPaymentDate" in invoice(xero, sale(xero, **both))
    assert "PlannedPaymentDate" in invoice(xero, bill(xero, **both))


# Updates by id.


def test_a_post_with_an_id_and_one_field_is_a_partial_update(xero: Rig) -> None:
    made = sale(xero, Reference="r")
    after = update(xero, made, Reference="s")
    assert {**after, "Reference": "r"} == made


def test_an_unknown_id_is_an_error_of_the_element_and_a_404_in_the_address(xero: Rig) -> None:
    answers = xero.post("Invoices", {"InvoiceID": NOBODY, "Reference": "x"}, a_sale())
    assert [messages(each) for each in answers] == [
        ["An existing Invoice with the specified InvoiceID could not be found"],
        [],
    ]
    assert xero.call("POST", f"/Invoices/{NOBODY}", {"Reference": "x"}).status_code == 404


def test_an_id_with_another_type_is_not_found_and_the_address_does_not_care(xero: Rig) -> None:
    made = sale(xero)
    (refused,) = xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Type": "ACCPAY"})
    assert messages(refused) == ["An existing Invoice with the specified Type and InvoiceID could not be found"]
    answer = xero.call("POST", f"/Invoices/{made['InvoiceID']}", {"Type": "ACCPAY", "Reference": "x"})
    assert (answer.status_code, answer.json()["Invoices"][0]["Type"]) == (200, "ACCREC")


def test_put_ignores_an_id_and_creates(xero: Rig) -> None:
    made = sale(xero)
    assert sale(xero, InvoiceID=made["InvoiceID"])["InvoiceID"] != made["InvoiceID"]


def test_a_refused_update_names_the_document_it_was_about(xero: Rig) -> None:
    made = sale(xero)
    refused = update(xero, made, Status="DELETED")
    assert (refused["InvoiceID"], refused["StatusAttributeString"]) == (made["InvoiceID"], "ERROR")


def test_null_is_read_as_left_out_unless_it_clears(xero: Rig) -> None:
    made = sale(xero, Reference="r")
    assert update(xero, made, Reference=None)["Reference"] == "r"
    assert update(xero, made, Reference="")["Reference"] == ""
    update(xero, made, Reference="r")
    xero.set(null_clears=True)
    assert update(xero, made, Reference=None)["Reference"] == ""


def test_one_bad_invoice_of_a_batch_spoils_no_other_unless_summarized(xero: Rig) -> None:
    batch = {"Invoices": [a_sale(), a_sale(LineItems=[]), a_sale()]}
    assert xero.call("PUT", "/Invoices", batch).status_code == 400
    assert xero.get("Invoices") == []
    answers = xero.put("Invoices", *batch["Invoices"])
    assert [each["StatusAttributeString"] for each in answers] == ["OK", "ERROR", "OK"]


# Answers.


def test_the_answer_to_a_create_lacks_what_a_document_has_only_later(xero: Rig) -> None:
    made = sale(xero)
    assert not {"HasAttachments", "Payments", "CreditNotes", "AmountCredited"} & set(made)
    assert made["LineItems"][0]["ValidationErrors"] == []
    assert made["Contact"]["ContactStatus"] == "ACTIVE"
    assert {"BrandingThemeID", "DueDateString", "UpdatedDateUTCString"} < set(made)


def test_total_is_due_and_paid_and_credited_together(xero: Rig) -> None:
    made = sale(xero)
    pay(xero, made, 30)
    allocate(xero, ok(xero.put("CreditNotes", a_credit())), made, 20)
    read = invoice(xero, made)
    assert (amounts(read), read["Total"]) == ((70.0, 30.0, 20.0), 120.0)


def test_customers_and_suppliers_are_made_by_documents_and_owe(xero: Rig) -> None:
    (ada,) = xero.create({"Name": "Ada"})
    assert (ada["IsCustomer"], ada["IsSupplier"]) == (False, False)
    made = sale(xero, DueDate="2026-11-10")
    pay(xero, made, 20)
    bill(xero, Status="DRAFT")
    after = xero.contact(ada["ContactID"])
    assert (after["IsCustomer"], after["IsSupplier"]) == (True, True)
    assert after["Balances"] == {
        "AccountsReceivable": {"Outstanding": 100.0, "Overdue": 100.0},
        "AccountsPayable": {"Outstanding": 0.0, "Overdue": 0.0},
    }
    assert after["UpdatedDateUTC"] == ada["UpdatedDateUTC"]


def test_balances_deduct_credits_and_leave_lists_without_pages(xero: Rig) -> None:
    made = sale(xero)
    credit(xero, a_line(UnitAmount=25))
    assert xero.contact(made["Contact"]["ContactID"])["Balances"]["AccountsReceivable"]["Outstanding"] == 90.0
    assert "Balances" not in xero.contacts()[0]


def test_a_sales_invoice_has_an_online_address_and_can_be_sent(xero: Rig) -> None:
    made, draft = sale(xero), sale(xero, Status="DRAFT")
    (online,) = xero.call("GET", f"/Invoices/{made['InvoiceID']}/OnlineInvoice").json()["OnlineInvoices"]
    assert online["OnlineInvoiceUrl"].startswith("https://in.xero.com/")
    assert xero.call("GET", f"/Invoices/{draft['InvoiceID']}/OnlineInvoice").status_code == 404
    assert xero.call("POST", f"/Invoices/{made['InvoiceID']}/Email", {}).status_code == 204
    assert invoice(xero, made)["SentToContact"] is True
    assert xero.call("POST", f"/Invoices/{draft['InvoiceID']}/Email", {}).status_code == 400


def test_the_second_organisation_has_new_zealands_rates(make_rig: Callable[..., Rig]) -> None:
    xero = make_rig(organisations=DEFAULT[1:]).connect()
    made = sale(xero)
    assert (made["CurrencyCode"], made["TotalTax"]) == ("NZD", 15.0)
