"""What somebody hears by e-mail is their own choice, viewers too."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def test_a_viewer_turns_the_daily_summary_on_and_it_stays(visit: Visit, acme: Desk) -> None:
    page = visit.go("settings/e-mail", role="viewer")
    summary, jobs = (page.get_by_role("checkbox", name=name) for name in ("Daily summary", "Jobs you started"))
    expect(summary).not_to_be_checked()
    expect(jobs).to_be_checked()
    summary.check()
    expect(page.get_by_text("Saved: Daily summary")).to_be_visible()
    page.reload()
    expect(summary).to_be_checked()
    expect(jobs).to_be_checked()
    visit.go("settings", role="viewer")
    expect(summary).to_be_checked()
    summary.uncheck()
    expect(page.get_by_text("Saved: Daily summary")).to_be_visible()
