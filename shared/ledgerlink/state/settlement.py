"""What the ledger says is paid, credited and left of a document: news that travels only this way (rules D8, P1, P4)."""

from __future__ import annotations

from typing import Literal

from ledgerlink.kinds import Value
from ledgerlink.kinds.amounts import Amount, MaybeDate

LedgerStatus = Literal["draft", "awaiting_approval", "approved", "paid", "void"]
PartSort = Literal["payment", "credit_note", "prepayment", "overpayment", "allocation"]


class SettlingPart(Value):
    """One thing that settles a document: a payment on it, a credit applied to it, or, of a credit, an invoice it went
    to (``allocation``: ``id`` is the allocation's, ``document_id`` the invoice's)."""

    sort: PartSort
    id: str
    amount: Amount
    date: MaybeDate = None
    reference: str = ""
    document_id: str = ""


class Settlement(Value):
    """As of one reading. ``parts`` is None where the ledger did not list them: answers to writes do not."""

    status: LedgerStatus
    total: Amount
    outstanding: Amount  # of a credit: what remains of it
    contact: str = ""  # the ledger's id of whom it is made out to
    parts: tuple[SettlingPart, ...] | None = None

    def of(self, sort: PartSort) -> tuple[SettlingPart, ...]:
        return tuple(part for part in self.parts or () if part.sort == sort)

    def says_more(self, known: Settlement | None) -> bool:
        """Whether this is news to whoever knows ``known``; what is not listed says nothing."""
        if known is None:
            return True
        told = (self.status, self.total, self.outstanding) != (known.status, known.total, known.outstanding)
        return told or (self.parts is not None and self.parts != known.parts)

    def over(self, known: Settlement | None) -> Settlement:
        """This, with the parts known before where it does not list them."""
        if self.parts is not None or known is None:
            return self
        return self.model_copy(update={"parts": known.parts})
