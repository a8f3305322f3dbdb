"""A simulator with a clock of its own and somebody connected to it: what every test here starts from."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from local.xero.app import Simulator, create_app
from local.xero.transport import FaultTransport
from local.xero.webhooks import sign

API = "/api.xro/2.0"
CALLBACK = "https://hub.example/oauth/xero/callback"
SCOPES = "offline_access accounting.contacts accounting.settings " + " ".join(
    f"accounting.{name}" for name in ("invoices", "payments", "banktransactions", "attachments")
)
HOOKS: dict[str, Any] = {"url": "https://hub.example/webhooks/xero", "key": "signing-key", "enabled": True}
START = datetime(2026, 11, 20, 9, 0, 30, tzinfo=UTC)
ZERO = "00000000-0000-0000-0000-000000000000"


class StoppedClock:
    """Time that only moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Inbox:
    """A webhook receiver that answers rightly until told otherwise."""

    def __init__(self, key: str = HOOKS["key"]) -> None:
        self.key = key
        self.received: list[tuple[bytes, str]] = []
        self.answers: list[int] = []

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        signature = headers["x-xero-signature"]
        self.received.append((body, signature))
        if self.answers:
            return self.answers.pop(0)
        return 200 if signature == sign(self.key, body) else 401

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body, _ in self.received for event in json.loads(body)["events"]]


class Rig:
    """The simulator, an httpx client before it, and the headers of a connected app."""

    def __init__(self, **given: Any) -> None:
        self.clock = given.pop("clock", StoppedClock())
        self.inbox = Inbox()
        self.app: Simulator = create_app(clock=self.clock, advance=self.clock.advance, sender=self.inbox, **given)
        self.waited: list[float] = []
        self.http = httpx.Client(
            transport=FaultTransport(self.app, on_delay=self.waited.append),
            base_url="http://xero.test",
            headers={"Accept": "application/json"},
            timeout=5.0,
        )
        self.organisations = [each["id"] for each in self.state()["organisations"]]
        self.tokens: dict[str, Any] = {}
        self.headers: dict[str, str] = {}

    def authorize(self, auto: str | None = None, **query: str) -> httpx.Response:
        asked = {"response_type": "code", "client_id": "app", "redirect_uri": CALLBACK, "scope": SCOPES, "state": "s"}
        asked |= {} if auto is None else {"auto": auto}
        return self.http.get("/identity/connect/authorize", params={**asked, **query})

    def code(self, auto: str | None = None, **query: str) -> str:
        answer = self.authorize(auto or self.organisations[0], **query)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    def token(self, **form: str) -> httpx.Response:
        return self.http.post("/connect/token", data=form, auth=("app", "secret"))

    def redeem(self, code: str) -> httpx.Response:
        return self.token(grant_type="authorization_code", code=code, redirect_uri=CALLBACK)

    def refresh(self, token: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", refresh_token=token)

    def connect(self, auto: str | None = None, **query: str) -> "Rig":
        self.tokens = self.redeem(self.code(auto, **query)).json()
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        self.headers = {**bearer, "xero-tenant-id": (auto or self.organisations[0]).split(",")[0]}
        return self

    def call(self, method: str, path: str, body: Any = None, /, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, f"{API}{path}", headers={**self.headers, **named}, json=body)

    def create(self, *contacts: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
        answer = self.call("PUT", "/Contacts?summarizeErrors=false", {"Contacts": list(contacts)}, **headers)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["Contacts"])

    def update(self, *contacts: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
        answer = self.call("POST", "/Contacts?summarizeErrors=false", {"Contacts": list(contacts)}, **headers)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["Contacts"])

    def contacts(self, query: str = "", **headers: str) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/Contacts{query}", **headers)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["Contacts"])

    def contact(self, key: str) -> dict[str, Any]:
        (found,) = self.contacts(f"/{key}")
        return found

    # Any kind of document: one verdict for each element.

    def put(self, segment: str, *elements: dict[str, Any], query: str = "", **headers: str) -> list[dict[str, Any]]:
        return self._write("PUT", segment, elements, query, headers)

    def post(self, segment: str, *elements: dict[str, Any], query: str = "", **headers: str) -> list[dict[str, Any]]:
        return self._write("POST", segment, elements, query, headers)

    def _write(
        self, verb: str, path: str, elements: tuple[dict[str, Any], ...], query: str, headers: dict[str, str]
    ) -> list[dict[str, Any]]:
        name = path.split("/")[-1] if path.endswith("Allocations") else path.split("/")[0]
        answer = self.call(verb, f"/{path}?summarizeErrors=false{query}", {name: list(elements)}, **headers)
        assert answer.status_code == 200, answer.text
        return list(answer.json()[name])

    def get(self, path: str, **headers: str) -> list[dict[str, Any]]:
        """The elements of a list, or the one of a single read."""
        answer = self.call("GET", f"/{path}", **headers)
        assert answer.status_code == 200, answer.text
        return list(answer.json()[path.split("?")[0].split("/")[0]])

    def one(self, path: str, **headers: str) -> dict[str, Any]:
        (found,) = self.get(path, **headers)
        return found

    def person(self, action: str, kind: str, id: str = "", **fields: Any) -> list[dict[str, Any]]:
        """What a person does, which must succeed: the documents it answers with."""
        answer = self.sim("POST", "human", {"action": action, "kind": kind, "id": id, "fields": fields})
        assert answer.status_code == 200, answer.text
        return list(next(iter(answer.json().values())))

    def refused(self, action: str, kind: str, id: str = "", **fields: Any) -> str:
        """What a person is told who is not let."""
        answer = self.sim("POST", "human", {"action": action, "kind": kind, "id": id, "fields": fields})
        assert answer.status_code == 409, answer.text
        return str(answer.json()["error"])

    def sim(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.http.request(method, f"/_sim/{path}", json=body)

    def set(self, **settings: Any) -> None:
        assert self.sim("POST", "settings", settings).status_code == 200

    def fault(self, kind: str, **fields: Any) -> None:
        body = {"match": {"path": "/Contacts"}, "kind": kind, **fields}
        assert self.sim("POST", "faults", body).status_code == 200

    def state(self, organisation: str = "") -> dict[str, Any]:
        query = f"?organisation={organisation}" if organisation else ""
        return dict(self.sim("GET", f"state{query}").json())

    def human(self, action: str, id: str = "", **fields: Any) -> httpx.Response:
        return self.sim("POST", "human", {"action": action, "kind": "contact", "id": id, "fields": fields})

    def listen(self) -> None:
        """Switches webhooks on and lets the intent to receive pass."""
        self.set(webhooks=HOOKS)
        self.sim("POST", "webhooks:flush")
        self.inbox.received.clear()


def messages(element: dict[str, Any]) -> list[str]:
    return [each["Message"] for each in element.get("ValidationErrors", [])]


def ok(elements: list[dict[str, Any]]) -> dict[str, Any]:
    """The only element, which must not have been refused."""
    (element,) = elements
    assert messages(element) == []
    return element


def names(elements: list[dict[str, Any]]) -> list[str]:
    return [each["Name"] for each in elements]
