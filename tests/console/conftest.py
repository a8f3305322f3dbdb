"""The console as a person uses it: Debian's Chromium, driven by Playwright, against the whole local stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from local.options import REPOSITORY, Options
from local.ports import Ports
from local.stack import Stack

playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = REPOSITORY / "test-output" / "console"
HERE = Path(__file__).parent
PATIENCE_S = 20.0  # a busy machine is not a broken console

playwright.expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Last of all: Playwright keeps an event loop running in this process, which others' tests want for themselves."""
    # `make browser` runs these by themselves and file by file, in their order: the tests of a file share a company.
    ours = [item for item in items if HERE in item.path.parents]
    items[:] = [item for item in items if HERE not in item.path.parents] + ours
    absent = pytest.mark.skip(reason=f"{CHROMIUM} is not there: apt-get install --no-install-recommends chromium")
    for item in ours:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            # Another test's forgotten socket may be collected while one of these runs.
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
            if not CHROMIUM.exists():
                item.add_marker(absent)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(Options(ports=Ports.free(), state=tmp_path_factory.mktemp("console"))) as running:
        # A test clicks faster than people do, just after everything was read for the first time.
        httpx.post(f"{running.xero_url}/_sim/settings", json={"minute_limit": None}).raise_for_status()
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield running
        running.close()


