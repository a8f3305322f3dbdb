"""Guide B by keyboard alone: an organization is linked while it is made, linked and unlinked later, and by CSV."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit, press, reach


def choose(page: Any, name: str) -> None:
    """In the field Linked contact, which has the focus: three letters, then the arrow keys."""
    page.keyboard.type(name[:2])
    expect(page.get_by_text("Type at least 3 letters.").first).to_be_visible()
    page.keyboard.type(name[2:])
    expect(page.get_by_role("option", name=re.compile(name))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Linked contact")).to_have_value(name)


def test_a_new_organization_is_linked_to_the_contact_it_is(visit: Visit, acme: Desk) -> None:
    document = acme.contact("Keyboard Company", EmailAddress="old@keyboard.example")
    page = visit.go("records/organizations")
    press(page, "New organization")
    reach(page, "Name")
    page.keyboard.type("Keyboard Company")
    reach(page, "E-mail")
    page.keyboard.type("new@keyboard.example")
    reach(page, "Linked contact")
    choose(page, "Keyboard Company")
    visit.picture("guide-b-linked-contact")
    press(page, "Save")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("old@keyboard.example")
    expect(dialog).to_contain_text("new@keyboard.example")
    visit.picture("guide-b-overwriting")
    press(page, "Link and overwrite")
    expect(page.get_by_role("heading", name="Keyboard Company", level=1)).to_be_visible()
    expect(page.get_by_text(document)).to_be_visible()
    acme.until(page.url.rsplit("/", 1)[1], "linked")
    assert acme.contact_named("Keyboard Company")["EmailAddress"] == "new@keyboard.example"
    page.reload()
    expect(page.get_by_role("link", name=re.compile("Open in Xero"))).to_have_attribute("href", re.compile(document))


def test_an_organization_that_is_there_is_unlinked_and_linked_to_another(visit: Visit, acme: Desk) -> None:
    first, second = acme.contact("First Try"), acme.contact("Second Try")
    acme.organization("retried", "First Try")
    acme("PUT", "/organizations/retried/link", {"document_id": first})
    acme.until("retried", "linked")
    page = visit.go("records/organizations/retried")
    press(page, "Unlink")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Unlink")
    expect(page.get_by_text("None: it is not linked")).to_be_visible()
    press(page, "Link to a contact")
    reach(page, "Linked contact")
    choose(page, "Second Try")
    press(page, "Link to a contact")
    press(page, "Link and overwrite")
    expect(page.get_by_text(second)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_links_come_with_the_list_that_was_taken_away(visit: Visit, acme: Desk, tmp_path: Path) -> None:
    documents = {name: acme.contact(f"By File {name}") for name in ("one", "two")}
    for name in documents:
        acme.organization(f"file-{name}", f"By File {name}", email=f"{name}@file.example")
    page = visit.go("csv")
    with page.expect_download() as download:
        press(page, "Download organizations")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    for row in rows:
        name = row["id"].removeprefix("file-")
        row["Linked Xero contact"] = documents.get(name, row["Linked Xero contact"])
    filled = tmp_path / "organizations.csv"
    with filled.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    card = page.locator("section.card", has=page.get_by_role("heading", name="Bring links"))
    card.get_by_label("CSV file").set_input_files(filled)  # the system's own dialog for files is not the page's
    card.get_by_label("CSV file").focus()
    press(page, "Try out")
    expect(card).to_contain_text("Nothing was changed")
    expect(card).to_contain_text("2 to link")
    visit.picture("guide-b-csv", full_page=True)
    press(page, "Import links")
    expect(card).to_contain_text("2 linked")
    for name, document in documents.items():
        assert acme("GET", f"/organizations/file-{name}")["sync"]["accounting_code"] == document
