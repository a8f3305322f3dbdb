"""Contacts: what is unique, what an update keeps, and what archiving and merging cannot take back (§4.1)."""

from typing import Any

import pytest

from tests.local.xero.rig import ZERO, Rig, messages, names

NAME_TEXT = (
    "The contact name {} is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)
ARCHIVED_TEXT = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)


def archive(xero: Rig, contact: dict[str, Any]) -> None:
    (archived,) = xero.update({"ContactID": contact["ContactID"], "ContactStatus": "ARCHIVED"})
    assert archived["ContactStatus"] == "ARCHIVED"


def test_a_new_contact_lists_four_phones_and_two_addresses_whatever_was_sent(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada", "Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "1"}]})
    assert [phone["PhoneType"] for phone in contact["Phones"]] == ["DDI", "DEFAULT", "FAX", "MOBILE"]
    assert contact["Phones"][3] == {
        "PhoneType": "MOBILE",
        "PhoneNumber": "1",
        "PhoneAreaCode": "",
        "PhoneCountryCode": "",
    }
    assert [address["AddressType"] for address in contact["Addresses"]] == ["STREET", "POBOX"]
    assert contact["UpdatedDateUTC"] == "/Date(1795165230000+0000)/"


def test_read_only_and_unknown_fields_in_a_create_are_ignored(xero: Rig) -> None:
    sent = {"Name": "Ada", "HasErrors": False, "IsCustomer": True, "UpdatedDateUTC": "/Date(0)/", "Mood": "fine"}
    (contact,) = xero.create(sent)
    assert contact["StatusAttributeString"] == "OK"
    assert contact["IsCustomer"] is False
    assert "Mood" not in contact


def test_names_are_unique_among_active_contacts_without_regard_to_case(xero: Rig) -> None:
    xero.create({"Name": "Müller"})
    (refused,) = xero.create({"Name": "MÜLLER"})
    assert messages(refused) == [NAME_TEXT.format("MÜLLER")]
    assert refused["ContactID"] == ZERO
    assert refused["HasValidationErrors"] is True


def test_a_name_is_free_again_once_its_contact_is_archived(xero: Rig) -> None:
    (first,) = xero.create({"Name": "Ada"})
    archive(xero, first)
    (second,) = xero.create({"Name": "Ada"})
    assert second["StatusAttributeString"] == "OK"
    assert second["ContactID"] != first["ContactID"]


def test_a_name_held_by_an_archived_contact_can_be_made_to_refuse_a_create(xero: Rig) -> None:
    (first,) = xero.create({"Name": "Ada"})
    archive(xero, first)
    xero.set(archived_name_blocks_create=True)
    assert messages(xero.create({"Name": "ada"})[0]) == [ARCHIVED_TEXT]


def test_a_contact_number_is_unique_and_stays_taken_by_an_archived_contact(xero: Rig) -> None:
    (first,) = xero.create({"Name": "Ada", "ContactNumber": "n1"})
    (clash,) = xero.create({"Name": "Bob", "ContactNumber": "n1"})
    assert "n1" in messages(clash)[0]
    archive(xero, first)
    assert messages(xero.create({"Name": "Bob", "ContactNumber": "n1"})[0]) == [ARCHIVED_TEXT]


def test_an_account_number_is_unique(xero: Rig) -> None:
    xero.create({"Name": "Ada", "AccountNumber": "A1"})
    (clash,) = xero.create({"Name": "Bob", "AccountNumber": "A1"})
    assert messages(clash) == ["The Account Number already exists. Please enter a different Account Number."]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Contact Name cannot be empty."),
        ({"Name": ""}, "Contact Name cannot be empty."),
        ({"Name": "x" * 256}, "Name must not be longer than 255 characters."),
        ({"Name": "a", "ContactNumber": "x" * 51}, "ContactNumber must not be longer than 50 characters."),
        ({"Name": "a", "AccountNumber": "x" * 51}, "AccountNumber must not be longer than 50 characters."),
        ({"Name": "a <b>"}, "Contact Name cannot contain angle brackets."),
        ({"Name": "a  b"}, "Contact Name cannot contain leading, trailing or double spaces."),
        ({"Name": " a"}, "Contact Name cannot contain leading, trailing or double spaces."),
        ({"Name": "a", "EmailAddress": "jürgen@example.org"}, "Email address must be valid."),
        ({"Name": "a", "EmailAddress": "nobody"}, "Email address must be valid."),
        (
            {"Name": "a", "ContactPersons": [{"FirstName": str(n)} for n in range(6)]},
            "A contact cannot have more than 5 contact persons.",
        ),
        (
            {"Name": "a", "Phones": [{"PhoneType": "FAX", "PhoneAreaCode": "1" * 11}]},
            "FAX PhoneAreaCode must not be longer than 10 characters.",
        ),
        (
            {"Name": "a", "Addresses": [{"AddressType": "POBOX", "AddressLine1": "x" * 501}]},
            "POBOX AddressLine1 must not be longer than 500 characters.",
        ),
    ],
)
def test_a_contact_with_a_bad_field_is_refused(xero: Rig, fields: dict[str, Any], told: str) -> None:
    assert messages(xero.create(fields)[0]) == [told]
    assert xero.contacts() == []


