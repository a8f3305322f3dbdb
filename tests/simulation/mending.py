"""Safe edits in the storm: an administrator has our payments lifted, or a document credited and issued anew.

Judged is what people would see: what came off had its document waiting for it, and came back once, as it was; what was
never ours stays where it is; nothing is left lifted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx

from ledgerlink.errors import NotFound
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.rules.lifting import WAITS_FOR
from ledgerlink.rules.settlement import is_settled
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey
from local.xero.books import Row

from . import papers
from .books import Ledger, Written
from .doors import Doors, refused
from .papers import BOOKS, CREDIT_NOTES, INVOICES, PAYMENTS, Json
from .reached import Reached
from .settled import RESTING
from .store import COMPANY, Store
from .till import Paper, Till
from .verdicts import Verdicts
from .virtual import VirtualTime

LIFT, REISSUE = "lift_payment", "credit_and_reissue"
SAME = ("Amount", "Date", "Reference", "AccountID", "DocumentID")  # of a payment that came back
DECIDED = 300.0  # seconds within which what was decided is sent
AGAIN = 90.0  # seconds
OUT = ("VOIDED", "DELETED")


class Mending:
    """Orders safe edits, and watches what they do to the books."""

    def __init__(
        self,
        time: VirtualTime,
        dice: Random,
        *,
        doors: Doors,
        till: Till,
        store: Store,
        ledger: Ledger,
        verdicts: Verdicts,
        reached: Reached,
    ) -> None:
        self._time, self._dice, self._doors, self._till = time, dice, doors, till
        self._store, self._ledger, self._verdicts, self._reached = store, ledger, verdicts, reached
        self._waiting: dict[str, float] = {}  # documents that wait for payments to come off, and until when they did
        self.paid = 0
        self.brought: defaultdict[str, list[list[Json]]] = defaultdict(
            list
        )  # lines that came with an order, by invoice
        self._made: set[str] = set()  # payments that were posted from here
        self._asked: set[str] = set()  # those that were to come off
        self._theirs: set[str] = set()  # taken off by somebody there after we had asked: which was it, nobody can tell
        self.off: defaultdict[str, list[Row]] = defaultdict(list)  # ours, as they were when they were taken off

    # ------------------------------------------------------------------ what people do

    def act(self, until: float) -> None:
        """One invoice on which money stands is edited in the CRM, and somebody sees to it that it reaches the books.

        Where there is none, part of one is paid first; where nothing has arrived yet, a little later.
        """
        free = [paper for paper in self._till.of(INVOICES) if self._till.free(INVOICES, paper.id)]
        links = {paper.id: self._store.link(LinkKey(*paper.key)) for paper in free}
        there = [paper for paper in free if _is_there(links[paper.id])]
        ours = [paper for paper in there if self._only_ours(links[paper.id])]
        if there:
            paper = self._dice.choice(ours if ours and self._dice.random() < 0.8 else there)
            self._time.start(lambda: self._mend(paper, until))
        elif self._time.seconds + AGAIN < until:
            self._time.at(AGAIN, lambda: self.act(until))

    def _only_ours(self, link: Link | None) -> bool:
        """Whether nothing but payments from here stand on it."""
        assert link is not None
        parts = link.settlement.parts if link.settlement is not None else None
        return bool(parts) and all(part.id in self._made for part in parts or ())

    def _mend(self, paper: Paper, until: float) -> None:
        if not self._is_paid(paper) and not self._pay(paper, until):
            return
        way, params = self._dice.choices((LIFT, REISSUE), (3, 1))[0], dict[str, Any]()
        if way == REISSUE and self._dice.random() < 0.3:  # the order brings the edit
            params["fields"] = {"lines": [papers.line(self._dice)]}
            self.brought[paper.id].append(params["fields"]["lines"])
        else:
            self._till.edit(paper.id, dearer=self._dice.random() < 0.8)
        while self._time.seconds < until:
            if not paper.busy:
                outcome = self._doors.mend(paper.key, way, params)
                code = refused(outcome)
                if outcome.ok:
                    return
                if code not in ("", "in_flight"):
                    self._reached("safe edit closed")
                    return
                if isinstance(outcome.error, NotFound) and self._dice.random() < 0.1:
                    return  # no edit waits any more
            self._time.pass_(self._dice.uniform(5, 20))

    def _pay(self, paper: Paper, until: float) -> bool:
        """Whether the ledger has a payment of it, made here."""
        self.paid += 1
        self._till.pay_exactly(f"m{self.paid}", paper.id, f"{self._dice.randint(1, 20)}.00")
        while self._time.seconds < until:
            if self._is_paid(paper):
                return True
            self._time.pass_(self._dice.uniform(5, 20))
        return False

    def _is_paid(self, paper: Paper) -> bool:
        link = self._store.link(LinkKey(*paper.key))
        return link is not None and is_settled(link.settlement)

    # ------------------------------------------------------------------ what is seen on the way

    def stored(self, link: str, rest: dict[str, Any]) -> None:
        """A link was stored: whether its document waits for payments to come off."""
        kind, id, _ = link.split("#")
        if kind != INVOICES:
            return
        if rest.get("safe_edit") and str(rest.get("waits_on", "")).startswith(WAITS_FOR):
            self._waiting[id] = float("inf")
        elif id in self._waiting:
            self._waiting[id] = min(self._waiting[id], self._time.seconds)

    def departs(self, request: httpx.Request, body: bytes, decided: float, at_once: int) -> None:
        """A payment comes off only while its document waits for that."""
        _, found, id = request.url.path.partition("/Payments/")
        if request.method == "GET" or not found:
            return
        self._asked.add(id)
        row = self._ledger.row(BOOKS[PAYMENTS], id)
        assert row is not None
        holder = self._store.claims().get(row.fields["DocumentID"], ("", ""))[0]
        document = holder.split("#")[1] if holder else ""
        if self._waiting.get(document, -DECIDED) < decided - DECIDED:
            self._wrong(f"payment {id} comes off, and {document or 'its document'} does not wait for that")

    def answered(self, request: httpx.Request, response: httpx.Response) -> None:
        """Nothing is learnt from answers."""

    def __call__(self, written: Written) -> None:
        """The books changed."""
        ours = (
            written.author == "hub" or written.id in self._asked
        )  # asked twice, and a person between: it is off as asked
        if written.kind != BOOKS[PAYMENTS] or not ours:
            return
        mark, row = written.after["mark"], self._ledger.row(written.kind, written.id)
        assert row is not None
        if written.before is None:
            self._made.add(written.id)
            self._came_back(mark, row)
        elif written.after["status"] == "DELETED" and self.is_ours(written.id):
            self.off[mark].append(row)
            self._reached("payment lifted")
            if written.author != "hub":
                self._theirs.add(mark)

    def taken_off(self, kind: str, mark: str) -> int:
        """How often it came off, and may have come back."""
        return len(self.off.get(mark, ())) if kind == PAYMENTS else 0

    def is_ours(self, payment: str) -> bool:
        """Whether it was posted from here."""
        return payment in self._made

    def _came_back(self, mark: str, row: Row) -> None:
        if mark not in self.off:
            return
        old = self.off[mark][-1]
        differ = [name for name in SAME if old.fields[name] != row.fields[name]]
        if differ:
            told = {name: (str(old.fields[name]), str(row.fields[name])) for name in differ}
            self._wrong(f"payment {mark} came back otherwise than it was: {told}")
        self._reached("payment put back")

    # ------------------------------------------------------------------ at rest

    def judge(self) -> None:
        """In the quiet: nothing is lifted any more, and what was issued anew comes to what it should."""
        links = self._store.links()
        for link in links.values():
            if link.is_lifting:
                self._wrong(f"{link.kind} {link.id} is still in a safe edit: {link.state} {link.reason}")
        for mark in self.off:
            link, on = links[LinkKey(COMPANY, PAYMENTS, mark)], self._standing(mark)
            if link.document_id and len(on) != 1 and not (mark in self._theirs and not on):
                self._wrong(f"payment {mark} was lifted, and stands {len(on)} times")
            elif not link.document_id and (on or link.state not in RESTING or not link.reason):
                self._wrong(f"payment {mark} stands {len(on)} times, and says {link.state!r} {link.reason!r}")
        for link in links.values():
            if link.issued_anew:
                self._issued(link.id, link.issued_anew)

    def _standing(self, mark: str) -> list[Row]:
        """Those posted from here, unless somebody in the ledger took them off since."""
        rows = [row for row in self._ledger.rows(BOOKS[PAYMENTS]) if papers.mark_in(PAYMENTS, row.fields) == mark]
        ours = [row for row in rows if row.id in self._made and row not in self.off[mark]]
        return (
            ours[-1:]
            if all(row.fields["Status"] in OUT for row in ours)
            else [row for row in ours if row.fields["Status"] not in OUT]
        )

    def _issued(self, id: str, anew: str) -> None:
        """Each of the two comes to what it should, there as here."""
        before = self._store.record(RecordKey(COMPANY, INVOICES, id))
        self._reached("credited and issued anew")
        for record in self._pair(id, anew):
            link = self._store.link(LinkKey(*record.key))
            row = self._ledger.row(BOOKS[record.kind], link.document_id) if link and link.document_id else None
            if link is None or row is None or link.state != "linked" or link.seen is not None:
                continue
            if row.fields["Status"] in OUT:
                continue
            assert isinstance(record.content, MoneyDocument)
            gross, there = papers.sums_of(_said(record.content)).gross, papers.sums_there(row.fields).gross
            if gross != there:
                self._wrong(
                    f"{record.kind} {record.id}, for {before and before.id}, comes to {gross} here, {there} there"
                )

    def _pair(self, id: str, anew: str) -> Iterator[Record]:
        for kind, name in ((CREDIT_NOTES, f"{anew[:-1]}c"), (INVOICES, anew)):
            record = self._store.record(RecordKey(COMPANY, kind, name))
            if record is None:
                self._wrong(f"{id} was issued anew, and {kind} {name} is not there")
            else:
                yield record

    def _wrong(self, told: str) -> None:
        self._verdicts("lifted and back", self._time.seconds, told)


def _is_there(link: Link | None) -> bool:
    return link is not None and bool(link.document_id) and link.document_status == "active"


def _said(content: MoneyDocument) -> Json:
    """As the CRM would have said it."""
    said: Json = content.model_dump(mode="json")
    lines = [{name: value for name, value in line.items() if value is not None} for line in said["lines"]]
    return {"tax_mode": said["tax_mode"], "lines": [{"tax_code": "", **line} for line in lines]}
