"""Guide A as a user clicks it: import contacts, export organizations, the pop-up, the result, the e-mail."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit, press


def test_organizations_are_exported_after_the_pop_up_said_what_will_happen(visit: Visit, acme: Desk) -> None:
    acme.organization("exported", "Exported Limited", email="e@exported.example")
    page = visit.go("transfer")
    page.get_by_role("button", name="Export organizations").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="From here to Xero")).to_be_visible()
    expect(dialog).to_contain_text(re.compile(r"\d+ to create"))
    expect(dialog).to_contain_text("admin@local.example gets an e-mail")
    dialog.get_by_role("button", name="Export organizations").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ created")).first).to_be_visible()
    expect(page.get_by_role("link", name="Exported Limited")).to_be_visible()
    expect(page.get_by_text("admin@local.example was told")).to_be_visible()  # the page waits for that, too
    assert acme.contact_named("Exported Limited")["EmailAddress"] == "e@exported.example"

    page.get_by_role("tab", name="Import/Export", exact=True).click()
    expect(page.get_by_text("Export of organizations").first).to_be_visible()


def test_contacts_are_imported_and_overwritten_values_are_shown_first(visit: Visit, acme: Desk) -> None:
    acme.contact("Only In Xero", EmailAddress="only@xero.example")
    linked = acme.contact("Linked Before", EmailAddress="new@xero.example")
    acme.organization("before", "Linked Before", email="new@xero.example")
    acme("PUT", "/organizations/before/link", {"document_id": linked, "confirm": True})
    acme.until("before", "linked")
    acme("PATCH", "/settings", {"apply_ledger_edits": False})
    acme.edit_in_ledger("Linked Before", EmailAddress="newer@xero.example")
    acme.settle()  # news of the edit would change the record after it was planned
    try:
        page = visit.go()
        page.get_by_role("button", name="Import contacts").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("will be overwritten")
        dialog.get_by_text("Show them").click()
        expect(dialog).to_contain_text("newer@xero.example")
        dialog.get_by_role("button", name="Import contacts").click()
        expect(page.get_by_text("Finished.")).to_be_visible()
        assert acme("GET", "/organizations/before")["email"] == "newer@xero.example"
        found = acme("GET", "/organizations?q=Only In Xero")["items"]
        assert [each["email"] for each in found] == ["only@xero.example"]
    finally:
        acme("PATCH", "/settings", {"apply_ledger_edits": None})


def test_an_import_is_taken_back_after_the_plan_said_what_cannot_be(visit: Visit, acme: Desk) -> None:
    linked = {name: acme.contact(name, EmailAddress="old@xero.example") for name in ("Back Again", "Edited Since")}
    for id_, (name, contact) in zip(("back", "since"), linked.items(), strict=True):
        acme.organization(id_, name, email="old@xero.example")
        acme("PUT", f"/organizations/{id_}/link", {"document_id": contact, "confirm": True})
        acme.until(id_, "linked")
    acme("PATCH", "/settings", {"apply_ledger_edits": False})
    for name in linked:
        acme.edit_in_ledger(name, EmailAddress="new@xero.example")
    acme.settle()
    try:
        job = acme("POST", "/jobs", {"kind": "import-contacts", "ids": ["back", "since"]})
        page = visit.go(f"jobs/{job['id']}")
        expect(page.get_by_text("Finished.")).to_be_visible()
        acme("PATCH", "/organizations/since", {"email": "mine@acme.example"})
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("dialog").get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
        expect(page.locator(".item", has_text="Edited Since")).to_contain_text("edited since the job")
        page.get_by_role("button", name="Carry out").click()
        page.get_by_role("dialog").get_by_role("button", name="Carry out").click()
        expect(page.get_by_text("Finished.")).to_be_visible()
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)
        assert acme("GET", "/organizations/back")["email"] == "old@xero.example"
        assert acme("GET", "/organizations/since")["email"] == "mine@acme.example"
        page.get_by_role("link", name="The job that this one undoes").click()
        expect(page.get_by_role("link", name="The job that undoes it, or did")).to_be_visible()
    finally:
        acme("PATCH", "/settings", {"apply_ledger_edits": None})


def test_a_plan_is_looked_at_record_by_record_before_it_is_carried_out(visit: Visit, acme: Desk) -> None:
    acme.organization("planned", "A Planned Limited")  # on the first page, however many others there are
    page = visit.go("transfer")
    page.get_by_role("button", name="Export organizations").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Look at each change").click()
    expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
    page.get_by_role("button", name=re.compile("^to create")).click()
    expect(page).to_have_url(re.compile("outcome=create"))
    expect(page.locator(".item strong", has_text="A Planned Limited")).to_be_visible()
    page.go_back()
    expect(page).not_to_have_url(re.compile("outcome="))
    page.get_by_role("button", name="Carry out").click()
    page.get_by_role("dialog").get_by_role("button", name="Carry out").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    assert acme("GET", "/organizations/planned")["sync"]["state"] == "linked"
    acme.organization("discarded", "Only Planned Limited")
    acme("POST", f"/jobs/{acme.job('export-organizations', dry_run=True)['id']}/cancel")
    page.get_by_role("tab", name="Import/Export", exact=True).click()
    expect(page.locator(".job-line", has_text="Cancelled")).to_contain_text(re.compile(r"\d+ to create"))


def test_an_export_is_planned_carried_out_and_undone_by_keyboard_alone(visit: Visit, acme: Desk) -> None:
    contact = acme.contact("By Keys", EmailAddress="old@keys.example")
    acme.organization("keys", "By Keys", email="old@keys.example")
    acme("PUT", "/organizations/keys/link", {"document_id": contact, "confirm": True})
    acme.until("keys", "linked")
    acme("PATCH", "/settings", {"update_linked_contact_on_edit": False})
    acme("PATCH", "/organizations/keys", {"email": "new@keys.example"})
    try:
        page = visit.go("transfer")
        press(page, "Export organizations")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Look at each change")).to_be_enabled()  # it has been counted
        press(page, "Look at each change")
        expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
        for name, after in (
            ("Carry out", "Finished."),
            ("Undo", "Nothing has been changed yet"),
            ("Carry out", "Finished."),
        ):
            press(page, name)
            expect(dialog).to_be_visible()
            press(page, name)
            expect(page.get_by_text(after)).to_be_visible()
            if (name, acme.contact_named("By Keys")["EmailAddress"]) == ("Undo", "new@keys.example"):
                page.keyboard.press("Escape")  # closes nothing but what is open: the plan stays
                expect(page.get_by_text(after)).to_be_visible()
        assert acme.contact_named("By Keys")["EmailAddress"] == "old@keys.example"
    finally:
        acme("PATCH", "/settings", {"update_linked_contact_on_edit": None})


def test_chosen_records_are_sent_from_the_list(visit: Visit, acme: Desk) -> None:
    acme.organization("chosen-1", "Chosen One")
    acme.organization("chosen-2", "Chosen Two")
    page = visit.go("records/organizations?q=Chosen")
    page.get_by_role("checkbox", name="Choose Chosen One").check()
    page.get_by_role("button", name="Send to Xero").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Only what you chose: 1 record")
    dialog.get_by_role("button", name="Send to Xero").click()
    expect(page.get_by_text("Finished.")).to_be_visible()
    assert acme("GET", "/organizations/chosen-1")["sync"]["state"] == "linked"
    assert acme("GET", "/organizations/chosen-2")["sync"]["accounting_code"] is None
