"""The comparison as a person sees it: begun by hand, what differed listed with its reason."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def test_a_comparison_lists_what_differs_and_why(visit: Visit, acme: Desk) -> None:
    acme.organization("drifting", "Drifting Limited", email="kept@drifting.example")
    acme.job("export-organizations", ids=["drifting"])
    acme.edit_in_ledger("Drifting Limited", EmailAddress="")
    page = visit.go("comparison")
    page.get_by_role("button", name="Compare now").click()
    page.get_by_role("dialog").get_by_role("button", name="Compare now").click()
    expect(page.get_by_role("heading", name="The last comparison")).to_be_visible()
    expect(page.get_by_text("1 link compared")).to_be_visible()
    expect(page.get_by_role("link", name="Drifting Limited")).to_be_visible()
    expect(page.get_by_text("One side says nothing there").first).to_be_visible()
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
