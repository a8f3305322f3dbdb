"""The CRM's money: it makes documents and payments, edits and voids them, and repeats what it got no good answer to.

As with organizations, what it was told is taken is half of the oracle; what the hub refuses it takes back.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from ledgerlink.kinds.allocation import AllocationOrder
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import RecordKey

from . import papers
from .crm import PATIENCE, Crm
from .doors import Doors, refused, status_of
from .papers import ALLOCATIONS, CREDIT_NOTES, INVOICES, PAYMENTS, PRODUCTS, Json
from .reached import Reached
from .store import COMPANY, Store
from .virtual import VirtualTime

AGAIN = frozenset({"in_flight"})  # refusals that pass


@dataclass
class Paper:
    """One record of money as the CRM has it."""

    kind: str
    id: str
    body: Json = field(default_factory=dict)
    taken: Json | None = None  # as it was last taken
    busy: bool = False
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def key(self) -> RecordKey:
        return RecordKey(COMPANY, self.kind, self.id)


class Till:
    """Makes and pushes; one push per record at a time."""

    def __init__(
        self, time: VirtualTime, dice: Random, *, doors: Doors, crm: Crm, store: Store, reached: Reached
    ) -> None:
        self._time, self._dice, self._doors, self._crm = time, dice, doors, crm
        self._store, self._reached = store, reached
        self.papers: dict[tuple[str, str], Paper] = {}
        self.pushed = 0
        self.allocated = 0  # orders that were taken

    def of(self, kind: str) -> list[Paper]:
        return [paper for paper in self.papers.values() if paper.kind == kind]

    # ------------------------------------------------------------------ what it does

    def product(self, id: str) -> None:
        self.say(Paper(PRODUCTS, id, papers.product(self._dice, id)))

    def document(self, kind: str, id: str) -> None:
        """An invoice or a credit note to somebody; most have a number, some are to get one there."""
        customers = sorted(id_ for id_, account in self._crm.accounts.items() if account.pushes and not account.gone)
        if not customers:
            return
        products = [paper.id for paper in self.of(PRODUCTS)]
        numbered = self._dice.random() < 0.75
        body = papers.document(self._dice, id, self._dice.choice(customers), products, numbered=numbered)
        self.say(Paper(kind, id, body))

    def edit(self, id: str, *, dearer: bool = False) -> None:
        """Another price, another line, one less; ``dearer``: another line."""
        paper = self.free(INVOICES, id) or self.free(CREDIT_NOTES, id)
        if paper is None or paper.body.get("status") == "void":
            return
        lines, roll = paper.body["lines"], self._dice.random()
        if roll < 0.3 or dearer:
            lines.append(papers.line(self._dice))
        elif roll < 0.45 and len(lines) > 1:
            del lines[self._dice.randrange(len(lines))]
        else:
            place = self._dice.randrange(len(lines))
            lines[place] = {**lines[place], "unit_price": papers.line(self._dice)["unit_price"]}
        self._push(paper)

    def void(self, id: str) -> None:
        paper = self.free(INVOICES, id) or self.free(CREDIT_NOTES, id)
        if paper is not None:
            paper.body["status"] = "void"
            self._push(paper)

    def repeat(self, id: str) -> None:
        """The nightly job that pushes everything again."""
        for kind in (INVOICES, CREDIT_NOTES, PAYMENTS, PRODUCTS):
            paper = self.free(kind, id)
            if paper is not None:
                self._push(paper)

    def pay(self, id: str, document: str, *, refund: bool = False) -> None:
        """Part of what it thinks is left, all of it, or too much; some money comes before it is known for what."""
        kind = CREDIT_NOTES if refund else INVOICES
        left = self._left(kind, document)
        if left is None or left <= 0:
            return
        roll = self._dice.random()
        amount = left if roll < 0.3 else self._some(left) if roll < 0.9 else left + self._some(left)
        body = {"date": "2026-11-23", "amount": f"{amount:.2f}", "method": "090", "reference": f"paid {id}"}
        body |= {"document_kind": "credit_note" if refund else "invoice", "document_id": document}
        paper = Paper(PAYMENTS, id, body)
        if self._dice.random() < 0.15:
            later, body["document_id"] = document, ""
            self._time.at(self._dice.uniform(30, 300), lambda: self._allocated(paper, later))
        self.say(paper)

    def pay_exactly(self, id: str, document: str, amount: str, *, refund: bool = False) -> None:
        body = {"date": "2026-11-23", "amount": amount, "method": "090", "document_id": document}
        self.say(Paper(PAYMENTS, id, body | {"document_kind": "credit_note" if refund else "invoice"}))

    def _allocated(self, paper: Paper, document: str) -> None:
        if not paper.busy and paper.taken is not None:
            paper.body["document_id"] = document
            self._push(paper)

    def allocate(self, credit: str, invoice: str) -> None:
        """Part of a credit note against an invoice. Asked once: whoever got no answer looks first, and we do not."""
        left = [self._left(CREDIT_NOTES, credit), self._left(INVOICES, invoice)]
        if any(each is None or each <= 0 for each in left):
            return
        amount = self._some(min(each for each in left if each is not None))
        if self._dice.random() < 0.1:
            amount *= 3
        self._time.start(lambda: self._allocate(credit, invoice, amount))

    def burst(self) -> None:
        """One credit note goes against an invoice in seventy parts at once: each is a call of its own."""
        there = [key for key, link in self._store.links().items() if link.document_id and link.state == "linked"]
        pair = [next((key.id for key in there if key.kind == sort), "") for sort in (CREDIT_NOTES, INVOICES)]
        for cents in range(1, 71) if all(pair) else ():
            self._time.start(lambda cents=cents: self._allocate(*pair, Decimal(cents) / 100))  # type: ignore[misc]
            self._reached("many calls at once")

    def allocate_exactly(self, credit: str, invoice: str, amount: str) -> None:
        """Until there is one: who got no answer looks whether it was taken."""

        def insist() -> None:
            while not self._store.records(ALLOCATIONS):
                if not self._doors.allocate(credit, invoice, Decimal(amount)).ok:
                    self._time.pass_(5)

        self._time.start(insist)

    def _allocate(self, credit: str, invoice: str, amount: Decimal) -> None:
        if self._doors.allocate(credit, invoice, amount).ok:
            self.allocated += 1
            self._reached("credit allocated here")

    def take_back(self) -> None:
        """An allocation that was ordered here, undone."""
        found = sorted(key.id for key in self._store.records() if key.kind == ALLOCATIONS)
        if found:
            id = self._dice.choice(found)
            self._time.start(lambda: self._taken_back(id))

    def _taken_back(self, id: str) -> None:
        record = self._store.record(RecordKey(COMPANY, ALLOCATIONS, id))
        if record is None:
            return
        assert isinstance(record.content, AllocationOrder)
        for _ in range(30):
            outcome = self._doors.take_back(record.content.credit_note_id, id)
            if outcome.ok:
                self._reached("allocation taken back here")
            if outcome.ok or refused(outcome) not in ("", *AGAIN):
                return
            self._time.pass_(10)

    # ------------------------------------------------------------------ pushing

    def free(self, kind: str, id: str) -> Paper | None:
        """The paper, if it was taken and nothing about it is under way; what was issued anew rests."""
        paper = self.papers.get((kind, id))
        if paper is None or paper.busy or paper.taken is None:
            return None
        link = self._store.link(LinkKey(*paper.key)) if kind == INVOICES else None
        return None if link is not None and link.issued_anew else paper

    def say(self, paper: Paper) -> None:
        self.papers[paper.kind, paper.id] = paper
        self._push(paper)

    def _push(self, paper: Paper) -> None:
        paper.busy = True
        self._time.start(lambda: self._carry(paper))

    def _carry(self, paper: Paper) -> None:
        """Until it is taken, or refused for good."""
        body, tries = deepcopy(paper.body), 0
        try:
            while True:
                outcome = self._doors.push(paper.key, body)
                if outcome.ok:
                    paper.taken = body
                    self.pushed += 1
                    return
                code = refused(outcome)
                if code and code not in AGAIN:
                    paper.refused[code] += 1
                    self._reached("money push refused")
                    paper.body = deepcopy(paper.taken or {})
                    return
                status = status_of(outcome)
                assert status in (0, 409, 412, 500, 503), f"the hub answered {status} to {paper.key}: {outcome.error}"
                self._time.pass_(PATIENCE[min(tries, len(PATIENCE) - 1)] * self._dice.uniform(0.7, 1.3))
                tries += 1
        finally:
            paper.busy = False

    def _left(self, kind: str, id: str) -> Decimal | None:
        """What the CRM thinks is still open: what the hub told it, else what the document comes to."""
        record = self._store.record(RecordKey(COMPANY, kind, id))
        if record is None:
            return None
        content = record.content
        assert isinstance(content, MoneyDocument)
        if content.status == "void":
            return None
        known = content.amount_outstanding
        paper: Any = self.papers.get((kind, id))
        return known if known is not None else papers.sums_of(paper.body).gross

    def _some(self, most: Decimal) -> Decimal:
        return max(Decimal("0.01"), (most * self._dice.randint(3, 97) / 100).quantize(Decimal("0.01")))
