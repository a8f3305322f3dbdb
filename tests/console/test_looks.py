"""How the console looks and loads: accessible by axe's measure, at three widths, small, with one file of texts."""

from __future__ import annotations

import gzip
import itertools
import re
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ledgerlink.kinds.money_documents import Line
from ledgerlink.rules.lines import amount_of
from local.options import REPOSITORY
from local.stack import Stack
from tests.console.conftest import Desk, Visit

SCREENS = {
    "overview": "",
    "transfer": "transfer",
    "records": "records/organizations",
    "record": "records/organizations/shown",
    "form": "records/organizations/shown/edit",
    "invoices": "records/invoices",
    "invoice": "records/invoices/shown",
    "invoice-of-much": "records/invoices/dear",
    "invoice-form": "records/invoices/shown/edit",
    "products": "records/products",
    "product": "records/products/head",
    "product-form": "records/products/head/edit",
    "queue": "export-queue",
    "errors": "errors",
    "conflicts": "conflicts",
    "suggestions": "suggestions",
    "comparison": "comparison",
    "csv": "csv",
    "connection": "connection",
    "mappings": "mappings/tax",
    "crm-webhook": "crm-webhook",
    "settings": "settings",
    "history": "history",
}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}

# What a page comes to, the part of its tables included that would have to be scrolled to.
MOST_WIDE = """() => { const frames = [...document.querySelectorAll('.table-frame')];
    const beyond = Math.max(0, ...frames.map((frame) => frame.scrollWidth - frame.clientWidth));
    return document.documentElement.scrollWidth + beyond; }"""


def drawn(page: Any) -> None:
    """Everything that is read has been read."""
    expect(page.locator(".skeleton")).to_have_count(0)


@pytest.fixture(scope="module")
def shown(acme: Desk) -> Desk:
    acme.organization("long", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH")
    acme.organization(
        "shown",
        "Shown & Sons",
        email="shown@sons.example",
        phones=[{"kind": "main", "number": "030 1234"}],
        addresses=[{"kind": "billing", "line1": "Main Street 1", "city": "Berlin", "postcode": "10115"}],
        people=[{"first_name": "Ida", "last_name": "Shown"}],
        do_not_export={"on": True, "reason": "Only looked at"},
    )
    line = {"description": "Hire of twelve stage lamps and their stands", "quantity": "12", "unit_price": "1250.5"}
    lines = [{**line, "account_code": "200", "tax_code": "OUTPUT2"}, {**line, "discount_percent": "12.5"}]
    invoice = {"organization_id": "shown", "status": "draft", "currency": "GBP", "lines": lines}
    acme("PUT", "/invoices/shown", {**invoice, "number": "INV-1"})
    dear = {**lines[0], "unit_price": "1028806.575", "description": "x" * 60, "location": "Leeds"}
    invoice |= {"organization_id": "long", "issue_date": "2026-11-20", "total": "12345678.90"}
    acme("PUT", "/invoices/dear", {**invoice, "number": "INV-2", "lines": [dear, *lines]})
    acme("PUT", "/products/head", {"code": "MH-12", "name": "Moving head light", "sale": {"price": "1250.5"}})
    SCREENS["job"] = "jobs/" + acme.job("export-organizations", dry_run=True)["id"]
    return acme


def test_axe_finds_nothing_in_a_dialog_or_an_open_list(visit: Visit, shown: Desk) -> None:
    shown.contact("Axe Company")
    page = visit.go("transfer")
    page.get_by_role("button", name="Export organizations").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert Axe().run(page, options=WCAG).response["violations"] == []
    visit.go("records/organizations/new")
    page.get_by_role("combobox", name="Linked contact").fill("Axe Com")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    assert Axe().run(page, options=WCAG).response["violations"] == []


# How wide, how bright, and whether axe looks, too: colours and sizes are what differs.
LOOKS = (
    (360, "light", True),
    (1280, "dark", True),
    (2560, "light", False),
    (2560, "dark", False),
    (3840, "light", False),
)


def test_every_screen_fits_its_width_and_is_accessible(visit: Visit, shown: Desk) -> None:
    """The pictures are to be looked at by eye; that nothing is cut off, and what axe finds, is measured."""
    page = visit.go("history")
    wrong: dict[str, Any] = {}
    for name, where in SCREENS.items():
        visit.turn(where)
        drawn(page)
        for width, scheme, measured in LOOKS:
            page.set_viewport_size({"width": width, "height": 800 if width < 2000 else 1300})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # at once
            visit.picture(f"{name}-{width}-{scheme}", full_page=width == 360)
            if (wide := page.evaluate(MOST_WIDE)) > width:
                wrong[f"{name} {width}"] = wide
            if measured and (found := Axe().run(page, options=WCAG).response["violations"]):
                wrong[f"{name} {scheme}"] = [
                    (each["id"], each["nodes"][0]["target"], each["nodes"][0].get("failureSummary")) for each in found
                ]
    assert wrong == {}


def test_a_line_comes_to_what_the_rules_say(visit: Visit, shown: Desk) -> None:
    page = visit.go("records/invoices/dear")
    for quantity, price, percent in itertools.product(
        ("1", "-3", "0.125", "2.5"), ("10", "0.005", "12345678.9", "99.9999"), (None, "0", "33.33", "100")
    ):
        line = Line(
            quantity=Decimal(quantity), unit_price=Decimal(price), discount_percent=percent and Decimal(percent)
        )
        told = {"quantity": quantity, "unit_price": price, "discount_percent": percent}
        assert page.evaluate(AMOUNT, told) == f"{amount_of(line):f}".replace("-0.00", "0.00"), told
    assert page.evaluate(AMOUNT, {"quantity": "3", "unit_price": "10.005", "discount_amount": "5"}) == "25.02"
    expect(page.get_by_role("table", name="Lines")).to_contain_text("£12,345,678.90")


AMOUNT = "async (line) => (await import('/console/core/amounts.js')).lineAmount(line)"


def test_the_first_load_is_under_150_kb_gzipped_and_runs_under_its_policy(
    visit: Visit, stack: Stack, shown: Desk
) -> None:
    files: dict[str, int] = {}
    page = visit.page
    page.on("response", lambda answer: keep(files, answer))
    visit.go()
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(stack.url) for url in files)
    console = {url: size for url, size in files.items() if "/v1/" not in url and "/local/" not in url}
    assert len(console) > 10
    assert sum(console.values()) < 150_000, console
    policy = page.request.get(f"{stack.url}/").headers["content-security-policy"]
    assert "unsafe" not in policy


