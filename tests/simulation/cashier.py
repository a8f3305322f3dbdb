"""A bookkeeper at the money: pays, takes back, credits, voids and edits documents in Xero's screens, ours or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from random import Random

from local.xero.books import Row

from . import papers
from .books import Ledger
from .papers import Json

_OPEN = "AUTHORISED"


class Cashier:
    """What Xero does not let a person do stays undone."""

    def __init__(self, dice: Random, ledger: Ledger) -> None:
        self._dice, self._ledger = dice, ledger
        self.did: Counter[str] = Counter()

    def act(self) -> None:
        acts = (
            (self._pay, 8),
            (self._unpay, 3),
            (self._delete_payment, 2),
            (self._allocate, 3),
            (self._deallocate, 2),
            (self._refund, 2),
            (self._void, 1),
            (self._edit, 3),
            (self._own, 1),
            (self._prepaid, 1),
        )
        self._dice.choices([act for act, _ in acts], [weight for _, weight in acts])[0]()

    def _pay(self) -> None:
        """Part of it, or all of it; some carry a reference that looks like one of ours."""
        row = self._one("invoices", open_=True)
        if row is not None:
            self._try("pay", "invoices", row, self._amount(row))

    def _refund(self) -> None:
        row = self._one("credit_notes", open_=True)
        if row is not None:
            self._try("pay", "credit_notes", row, self._amount(row))

    def _unpay(self) -> None:
        row = self._one(self._dice.choice(("invoices", "invoices", "credit_notes")))
        if row is not None:
            self._try("unpay", "credit_notes" if "RemainingCredit" in row.fields else "invoices", row, {})

    def _delete_payment(self) -> None:
        row = self._one("payments", open_=True)
        if row is not None:
            self._try("delete", "payments", row, {})

    def _allocate(self) -> None:
        credit, invoice = self._one("credit_notes", open_=True), self._one("invoices", open_=True)
        if credit is not None and invoice is not None:
            most = min(papers.left_of(credit.fields), papers.left_of(invoice.fields))
            fields: Json = {"invoice": invoice.id, "amount": f"{most * self._dice.randint(5, 100) / 100:.2f}"}
            self._try("allocate", "credit_notes", credit, fields)

    def _deallocate(self) -> None:
        row = self._one("credit_notes")
        if row is not None:
            self._try("deallocate", "credit_notes", row, {})

    def _void(self) -> None:
        kind = self._dice.choice(("invoices", "credit_notes"))
        row = self._one(kind, open_=True)
        if row is not None:
            self._try("void", kind, row, {})

    def _edit(self) -> None:
        """A word, a date, a price."""
        row = self._one("invoices", open_=True)
        if row is None:
            return
        lines = row.fields["LineItems"]
        edits: tuple[Json, ...] = (
            {"DueDate": f"2026-12-{self._dice.randint(1, 28):02}"},
            {"LineItems": [{"LineItemID": line.id, "Description": f"{line.description}, checked"} for line in lines]},
            {"LineItems": [{"LineItemID": line.id, "UnitAmount": self._dice.randint(1, 500)} for line in lines]},
        )
        self._try("edit", "invoices", row, self._dice.choices(edits, (3, 2, 1))[0])

    def _own(self) -> None:
        """An invoice of somebody's that never was ours."""
        customer = self._one("contacts")
        if customer is not None:
            line = {"Description": "Own", "Quantity": 1, "UnitAmount": 50, "AccountCode": "200"}
            fields: Json = {"Type": "ACCREC", "Contact": {"ContactID": customer.id}, "Status": _OPEN}
            self._do("create", "invoices", "", {**fields, "LineItems": [line]})

    def _prepaid(self) -> None:
        """Money that came before anybody knew for what; later it goes to an invoice."""
        invoice, credit = self._one("invoices", open_=True), self._one("prepayments", open_=True)
        if invoice is None:
            return
        if credit is None or self._dice.random() < 0.5:
            fields: Json = {"Contact": {"ContactID": invoice.fields["ContactID"]}, "amount": "40.00"}
            self._do("create", "prepayments", "", fields)
        else:
            self._try("allocate", "prepayments", credit, {"invoice": invoice.id})

    def copy(self, unknown: Collection[str]) -> bool:
        """Enters a payment of ours once more, reference and all: one of these, of which we do not know yet."""
        for row in self._ledger.rows("payments"):
            fields = row.fields
            if papers.mark_in(papers.PAYMENTS, fields) in unknown and fields["Status"] == _OPEN:
                kind, again = fields["DocumentKind"], {"amount": fields["Amount"], "reference": fields["Reference"]}
                return self.does("pay", kind, fields["DocumentID"], {n: str(v) for n, v in again.items()})
        return False

    # ------------------------------------------------------------------ hands

    def _one(self, kind: str, *, open_: bool = False) -> Row | None:
        rows = [row for row in self._ledger.rows(kind) if not open_ or row.fields["Status"] == _OPEN]
        return self._dice.choice(rows) if rows else None

    def _amount(self, row: Row) -> Json:
        left = papers.left_of(row.fields)
        share = 100 if self._dice.random() < 0.3 else self._dice.randint(3, 97)
        return {"amount": f"{left * share / 100:.2f}", "reference": self._dice.choice(("", "bank", "thanks"))}

    def _try(self, action: str, kind: str, row: Row, fields: Json) -> None:
        self._do(action, kind, row.id, fields)

    def _do(self, action: str, kind: str, id: str, fields: Json) -> None:
        if self.does(action, kind, id, fields):
            self.did[f"{action} {kind}"] += 1

    def does(self, action: str, kind: str, id: str, fields: Json) -> bool:
        """Whether Xero let them."""
        return self._ledger.human(action, kind, id, fields)
