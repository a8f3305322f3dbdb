"""Answers that come late, or not at all, and long lists: nothing typed is lost or done twice, and all is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def held_back(page: Any, pattern: str, method: str) -> list[Any]:
    """Requests that wait until a test lets them go on, in the order they came."""
    waiting: list[Any] = []

    def wait(route: Any) -> None:
        if route.request.method == method:
            waiting.append(route)
        else:
            route.continue_()

    page.route(pattern, wait)
    return waiting


def until(page: Any, holds: Callable[[], Any]) -> None:
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came to that")


def answered(items: list[Any], following: str | None = None) -> dict[str, Any]:
    return {"body": json.dumps({"items": items, "next": following}), "content_type": "application/json"}


def test_another_contact_is_typed_over_the_chosen_one_from_its_first_letter(visit: Visit, acme: Desk) -> None:
    acme.contact("Zebra One")
    acme.organization("typed-over", "Typed Over")
    page = visit.go("records/organizations/typed-over/edit")
    box = page.get_by_role("combobox", name="Linked contact")
    box.fill("Zebra One")
    page.get_by_role("option", name=re.compile("Zebra One")).click()
    expect(box).to_have_value("Zebra One")
    box.press("ControlOrMeta+a")
    box.press_sequentially("Zeb", delay=120)
    expect(box).to_have_value("Zeb")
    expect(page.get_by_role("option", name=re.compile("Zebra One"))).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_mapping_that_could_not_be_saved_stays_typed(visit: Visit, acme: Desk) -> None:
    acme.job("import-reference-data")
    page = visit.go("mappings/tax")
    code = page.get_by_label("Code in your CRM")
    code.fill("Half rate")
    target = page.get_by_role("combobox", name="In Xero", exact=True)
    target.click()
    page.locator("[role=option]:visible").first.click()
    page.route("**/mappings/tax", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    page.get_by_role("button", name="Add mapping").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(code).to_have_value("Half rate")
    page.unroute("**/mappings/tax")


def test_a_file_cannot_be_exchanged_while_another_is_being_tried_out(visit: Visit, acme: Desk, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("id,name\none,One\n")
    page = visit.go("csv")
    card = page.locator("section.card", has=page.get_by_role("heading", name="Bring organizations"))
    card.get_by_label("CSV file").set_input_files(file)
    waiting = held_back(page, "**/organizations:import-csv*", "POST")
    card.get_by_role("button", name="Try out").click()
    until(page, lambda: waiting)
    expect(card.get_by_label("CSV file")).to_be_disabled()
    waiting[0].continue_()
    expect(card).to_contain_text("Nothing was changed")
    expect(card.get_by_label("CSV file")).to_be_enabled()


def test_two_e_mail_preferences_are_changed_one_right_after_the_other(visit: Visit, acme: Desk) -> None:
    page = visit.go("settings/e-mail")
    switches = page.locator(".setting").get_by_role("checkbox")
    expect(switches.nth(1)).to_be_visible()
    before = [switches.nth(n).is_checked() for n in (0, 1)]
    waiting = held_back(page, "**/subscriptions", "PUT")
    switches.nth(0).click()
    switches.nth(1).click()
    for n in (0, 1):
        until(page, lambda n=n: len(waiting) > n)
        waiting[n].continue_()
        page.wait_for_timeout(700)
    page.unroute("**/subscriptions")
    page.wait_for_timeout(500)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert [switches.nth(n).is_checked() for n in (0, 1)] == [not each for each in before]


def test_a_renamed_customer_is_called_so_where_invoices_name_it(visit: Visit, acme: Desk) -> None:
    acme.organization("renamed", "Old Name Limited")
    acme("PUT", "/invoices/for-renamed", {"organization_id": "renamed", "number": "REN-1", "status": "draft"})
    page = visit.go("records/invoices?q=REN-1")
    expect(page.get_by_role("link", name="Old Name Limited")).to_be_visible()
    visit.turn("records/organizations/renamed/edit")
    page.get_by_label("Name").first.fill("New Name Limited")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="New Name Limited", level=1, exact=True)).to_be_visible()
    visit.turn("records/invoices?q=REN-1")
    expect(page.get_by_role("link", name="New Name Limited")).to_be_visible()


def test_a_filter_that_is_typed_holds_when_the_next_click_is_elsewhere(visit: Visit, acme: Desk) -> None:
    page = visit.go("records/organizations")
    page.get_by_role("button", name="Filters").click()
    page.locator(".popup-panel").get_by_label("Accounting code").fill("abc-123")
    page.get_by_role("heading", level=1).click()
    expect(page).to_have_url(re.compile("accounting_code=abc-123"))


def test_a_customer_is_found_in_a_list_that_the_api_looks_through_by_parts(visit: Visit, acme: Desk) -> None:
    acme.organization("far-on", "Far On Limited")
    far = acme("GET", "/organizations/far-on")
    page = visit.go("records/invoices/new")

    def by_parts(route: Any) -> None:
        route.fulfill(**(answered([far]) if "cursor=" in route.request.url else answered([], "on")))

    page.route(re.compile(r"/organizations\?"), by_parts)
    page.get_by_role("combobox", name=re.compile("Organization|Customer")).first.fill("Far On")
    expect(page.get_by_role("option", name=re.compile("Far On Limited"))).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_long_search_can_be_stopped_and_gone_on_with(visit: Visit, acme: Desk) -> None:
    page = visit.page
    found = acme.organization("found-early", "Found Early Limited")
    asked: list[str] = []

    def by_parts(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(**answered([found], "further"))
        # else: it looks, and looks

    page.route(re.compile(r"/organizations\?"), by_parts)
    visit.go("records/organizations?q=Limited")
    expect(page.get_by_text("Looking further")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Looking further")).to_have_count(0)
    expect(page.get_by_role("link", name="Found Early Limited")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    until(page, lambda: "cursor=further" in asked[-1])
    page.unroute_all(behavior="ignoreErrors")


def test_money_has_the_digits_of_its_currency(visit: Visit, acme: Desk) -> None:
    page = visit.go()
    said = page.evaluate(
        """async (pairs) => { const { money } = await import('/console/core/format.js');
                              return pairs.map(([amount, currency]) => money(amount, currency)); }""",
        [
            ["1000.00", "JPY"],
            ["1000.5", "JPY"],
            ["1.5", "KWD"],
            ["-0.5", "EUR"],
            ["12345678901234567.89", "EUR"],
            ["0.1234", "EUR"],
            ["7", ""],
        ],
    )
    expected = ["JP¥1,000", "JP¥1,000.50", "KWD\xa01.500", "-€0.50", "€12,345,678,901,234,567.89", "€0.1234", "7.00"]
    assert said == expected


def test_places_are_told_as_people_count_them(visit: Visit, acme: Desk) -> None:
    told = visit.go().evaluate(
        """async ([paths, sentences]) => { const { placeInWords, said } = await import('/console/core/format.js');
                              return [paths.map((path) => placeInWords(path)), sentences.map(said)]; }""",
        [
            ["lines.0.tax_code", "people.1.last_name", "due_date", "lines.2.tracking.0"],
            ["line 1, tax_code: is needed; due_date: is late", "lines.1.tax_code: is needed", "Nothing: it is done"],
        ],
    )
    assert told == [
        ["Line 1, tax code", "Person 2, last name", "Due date", "Line 3, tracking 1"],
        ["Line 1, tax code: is needed; Due date: is late", "Line 1, tax code: is needed", "Nothing: it is done"],
    ]


def test_an_address_nobody_has_is_told_whatever_it_is_called(visit: Visit, acme: Desk) -> None:
    for where in ("constructor", "records/constructor", "mappings/constructor", "settings/nothing"):
        visit.page.goto("about:blank")
        visit.go(where)


def test_an_allocation_whose_answer_was_lost_is_not_made_twice(visit: Visit, acme: Desk) -> None:
    """Pressing again is what one does; the hub answers it as the first time."""
    acme.organization("owed", "Owed Limited")
    line = {"description": "A day's work", "quantity": "2", "unit_price": "50.00", "account_code": "200"}
    said = {"organization_id": "owed", "issue_date": "2026-11-20", "tax_mode": "none", "status": "approved"}
    acme("PUT", "/invoices/owed", {**said, "number": "OWED-1", "lines": [line]})
    acme("PUT", "/credit-notes/owed", {**said, "number": "OWED-2", "lines": [line]})
    page = visit.go("records/credit-notes/owed")
    page.get_by_role("button", name="Allocate").click()
    page.get_by_role("combobox", name="Invoice").fill("OWED-1")
    page.get_by_role("option", name=re.compile("OWED-1")).click()
    page.get_by_label("Amount").fill("10")
    lost: list[str] = []

    def lose(route: Any) -> None:
        if route.request.method != "POST" or lost:
            return route.continue_()
        lost.append(route.fetch().text())
        return route.abort()

    page.route("**/allocations", lose)
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_text("may or may not have done")).to_be_visible()
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_text("It goes to Xero by itself")).to_be_visible()
    assert len(acme("GET", "/credit-notes/owed/allocations")["items"]) == 1
