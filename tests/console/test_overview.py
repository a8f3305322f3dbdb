"""The overview's charts: what went and what it cost, as bars and as a table that says the same."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Route, expect

from tests.console.conftest import Desk, Visit

CALLS = "Calls to Xero, last 30 days"


def card(page: Any) -> Any:
    return page.locator(".card").filter(has=page.get_by_role("heading", name=CALLS))


def told(page: Any, calls: list[int | None], limit: int | None) -> None:
    """The API says that each of the last days took so many calls."""

    def answer(route: Route) -> None:
        body = route.fetch().json()
        for day, number in zip(body["days"][-len(calls) :], calls, strict=True):
            day["calls"] = number
        body["budget"]["day_limit"] = limit
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route("**/summary?*", answer)


def test_each_day_says_what_went_and_how_many_calls_it_took(visit: Visit, acme: Desk) -> None:
    acme.organization("counted", "Counted Limited")
    acme.job("export-organizations", ids=["counted"])
    acme.until("counted", "linked")
    acme.settle()
    before = calls_today(acme)
    assert before > 0
    page = visit.go()
    expect(card(page).get_by_text("of 5,000 calls to Xero are left today")).to_be_visible()
    for name in ("Last 30 days", CALLS):
        page.get_by_text(f"As a table: {name}").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("table", name=name).get_by_role("row")).not_to_have_count(1)
    row = page.get_by_role("table", name=CALLS).get_by_role("row").last
    shown = int(row.get_by_role("cell").inner_text())
    assert before <= shown <= calls_today(acme)  # the clock goes on: what polls may have called meanwhile
    expect(card(page).get_by_text(re.compile(r"calls made \d+"))).to_be_visible()


def calls_today(acme: Desk) -> int:
    return int(acme("GET", "/summary?days=30")["days"][-1]["calls"])


def test_a_day_near_the_limit_is_drawn_against_it(visit: Visit, acme: Desk) -> None:
    told(visit.page, [None, 120, 4000, 0, 310], 5000)
    page = visit.go()
    expect(card(page).get_by_text("granted each day 5,000")).to_be_visible()
    expect(card(page).get_by_text("took 80% of a day's calls")).to_be_visible()
    expect(card(page).locator(".chart-limit")).to_have_count(1)
    expect(card(page).locator("rect.tone-live")).to_have_count(3)


def test_where_no_call_was_made_yet_the_chart_says_when_there_will_be_one(visit: Visit, acme: Desk) -> None:
    told(visit.page, [None] * 30, None)
    page = visit.go()
    expect(card(page)).to_contain_text("Known after the first call to Xero")
