"""The chapter about money out: mappings, products, invoices and credit notes, and both sides' totals to the cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from rich.table import Table

from local.demo import papers
from local.demo.scene import Scene

MAPPINGS: dict[str, list[dict[str, str]]] = {
    "tax": [
        {"from": "standard", "side": "sales", "to": "OUTPUT2"},
        {"from": "reduced", "side": "sales", "to": "RROUTPUT"},
        {"from": "zero", "side": "sales", "to": "ZERORATEDOUTPUT"},
    ],
    "account": [{"from": "hire", "side": "sales", "to": "210"}, {"from": "service", "side": "sales", "to": "220"}],
}
SETTINGS = {"create_linked_contact_for_document": True, "rounding_difference": "line"}
THERE = {"DRAFT": "draft", "SUBMITTED": "awaiting_approval", "AUTHORISED": "approved", "PAID": "paid"}
CALLS_AT_ONCE = 50


class Money(Scene):
    """Told by the story."""

    def send(self, invoices: int, credit_notes: int) -> dict[str, int]:
        """Everything that sells goes to the ledger; what is wrong stays, with its reason."""
        self.hub("PATCH", "/settings", json=SETTINGS)
        for kind, items in MAPPINGS.items():
            self.hub("PUT", f"/mappings/{kind}", json={"items": items})
        self._push("products", papers.PRODUCTS)
        customers = sorted(o["id"] for o in self.hub.every("/organizations", state="linked"))
        made = papers.make(customers, invoices, credit_notes)
        self._push("invoices", made.invoices)
        self._push("credit-notes", made.credit_notes)
        calls = len(self.ledger.calls("PUT", "POST"))
        plan = self.hub.job("send-invoices", "planning to send", dry_run=True)
        self.expect(plan["progress"]["failed"] == len(made.wrong), f"the plan refuses {plan['progress']['failed']}")
        self.hub("POST", f"/jobs/{plan['id']}/apply")
        done = self.hub.follow(plan["id"], "sending")
        calls = len(self.ledger.calls("PUT", "POST")) - calls
        self.say(f"{done['progress']['created']} documents and what they need went in {calls} writes.")
        most = -(-len(made.invoices) // CALLS_AT_ONCE) + -(-len(made.credit_notes) // CALLS_AT_ONCE) + 4
        self.expect(calls <= most, f"{calls} writes, more than {most}")
        self._refusals(made)
        self.totals()
        return {"documents": done["progress"]["created"], "refused": done["progress"]["failed"]}

    def _push(self, kind: str, items: list[dict[str, Any]]) -> None:
        for start in range(0, len(items), 500):
            answer = self.hub("POST", f"/{kind}:batch", json={"items": items[start : start + 500]})
            bad = [row for row in answer["items"] if row["outcome"] == "failed"]
            self.expect(not bad, f"{len(bad)} {kind} were not taken: {bad[:2]}")

    def _refusals(self, made: papers.Papers) -> None:
        told = {}
        for kind in ("invoices", "credit-notes"):
            for record in self.hub.every(f"/{kind}", has_error="true"):
                told[record["id"]] = (record["sync"]["error"] or {}).get("code", "")
        for code, count in Counter(told.values()).most_common():
            self.say(f"   {count:4} x {code}")
        self.expect(told == made.wrong, f"refused with {told}, expected {made.wrong}")

    def totals(self) -> None:
        """Per kind and status, both sides: equal to the cent."""
        state = self.ledger.state()
        table = Table("", "status", "documents", "here", "in the ledger", "drift", box=None, padding=(0, 2))
        for kind, rows in (("invoices", state["invoices"]), ("credit-notes", state["credit_notes"])):
            here = self._sums([(r["status"], r["total"]) for r in self._sent(kind)])
            there = self._sums([(self._status(row), str(row["Total"])) for row in rows if row["Status"] in THERE])
            for status in sorted(here.keys() | there.keys()):
                ours, theirs = here.get(status, (0, Decimal(0))), there.get(status, (0, Decimal(0)))
                drift = ours[1] - theirs[1]
                self.expect(ours == theirs, f"{kind} {status}: {ours} here, {theirs} there")
                table.add_row(kind, status, f"{ours[0]}", f"{ours[1]:,.2f}", f"{theirs[1]:,.2f}", f"{drift:,.2f}")
        self.console.print(table)

    def _sent(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.hub.every(f"/{kind}") if record["sync"]["accounting_code"]]

    def _status(self, row: dict[str, Any]) -> str:
        """Part-paid is a status here; there it is an approved one that owes less than its total."""
        left = row.get("AmountDue", row.get("RemainingCredit"))
        if row["Status"] == "AUTHORISED" and left is not None and left != row["Total"]:
            return "part_paid"
        return THERE[row["Status"]]

    def _sums(self, rows: list[tuple[str, str]]) -> dict[str, tuple[int, Decimal]]:
        found: dict[str, tuple[int, Decimal]] = {}
        for status, total in rows:
            count, amount = found.get(status, (0, Decimal(0)))
            found[status] = (count + 1, amount + Decimal(total).quantize(Decimal("0.01")))
        return found
