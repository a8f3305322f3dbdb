"""A payment or refund of one document. Made on either side it reaches the other once, and then stays (P2, P3)."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from .amounts import Amount
from .base import MARK, Content, Field, Kind, Limit
from .organization import Text

PaidKind = Literal["invoice", "bill", "credit_note", "supplier_credit_note", "prepayment", "overpayment"]
Status = Literal["active", "reversed"]

REFERENCE_HOLDS = 255  # with our mark; the ledger documents no limit (facts/xero.md §8 no. 12)
RECORD_KINDS: dict[PaidKind, str] = {
    "invoice": "invoices",
    "bill": "bills",
    "credit_note": "credit-notes",
    "supplier_credit_note": "supplier-credit-notes",
}
"""What is paid, by its kind in paths. Prepayments and overpayments live in the ledger alone."""


class Payment(Content):
    """Money that moved. One without a document waits until it is allocated (rule P2)."""

    document_kind: PaidKind = "invoice"
    document_id: Text = ""
    date: date
    amount: Amount
    method: Text = ""
    reference: Text = ""
    status: Status = "active"


_MARKED = re.compile(rf"\s*\b({MARK}[A-Za-z0-9._~@+-]{{1,47}})$")


def ledger_reference(reference: str, mark: str) -> str:
    """The text that the ledger holds: ours with the mark behind it, by which the payment is known for ours."""
    return f"{' '.join(reference.split())} {mark}".strip()


def read_reference(text: str) -> tuple[str, str]:
    """The text and the mark again; no mark where there is none."""
    tidy = " ".join(text.split())
    found = _MARKED.search(tidy)
    return (tidy[: found.start()], found[1]) if found else (tidy, "")


def ledger_view(content: Payment) -> Payment:
    """The payment as the ledger can say it."""
    return content.model_copy(update={"reference": " ".join(content.reference.split())})


PAYMENTS: Kind[Payment] = Kind(
    name="payments",
    singular="payment",
    model=Payment,
    document_type="payment",
    stage=4,
    taken_back_alone=True,
    ledger_view=ledger_view,
    title=lambda content: f"{content.date.isoformat()} {content.amount:f} {content.reference}".strip(),
    needed=frozenset({"date", "amount"}),
    fields=(
        Field("document_kind", "What is paid"),
        Field("document_id", "Document"),
        Field("date", "Date"),
        Field("amount", "Amount"),
        Field("method", "Method"),
        Field("reference", "Reference", (Limit(REFERENCE_HOLDS - 51),)),
        Field("status", "Status"),
    ),
)
