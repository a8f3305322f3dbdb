"""Crash points: one short story of money, told over and over, and each time somebody dies at another call.

Whoever makes the k-th call to AWS, to the ledger or to the CRM dies with it: of a call to AWS after it was carried out
(before it is the same as after the one before), of the others on either side of it. In the end the books must say the
same as if nobody had died.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from local.xero.books import Row

from . import papers
from .cashier import Cashier
from .papers import CREDIT_NOTES, INVOICES, Json
from .runner import crashed
from .till import Paper
from .weather import GROUPS, Weather
from .world import MINUTE, Result, World

STORY = 10 * MINUTE
AFTERWARDS = 40 * MINUTE  # two who die, one after the other, are found out one after the other
SETTINGS = {
    "auto_export": True,
    "create_linked_contact_on_create": True,
    "payments_to_ledger": True,
    "sync_voids": True,
    "lock_after_transfer": False,
}
_LINE = {"description": "Work", "quantity": "2", "unit_price": "50.00", "tax_code": "OUTPUT2", "account_code": "200"}


class Deaths(Weather):
    """No weather but death, at these calls."""

    def __init__(self, moments: Iterable[int]) -> None:
        super().__init__(Random(0), {})
        self.moments, self.calls = frozenset(moments), 0

    def strikes(self, group: str, names: Sequence[str]) -> str:
        if not self.now or group not in ("aws", "http", "crm"):
            return ""
        before = self.calls
        self.calls += 1 if group == "aws" else 2
        found = ""
        if group == "aws":
            found = "kill_after" if self.calls in self.moments else ""
        elif self.moments & {before + 1, before + 2}:
            found = "kill_before" if before + 1 in self.moments else "kill_sent"
        if found:
            self.struck[f"{group}.{found}"] += 1
        assert not found or found in GROUPS[group]
        return found


class Story(World):
    """Everything that can happen to money, once: sent, edited, paid and taken back on both sides, credited, voided."""

    profile = "inventory"

    def __init__(self, moments: Iterable[int] = ()) -> None:
        self.deaths = Deaths(moments)
        super().__init__(1, size=0, money=1, weather=self.deaths)

    def _settings(self, dice: Random) -> Json:
        return dict(SETTINGS)

    def _live(self) -> None:
        self.time.call(self._connect)
        self._tell()
        self._every(MINUTE, self._sweep, until=STORY + AFTERWARDS)
        for minute in (4, 8, 16, 24, 32, 40):
            self.time.at(minute * MINUTE, self._ask_for_payments)
        self.weather.now = 1.0
        self.time.run(STORY)
        self.weather.now = 0.0
        self.time.run(STORY + AFTERWARDS)
        self.settled.judge()
        self.drift.judge()
        self.mending.judge()
        self._said()

    def _tell(self) -> None:
        till, at = self.till, self.time.at
        at(1, lambda: self.crm.create("a"))
        at(5, lambda: till.say(Paper(papers.PRODUCTS, "s", papers.product(Random(1), "s"))))
        for id, number in (("i0", "N-1"), ("i1", ""), ("i2", "N-3")):
            body = {"organization_id": "a", "issue_date": "2026-11-20", "lines": [dict(_LINE, product_id="s"), _LINE]}
            at(10, lambda id=id, body=body, n=number: till.say(Paper(INVOICES, id, body | {"number": n})))  # type: ignore[misc]
        credit = {"organization_id": "a", "issue_date": "2026-11-20", "lines": [_LINE], "number": "C-1"}
        at(11, lambda: till.say(Paper(CREDIT_NOTES, "c0", credit)))
        at(60, lambda: till.edit("i0"))
        at(90, lambda: till.pay_exactly("p0", "i0", "30.00"))
        at(91, lambda: till.pay_exactly("p1", "i1", "240.00"))
        at(150, lambda: till.allocate_exactly("c0", "i0", "40.00"))
        at(200, lambda: self._human("pay", INVOICES, "i0", amount="11.00"))
        at(270, lambda: self._human("unpay", INVOICES, "i1"))
        at(330, till.take_back)
        at(390, lambda: till.pay_exactly("p2", "c0", "25.00", refund=True))
        at(420, lambda: self._void("i2"))

    def _void(self, id: str) -> None:
        """Once it is in the books: what is voided before it was sent never goes."""
        if self._there(INVOICES, id) is None:
            self.time.at(20, lambda: self._void(id))
        else:
            self.till.void(id)

    def _there(self, kind: str, id: str) -> Row | None:
        return next((r for r in self.ledger.rows(papers.BOOKS[kind]) if papers.mark_in(kind, r.fields) == id), None)

    def _human(self, action: str, kind: str, id: str, **fields: str) -> None:
        """Once it is there; a person tries until it works."""
        cashier: Cashier = self.cashier
        row = self._there(kind, id)
        if row is None or not cashier.does(action, papers.BOOKS[kind], row.id, dict(fields)):
            self.time.at(20, lambda: self._human(action, kind, id, **fields))

    def _said(self) -> None:
        """The same books whoever died: what was paid, credited and voided is so."""
        rows = {papers.mark_in(INVOICES, row.fields): row.fields for row in self.ledger.rows("invoices")}
        told = {id: (str(fields["AmountPaid"]), fields["Status"]) for id, fields in sorted(rows.items())}
        refunds = [row for row in self.ledger.rows("payments") if row.fields["Status"] == "AUTHORISED"]
        expected = {"i0": ("41.00", "AUTHORISED"), "i1": ("0", "AUTHORISED"), "i2": ("0", "VOIDED")}
        if told != expected or len(refunds) != 3:
            self.verdicts("paid once", self.time.seconds, f"the books say {told} and {len(refunds)} payments")


def told(moments: Sequence[int]) -> tuple[int, Result]:
    """The story with these deaths, and how many calls there were to die at."""
    story = Story(moments)
    try:
        result = story.run()
    except Exception:
        result = crashed(1)
    return story.deaths.calls, result
