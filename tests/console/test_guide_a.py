"""Guide A from its first page to its last: contacts come from Xero, organizations go there, and an e-mail says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from local.stack import Stack
from tests.console.conftest import Desk, Visit, company_of

READER = "admin@local.example"
TOGGLES = (
    "Create a linked Xero Contact when creating an Organization?",
    "Update the linked Xero Contact when editing an Organization?",
)


@pytest.fixture(scope="module")
def rental(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A rental business that used both systems side by side and has connected them; nothing is linked but one."""
    with Desk(stack, company_of(request.module)) as desk:
        desk.create(
            create_linked_contact_on_create=False, update_linked_contact_on_edit=False, apply_ledger_edits=False
        )
        desk.connect("Guide A Hire")
        yield desk


def begin(page: Any, name: str) -> Any:
    """Press the blue button; the pop-up box opens, with a button of the same name in it."""
    page.get_by_role("button", name=name).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="What will happen")).to_be_visible()
    return dialog


def told(desk: Desk, *outcomes: str) -> None:
    """The reader got an e-mail that says: one of each of these."""
    mails = desk.emails(READER)
    assert any(all(re.search(rf"\b1 +{each}\b", mail) for each in outcomes) for mail in mails), mails


def test_the_two_settings_that_keep_both_sides_in_step_are_called_as_in_the_guide(visit: Visit, rental: Desk) -> None:
    page = visit.go("settings")
    for name in TOGGLES:
        page.get_by_role("checkbox", name=name).check()
        expect(page.get_by_text(f"Saved: {name}")).to_be_visible()
    assert rental("GET", "/settings")["create_linked_contact_on_create"]["value"] is True
    for name in TOGGLES:  # one right after the other
        page.get_by_role("checkbox", name=name).uncheck()
    for name in ("create_linked_contact_on_create", "update_linked_contact_on_edit"):
        expect(page.locator(f"#{name}").get_by_text("changed by hand")).to_be_visible()
        assert rental("GET", "/settings")[name]["value"] is False


def test_contacts_are_imported_as_the_pop_up_said_and_the_reader_gets_an_email(visit: Visit, rental: Desk) -> None:
    rental.contact("Only In Xero", EmailAddress="only@xero.example")
    rental.contact("Archived In Xero", ContactStatus="ARCHIVED")
    linked = rental.contact("Linked Before", EmailAddress="old@linked.example")
    rental.organization("before", "Linked Before", email="old@linked.example", account_number="KEPT-1")
    rental("PUT", "/organizations/before/link", {"document_id": linked, "confirm": True})
    rental.settle()
    rental.edit_in_ledger("Linked Before", EmailAddress="new@linked.example", AccountNumber="")
    rental.settle()

    page = visit.go()
    page.get_by_role("tab", name="Import/Export", exact=True).click()
    dialog = begin(page, "Import contacts")
    expect(dialog).to_contain_text("1 to create")
    expect(dialog).to_contain_text("1 to update")
    expect(dialog).to_contain_text("Values of 1 record will be overwritten")
    dialog.get_by_text("Show them").click()
    expect(dialog.get_by_role("row", name=re.compile("E-mail.*old@linked.example.*new@linked.example"))).to_be_visible()
    expect(dialog).to_contain_text("A field that is blank in Xero never clears the field here.")
    expect(dialog).to_contain_text(f"{READER} gets an e-mail")
    visit.picture("guide-a-import")
    dialog.get_by_role("button", name="Import contacts").click()
    expect(page.get_by_text("Finished.")).to_be_visible()

    page.get_by_role("link", name="Only In Xero").click()
    expect(page.get_by_role("heading", name="Only In Xero", level=1)).to_be_visible()
    before = rental("GET", "/organizations/before")
    assert (before["email"], before["account_number"]) == ("new@linked.example", "KEPT-1")
    assert rental("GET", "/organizations?q=Archived In Xero")["items"] == []
    rental.settle()
    told(rental, "created", "updated")


def test_an_import_that_replaced_something_can_be_taken_back(visit: Visit, rental: Desk) -> None:
    """The guide warns that there is no way to recover what an import replaced; here there is one."""
    document = rental.contact("Put Back", EmailAddress="mine@back.example")
    rental.organization("back", "Put Back", email="mine@back.example")
    rental("PUT", "/organizations/back/link", {"document_id": document, "confirm": True})
    rental.settle()
    rental.edit_in_ledger("Put Back", EmailAddress="theirs@back.example")
    rental.settle()
    page = visit.go("records/organizations/back")
    page.get_by_role("button", name="Update from Xero").click()
    page.get_by_role("dialog").get_by_role("button", name="Update from Xero").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    assert rental("GET", "/organizations/back")["email"] == "theirs@back.example"
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
    page.get_by_role("button", name="Carry out").click()
    page.get_by_role("dialog").get_by_role("button", name="Carry out").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    assert rental("GET", "/organizations/back")["email"] == "mine@back.example"


def test_organizations_are_exported_and_a_name_that_is_taken_is_told_with_its_remedy(
    visit: Visit, rental: Desk
) -> None:
    theirs = rental.contact("Both Have It")
    linked = rental.contact("Goes Inactive", EmailAddress="kept@inactive.example")
    rental.organization("inactive", "Goes Inactive")
    rental("PUT", "/organizations/inactive/link", {"document_id": linked, "confirm": True})
    rental.settle()
    rental("PATCH", "/organizations/inactive", {"active": False})
    rental.organization("new", "Only Here", email="only@here.example")
    rental.organization("taken", "Both Have It")

    page = visit.go("transfer")
    dialog = begin(page, "Export organizations")
    expect(dialog.get_by_role("heading", name="From here to Xero")).to_be_visible()
    expect(dialog).to_contain_text("1 to create")
    expect(dialog).to_contain_text("1 to archive")
    expect(dialog).to_contain_text("1 cannot be done")
    expect(dialog).to_contain_text("A field that is blank here never clears the field in Xero.")
    visit.picture("guide-a-export")
    dialog.get_by_role("button", name="Export organizations").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    expect(page.get_by_role("link", name="Only Here")).to_be_visible()
    visit.picture("guide-a-result", full_page=True)
    assert rental.contact_named("Only Here")["EmailAddress"] == "only@here.example"
    archived = rental.contact_named("Goes Inactive")
    assert (archived["ContactStatus"], archived["EmailAddress"]) == ("ARCHIVED", "kept@inactive.example")

    expect(page.get_by_role("region", name="Unresolved Errors")).to_contain_text("1 record could not be synced")
    page.get_by_role("button", name="View errors").click()
    expect(page.get_by_role("heading", name="Both Have It", level=1)).to_be_visible()
    page.get_by_role("button", name="Link to the contact that has it").click()
    page.get_by_role("dialog").get_by_role("button", name="Link to the contact that has it").click()
    expect(page.get_by_role("region", name="Unresolved Errors")).to_have_count(0)
    assert rental.until("taken", "linked")["sync"]["accounting_code"] == theirs
    assert len([each for each in rental.ledger()["contacts"] if each["Name"] == "Both Have It"]) == 1
    rental.settle()
    told(rental, "archived", "failed")