def test_fields_of_the_longest_allowed_length_pass(xero: Rig) -> None:
    longest = {"Name": "x" * 255, "ContactNumber": "x" * 50, "AccountNumber": "x" * 50}
    assert xero.create(longest)[0]["StatusAttributeString"] == "OK"


def test_a_value_of_a_wrong_type_refuses_the_whole_call_as_unreadable(xero: Rig) -> None:
    answer = xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Ada"}, {"Name": "Bob", "ContactStatus": "AWAKE"}]})
    assert (answer.status_code, answer.json()["Type"]) == (400, "PostDataInvalidException")
    assert xero.contacts() == []


def test_an_update_keeps_what_it_leaves_out(xero: Rig) -> None:
    (contact,) = xero.create(
        {
            "Name": "Ada",
            "EmailAddress": "ada@example.org",
            "Phones": [{"PhoneType": "MOBILE", "PhoneNumber": "1", "PhoneAreaCode": "2"}],
            "ContactPersons": [{"FirstName": "Bea"}],
        }
    )
    xero.update({"ContactID": contact["ContactID"], "Phones": [{"PhoneType": "DDI", "PhoneNumber": "3"}]})
    after = xero.contact(contact["ContactID"])
    assert after["EmailAddress"] == "ada@example.org"
    assert [phone["PhoneNumber"] for phone in after["Phones"]] == ["3", "", "", "1"]
    assert after["ContactPersons"] == [{"FirstName": "Bea"}]


