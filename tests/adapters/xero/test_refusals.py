"""The catalogue of Xero's words."""

from __future__ import annotations

import pytest

from ledgerlink.adapters.xero.refusals import CODES, code_of, rejected
from ledgerlink.reasons import REASONS

ARCHIVED = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
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


def test_several_messages_are_one_refusal_named_after_the_first_that_is_known() -> None:
    found = rejected(["Never met.", f" {NUMBER} ", ARCHIVED, NUMBER, ""])
    assert found.code == "account_number_taken"
    assert found.details == ("Never met.", NUMBER, ARCHIVED)
    assert found.message == REASONS["account_number_taken"].message


def test_words_nobody_has_met_are_passed_on() -> None:
    assert rejected(["Never met."]).message == "The ledger refused it: Never met."


def test_a_refusal_without_words_still_has_a_code() -> None:
    assert rejected([]).code == "refused_by_ledger"
