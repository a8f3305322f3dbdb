"""Settings as a person goes through them: what is on the page, straight to a part of it, and nothing jumps."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def heights(page: Any) -> Any:
    return page.evaluate("() => [...document.querySelectorAll('.setting[id]')].map((each) => each.offsetHeight)")


@pytest.mark.parametrize("width", [360, 800, 1280, 2560])
def test_what_is_changed_by_hand_says_so_and_nothing_moves(visit: Visit, acme: Desk, width: int) -> None:
    acme("PATCH", "/settings", {"auto_export": None, "possible_duplicates_on_import": None})
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = visit.go("settings")
    switch: Any = page.locator("#auto_export").get_by_role("checkbox")
    expect(switch).to_be_visible()
    before = heights(page)
    mark: Any = page.locator("#auto_export").get_by_text("changed by hand")
    expect(mark).to_be_hidden()
    switch.click()
    expect(mark).to_be_visible()
    duplicates: Any = page.locator("#possible_duplicates_on_import")
    duplicates.get_by_role("combobox").select_option("create")
    expect(duplicates.get_by_text("changed by hand")).to_be_visible()
    assert heights(page) == before
    duplicates.get_by_role("button", name="Back to the profile").click()
    expect(duplicates.get_by_text("changed by hand")).to_be_hidden()
    acme("PATCH", "/settings", {"auto_export": None})


def test_a_list_of_what_is_on_the_page_leads_to_its_parts(visit: Visit, acme: Desk) -> None:
    page = visit.go("settings")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Payments").press("Enter")
    expect(page.get_by_role("heading", name="Payments")).to_be_focused()
    expect(page.get_by_role("heading", name="Payments")).to_be_in_viewport()
    assert page.url.endswith("/settings?part=payments")
    page.reload()
    expect(page.get_by_role("heading", name="Payments")).to_be_focused()


def test_the_list_stays_in_sight_on_a_wide_screen(visit: Visit, acme: Desk) -> None:
    visit.page.set_viewport_size({"width": 1920, "height": 900})
    page = visit.go("settings?part=e-mail")
    link = page.get_by_role("navigation", name="On this page").get_by_role("link", name="In general")
    expect(page.get_by_role("heading", name="E-mail to you")).to_be_in_viewport()
    expect(link).to_be_in_viewport()