def test_contact_persons_are_replaced_as_a_whole(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada", "ContactPersons": [{"FirstName": "Bea"}, {"FirstName": "Cem"}]})
    xero.update({"ContactID": contact["ContactID"], "ContactPersons": [{"FirstName": "Dee"}]})
    assert xero.contact(contact["ContactID"])["ContactPersons"] == [{"FirstName": "Dee"}]


@pytest.mark.parametrize(("slots", "area"), [("merge", "2"), ("replace", "")])
def test_a_phone_sent_in_part_merges_or_replaces_its_slot(xero: Rig, slots: str, area: str) -> None:
    xero.set(slots=slots)
    (contact,) = xero.create(
        {"Name": "Ada", "Phones": [{"PhoneType": "FAX", "PhoneNumber": "1", "PhoneAreaCode": "2"}]}
    )
    (after,) = xero.update({"ContactID": contact["ContactID"], "Phones": [{"PhoneType": "FAX", "PhoneNumber": "9"}]})
    assert (after["Phones"][2]["PhoneNumber"], after["Phones"][2]["PhoneAreaCode"]) == ("9", area)


def test_an_empty_text_clears_a_field_and_null_does_not(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada", "EmailAddress": "a@example.org", "TaxNumber": "7"})
    xero.update({"ContactID": contact["ContactID"], "EmailAddress": "", "TaxNumber": None})
    after = xero.contact(contact["ContactID"])
    assert (after["EmailAddress"], after["TaxNumber"]) == ("", "7")
    xero.set(null_clears=True)
    xero.update({"ContactID": contact["ContactID"], "TaxNumber": None})
    assert "TaxNumber" not in xero.contact(contact["ContactID"])


@pytest.mark.parametrize("nothing", ["", None])
def test_a_contact_is_never_without_a_status(xero: Rig, nothing: str | None) -> None:
    xero.set(null_clears=True)
    (contact,) = xero.create({"Name": "Ada", "ContactStatus": nothing})
    (after,) = xero.update({"ContactID": contact["ContactID"], "ContactStatus": nothing})
    assert after["ContactStatus"] == "ACTIVE"


def test_put_of_an_existing_number_fails_and_post_would_overwrite(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada", "ContactNumber": "n1"})
    assert xero.create({"Name": "Bob", "ContactNumber": "n1"})[0]["StatusAttributeString"] == "ERROR"
    (updated,) = xero.update({"Name": "Bob", "ContactNumber": "n1"})
    assert updated["ContactID"] == contact["ContactID"]
    assert names(xero.contacts()) == ["Bob"]


def test_post_matches_by_name_or_refuses_it(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada"})
    assert xero.update({"Name": "ada", "TaxNumber": "1"})[0]["ContactID"] == contact["ContactID"]
    xero.set(post_matches_name=False)
    assert messages(xero.update({"Name": "Ada"})[0]) == [NAME_TEXT.format("Ada")]


def test_post_creates_what_it_does_not_match(xero: Rig) -> None:
    (contact,) = xero.update({"Name": "Ada", "ContactNumber": "n1"})
    assert xero.contact("n1")["ContactID"] == contact["ContactID"]


def test_one_unknown_id_in_a_post_is_a_404_for_the_whole_request(xero: Rig) -> None:
    body = {"Contacts": [{"Name": "Ada"}, {"ContactID": "11111111-1111-4111-8111-111111111111", "Name": "Bob"}]}
    answer = xero.call("POST", "/Contacts?summarizeErrors=false", body)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (404, "text/plain")
    assert xero.contacts() == []


def test_post_to_the_address_of_a_contact_updates_it(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada"})
    answer = xero.call("POST", f"/Contacts/{contact['ContactID']}", {"Contacts": [{"Name": "Ada L."}]})
    assert names(answer.json()["Contacts"]) == ["Ada L."]
    missing = xero.call("POST", "/Contacts/11111111-1111-4111-8111-111111111111", {"Name": "x"})
    assert missing.status_code == 404


def test_renaming_onto_an_active_name_is_refused_with_the_contacts_own_id(xero: Rig) -> None:
    _, bob = xero.create({"Name": "Ada"}, {"Name": "Bob"})
    (refused,) = xero.update({"ContactID": bob["ContactID"], "Name": "Ada"})
    assert messages(refused) == [NAME_TEXT.format("Ada")]
    assert refused["ContactID"] == bob["ContactID"]
    assert sorted(names(xero.contacts())) == ["Ada", "Bob"]


def test_archiving_is_one_way_even_for_archiving_again(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada", "ContactNumber": "n1"})
    archive(xero, contact)
    for attempt in (
        {"ContactID": contact["ContactID"], "ContactStatus": "ACTIVE"},
        {"ContactID": contact["ContactID"], "ContactStatus": "ARCHIVED"},
        {"ContactNumber": "n1", "Name": "Ada"},
    ):
        (refused,) = xero.update(attempt)
        assert messages(refused) == [ARCHIVED_TEXT]


def test_a_person_can_restore_what_the_api_cannot(xero: Rig) -> None:
    (contact,) = xero.create({"Name": "Ada"})
    archive(xero, contact)
    assert xero.human("restore", contact["ContactID"]).status_code == 200
    assert names(xero.contacts()) == ["Ada"]


def test_restoring_onto_a_name_taken_meanwhile_is_refused(xero: Rig) -> None:
    (first,) = xero.create({"Name": "Ada"})
    archive(xero, first)
    xero.create({"Name": "Ada"})
    assert xero.human("restore", first["ContactID"]).status_code == 409
    assert xero.contact(first["ContactID"])["ContactStatus"] == "ARCHIVED"


def test_a_merged_contact_keeps_its_id_and_points_to_the_winner(xero: Rig) -> None:
    loser, winner = xero.create({"Name": "Ada"}, {"Name": "Ada Ltd"})
    xero.clock.advance(60)
    assert xero.human("merge", loser["ContactID"], into=winner["ContactID"]).status_code == 200
    after = xero.contact(loser["ContactID"])
    assert (after["ContactStatus"], after["MergedToContactID"]) == ("ARCHIVED", winner["ContactID"])
    assert after["UpdatedDateUTC"] > loser["UpdatedDateUTC"]
    assert xero.contact(winner["ContactID"])["UpdatedDateUTC"] == winner["UpdatedDateUTC"]
    (refused,) = xero.update({"ContactID": loser["ContactID"], "Name": "Ada again"})
    assert messages(refused) == [ARCHIVED_TEXT]


def test_merging_can_be_silent(xero: Rig) -> None:
    loser, winner = xero.create({"Name": "Ada"}, {"Name": "Ada Ltd"})
    xero.listen()
    xero.set(merge_is_silent=True)
    xero.clock.advance(60)
    xero.human("merge", loser["ContactID"], into=winner["ContactID"])
    assert xero.contact(loser["ContactID"])["UpdatedDateUTC"] == loser["UpdatedDateUTC"]
    xero.sim("POST", "webhooks:flush")
    assert xero.inbox.events == []


def test_spaces_in_names_can_be_tidied_or_kept(xero: Rig) -> None:
    xero.set(name_spaces="tidy")
    assert names(xero.create({"Name": " Ada  Ltd "})) == ["Ada Ltd"]
    xero.set(name_spaces="keep")
    assert names(xero.create({"Name": "Bob  Ltd"})) == ["Bob  Ltd"]


def test_timestamps_have_seconds_or_milliseconds(xero: Rig) -> None:
    xero.clock.advance(0.25)
    assert xero.create({"Name": "Ada"})[0]["UpdatedDateUTC"] == "/Date(1795165230000+0000)/"
    xero.set(updated_precision="millisecond")
    assert xero.create({"Name": "Bob"})[0]["UpdatedDateUTC"] == "/Date(1795165230250+0000)/"
