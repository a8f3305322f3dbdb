"""The chapter about both sides at work: a field edited here and there, a merge in the ledger, and the CRM's ear."""

from __future__ import annotations

import json
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

from local.demo.scene import Scene
from local.ports import HOST
from local.receiver import genuine, handler


class BothSides(Scene):
    """Told once contacts are linked."""

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
        self.ledger.control("settings", webhooks=False)
        for contact in contacts:
            number = _id_of(contact)
            self.ledger.human("edit", "contacts", contact["ContactID"], EmailAddress=f"{number}@ledger.example")
            self.hub("PATCH", f"/organizations/{number}", json={"email": f"{number}@crm.example"})
        self.ledger.control("settings", webhooks=True)
        self.hub.local("POST", "drain")
        waiting = {each["record"]["id"]: each for each in self.hub.every("/conflicts")}
        ids = [_id_of(contact) for contact in contacts]
        self.expect(set(ids) <= set(waiting), f"{len(waiting)} conflicts were found")
        shown = waiting[ids[0]]["fields"][0]
        self.say(f"{len(ids)} e-mail addresses were edited on both sides; each waits with both values:")
        self.say(f"   {waiting[ids[0]]['title']}: {shown['crm']} here, {shown['ledger']} in the ledger")
        answers: list[dict[str, Any]] = [{"keep": "crm"}, {"keep": "ledger"}, {"fields": {"email": "crm"}}]
        for id_, answer in zip(ids, answers, strict=True):
            self.hub("POST", f"/conflicts/{waiting[id_]['id']}", json=answer)
        self.hub("PATCH", "/settings", json={"field_owner": None})
        self.hub.local("POST", "drain")
        for contact, id_, side in zip(contacts, ids, ("crm", "ledger", "crm"), strict=True):
            wanted, there = f"{id_}@{side}.example", self._contact(contact["ContactID"])["EmailAddress"]
            here = self.hub("GET", f"/organizations/{id_}")["email"]
            self.expect((here, there) == (wanted, wanted), f"{id_} was decided for {wanted}: {here} and {there}")
        self.say("Decided, one for the CRM, one for the ledger, one by field: both sides say the same.")

    def _merge(self, contact: dict[str, Any]) -> str:
        """Somebody tidies up the ledger; the organization's id."""
        [made] = self.ledger.human("create", "contacts", "", Name=f"{contact['Name']} (head office)")["contacts"]
        survivor = made["ContactID"]
        self.ledger.human("merge", "contacts", contact["ContactID"], into=survivor)
        self.hub.local("POST", "drain")
        found = self.hub("GET", f"/organizations/{_id_of(contact)}")
        held = found["sync"]["accounting_code"]
        self.expect(held == survivor, f"{found['id']} is linked to {held} and not to the survivor {survivor}")
        self.say(f"{contact['Name']} was merged into another contact: its organization follows, as {found['name']}.")
        return str(found["id"])

    def _heard(self, ear: Ear, expected: set[str]) -> None:
        self.hub.local("POST", "drain")
        told: dict[str, list[int]] = {}
        for data in ear.heard:
            told.setdefault(data["id"], []).append(data["revision"])
        self.expect(not ear.refused, f"{len(ear.refused)} messages to the CRM were not genuine: {ear.refused[:1]}")
        self.expect(expected <= set(told), f"the CRM was not told of {sorted(expected - set(told))}")
        backwards = [id_ for id_, revisions in told.items() if revisions != sorted(revisions)]
        self.expect(not backwards, f"the CRM was told out of order of {backwards}")
        self.say(f"The CRM was told of {len(told)} records by webhook, in order, each message signed.")

    def _contact(self, id_: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.ledger.state()["contacts"]
        return next(contact for contact in found if contact["ContactID"] == id_)


class Ear:
    """A CRM's receiver on this machine, for as long as it is open: it believes only what is signed with ``secret``."""

    def __init__(self) -> None:
        self.secret = ""
        self.heard: list[dict[str, Any]] = []
        self.refused: list[str] = []

    def __enter__(self) -> Ear:
        self._server = ThreadingHTTPServer((HOST, 0), handler(self._take))
        self.url = f"http://{HOST}:{self._server.server_port}/"
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, body: str, headers: dict[str, str]) -> None:
        told = genuine(body, headers, [self.secret])
        if told.startswith("genuine"):
            self.heard.append(json.loads(body)["data"])
        else:
            self.refused.append(told)


def _id_of(contact: dict[str, Any]) -> str:
    return str(contact["ContactNumber"].removeprefix("LL-"))