def keep(files: dict[str, int], answer: Any) -> None:
    if answer.request.resource_type in ("document", "script", "stylesheet", "image", "fetch") and answer.status == 200:
        files[answer.url] = len(gzip.compress(answer.body()))


@pytest.mark.parametrize("width", [320, 360, 480, 900])
def test_the_company_can_be_read_at_the_top_however_narrow(visit: Visit, shown: Desk, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    page = visit.go()
    choice = page.get_by_role("combobox", name="Company")
    has = choice.bounding_box()["width"]
    choice.evaluate("own => { own.style.maxInlineSize = 'none'; own.style.inlineSize = 'max-content'; }")
    assert has >= choice.bounding_box()["width"]
    choice.evaluate("own => own.removeAttribute('style')")
    assert page.evaluate(MOST_WIDE) <= width


def test_every_text_that_is_used_is_there_and_stands_in_one_file() -> None:
    """A translation is one file: no screen holds words of its own, and none asks for words that are missing."""
    texts = read("texts.js")
    names = set(re.findall(r'["\s{,]"?([A-Za-z_][\w-]*)"?\s*:', texts))
    for file in sorted((REPOSITORY / "console").rglob("*.js")):
        if file.name == "texts.js" or "vendor" in file.parts:
            continue
        source = re.sub(r"//.*|/\*[\s\S]*?\*/", "", file.read_text())
        for path in re.findall(r"(?<![\w.])(?:t|words)\.([a-z]\w*)", source):
            assert path in names, f"{file.name} asks for {path}"
        words = re.findall(r">\s*([A-Z][a-z]+ [a-z]+[^<${]*)<", source)
        assert words == [], f"{file.name} says {words}"


def test_every_module_is_asked_for_with_the_page_and_not_only_when_its_importer_has_come() -> None:
    console = REPOSITORY / "console"
    modules = {file.relative_to(console).as_posix() for file in console.rglob("*.js")}
    asked = set(re.findall(r'(?:modulepreload" href|script type="module" src)="/console/([^"]+)"', read("index.html")))
    assert asked == modules - {"vendor/oauth4webapi.js"}  # only for signing in


def read(name: str) -> str:
    return (REPOSITORY / "console" / name).read_text()


def test_where_there_is_a_module_there_is_its_sentence() -> None:
    for file in sorted((REPOSITORY / "console").rglob("*.js")):
        if "vendor" not in file.parts:
            assert file.read_text().startswith("// "), file