class Desk:
    """One company behind the console, and what a test arranges or looks up without clicking."""

    def __init__(self, stack: Stack, company: str) -> None:
        self.stack, self.company = stack, company
        self.name = company.replace("-", " ").title()
        self.organisation: str | None = None  # in the ledger; the first one there until it is connected
        token = stack.token(sub="ada", email="ada@acme.example")
        self.http = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        self.xero = httpx.Client(base_url=stack.xero_url, timeout=60)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.xero.close()

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.http.request(method, f"/v1/companies/{self.company}{path}", json=body, **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def create(self, profile: str = "rental", **settings: Any) -> None:
        self("PUT", "", {"name": self.name, "profile": profile, "timezone": "Europe/Berlin"})
        if settings:
            self("PATCH", "/settings", settings)

    def opened(self, organisation: str) -> str:
        """The id of an organisation in the ledger, which is opened if there is none of that name."""
        told = self.xero.post("/_sim/organisations", json={"Name": organisation}).raise_for_status().json()
        return next(str(each["id"]) for each in told["organisations"] if each["name"] == organisation)

    def connect(self, organisation: str) -> None:
        self.organisation = self.opened(organisation)
        asked = self("POST", "/connection")["authorize_url"]
        with httpx.Client(timeout=60) as browser:
            back = browser.get(f"{asked}&auto={self.organisation}")
            browser.get(back.headers["location"])
        assert self("GET", "/connection")["state"] == "connected"

    def organization(self, id: str, name: str, **fields: Any) -> dict[str, Any]:
        made: dict[str, Any] = self("PUT", f"/organizations/{id}", {"name": name, **fields})
        return made

    def contact(self, name: str, **fields: Any) -> str:
        """A contact somebody made in the ledger; its id."""
        return self.seed("contacts", {"Name": name, **fields})[0]

    def seed(self, what: str, *documents: dict[str, Any]) -> list[str]:
        """Documents that are in the ledger already; their ids."""
        seeded = self.xero.post("/_sim/seed", json={what: documents, **self._there()}).raise_for_status()
        return [str(id) for id in seeded.json()["ids"][what]]

    def human(self, action: str, kind: str, id: str, **fields: Any) -> None:
        """Somebody at work in the ledger's own screens."""
        body = {"action": action, "kind": kind, "id": id, "fields": fields, **self._there()}
        self.xero.post("/_sim/human", json=body).raise_for_status()

    def _there(self) -> dict[str, str]:
        return {"organisation": self.organisation} if self.organisation else {}

    def ledger(self) -> dict[str, Any]:
        state: dict[str, Any] = self.xero.get("/_sim/state", params=self._there()).raise_for_status().json()
        return state

    def contact_named(self, name: str) -> dict[str, Any]:
        return next(each for each in self.ledger()["contacts"] if each["Name"] == name)

    def edit_in_ledger(self, name: str, **fields: Any) -> None:
        self.human("edit", "contacts", self.contact_named(name)["ContactID"], **fields)

    def until(self, id: str, *states: str) -> dict[str, Any]:
        """The organization, once it is in one of these states."""
        return self._waited(f"/organizations/{id}", lambda record: record["sync"]["state"] in states)

    def job(self, kind: str, **body: Any) -> dict[str, Any]:
        """A job, once it is over."""
        job = self("POST", "/jobs", {"kind": kind, **body})
        return self._waited(f"/jobs/{job['id']}", lambda now: now["status"] in ("planned", "done", "failed"))

    def _waited(self, path: str, over: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = monotonic() + PATIENCE_S
        while not over(found := self("GET", path)):
            assert monotonic() < end, found
            sleep(0.1)
        return dict(found)

    def emails(self, to: str) -> list[str]:
        """What this person was written, by subject and text."""
        sent = self.http.get("/local/outbox").json()
        return [f"{each['subject']}\n{each['text']}" for each in sent if to in each["to"] and self.name in each["text"]]

    def settle(self) -> None:
        """Until everything has arrived everywhere; takes its time."""
        self.stack.drain()


def company_of(module: Any) -> str:
    """Each file has a company of its own, so that it can run alone and leave what it likes."""
    return str(module.__name__.rsplit(".", 1)[-1].removeprefix("test_").replace("_", "-"))


@pytest.fixture(scope="module")
def acme(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The file's company, connected; nothing goes by itself, so that a test decides what moves."""
    with Desk(stack, company_of(request.module)) as desk:
        desk.create(create_linked_contact_on_create=False)
        desk.connect(getattr(request.module, "ORGANISATION", f"{desk.name} Books"))
        yield desk


class Visit:
    """A page of the console, signed in as somebody; at its end nothing may have broken or been forbidden."""

    def __init__(self, context: Any, stack: Stack, company: str) -> None:
        self.page, self._company = context.new_page(), company
        self._stack = stack
        self.broken: list[str] = []
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        self.page.on("console", self._said)

    def _said(self, message: Any) -> None:
        # The policy forbids calling anybody else; a screen that breaks says so to the console. Answers may be refused.
        broke = message.type == "error" and not message.text.startswith("Failed to load resource")
        if broke or "Content Security Policy" in message.text:
            self.broken.append(message.text)

    def go(self, where: str = "", role: str = "admin", company: str = "") -> Any:
        """Opens a screen by its address, of the file's own company unless another is named."""
        company = company or self._company
        self.page.goto(f"{self._stack.url}/?as={role}&company={company}#/companies/{company}/{where}")
        self.page.get_by_role("heading", level=1).wait_for()
        return self.page

    def turn(self, where: str) -> None:
        """From one screen to another by its address, as a link does: without loading the page anew."""
        self.page.evaluate(
            "to => { document.querySelector('h1').dataset.left = ''; location.hash = to; }",
            f"#/companies/{self._company}/{where}",
        )
        self.page.locator("h1:not([data-left])").wait_for()

    def picture(self, name: str, **how: Any) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", **how)


@pytest.fixture
def visit(browser: Any, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_S * 1000)
    made = Visit(context, stack, company_of(request.module))
    yield made
    if not made.page.is_closed():
        made.picture(re.sub(r"\W+", "-", request.node.name))
    context.close()
    assert made.broken == []


def reach(page: Any, name: str, most: int = 120) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const at = document.activeElement;
                       const label = at.labels?.[0]?.innerText || at.getAttribute('aria-label') || at.innerText || '';
                       return label.trim(); }"""
        )
        if found.startswith(name):
            return
    raise AssertionError(f"nothing called {name} within {most} tabs")


def press(page: Any, name: str) -> None:
    """Reach it and press Enter."""
    reach(page, name)
    page.keyboard.press("Enter")
