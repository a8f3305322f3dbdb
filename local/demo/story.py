"""The story: each chapter does what a bookkeeper would do, says what happened, and checks it."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from typing import Any

import httpx
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from local.demo import sample
from local.demo.books import Books
from local.demo.both_sides import BothSides
from local.demo.hub import Hub
from local.demo.money import Money
from local.demo.payments import Payments
from local.demo.scene import Ledger, Scene

BY_THEMSELVES = ("create_linked_contact_on_create", "update_linked_contact_on_edit")


class Story(Scene):
    """Told once."""

    def __init__(
        self,
        url: str,
        xero: str,
        console: Console,
        organizations: int,
        contacts: int,
        real_limits: bool,
        invoices: int = 1000,
        credit_notes: int = 60,
    ) -> None:
        super().__init__(Hub(url, "acme", console), Ledger(xero), console, [])
        self.real_limits = real_limits
        self.sample = sample.make(organizations, contacts)
        self.chapters, self.began = 0, time.monotonic()
        self.jobs: list[dict[str, Any]] = []
        self.invoices, self.credit_notes = invoices, credit_notes
        self.money = Money(self.hub, self.ledger, console, self.problems)

    def tell(self) -> dict[str, Any]:
        """All chapters; the figures of the closing line."""
        self.open_the_books()
        self.connect()
        self.load()
        self.link()
        self.export()
        self.change_in_the_ledger()
        self.take_an_import_back()
        self.import_the_rest()
        self.both_at_work()
        self.compare()
        self.send_documents()
        self.bring_money_in()
        self.read_the_mail()
        return self.reckon()

    def chapter(self, title: str) -> None:
        self.chapters += 1
        self.console.print(f"\n[bold]{self.chapters}. {title}[/]  [dim]after {self.elapsed():.0f} s[/]")

    def elapsed(self) -> float:
        """Seconds since the story began."""
        return time.monotonic() - self.began

    # ---------------------------------------------------------------- chapters

    def open_the_books(self) -> None:
        """The ledger has a life before us."""
        self.chapter("A ledger that was kept by hand")
        if not self.real_limits:
            self.ledger.control("settings", minute_limit=None, day_limit=None)
        self.ledger.control("seed", contacts=self.sample.contacts)
        archived = sum(contact["ContactStatus"] == "ARCHIVED" for contact in self.sample.contacts)
        self.say(f"{len(self.sample.contacts)} contacts, {archived} of them archived.")

    def connect(self) -> None:
        """Through the ledger's own consent page, as a browser would."""
        self.chapter("Connect")
        self.hub(
            "PUT", "", json={"name": "Acme Rental", "profile": "rental", "timezone": "Europe/Berlin", "currency": "EUR"}
        )
        # Until the plan was looked at, nothing goes by itself.
        self.hub("PATCH", "/settings", json=dict.fromkeys(BY_THEMSELVES, False))
        asked = self.hub("POST", "/connection")["authorize_url"]
        wanted = self.ledger.state()["organisations"][0]
        browser = httpx.Client(follow_redirects=False, timeout=60)
        back = browser.get(asked + f"&auto={wanted['id']}")
        landed = browser.get(back.headers["location"])
        self.expect(landed.status_code == 302, f"the callback answered {landed.status_code}")
        found = self.hub("GET", "/connection")
        if found["state"] == "choose":
            self.hub("POST", "/connection/organisation", json={"id": wanted["id"]})
            found = self.hub("GET", "/connection")
        self.expect(found["state"] == "connected", f"the connection is {found['state']}")
        self.say(f"Connected to {found['organisation']['name']}; {len(found['missing_scopes'])} permissions missing.")

    def load(self) -> None:
        """What the rental system exports."""
        self.chapter("Load the customers from a CSV file")
        began = time.monotonic()
        answer = self.hub(
            "POST",
            "/organizations:import-csv",
            content=self.sample.csv().encode(),
            headers={"Content-Type": "text/csv"},
        )
        self.say(
            f"{answer['rows']} rows in {time.monotonic() - began:.1f} s: {len(self.sample.rows) - answer['failed']} "
            f"loaded, {answer['failed']} refused."
        )
        self.expect(answer["rows"] == len(self.sample.rows), f"{answer['rows']} rows were read")
        self.expect(answer["failed"] == 0, f"{answer['failed']} rows were refused: {answer['results'][:3]}")

    def link(self) -> None:
        """The pairs the bookkeeper knows of, by CSV, tried out first."""
        self.chapter("Link those the ledger has already")
        ids = {c["Name"]: c["ContactID"] for c in self.ledger.state()["contacts"]}
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["id", "Linked Xero contact"])
        writer.writerows([id_, ids[name]] for id_, name in self.sample.pairs.items())
        writer.writerow(["crm-00000", "not-a-contact-id"])
        body: dict[str, Any] = {"content": out.getvalue().encode(), "headers": {"Content-Type": "text/csv"}}
        tried = self.hub("POST", "/links:import-csv", params={"dry_run": "true"}, **body)
        self.say(f"Tried out: {tried['linked']} would be linked, {tried['failed']} would fail.")
        done = self.hub("POST", "/links:import-csv", **body)
        bad = [row for row in done["results"] if row["outcome"] == "failed"]
        self.say(
            f"Done: {done['linked']} linked, {done['failed']} failed" + (f" ({bad[0]['message']})." if bad else ".")
        )
        self.expect(done["linked"] == len(self.sample.pairs), f"{done['linked']} of {len(self.sample.pairs)} linked")
        self.expect(done["failed"] == 1, "the bad line was not refused")

    def export(self) -> None:
        """Look first, then leap."""
        self.chapter("Plan the export, then carry it out")
        plan = self.hub.job("export-organizations", "planning", dry_run=True)
        self._show(plan, "would be")
        calls = plan["calls"]
        self.say(f"It needs {calls['needed']} calls to the ledger.")
        done = self.hub("POST", f"/jobs/{plan['id']}/apply")
        done = self.hub.follow(done.get("id", plan["id"]), "exporting")
        self.jobs.append(done)
        self._show(done, "were")
        failed = Counter(item["reason"] for item in self.hub.every(f"/jobs/{done['id']}/items", outcome="failed"))
        for reason, count in failed.most_common():
            self.say(f"   {count:4} x {reason}")
        planned, carried_out = plan["progress"], done["progress"]
        self.expect(carried_out["created"] > 0, "nothing was created")
        self.expect(carried_out["updated"] == planned["updated"], "not every planned update was carried out")

    def change_in_the_ledger(self) -> None:
        """A bookkeeper edits contacts in Xero; its webhooks tell us."""
        self.chapter("Somebody edits contacts in the ledger")
        linked = [c for c in self.ledger.state()["contacts"] if c.get("ContactNumber", "").startswith("LL-")][:25]
        for n, contact in enumerate(linked):
            fields = {"EmailAddress": f"ledger{n}@books.example"}
            self.ledger.human("edit", "contacts", contact["ContactID"], **fields)
        self.hub.local("POST", "drain")
        here = {contact["ContactNumber"].removeprefix("LL-"): n for n, contact in enumerate(linked)}
        arrived = sum(
            self.hub("GET", f"/organizations/{id_}")["email"] == f"ledger{n}@books.example" for id_, n in here.items()
        )
        self.say(f"{arrived} of {len(linked)} edits are here, each with its history.")
        self.expect(arrived == len(linked), f"only {arrived} of {len(linked)} edits arrived")

    def take_an_import_back(self) -> None:
        """What an import brought goes back to what it was; what somebody edited since is left alone."""
        self.chapter("An import by mistake is taken back")
        self.hub("PATCH", "/settings", json={"apply_ledger_edits": False})
        linked = [c for c in self.ledger.state()["contacts"] if c.get("ContactNumber", "").startswith("LL-")][25:45]
        ids = [contact["ContactNumber"].removeprefix("LL-") for contact in linked]
        before = {id_: self.hub("GET", f"/organizations/{id_}") for id_ in ids}
        for contact in linked:
            fields = {"EmailAddress": "wrong@books.example"}
            self.ledger.human("edit", "contacts", contact["ContactID"], **fields)
        done = self.hub.job("import-contacts", "importing", ids=ids)
        self.expect(done["progress"]["updated"] == len(ids), f"{done['progress']['updated']} were imported")
        kept = ids[0]
        self.hub("PATCH", f"/organizations/{kept}", json={"email": "right@acme.example"})
        plan = self.hub("POST", f"/jobs/{done['id']}/undo", params={"dry_run": "true"})
        self._show(self.hub.follow(plan["id"], "planning to undo it"), "would go back")
        self.hub("POST", f"/jobs/{plan['id']}/apply")
        undone = self.hub.follow(plan["id"], "undoing")
        self._show(undone, "went back")
        after = {id_: self.hub("GET", f"/organizations/{id_}") for id_ in ids}
        apart = [id_ for id_ in ids[1:] if after[id_]["email"] != before[id_]["email"]]
        self.expect(not apart, f"{len(apart)} did not go back to what they were")
        self.expect(after[kept]["email"] == "right@acme.example", "an edit made since was undone")
        self.say("One was edited since, and is listed with that reason.")
        self.hub("PATCH", "/settings", json={"apply_ledger_edits": None})

    def import_the_rest(self) -> None:
        """Contacts the CRM never knew; those that look alike are held and asked about."""
        self.chapter("Import the contacts that are only in the ledger")
        done = self.hub.job("import-contacts", "importing")
        self.jobs.append(done)
        self._show(done, "were")
        self.hub("PATCH", "/settings", json=dict.fromkeys(BY_THEMSELVES))  # back to the profile's
        suggestions = list(self.hub.every("/suggestions"))
        for suggestion in suggestions[:3]:
            contact, record = suggestion["contact"], suggestion["record"]
            self.say(f"   ? {contact['name']} may be {record['id']}: {suggestion['reason']} ({suggestion['score']})")
        if suggestions:
            some = [suggestion["id"] for suggestion in suggestions]
            self.hub("POST", "/suggestions", json={"ids": some, "action": "link"})
            self.say(f"{len(some)} questions answered: link.")
        self.hub.local("POST", "drain")

    def both_at_work(self) -> None:
        """What only people can decide, and what the CRM hears of it."""
        self.chapter("Both sides at work: conflicts, a merge, and the CRM is told")
        linked = [c for c in self.ledger.state()["contacts"] if c.get("ContactNumber", "").startswith("LL-")]
        active = [contact for contact in linked[50:] if contact["ContactStatus"] == "ACTIVE"]
        BothSides(self.hub, self.ledger, self.console, self.problems).tell(active)

    def compare(self) -> None:
        """Webhooks get lost. Every night each link is compared with the ledger; here it is done by hand."""
        self.chapter("Compare both sides")
        linked = [c for c in self.ledger.state()["contacts"] if c.get("ContactNumber", "").startswith("LL-")][30:35]
        self.ledger.control("settings", webhooks=False)
        for n, contact in enumerate(linked):
            fields = {"EmailAddress": f"unheard{n}@books.example"}
            self.ledger.human("edit", "contacts", contact["ContactID"], **fields)
        self.ledger.control("clock", advance_s=600)
        self.ledger.control("settings", webhooks=True)
        done = self.hub.job("reconcile", "comparing")
        self.hub.local("POST", "drain")
        found = done["figures"]
        self.say(
            f"{found['compared']} links compared; calls made: {done['calls']['used']}; {found.get('brought_in', 0)} "
            f"lost edits were brought here, {found.get('listed', 0)} differences stay, each with its reason."
        )
        reasons = Counter(item["reason"] for item in self.hub.every(f"/jobs/{done['id']}/items", outcome="skipped"))
        for reason, count in reasons.most_common():
            self.say(f"   {count:4} x {reason}")
        self.expect(found.get("missed_webhooks", 0) >= len(linked), f"not every lost edit was found: {found}")
        again = self.hub.job("reconcile", "comparing again", dry_run=True)
        self.expect(not again["figures"].get("brought_in"), f"the comparison found the same again: {again['figures']}")
        self.hub("POST", f"/jobs/{again['id']}/cancel")

    def send_documents(self) -> None:
        """Invoices and credit notes, products first; some are wrong on purpose."""
        self.chapter("Invoices and credit notes")
        self.documents = {"contacts_seconds": round(self.elapsed())}
        self.documents |= self.money.send(self.invoices, self.credit_notes)

    def bring_money_in(self) -> None:
        """Paid there and here; asked for, sent, and reconciled."""
        self.chapter("Payments, both ways")
        self.documents |= Payments(self.money).tell()

    def read_the_mail(self) -> None:
        """When a job ends, whoever started it hears of it."""
        self.chapter("The e-mail about it")
        mails = self.hub.local("GET", "outbox")
        self.expect(len(mails) >= 2, f"{len(mails)} e-mails were sent")
        if mails:
            mail = next((m for m in mails if "export" in m["subject"].lower()), mails[-1])
            to = mail["to"] if isinstance(mail["to"], str) else ", ".join(mail["to"])
            self.console.print(
                Panel(
                    "\n".join(mail["text"].strip().splitlines()[:24]),
                    title=mail["subject"],
                    subtitle=f"to {to}",
                    width=100,
                )
            )
        self.emails = len(mails)

    def reckon(self) -> dict[str, Any]:
        """Both sides' books against each other."""
        self.chapter("The reckoning")
        organizations = list(self.hub.every("/organizations"))
        state = self.ledger.state()
        books = Books(organizations, state["contacts"])
        books.check(self.sample.wrong)
        self.problems += books.wrong
        table = Table("organizations", "state", "why", box=None, padding=(0, 2), header_style="dim")
        for name, count in books.states().most_common():
            reasons = ", ".join(
                f"{n} x {reason}"
                for reason, n in Counter(
                    o["sync"]["reason"] or (o["sync"]["error"] or {}).get("code", "")
                    for o in organizations
                    if o["sync"]["state"] == name
                ).most_common(6)
                if reason
            )
            table.add_row(str(count), name, reasons)
        self.console.print(table)
        calls = self.ledger.calls()
        refused = sum(r["status"] == 429 for r in calls)
        self.expect(refused == 0, f"{refused} calls were refused for the ledger's limits")
        self.say(f"{len(state['contacts'])} contacts in the ledger; {len(calls)} calls, {refused} refused for limits.")
        self.say("Every organization is accounted for." if not self.problems else "Something does not add up:")
        totals = Counter[str]()
        for job in self.jobs:
            totals.update({name: job["progress"][name] for name in ("created", "updated", "failed")})
        return {
            "organizations": len(organizations),
            "contacts": len(state["contacts"]),
            **{name: totals[name] for name in ("created", "updated", "failed")},
            **self.documents,
            "ledger_calls": len(calls),
            "emails": self.emails,
        }

    # ---------------------------------------------------------------- hands

    def _show(self, job: dict[str, Any], verb: str) -> None:
        names = ("created", "updated", "archived", "linked", "unchanged", "skipped", "suggested", "left_out", "failed")
        counts = [f"{job['progress'][name]} {name}" for name in names if job["progress"][name]]
        self.say(f"{job['progress']['total']} records: {', '.join(counts) or 'nothing'} ({verb}).")
