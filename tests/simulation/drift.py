"""Judges money: nothing is posted twice, each payment is once on either side, and sums agree to the cent.

What the ledger holds is compared with what the CRM pushed, reckoned anew (``papers.sums_of``), and with what the hub
says. Where the two may differ, the link must say why.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from ledgerlink.kinds.allocation import AllocationOrder
from ledgerlink.kinds.money_documents import CreditNote, MoneyDocument
from ledgerlink.kinds.payment import Payment
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey
from local.xero.books import Row

from . import papers
from .books import Ledger, Written
from .mending import Mending
from .papers import ALLOCATIONS, BOOKS, CREDIT_NOTES, INVOICES, NOTHING, PAYMENTS, PRODUCTS, Sums
from .reached import Reached
from .settled import RESTING
from .store import COMPANY, Store
from .till import Paper, Till
from .verdicts import Verdicts
from .virtual import VirtualTime

MONEY = (PRODUCTS, INVOICES, CREDIT_NOTES, PAYMENTS, ALLOCATIONS)
DOCUMENTS = (INVOICES, CREDIT_NOTES)
GONE = ("VOIDED", "DELETED")
_KIND = {table: kind for kind, table in BOOKS.items()}
LOOKED = 300.0  # seconds within which what was decided is sent


@dataclass
class Drift:
    """A judge of what is written to the books and of what leaves for them; at rest, of both sides."""

    time: VirtualTime
    store: Store
    ledger: Ledger
    till: Till
    mending: Mending
    verdicts: Verdicts
    reached: Reached
    posted: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    states: Counter[str] = field(default_factory=Counter)
    agreed: int = 0  # documents whose sums were compared
    off: Decimal = Decimal(0)  # by how much they differ, all together
    doubled: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        self._left: defaultdict[str, list[tuple[float, Decimal]]] = defaultdict(list)
        self._sent: set[str] = set()

    # ------------------------------------------------------------------ what is written

    def __call__(self, written: Written) -> None:
        """The books changed."""
        kind = _KIND.get(written.kind)
        if kind is None:
            return
        mark = written.after["mark"]
        if written.author == "hub" and written.before is None:
            self.posted[kind, mark].append(written.id)
            most = self._ordered(mark) if kind == ALLOCATIONS else 1 + self.mending.taken_off(kind, mark)
            if len([id for id in self.posted[kind, mark] if self._stands(kind, id)]) > most:
                self.doubled += 1
                self._wrong("posted once", f"{kind} {mark} was posted as {self.posted[kind, mark]}")
        if Decimal(written.after.get("left", "0")) < 0:
            self._wrong("never above what is owed", f"{kind} {mark} has {written.after['left']} left")
        if kind == PAYMENTS and written.author == "hub" and written.before is not None:
            if self.mending.is_ours(written.id) and written.after["status"] == "DELETED":
                self._freed(written.after["document"])
                return
            self._wrong("theirs is theirs", f"the hub changed payment {written.id}: {written.before}, {written.after}")

    def _stands(self, kind: str, id: str) -> bool:
        """An allocation that a person took back leaves nothing behind: where our answer was lost as well, nobody can
        tell it from one that never arrived, and it is sent anew."""
        return kind != ALLOCATIONS or self.ledger.row(BOOKS[kind], id) is not None

    def _freed(self, document: str) -> None:
        """A payment of ours came off: what is left now is known to whoever took it off."""
        for table in (INVOICES, CREDIT_NOTES):
            row = self.ledger.row(BOOKS[table], document)
            if row is not None:
                self._left[document].append((self.time.seconds, papers.left_of(row.fields)))

    def _ordered(self, mark: str) -> int:
        """How often the CRM asked for this credit note to be set against this invoice with this amount."""
        links = self.store.links()
        return sum(
            f"{_document(links, CREDIT_NOTES, content.credit_note_id)}/"
            f"{_document(links, INVOICES, content.document_id)}/{content.amount:.2f}" == mark
            for content in (record.content for record in self.store.records().values())
            if isinstance(content, AllocationOrder)
        )

    # ------------------------------------------------------------------ what leaves

    def stored(self, link: str, rest: dict[str, Any]) -> None:
        """A link was stored: what is known to be left of its document from now on."""
        told = rest.get("settlement")
        document = rest.get("document_id") or ""
        if told and document:
            self._left[document].append((self.time.seconds, Decimal(str(told["outstanding"]))))

    def departs(self, request: httpx.Request, body: bytes, decided: float, at_once: int) -> None:
        """A payment never asks for more than was known to be left, nor do all in one call together."""
        key = request.headers.get("idempotency-key", "")
        if request.method != "PUT" or not request.url.path.endswith("/Payments") or key in self._sent:
            return
        self._sent.add(key)
        asked: defaultdict[str, Decimal] = defaultdict(Decimal)
        for element in json.loads(body, parse_float=Decimal)["Payments"]:
            named = next(element[name] for name in ("Invoice", "CreditNote") if name in element)
            asked[next(iter(named.values()))] += Decimal(element["Amount"])
        for document, amount in asked.items():
            left = self._lately_left(document, decided)
            if left is not None and amount > left:
                self._wrong("never above what is owed", f"{amount} sent for {document}, of which {left} is left")

    def answered(self, request: httpx.Request, response: httpx.Response) -> None:
        """Nothing is learnt from answers."""

    def _lately_left(self, document: str, now: float) -> Decimal | None:
        """The most that was known to be left while it may have been decided."""
        known = self._left[document]
        lately = [left for at, left in known if at > now - LOOKED]
        before = [left for at, left in known if at <= now - LOOKED][-1:]
        return max([*before, *lately], default=None)

    # ------------------------------------------------------------------ at rest

    def judge(self) -> None:
        """In the quiet, after the payments were asked for once more."""
        self._links = self.store.links()
        self._claims = {id: holder for id, (holder, _) in self.store.claims().items() if holder}
        records = {key: record for key, record in self.store.records().items() if record.kind in MONEY}
        for paper in self.till.papers.values():
            self._kept(paper, records.get(paper.key))
        for record in records.values():
            link = self._links[LinkKey(*record.key)]
            self.states[f"{record.kind}: {link.state} {link.reason}".strip()] += 1
            self._visible(link)
        ordered = sum(record.kind == ALLOCATIONS for record in records.values())
        if ordered < self.till.allocated:
            self.lost += 1
            self._wrong("acknowledged is kept", f"{self.till.allocated} allocations were taken, {ordered} are there")
        self._orphans()
        self._payments([r for r in records.values() if r.kind == PAYMENTS])
        for record in records.values():
            if record.kind in DOCUMENTS:
                self._settled(record, self._links[LinkKey(*record.key)])
            elif record.kind == ALLOCATIONS:
                self._allocated(record, self._links[LinkKey(*record.key)])
        self._sums([r for r in records.values() if r.kind in DOCUMENTS])

    def _kept(self, paper: Paper, record: Record | None) -> None:
        """What the CRM was told is taken is there."""
        if paper.taken is None:
            return
        if record is None or record.deleted:
            self.lost += 1
            self._wrong("acknowledged is kept", f"{paper.kind} {paper.id} was taken and is not there")
            return
        content: Any = record.content
        if paper.kind in DOCUMENTS:
            wanted = [self._line(each) for each in paper.taken["lines"]]
            found = [self._line(each.model_dump()) for each in content.lines]
        elif paper.kind == PAYMENTS:
            wanted, found = [Decimal(paper.taken["amount"])], [content.amount]
        else:
            return
        if wanted != found and not self._issued_anew(paper, wanted):
            self.lost += 1
            self._wrong("acknowledged is kept", f"{paper.kind} {paper.id} says {found}, pushed: {wanted}")

    def _issued_anew(self, paper: Paper, wanted: list[Any]) -> bool:
        """Whether another document says what this one should have said: it was credited in full."""
        link = self._links.get(LinkKey(*paper.key))
        record = (
            self.store.record(RecordKey(COMPANY, paper.kind, link.issued_anew)) if link and link.issued_anew else None
        )
        if record is None:
            return False
        assert isinstance(record.content, MoneyDocument)
        said = [self._line(each.model_dump()) for each in record.content.lines]
        brought = self.mending.brought.get(paper.id, ())  # what came with the order goes over an edit that waited
        return said == wanted or said in [[self._line(each) for each in some] for some in brought]

    def _line(self, line: Any) -> tuple[Any, ...]:
        return line["description"], Decimal(line["quantity"]), Decimal(line["unit_price"])

    def _visible(self, link: Link) -> None:
        if link.is_due:
            return
        waits = link.state == "due" and link.reason and link.waits_on
        if not waits and (link.state not in RESTING or (link.state != "linked" and not link.reason)):
            self._wrong("visible", f"{link.kind} {link.id} is {link.state!r} with reason {link.reason!r}")

    def _orphans(self) -> None:
        """Whatever of ours stands in the books is somebody's."""
        for (kind, mark), ids in self.posted.items():
            for id in ids:
                row = self.ledger.row(BOOKS[kind], id)
                if row is not None and row.fields.get("Status") not in GONE and id not in self._claims:
                    self.lost += 1
                    self._wrong("no orphan", f"{kind} {id} carries {mark!r}, and nobody holds it")

    def _row(self, record: Record, link: Link) -> Row | None:
        return self.ledger.row(BOOKS[record.kind], link.document_id) if link.document_id else None

    # ------------------------------------------------------------------ payments

    def _payments(self, records: list[Record]) -> None:
        """There and here, one to one."""
        for record in records:
            self._payment_here(record, self._links[LinkKey(*record.key)])
        for row in self.ledger.rows("payments"):
            held = self._claims.get(row.fields["DocumentID"])
            if held is None or row.fields["Status"] != "AUTHORISED":
                continue
            holder = self._claims.get(row.id)
            record = self.store.record(RecordKey(COMPANY, *holder.split("#")[:2])) if holder else None
            if record is None or record.deleted:
                self._wrong("paid once", f"payment {row.id} of {row.fields['Amount']} on {held} is not here")

    def _payment_here(self, record: Record, link: Link) -> None:
        content = record.content
        assert isinstance(content, Payment)
        if not link.document_id or record.deleted:  # it says why it is not there; but then it is not
            rows = [self.ledger.row("payments", id) for id in self.posted[PAYMENTS, record.id]]
            if any(row is not None and row.fields["Status"] == "AUTHORISED" for row in rows):
                self._wrong("paid once", f"{record.id} was sent, and says {link.state} {link.reason}")
            return
        row = self._row(record, link)
        if content.document_kind == "credit_note" and link.last_export_at is not None:
            self.reached("refund sent")
        if content.status == "reversed":
            self.reached("payment reversed")
        there = row is not None and row.fields["Status"] == "AUTHORISED"
        if row is None or there != (content.status == "active"):
            self._wrong("paid once", f"{record.id} is {content.status} here, {row and row.fields['Status']} there")
            return
        document = self._claims.get(row.fields["DocumentID"], "##").split("#")[1]
        if (content.amount, content.document_id) != (row.fields["Amount"], document):
            told = f"{record.id} is {content.amount} on {content.document_id}, there {row.fields['Amount']}"
            self._wrong("paid once", f"{told} on {document}")

    # ------------------------------------------------------------------ documents

    def _settled(self, record: Record, link: Link) -> None:
        """What is left and how it stands is the ledger's word."""
        row, content = self._row(record, link), record.content
        assert isinstance(content, MoneyDocument)
        if link.document_id and row is None:
            self.lost += 1
            self._wrong("or one reason", f"{record.id} is linked, and there is no {link.document_id!r}")
        if row is None:
            return
        if row.fields["Status"] in GONE:
            if content.status != "void" and link.state == "linked":
                self._wrong("paid once", f"{record.id} is {content.status} here and {row.fields['Status']} there")
            return
        if content.status == "void":
            if link.state == "linked":
                self._wrong(
                    "or one reason", f"{record.id} is void here, {row.fields['Status']} there, and says nothing"
                )
            return
        left, total = papers.left_of(row.fields), row.fields["Total"]
        status = "paid" if left <= 0 < total else "part_paid" if left < total else ""
        settled = content.status if content.status in ("paid", "part_paid") else ""
        if content.amount_outstanding != left or (total > 0 and settled != status):
            told = f"{record.id} is {content.status} with {content.amount_outstanding} left here"
            self._wrong("paid once", f"{told}; there {left} of {total} is left")
        if isinstance(content, CreditNote):
            here = sorted(each.amount for each in content.allocations)
            there = sorted(
                each.fields["Amount"] for each in self.ledger.rows("allocations") if each.fields["CreditID"] == row.id
            )
            if here != there:
                self._wrong("paid once", f"credit note {record.id} was allocated {here} here, {there} there")

    def _allocated(self, record: Record, link: Link) -> None:
        content = record.content
        assert isinstance(content, AllocationOrder)
        row = self._row(record, link) if link.document_status == "active" else None
        if row is not None and row.fields["Amount"] != content.amount:
            self._wrong("paid once", f"{record.id} is {content.amount} here and {row.fields['Amount']} there")

    def _sums(self, records: list[Record]) -> None:
        """Net, tax and gross per currency and month: pushed, here and there."""
        sums: defaultdict[tuple[str, str], list[Sums]] = defaultdict(lambda: [NOTHING, NOTHING, NOTHING])
        for record in records:
            link, content = self._links[LinkKey(*record.key)], record.content
            row, paper = self._row(record, link), self.till.papers.get((record.kind, record.id))
            assert isinstance(content, MoneyDocument)
            if row is None or paper is None or paper.taken is None or row.fields["Status"] in GONE:
                continue
            told = link.seen is not None or link.held_fields or link.issued_anew
            if link.state != "linked" or told or content.status == "void":
                self.reached("document differs, and says why")
                continue
            pushed, there = papers.sums_of(paper.taken), papers.sums_there(row.fields)
            here = Sums(*(value or Decimal(0) for value in (content.subtotal, content.total_tax, content.total)))
            self.agreed += 1
            if not pushed == here == there:
                self.off += abs(pushed.gross - there.gross) + abs(pushed.tax - there.tax)
                self._wrong("no drift", f"{record.kind} {record.id}: {pushed} pushed, {here} here, {there} there")
            month = sums[row.fields["CurrencyCode"], f"{row.fields['Date']:%Y-%m}"]
            month[:] = [one + other for one, other in zip(month, (pushed, here, there), strict=True)]
        for (currency, month_), (pushed, here, there) in sums.items():
            if not pushed == here == there:
                self._wrong("no drift", f"{currency} {month_}: {pushed} pushed, {here} here, {there} there")

    def _wrong(self, invariant: str, told: str) -> None:
        self.verdicts(invariant, self.time.seconds, told)


def _document(links: dict[LinkKey, Link], kind: str, id: str) -> str:
    link = links.get(LinkKey(COMPANY, kind, id))
    return link.document_id if link is not None else ""
