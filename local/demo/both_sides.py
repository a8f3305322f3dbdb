"""The chapter about both sides at work: a field edited here and there, a merge in the ledger, and the CRM's ear."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
from rich.console import Console
from standardwebhooks import Webhook, WebhookVerificationError

from local.demo.hub import Hub
from local.ports import HOST


class BothSides:
    """Told once contacts are linked. ``problems`` holds whatever did not hold."""

    def __init__(self, hub: Hub, ledger: httpx.Client, console: Console, problems: list[str]) -> None:
        self.hub, self.ledger, self.console, self.problems = hub, ledger, console, problems

    def tell(self, contacts: list[dict[str, Any]]) -> None:
        """With five linked contacts that nobody else is busy with."""
        with Ear() as ear:
            ear.secret = self.hub("POST", "/crm-webhook/secret")["secret"]
            self.hub("PUT", "/crm-webhook", json={"url": ear.url, "enabled": True})
            self._clash(contacts[:3])
            merged = self._merge(contacts[3])
            self._heard(ear, {_id_of(contacts[1]), merged})
            self.hub("PUT", "/crm-webhook", json={"url": ear.url, "enabled": False})

    def _clash(self, contacts: list[dict[str, Any]]) -> None:
        """The same e-mail address edited here and there, and nobody told us in time."""
        self.hub("PATCH", "/settings", json={"field_owner": "ask"})
        self._sim("settings", webhooks=False)
        for contact in contacts:
            number = _id_of(contact)
            self._human("edit", contact["ContactID"], EmailAddress=f"{number}@ledger.example")
            self.hub("PATCH", f"/organizations/{number}", json={"email": f"{number}@crm.example"})
        self._sim("settings", webhooks=True)
        self.hub.local("POST", "drain")
        waiting = {each["record"]["id"]: each for each in self.hub.every("/conflicts")}
        ids = [_id_of(contact) for contact in contacts]
        self._expect(set(ids) <= set(waiting), f"{len(waiting)} conflicts were found")
        shown = waiting[ids[0]]["fields"][0]
        self._say(f"{len(ids)} e-mail addresses were edited on both sides; each waits with both values:")
        self._say(f"   {waiting[ids[0]]['title']}: {shown['crm']} here, {shown['ledger']} in the ledger")
        answers: list[dict[str, Any]] = [{"keep": "crm"}, {"keep": "ledger"}, {"fields": {"email": "crm"}}]
        for id_, answer in zip(ids, answers, strict=True):
            self.hub("POST", f"/conflicts/{waiting[id_]['id']}", json=answer)
        self.hub("PATCH", "/settings", json={"field_owner": None})
        self.hub.local("POST", "drain")
        for contact, id_, side in zip(contacts, ids, ("crm", "ledger", "crm"), strict=True):
            wanted, there = f"{id_}@{side}.example", self._contact(contact["ContactID"])["EmailAddress"]
            here = self.hub("GET", f"/organizations/{id_}")["email"]
            self._expect((here, there) == (wanted, wanted), f"{id_} was decided for {wanted}: {here} and {there}")
        self._say("Decided, one for the CRM, one for the ledger, one by field: both sides say the same.")

    def _merge(self, contact: dict[str, Any]) -> str:
        """Somebody tidies up the ledger; the organization's id."""
        survivor = self._human("create", "", Name=f"{contact['Name']} (head office)")
        self._human("merge", contact["ContactID"], into=survivor)
        self.hub.local("POST", "drain")
        found = self.hub("GET", f"/organizations/{_id_of(contact)}")
        held = found["sync"]["accounting_code"]
        self._expect(held == survivor, f"{found['id']} is linked to {held} and not to the survivor {survivor}")
        self._say(f"{contact['Name']} was merged into another contact: its organization follows, as {found['name']}.")
        return str(found["id"])

    def _heard(self, ear: Ear, expected: set[str]) -> None:
        self.hub.local("POST", "drain")
        told: dict[str, list[int]] = {}
        for data in ear.heard:
            told.setdefault(data["id"], []).append(data["revision"])
        self._expect(not ear.refused, f"{len(ear.refused)} messages to the CRM were not genuine: {ear.refused[:1]}")
        self._expect(expected <= set(told), f"the CRM was not told of {sorted(expected - set(told))}")
        backwards = [id_ for id_, revisions in told.items() if revisions != sorted(revisions)]
        self._expect(not backwards, f"the CRM was told out of order of {backwards}")
        self._say(f"The CRM was told of {len(told)} records by webhook, in order, each message signed.")

    # ---------------------------------------------------------------- hands

    def _human(self, action: str, id_: str, **fields: Any) -> str:
        """What somebody does in the ledger's own screens; the contact's id."""
        body = {"action": action, "kind": "contacts", "id": id_, "fields": fields}
        answer = self.ledger.post("/_sim/human", json=body).raise_for_status().json()
        return str(answer["contacts"][0]["ContactID"])

    def _sim(self, control: str, **body: Any) -> None:
        self.ledger.post(f"/_sim/{control}", json=body).raise_for_status()

    def _contact(self, id_: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.ledger.get("/_sim/state").json()["contacts"]
        return next(contact for contact in found if contact["ContactID"] == id_)

    def _say(self, text: str) -> None:
        self.console.print(f"  {text}")

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)


class Ear:
    """A CRM's receiver on this machine, for as long as it is open: it believes only what is signed with ``secret``."""

    def __init__(self) -> None:
        self.secret = ""
        self.heard: list[dict[str, Any]] = []
        self.refused: list[str] = []

    def __enter__(self) -> Ear:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                ear.take(self.rfile.read(int(self.headers["content-length"])), dict(self.headers.items()))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self._server.server_port}/"
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """One message."""
        try:
            Webhook(self.secret).verify(body, headers, json_parse=False)
        except WebhookVerificationError as error:
            self.refused.append(repr(error))
        else:
            self.heard.append(json.loads(body)["data"])


def _id_of(contact: dict[str, Any]) -> str:
    return str(contact["ContactNumber"].removeprefix("LL-"))
