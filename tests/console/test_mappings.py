"""Mappings as a bookkeeper sets them: what is missing first, the guess, the ledger's own list, why one is no use."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def product(desk: Desk, id: str, tax: str, group: str = "200") -> None:
    desk("PUT", f"/products/{id}", {"code": id, "name": id, "sale": {"tax_code": tax, "account_code": group}})


def pairs(desk: Desk, kind: str) -> dict[tuple[str, str | None], str]:
    return {(each["from"], each["side"]): each["to"] for each in desk("GET", f"/mappings/{kind}")["items"]}


@pytest.fixture
def unmapped(acme: Desk) -> Desk:
    product(acme, "lamp", "VAT 20%")
    product(acme, "crate", "House rate")
    for kind in ("tax", "account", "payment-method", "location"):
        acme("PUT", f"/mappings/{kind}", {"items": []})
    return acme


def row(page: Any, code: str) -> Any:
    return page.get_by_role("listitem").filter(has_text=code)


def test_what_is_not_mapped_comes_first_and_the_guess_is_one_click(visit: Visit, unmapped: Desk) -> None:
    page = visit.go("mappings")
    card = page.locator("section").filter(has=page.get_by_role("heading", name="Not mapped yet"))
    expect(card).to_contain_text("used by 1 record")
    card.get_by_role("listitem").filter(has_text="VAT 20%").get_by_role("button", name="Probably").click()
    expect(page.get_by_text("Saved: VAT 20%")).to_be_visible()
    expect(card).not_to_contain_text("VAT 20%")
    assert pairs(unmapped, "tax") == {("VAT 20%", "sales"): "OUTPUT2"}
    visit.picture("mappings-told")


def test_one_is_chosen_from_the_ledgers_list_by_keyboard(visit: Visit, unmapped: Desk) -> None:
    page = visit.go("mappings/tax")
    field = page.get_by_role("combobox", name="In Xero: House rate (sales)")
    field.fill("zero")
    expect(row(page, "House rate").get_by_role("option")).to_have_count(1)
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.get_by_text("Saved: House rate")).to_be_visible()
    assert pairs(unmapped, "tax") == {("House rate", "sales"): "ZERORATEDOUTPUT"}


def test_another_code_is_added_changed_and_removed(visit: Visit, unmapped: Desk) -> None:
    page = visit.go("mappings/account")
    page.get_by_label("Code in your CRM").fill("Hire")
    page.get_by_role("combobox", name="In Xero", exact=True).fill("sales")
    page.get_by_role("option", name=re.compile("^Sales 200")).click()
    page.get_by_role("button", name="Add mapping").click()
    expect(row(page, "Hire")).to_contain_text("Can be used")
    assert pairs(unmapped, "account") == {("Hire", None): "200"}
    page.get_by_role("button", name="Remove the mapping of Hire").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Hire is no longer mapped.")).to_be_visible()
    assert pairs(unmapped, "account") == {}


def test_one_that_cannot_be_used_any_more_says_why(visit: Visit, unmapped: Desk) -> None:
    account = next(each for each in unmapped("GET", "/accounts")["items"] if each["code"] == "260")
    unmapped("PUT", "/mappings/account", {"items": [{"from": "Other", "to": "260"}]})
    unmapped.human("archive", "account", account["id"])
    unmapped.job("import-reference-data")
    page = visit.go("mappings/account")
    expect(row(page, "Other")).to_contain_text("Cannot be used")
    expect(row(page, "Other")).to_contain_text("archived")


def test_somebody_elses_change_is_not_written_over(visit: Visit, unmapped: Desk) -> None:
    page = visit.go("mappings/tax")
    expect(page.get_by_role("combobox", name="In Xero: House rate (sales)")).to_be_visible()
    unmapped("PUT", "/mappings/tax", {"items": [{"from": "VAT 20%", "to": "OUTPUT2"}]})
    page.get_by_role("combobox", name="In Xero: House rate (sales)").fill("zero")
    page.get_by_role("option", name=re.compile("Zero Rated Income")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert pairs(unmapped, "tax") == {("VAT 20%", None): "OUTPUT2"}


def test_a_viewer_sees_them_and_cannot_choose(visit: Visit, unmapped: Desk) -> None:
    page = visit.go("mappings/tax", role="viewer")
    expect(page.get_by_role("combobox", name="In Xero: House rate (sales)")).to_be_disabled()
    expect(page.get_by_role("button", name="Add mapping")).to_be_disabled()
