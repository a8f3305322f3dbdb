"""The chapter about money in: paid there and here, credited, taken back; then both sides' books, equal to the cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from rich.table import Table

from local.demo.money import Money

ALWAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "23:59"}
LISTS = 5  # payments, prepayments, overpayments, credit notes, invoices
THERE, HERE = 0.12, 0.09  # of the open invoices: paid there, paid here
BACK, CREDITED = 10, 8  # at most
CENT = Decimal("0.01")
METHOD = "bank transfer"
CLEANING = {"description": "Cleaning", "quantity": "1", "unit_price": "25.00", "account_code": "220"}


class Payments:
    """Told after the documents were sent."""

    def __init__(self, money: Money) -> None:
        self.money, self.hub, self.ledger = money, money.hub, money.ledger
        self.back = 0  # payments taken back in the ledger

    def tell(self) -> dict[str, int]:
        """Some are paid in the ledger and some here; the schedule brings the former, the export the latter."""
        bank = self.hub("GET", "/bank-accounts")["items"][0]
        self.hub("PUT", "/mappings/payment-method", json={"items": [{"from": METHOD, "to": bank["id"]}]})
        self.hub("PATCH", "/settings", json={"payments_to_ledger": True, "business_hours": ALWAYS})
        self.ledger.control("settings", webhooks=False)  # nobody tells us: the schedule has to find out
        rows = self.ledger.state()
        open_ = [
            row for row in rows["invoices"] if row["Status"] == "AUTHORISED" and Decimal(str(row["AmountDue"])) > 1
        ]
        there, here = (max(5, round(len(open_) * share)) for share in (THERE, HERE))
        self._paid_there(open_[:there])
        self._credited_there([row for row in rows["credit_notes"] if row["Status"] == "AUTHORISED"], open_[there:-here])
        self._paid_here({row["InvoiceNumber"]: row for row in open_[-here:]})
        self._ask()
        self._edited_safely()
        self.money.totals()
        return {"payments": self._reconciled()}

    def _paid_there(self, invoices: list[dict[str, Any]]) -> None:
        """Every third in part; the first few are taken back again."""
        for n, row in enumerate(invoices):
            amount = _part(row) if n % 3 == 0 else Decimal(str(row["AmountDue"]))
            self.ledger.human("pay", "invoices", row["InvoiceID"], amount=str(amount), reference=f"statement {n}")
        self._ask()
        self.back = min(BACK, len(invoices) // 2)
        for row in invoices[: self.back]:
            self.ledger.human("unpay", "invoices", row["InvoiceID"])
        self.money.say(
            f"{len(invoices)} payments in the ledger, {self.back} of them taken back after they had come here."
        )

    def _credited_there(self, notes: list[dict[str, Any]], invoices: list[dict[str, Any]]) -> None:
        """Credit notes set against an invoice of the same customer."""
        done = 0
        for note in notes:
            same = [row for row in invoices if row["Contact"]["ContactID"] == note["Contact"]["ContactID"]]
            if same and done < CREDITED:
                self.ledger.human("allocate", "credit_notes", note["CreditNoteID"], invoice=same[0]["InvoiceID"])
                invoices.remove(same[0])
                done += 1
        self.money.say(f"{done} credit notes set against invoices there.")

    def _paid_here(self, there: dict[str, dict[str, Any]]) -> None:
        """Payments of the rental system; some that cannot go, each with its reason."""
        items: list[dict[str, Any]] = []
        for n, record in enumerate(r for r in self.hub.every("/invoices") if r["number"] in there):
            left = Decimal(str(there[record["number"]]["AmountDue"]))
            items.append(
                {
                    "id": f"pay-{n:04}",
                    "document_kind": "invoice",
                    "document_id": record["id"],
                    "date": "2026-11-20",
                    "amount": str(_part(there[record["number"]]) if n % 2 else left),
                    "method": METHOD,
                    "reference": f"receipt {n}",
                }
            )
        wrong: dict[str, tuple[dict[str, Any], str]] = {
            "pay-more": ({"amount": "9999999.00"}, "exceeds_outstanding"),
            "pay-how": ({"method": "barter"}, "payment_method_not_mapped"),
            "pay-none": ({"document_id": None}, "not_allocated"),
        }
        for item, (id_, (change, _)) in zip(items[-len(wrong) :], wrong.items(), strict=True):
            item |= {"id": id_, **change}
        answer = self.hub("POST", "/payments:batch", json={"items": items})
        self.money.expect(all(row["outcome"] != "failed" for row in answer["items"]), "not every payment was taken")
        self.hub.local("POST", "drain")
        told_of = {record["id"]: record["sync"] for record in self.hub.every("/payments")}
        sent = Counter(told_of[item["id"]]["state"] for item in items)
        self.money.expect(
            sent["linked"] == len(items) - len(wrong), f"of {len(items)} payments made here: {dict(sent)}"
        )
        for id_, (_, code) in wrong.items():
            sync = told_of[id_]
            told = (sync["error"] or {}).get("code") or sync["reason"]
            self.money.expect(told == code, f"{id_} was told {told}, expected {code}")
        self.money.say(
            f"{sent['linked']} payments made here went out; {', '.join(code for _, code in wrong.values())}."
        )

    def _edited_safely(self) -> None:
        """Two paid invoices get another line: ours by lifting the payment, theirs by a credit note and a new one."""
        ours = {each["document_id"] for each in self.hub.every("/payments") if each["id"].startswith("pay-")}
        paid = [each for each in self.hub.every("/invoices", status="part_paid") if each["currency"] in ("", "GBP")]
        for way, wanted in (("lift_payment", True), ("credit_and_reissue", False)):
            record = next((each for each in paid if (each["id"] in ours) is wanted), None)
            if record is None:
                self.money.expect(False, f"there is no invoice to show {way} on")
                continue
            path, more = f"/invoices/{record['id']}", {**CLEANING, "tax_code": record["lines"][0]["tax_code"]}
            self.hub("PATCH", path, json={"lines": [*record["lines"], more], "total": None, "subtotal": None})
            self.hub.local("POST", "drain")
            asked = {"record": {"kind": "invoices", "id": record["id"]}, "fix": way}
            plan = self.hub("POST", "/errors:fix", json={**asked, "dry_run": True})
            self.hub("POST", "/errors:fix", json=asked)
            self.hub.local("POST", "drain")
            steps = ", ".join(f"{step['action'].replace('_', ' ')} {step['amount']}" for step in plan["steps"])
            self.money.say(f"{record['number']}, {record['status'].replace('_', ' ')}, edited safely: {steps}.")
            states = {
                self.hub("GET", f"/{step['record']['kind']}/{step['record']['id']}")["sync"]["state"]
                for step in plan["steps"]
            }
            self.money.expect(states == {"linked"}, f"after {way} of {record['number']}: {states}")

    def _ask(self) -> None:
        """The schedule, now; then whatever follows from it."""
        before = len(self.ledger.calls("GET"))
        self.hub.local("POST", "run/payment_import")
        calls = len(self.ledger.calls("GET")) - before
        self.money.say(f"The scheduled import asked in {calls} calls, however many invoices are open.")
        self.money.expect(calls <= 2 * LISTS, f"the payment import made {calls} calls")
        self.hub.local("POST", "drain")

    def _reconciled(self) -> int:
        """What was paid and what is left, on both sides."""
        state = self.ledger.state()
        there = [row for row in state["payments"] if row["Status"] == "AUTHORISED"]
        here = [r for r in self.hub.every("/payments") if r["sync"]["accounting_code"]]
        active = [r for r in here if r["status"] == "active"]
        sent = {r["sync"]["accounting_code"]: r for r in self.hub.every("/invoices") if r["sync"]["accounting_code"]}
        table = Table("", "here", "in the ledger", "drift", box=None, padding=(0, 2), header_style="dim")
        for name, ours, theirs in (
            ("paid", _sum(r["amount"] for r in active), _sum(row["Amount"] for row in there)),
            (
                "outstanding",
                _sum(r["amount_outstanding"] for r in sent.values()),
                _sum(row["AmountDue"] for row in state["invoices"] if row["InvoiceID"] in sent),
            ),
        ):
            self.money.expect(ours == theirs, f"{name}: {ours} here, {theirs} there")
            table.add_row(name, f"{ours:,.2f}", f"{theirs:,.2f}", f"{ours - theirs:,.2f}")
        self.money.console.print(table)
        ids = Counter(r["sync"]["accounting_code"] for r in here)
        once = ids.keys() >= {row["PaymentID"] for row in there} and max(ids.values(), default=0) <= 1
        self.money.expect(once and len(active) == len(there), f"{len(active)} payments here, {len(there)} there")
        taken_back = sum(r["status"] == "reversed" for r in here)
        self.money.expect(taken_back == self.back, f"{taken_back} payments are reversed here")
        self.money.say(f"{len(active)} payments on both sides, each once; {taken_back} reversed.")
        return len(active)


def _part(row: dict[str, Any]) -> Decimal:
    return (Decimal(str(row["AmountDue"])) / 3).quantize(CENT)


def _sum(amounts: Any) -> Decimal:
    return sum((Decimal(str(amount or 0)).quantize(CENT) for amount in amounts), Decimal("0.00"))
