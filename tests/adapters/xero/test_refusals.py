"""The catalogue of Xero's words."""

from __future__ import annotations

import pytest

from ledgerlink.adapters.xero.refusals import CODES, code_of, rejected
from ledgerlink.reasons import REASONS

ARCHIVED = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
MONEY = "cannot be applied to the invoice because it has payments or credit notes allocated to it."
NUMBER = "The Account Number already exists. Please enter a different Account Number."


def test_every_code_is_a_reason_people_can_be_told() -> None:
    assert set(REASONS) >= CODES


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (
            "The contact name Ridgeway University is already assigned to another contact. The contact name …",
            "name_taken",
        ),
        ("The contact name A\nB is already assigned to another contact.", "name_taken"),
        ("THE CONTACT NAME x IS ALREADY ASSIGNED TO ANOTHER CONTACT.", "name_taken"),
        ("Please enter a unique Name.", "name_taken"),
        ("The contact number LL-1 is already assigned to another contact.", "reference_taken"),
        ("Contact Number must be unique", "reference_taken"),
        (NUMBER, "account_number_taken"),
        (ARCHIVED, "contact_archived"),
        ("Unable to assign an Archived contact.", "contact_archived"),
        ("Organisation is not subscribed to currency SGD", "currency_not_subscribed"),
        ("Email address must be valid.", "email_not_allowed"),
        ("A Contact must be specified for this type of transaction", "contact_name_missing"),
        (
            "The Contact must contain at least 1 of the following elements: Name, ContactID, ContactNumber",
            "contact_name_missing",
        ),
        ("Contact Name cannot be empty.", "contact_name_missing"),
        ("Contact Name cannot contain angle brackets.", "name_not_allowed"),
        ("Contact Name cannot contain leading, trailing or double spaces.", "value_not_accepted"),
        ("POBOX PostalCode must not be longer than 50 characters.", "field_too_long"),
        ("Country must contain letters only.", "value_not_accepted"),
        ("A contact cannot have more than 5 contact persons.", "value_not_accepted"),
        ("The resource you're looking for cannot be found", "contact_gone"),
        ("Something that nobody has met yet", "refused_by_ledger"),
        ("", "refused_by_ledger"),
    ],
)
def test_a_message_has_its_code(message: str, code: str) -> None:
    assert code_of(message) == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Invoice # must be unique.", "number_taken"),
        ("Order number must be unique", "number_taken"),
        ("Invoice not of valid status for modification", "document_not_editable"),
        ("This document cannot be edited as it has a payment or credit note allocated to it.", "document_has_money"),
        (f"The status VOIDED {MONEY}", "void_has_payments"),
        (f"The status DRAFT {MONEY}", "document_has_money"),
        (f"The status AUTHORISED {MONEY}", "document_has_money"),
        ("Account code '200' is not a valid code for this document.", "account_not_valid"),
        ("Account code '201' has been archived, or has been deleted. Each line item must …", "account_archived"),
        ("Account code '476' has been removed as it does not match a recognised account.", "account_removed"),
        ("The TaxType code 'X' cannot be used with account code 'Y'.", "tax_not_for_account"),
        ("Tax rate must be Active", "tax_not_valid"),
        ("Payment amount exceeds the amount outstanding on this document", "exceeds_outstanding"),
        ("The quantity on hand of these tracked inventory items would fall below zero: A.", "stock_below_zero"),
        ("Payments can only be made against Authorised documents", "document_not_open"),
        ("Payments within a batch cannot be deleted.", "payment_in_batch"),
        ("Price List Item with Code 'abc' already exists", "item_code_taken"),
        ("Only AUTHORISED and BILLED purchase orders may have SentToContact updated.", "document_not_open"),
        ("The document date cannot be before the period lock date currently set", "period_locked"),
        ("Invoice could not be found", "document_gone"),
        ("You must specify an Account code or Account ID for the payment.", "payment_method_not_mapped"),
        ("The Account for the payment could not be found or is not active.", "mapping_inactive"),
        ("The Account must be of type BANK or have EnablePaymentsToAccount set.", "mapping_no_payments"),
    ],
)
def test_what_is_said_of_documents_and_payments_has_its_code(message: str, code: str) -> None:
    """All of facts/xero.md §6 that is about them, and what the simulator says besides."""
    assert code_of(message) == code


def test_several_messages_are_one_refusal_named_after_the_first_that_is_known() -> None:
    found = rejected(["Never met.", f" {NUMBER} ", ARCHIVED, NUMBER, ""])
    assert found.code == "account_number_taken"
    assert found.details == ("Never met.", NUMBER, ARCHIVED)
    assert found.message == REASONS["account_number_taken"].message


def test_words_nobody_has_met_are_passed_on() -> None:
    assert rejected(["Never met."]).message == "The ledger refused it: Never met."


def test_a_refusal_without_words_still_has_a_code() -> None:
    assert rejected([]).code == "refused_by_ledger"
