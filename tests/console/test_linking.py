"""Links as a user makes them with the mouse: unlinking, another contact, files that are right and wrong."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def test_a_record_is_unlinked_and_linked_to_another_contact(visit: Visit, acme: Desk) -> None:
    first, second = acme.contact("Link Target One"), acme.contact("Link Target Two")
    acme.organization("relinked", "Link Target One")
    acme("PUT", "/organizations/relinked/link", {"document_id": first})
    acme.until("relinked", "linked")
    page = visit.go("records/organizations/relinked")
    expect(page.get_by_role("link", name=re.compile("Open in Xero"))).to_have_attribute("href", re.compile(first))
    page.get_by_role("button", name="Unlink").click()
    page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
    expect(page.get_by_text("None: it is not linked")).to_be_visible()
    page.get_by_role("button", name="Link to a contact").click()
    page.get_by_role("combobox", name="Linked contact").fill("Link Target Two")
    page.get_by_role("option", name=re.compile("Link Target Two")).click()
    page.get_by_role("button", name="Link to a contact").click()
    page.get_by_role("dialog").get_by_role("button", name="Link and overwrite").click()
    expect(page.get_by_text(second)).to_be_visible()


def test_links_come_by_csv_tried_out_first(visit: Visit, acme: Desk, tmp_path: Path) -> None:
    document = acme.contact("By File")
    acme.organization("by-file", "By File")
    file = tmp_path / "links.csv"
    file.write_text(f"id,Linked Xero contact\nby-file,{document}\nnobody,{document}\n")
    page = visit.go("csv")
    card = page.locator("section.card", has=page.get_by_role("heading", name="Bring links"))
    card.get_by_label("CSV file").set_input_files(file)
    card.get_by_role("button", name="Try out").click()
    expect(card).to_contain_text("Nothing was changed")
    expect(card).to_contain_text("1 to link")
    expect(card.get_by_role("cell", name="nobody")).to_be_visible()
    card.get_by_role("button", name="Import links").click()
    expect(card).to_contain_text("1 linked")
    assert acme("GET", "/organizations/by-file")["sync"]["accounting_code"] == document


def test_lists_are_taken_away_as_csv(visit: Visit, acme: Desk) -> None:
    acme.organization("taken", "Taken Away")
    page = visit.go("csv")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download organizations").click()
    assert "Taken Away" in Path(download.value.path()).read_text("utf-8-sig")


def test_a_file_that_is_no_csv_is_told_and_nothing_is_sent(visit: Visit, acme: Desk, tmp_path: Path) -> None:
    page = visit.go("csv")
    card = page.locator("section.card", has=page.get_by_role("heading", name="Bring organizations"))
    for name, content, words in (
        ("list.xlsx", b"PK\x03\x04", "not a CSV file"),
        ("list.csv", b"\x00\x01\x02\x03" * 40, "not a text file"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        card.get_by_label("CSV file").set_input_files(file)
        card.get_by_role("button", name="Try out").click()
        expect(card.get_by_role("alert")).to_contain_text(words)
