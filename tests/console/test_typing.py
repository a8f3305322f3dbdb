"""What somebody types is kept, and goes where they meant it: what is refused, what answers late."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Desk, Visit


def options(page: Any, field: str) -> Any:
    return page.get_by_role("listbox", name=re.compile(field)).get_by_role("option")


def test_what_is_chosen_fast_is_what_was_typed_and_not_what_was_listed_before(visit: Visit, acme: Desk) -> None:
    acme.organization("early", "Early Limited")
    acme.organization("zeta", "Zeta Limited")
    page = visit.go("records/invoices/new")
    field = page.get_by_role("combobox", name=re.compile("^Organization"))
    field.focus()
    expect(options(page, "^Organization").first).to_be_visible()
    for key in ("Z", "e", "t", "a", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(options(page, "^Organization")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Zeta Limited")
    field.click()  # it had the focus already
    expect(options(page, "^Organization").first).to_be_visible()
    page.close(run_before_unload=False)


def test_a_contact_that_was_typed_and_not_chosen_is_not_passed_over(visit: Visit, acme: Desk) -> None:
    acme.contact("Half Linked")
    page = visit.go("records/organizations/new")
    page.get_by_label("Name").first.fill("Half Linked")
    contact = page.get_by_role("combobox", name="Linked contact")
    contact.fill("Half Lin")
    page.get_by_role("button", name="Save").click()
    expect(contact).to_be_focused()
    expect(contact).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("Choose a contact from the list")
    page.get_by_role("option", name="Half Linked").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Half Linked", level=1)).to_be_visible()


def test_why_a_form_was_not_saved_is_in_sight_wherever_one_is_in_it(visit: Visit, acme: Desk) -> None:
    acme.organization("long", "Long Limited")
    page = visit.go("records/organizations/long/edit")
    page.get_by_label("Name").first.fill("Long And Refused")
    page.route(
        "**/organizations/long", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_()
    )
    page.get_by_role("button", name="Save").click()  # it is always in sight; what is below the fields is not
    expect(page.get_by_role("alert")).to_be_in_viewport()
    page.unroute("**/organizations/long")
    acme("PATCH", "/organizations/long", {"email": "theirs@long.example"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("theirs@long.example")).to_be_in_viewport()
    page.close(run_before_unload=False)


def test_an_address_somebody_overtook_stays_typed_and_is_saved_the_next_time(visit: Visit, acme: Desk) -> None:
    page = visit.go("crm-webhook")
    address = page.get_by_label("Address of your CRM")
    address.fill("https://mine.example.com/hook")
    sent: list[tuple[str, Any]] = []
    told = {"status": 412, "code": "conflict", "title": "Somebody else changed it meanwhile."}

    def answer(route: Any) -> None:
        if route.request.method == "PUT":
            sent.append((route.request.headers["if-match"], route.request.post_data_json))
            route.fulfill(status=412 if len(sent) == 1 else 200, json=told)
        elif sent:
            now = route.fetch()
            route.fulfill(response=now, headers={**now.headers, "etag": '"77"'})
        else:
            route.continue_()

    page.route(re.compile("/crm-webhook$"), answer)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed it meanwhile.")
    page.get_by_role("button", name="Refresh").click()
    expect(address).to_have_value("https://mine.example.com/hook")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert sent[1] == ('"77"', {"url": "https://mine.example.com/hook", "enabled": False})


def test_a_new_company_does_not_replace_one_that_is_there(visit: Visit, acme: Desk) -> None:
    page = visit.go()
    page.get_by_label("Company").select_option("New company…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(acme.name)
    dialog.get_by_label("Profile").select_option("Inventory")
    dialog.get_by_role("button", name="Create company").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is a company with this id already")
    expect(dialog.get_by_label("Id")).to_have_attribute("aria-invalid", "true")
    assert acme("GET", "")["profile"] == "rental"


def test_a_payment_of_a_document_that_was_just_chosen_has_its_currency(visit: Visit, acme: Desk) -> None:
    acme.organization("abroad", "Abroad Limited")
    body = {"organization_id": "abroad", "status": "draft"}
    acme("PUT", "/invoices/dollars", {**body, "number": "INV-USD", "currency": "USD", "total": "5.00"})
    page = visit.go("records/payments/new")
    paid = page.get_by_role("combobox", name=re.compile("^Document"))
    paid.fill("INV-USD")
    page.get_by_role("option", name=re.compile("INV-USD")).click()
    page.get_by_role("textbox", name="Date").fill("2026-11-21")
    page.get_by_role("textbox", name="Amount").fill("40")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="21 Nov 2026 · US$40.00", level=1)).to_be_visible()


def test_a_file_that_was_changed_after_it_was_chosen_is_told_as_that(visit: Visit, acme: Desk, tmp_path: Path) -> None:
    page = visit.go("csv")
    file = tmp_path / "organizations.csv"
    file.write_text("id,name\nfrom-file,One\n")
    card = page.locator(".card", has=page.get_by_role("heading", name="Bring organizations"))
    card.get_by_label("CSV file").set_input_files(file)
    card.get_by_role("button", name="Try out").click()
    expect(card.get_by_text("Tried out: 1 row")).to_be_visible()
    file.write_text("id,name\nfrom-file,One\nanother,Two\n")  # corrected in a spreadsheet
    card.get_by_role("button", name="Try out").click()
    expect(card.get_by_role("alert")).to_contain_text("The file was changed.")
    expect(card.get_by_role("button", name="Import organizations")).to_be_disabled()
    card.get_by_label("CSV file").set_input_files(file)
    card.get_by_role("button", name="Try out").click()
    expect(card.get_by_text("Tried out: 2 rows")).to_be_visible()


def test_a_download_may_take_longer_than_an_answer(visit: Visit, acme: Desk) -> None:
    page = visit.go("csv")
    page.evaluate(
        "() => { const wait = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = (ms) => wait(ms / 50); }"
    )
    held: list[Any] = []
    page.route("**/ledger/contacts.csv*", lambda route: held.append(route))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download contacts in Xero").click()
        page.wait_for_timeout(1500)  # 75 seconds of the usual ones
        held.pop().fulfill(body="ContactID,Name\n", content_type="text/csv")
    assert "contacts.csv" in download.value.suggested_filename


def test_nobody_is_told_of_a_connection_that_is_not_there(visit: Visit, stack: Any, acme: Desk) -> None:
    with Desk(stack, "never-connected") as desk:
        desk.create()
    page = visit.go("connection?outcome=connected", company="never-connected")
    expect(page.get_by_role("heading", name="Not connected to Xero yet")).to_be_visible()
    expect(page.get_by_text("Connected to Xero.")).to_have_count(0)


def test_a_company_that_could_not_be_read_is_read_at_once_when_asked_to(visit: Visit, acme: Desk) -> None:
    page = visit.page
    own = re.compile(f"/v1/companies/{acme.company}$")
    page.route(own, lambda route: route.fulfill(status=503, body="upstream"))
    visit.go()
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.unroute(own)
    with page.expect_request(own, timeout=3000):  # by itself it would take longer
        again.click()
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
