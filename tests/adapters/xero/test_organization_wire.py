"""Contacts in Xero's words and ours."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from ledgerlink.adapters.xero.kinds.organization import content_of, from_wire, to_wire
from ledgerlink.kinds import KINDS
from ledgerlink.kinds.organization import Organization, Person, ledger_view
from local.xero import sample
from tests.local.xero.spec import ABSENT, FOLDER
from tests.support.xero import outgoing
from tests.support.xero_spec import spec

AT = "/Date(1551399321043+0000)/"
ID = "3FF6D40C-AF9A-40A3-89CE-3C1556A25591"
RECORDED = FOLDER / "recorded" / "sample_org_2022.json"


def element(**values: Any) -> dict[str, Any]:
    return {"ContactID": ID, "ContactStatus": "ACTIVE", "Name": "A", "UpdatedDateUTC": AT, **values}


def contacts() -> list[dict[str, Any]]:
    """Varied contacts: the simulator's own, and recorded ones where they are at hand."""
    made = [{**each, "ContactID": ID, "UpdatedDateUTC": AT} for each in sample.documents("contacts", 300, already=0)]
    if RECORDED.exists():
        made += [
            contact for answer in json.loads(RECORDED.read_text())["get_all_contacts"] for contact in answer["Contacts"]
        ]
    return made


def test_whatever_xero_holds_comes_in_ledger_view_and_valid() -> None:
    for contact in contacts():
        content = from_wire(contact, "").content
        assert isinstance(content, Organization)
        assert ledger_view(content) == content
        assert Organization.model_validate(content.model_dump()) == content


def test_what_came_from_xero_goes_back_as_it_was() -> None:
    for contact in contacts():
        content = from_wire(contact, "").content
        assert content_of(to_wire(outgoing(content))) == content.model_copy(update={"active": True})


def test_a_create_sends_nothing_blank() -> None:
    assert to_wire(outgoing(Organization(name="A", person=Person(email="p@a.example")))) == {
        "ContactNumber": "LL-c1",
        "Name": "A",
        "EmailAddress": "p@a.example",
    }


def test_every_field_of_the_kind_can_travel() -> None:
    for field in KINDS["organizations"].fields:
        change = outgoing(Organization(name="A"), action="update", document_id=ID, fields=(field.name,))
        assert len(to_wire(change)) == 2


def test_ids_are_lower_case_and_marks_are_ours_alone() -> None:
    document = from_wire(element(ContactNumber="LL-7", MergedToContactID=ID), "")
    assert (document.id, document.merged_into, document.reference) == (ID.lower(), ID.lower(), "LL-7")
    assert from_wire(element(ContactNumber="7"), "").reference == ""


@pytest.mark.parametrize(
    ("told", "status", "active"),
    [
        ("ACTIVE", "active", True),
        ("ARCHIVED", "archived", False),
        ("GDPRREQUEST", "other", False),
        (None, "active", True),
    ],
)
def test_a_contact_that_is_not_active_makes_an_inactive_organization(told: str, status: str, active: bool) -> None:
    document = from_wire(element(ContactStatus=told), "")
    assert (document.status, document.content.active) == (status, active)  # type: ignore[attr-defined]


def test_a_contact_whose_name_was_erased_still_makes_a_record() -> None:
    assert from_wire(element(Name=None, ContactStatus="GDPRREQUEST"), "").content.name == "(no name)"  # type: ignore[attr-defined]


def test_an_office_phone_and_a_sixth_person_have_no_place_here() -> None:
    people = [{"FirstName": str(n)} for n in range(6)]
    phones = [{"PhoneType": "OFFICE", "PhoneNumber": "1"}, {"PhoneType": "DEFAULT", "PhoneNumber": "2"}]
    content = content_of(element(ContactPersons=people, Phones=phones))
    assert len(content.people) == 5
    assert [phone.number for phone in content.phones] == ["2"]


def test_the_deep_link_names_the_organisation_once_it_is_known() -> None:
    assert from_wire(element(), "").url == f"https://go.xero.com/Contacts/View/{ID}"
    assert "shortcode=!a%26b&redirecturl=" in from_wire(element(), "!a&b").url


@pytest.mark.skipif(spec() is None, reason=ABSENT)
def test_the_check_against_xero_s_own_file_sees_what_is_wrong() -> None:
    known = spec()
    assert known is not None
    wrong = {"Contacts": [{"Name": 7, "Nmae": "x", "IsCustomer": True}, {"Name": "x" * 256}]}
    request = httpx.Request("PUT", "http://x/api.xro/2.0/Contacts?summarizeErrors=False&colour=1", json=wrong)
    found = " ".join(known.complaints(request))
    for complaint in (
        "tenant-id",
        "XML",
        "summarizeErrors=False",
        "colour",
        "7 is not of type",
        "Nmae is unknown",
        "maxLength",
    ):
        assert complaint in found
