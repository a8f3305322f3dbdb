"""Guide D's troubles as a user meets them: the red banner, errors with their fix, conflicts, suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit, press, reach

NAME = "Taken Name Limited"


def rest(acme: Desk) -> None:
    """Whatever other tests left behind is out of the count."""
    if errors := acme("GET", "/errors")["items"]:
        acme("POST", "/errors:skip", {"records": [each["record"] for each in errors], "reason": "another test"})


@pytest.fixture
def failed(acme: Desk) -> Iterator[str]:
    """A record whose name another contact has; its contact's id."""
    rest(acme)
    contact = acme.contact(NAME)
    acme.organization("failed", NAME, email="here@taken.example")
    acme.job("export-organizations", ids=["failed"])
    acme.until("failed", "error")
    yield contact
    acme("DELETE", "/organizations/failed?force=true&reason=test")
    acme.human("archive", "contacts", contact)


def test_every_user_sees_the_banner_and_one_error_opens_its_record(visit: Visit, failed: str) -> None:
    page = visit.go(role="viewer")
    expect(page.get_by_role("region", name="Unresolved Errors")).to_contain_text("1 record could not be synced")
    page.get_by_role("button", name="View errors").click()
    expect(page.get_by_role("heading", name=NAME, level=1)).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("already has this name")
    expect(page.get_by_role("button", name="Link to the contact that has it")).to_be_disabled()


def test_the_history_does_not_say_created_of_what_failed(visit: Visit, failed: str) -> None:
    entry = visit.go("history?outcome=failed").get_by_role("listitem").filter(has_text=NAME).first
    expect(entry.get_by_role("strong")).to_have_text("Create")
    expect(entry).to_contain_text("Failed")


def test_an_error_is_fixed_from_the_list_after_its_diff_was_shown(visit: Visit, acme: Desk, failed: str) -> None:
    page = visit.go()
    page.get_by_role("tab", name="Unresolved Errors").click()
    expect(page.get_by_role("heading", name=re.compile("already has this name"))).to_be_visible()
    expect(page.get_by_role("button", name="Retry").first).to_be_enabled()
    page.get_by_role("button", name="Link to the contact that has it").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("here@taken.example")
    dialog.get_by_role("button", name="Link to the contact that has it").click()
    expect(page.get_by_role("heading", name="No unresolved errors")).to_be_visible()
    assert acme("GET", "/organizations/failed")["sync"]["accounting_code"] == failed


def test_an_error_is_fixed_from_the_list_by_keyboard_alone(visit: Visit, acme: Desk, failed: str) -> None:
    page = visit.go()
    expect(page.get_by_role("region", name="Unresolved Errors")).to_be_visible()
    reach(page, "Overview")
    while not page.get_by_role("tab", name="Unresolved Errors").evaluate("tab => tab === document.activeElement"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("already has this name"))).to_be_visible()
    press(page, "Link to the contact that has it")
    expect(page.get_by_role("dialog")).to_contain_text("here@taken.example")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Link to the contact that has it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("here@taken.example")
    press(page, "Link to the contact that has it")
    expect(page.get_by_role("heading", name="No unresolved errors")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert acme("GET", "/organizations/failed")["sync"]["accounting_code"] == failed


def test_an_error_rests_with_a_reason(visit: Visit, acme: Desk, failed: str) -> None:
    page = visit.go("errors")
    page.get_by_role("button", name="Let it rest…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Known, later")
    dialog.get_by_role("button", name="Let it rest…").click()
    expect(page.get_by_role("heading", name="No unresolved errors")).to_be_visible()


@pytest.fixture
def clash(acme: Desk) -> Iterator[None]:
    """One field changed on both sides."""
    acme("PATCH", "/settings", {"field_owner": "ask"})
    acme.organization("clash", "Clashing", email="before@clash.example")
    acme.job("export-organizations", ids=["clash"])
    acme.until("clash", "linked")
    acme("PATCH", "/settings", {"integration_enabled": False})
    acme("PATCH", "/organizations/clash", {"email": "here@clash.example"})
    acme.edit_in_ledger("Clashing", EmailAddress="there@clash.example")
    acme("PATCH", "/settings", {"integration_enabled": True})
    acme.settle()
    yield
    acme("PATCH", "/settings", {"field_owner": None, "integration_enabled": None})


def test_a_conflict_is_decided_side_by_side(visit: Visit, acme: Desk, clash: None) -> None:
    page = visit.go()
    page.get_by_role("tab", name="Conflicts").click()
    card: Any = page.locator("section", has=page.get_by_role("heading", name="Clashing"))  # others may have left theirs
    expect(card.get_by_role("button", name="Keep what I chose")).to_be_disabled()
    card.get_by_label(re.compile("there@clash.example")).check()
    card.get_by_role("button", name="Keep what I chose").click()
    expect(card).to_have_count(0)
    assert acme("GET", "/organizations/clash")["email"] == "there@clash.example"


def test_a_suggestion_is_decided(visit: Visit, acme: Desk) -> None:
    acme.organization("twin", "Twin Brothers Ltd", email="twins@twin.example")
    acme.contact("Twin Brothers Limited", EmailAddress="twins@twin.example")
    acme.job("import-contacts")
    page = visit.go("suggestions")
    card: Any = page.locator(".pair", has_text="Twin Brothers Ltd")
    expect(card).to_contain_text("Twin Brothers Limited")
    card.get_by_role("button", name="They are the same: link").click()
    expect(card).to_have_count(0)
    assert acme("GET", "/organizations/twin")["sync"]["accounting_code"]


def test_possible_duplicates_are_looked_for_and_answered_together(visit: Visit, acme: Desk) -> None:
    for n in (1, 2):
        acme.organization(f"alike-{n}", f"Alike {n} Ltd", email=f"alike{n}@alike.example")
        acme.contact(f"Alike {n} Limited", EmailAddress=f"alike{n}@alike.example")
    page = visit.go("suggestions")
    page.get_by_role("button", name="Look for possible duplicates").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("nothing is created or overwritten")
    dialog.get_by_role("button", name="Look for possible duplicates").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    expect(page.locator(".item", has_text="Alike")).to_have_count(2)
    page.get_by_role("tab", name="Suggestions").click()
    cards: Any = page.locator(".pair", has_text="Alike")
    expect(cards).to_have_count(2)
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.get_by_role("button", name="Ignore 2").click()
    page.get_by_role("dialog").get_by_role("button", name="Ignore 2").click()
    expect(cards).to_have_count(0)
    assert not acme("GET", "/organizations/alike-1")["sync"]["accounting_code"]
    assert acme.job("find-duplicates")["progress"]["suggested"] == 0  # who was told apart is not asked about again


def test_the_queue_says_what_waits_and_why(visit: Visit, acme: Desk) -> None:
    acme("PATCH", "/settings", {"integration_enabled": False, "create_linked_contact_on_create": True})
    try:
        acme.organization("queued", "Queued Limited")
        page = visit.go()
        page.get_by_role("tab", name="Export Queue").click()
        row = page.get_by_role("row", name=re.compile("Queued Limited"))
        expect(row).to_contain_text("The integration is switched off")
        page.get_by_role("tab", name="Import/Export History").click()
        expect(page.get_by_role("heading", name="Import/Export History")).to_be_visible()
        expect(page.locator(".entry").first).to_be_visible()
    finally:
        acme("PATCH", "/settings", {"integration_enabled": None, "create_linked_contact_on_create": False})
