"""A payment or refund of one document."""

from __future__ import annotations

from datetime import date
from typing import Literal

from .amounts import Amount
from .base import Content
from .organization import Text

PaidKind = Literal["invoice", "bill", "credit_note", "supplier_credit_note", "prepayment", "overpayment"]


class Payment(Content):
    """Money that moved. One without a document waits until it is allocated (rule P2)."""

    document_kind: PaidKind = "invoice"
    document_id: Text = ""
    date: date
    amount: Amount
    method: Text = ""
    reference: Text = ""
    status: Literal["active", "reversed"] = "active"
