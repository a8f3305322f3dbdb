"""A company's morning, screen by screen: what README shows is taken here (``make pictures``)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.conftest import PICTURES, Desk, Visit

WHERE = Path(os.environ.get("LEDGERLINK_PICTURES") or PICTURES)
ORGANISATION = "Harbour Hire Demo (UK)"
MOST_BYTES = 150_000
CUSTOMERS = {
    "hall": ("Hall & Sons Stage Hire", "accounts@hall.example"),
    "lantern": ("Lantern Festival GmbH", "buchhaltung@lantern.example"),
    "opera": ("Riverside Opera", "finance@opera.example"),
    "nordlys": ("Nordlys Lyd AS", "faktura@nordlys.example"),
    "tent": ("The Big Tent Company", "pay@bigtent.example"),
    "ceilidh": ("Ceilidh Collective", "hello@ceilidh.example"),
}
LINES = [
    {"description": "Moving head light, three days", "quantity": "12", "unit_price": "48.5", "discount_percent": "10"},
    {"description": "Dimmer rack, three days", "quantity": "2", "unit_price": "135"},
    {"description": "Delivery and collection", "quantity": "1", "unit_price": "220"},
]


@pytest.fixture(scope="module")
def morning(acme: Desk) -> Desk:
    """Customers that are in step, one whose name is taken, one changed on both sides, invoices, codes to map."""
    acme("PUT", "", {"name": "Harbour Hire", "profile": "rental", "timezone": "Europe/London", "currency": "GBP"})
    for id, (name, email) in CUSTOMERS.items():
        acme.organization(
            id, name, email=email, roles=["customer"], phones=[{"kind": "main", "number": "0113 496 0018"}]
        )
    acme("PATCH", "/settings", {"field_owner": "ask"})
    acme.job("export-organizations", ids=list(CUSTOMERS))
    for id in CUSTOMERS:
        acme.until(id, "linked")
    acme("PATCH", "/settings", {"integration_enabled": False})
    acme("PATCH", "/organizations/opera", {"email": "ledger@opera.example"})
    acme.edit_in_ledger("Riverside Opera", EmailAddress="invoices@opera.example")
    acme("PATCH", "/settings", {"integration_enabled": True})
    acme.settle()
    acme.contact("Bayside Club", EmailAddress="treasurer@bayside.example")
    acme.contact("City Limousines", EmailAddress="office@citylimo.example")
    acme.organization("bayside", "Bayside Club", email="events@bayside.example")
    acme.job("export-organizations", ids=["bayside"])
    acme.until("bayside", "error")
    acme("PUT", "/products/head", {"code": "MH-12", "name": "Moving head light", "sale": {"tax_code": "VAT 20%"}})
    acme("PUT", "/products/book", {"code": "BK-1", "name": "Programme book", "sale": {"tax_code": "Books"}})
    for number, (id, status) in enumerate((("hall", "approved"), ("lantern", "draft"), ("opera", "approved")), 1041):
        body = {"number": f"INV-{number}", "organization_id": id, "issue_date": "2026-11-20", "due_date": "2026-12-20"}
        body |= {"currency": "GBP", "status": status, "tax_mode": "none", "total": "1013.80", "subtotal": "1013.80"}
        acme("PUT", f"/invoices/{number}", {**body, "lines": LINES})
    return acme


def take(visit: Visit, name: str) -> None:
    """Everything is drawn and at rest; for README they are small enough."""
    expect(visit.page.locator(".skeleton")).to_have_count(0)
    expect(visit.page.locator(".status")).to_be_visible()
    WHERE.mkdir(parents=True, exist_ok=True)
    picture = WHERE / f"{name}.png"
    visit.page.screenshot(path=picture, animations="disabled")
    assert WHERE == PICTURES or picture.stat().st_size < MOST_BYTES


def test_the_screens_that_readme_shows(visit: Visit, morning: Desk) -> None:
    page = visit.page
    page.set_viewport_size({"width": 1280, "height": 740})
    visit.go()
    expect(page.get_by_role("region", name="Unresolved Errors")).to_be_visible()
    take(visit, "overview")
    visit.go("transfer")
    page.get_by_role("button", name="Import contacts").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    take(visit, "import")
    page.get_by_role("button", name="Cancel").click()
    visit.go("records/organizations")
    expect(page.get_by_role("cell", name="Linked").first).to_be_visible()
    take(visit, "organizations")
    visit.go("records/invoices/1041")
    expect(page.get_by_role("table", name="Lines")).to_be_visible()
    take(visit, "invoice")
    visit.go("errors")
    expect(page.get_by_role("button", name="Link to the contact that has it").first).to_be_visible()
    take(visit, "errors")
    visit.go("conflicts")
    expect(page.get_by_role("heading", name="Riverside Opera")).to_be_visible()
    take(visit, "conflicts")
    visit.go("mappings/tax")
    expect(page.get_by_text("Not mapped yet")).to_be_visible()
    take(visit, "mappings")
