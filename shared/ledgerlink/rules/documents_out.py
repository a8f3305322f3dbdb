"""A document as the ledger is to have it: its contact's id, its lines in the ledger's codes, its status and rate there.

The way back, into the CRM's own codes, is ``documents_back``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

from ledgerlink.kinds import KINDS, Content
from ledgerlink.kinds.amounts import half_up
from ledgerlink.kinds.money_documents import Line, MoneyDocument, Status
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import lines, merging_lines
from .decisions import Problem
from .facts import Facts
from .merge import is_blank, same
from .profiles import CompanySettings

TERMS: dict[str, lines.Terms] = {
    "invoices": lines.Terms("sales", discounts=True),
    "credit-notes": lines.Terms("sales"),
}
"""What each kind of document means by its lines."""

RATE_PLACES = 6  # of an exchange rate in the ledger (facts/xero.md §4.2)
_RANK: dict[str, int] = {"draft": 0, "awaiting_approval": 1, "approved": 2, "part_paid": 2, "paid": 2}
_TARGETS: dict[str, Status] = {"draft": "draft", "submitted": "awaiting_approval", "approved": "approved"}
_SAME: dict[Status, Status] = {"draft": "draft", "awaiting_approval": "awaiting_approval"}


def in_ledger_terms(record: Record, link: Link, facts: Facts) -> tuple[MoneyDocument, lines.Said]:
    """The document as the ledger is to have it. Its lines carry the ids they have there; ``said`` has our own."""
    content = content_of(record)
    said = lines.said(content, TERMS[record.kind], facts)
    said = lines.adding_up(said, _pushed(record, "subtotal"), content.tax_mode)
    said = lines.rounded(said, _pushed(record, "total"), content.tax_mode, facts)
    customer = facts.link("organizations", content.organization_id)
    currency = content.currency.upper() or facts.reference.base_currency
    theirs = as_document(link.seen or link.base)
    there = theirs.lines if theirs is not None else ()
    # A document made there has its lines here under the ledger's own ids.
    ids = {line.id: line.id for line in there} | dict(link.line_ids or merging_lines.paired(said.lines, there))
    view = content.model_copy(
        update={
            "number": " ".join(content.number.split()),
            "reference": " ".join(content.reference.split()),
            "organization_id": customer.document_id if customer is not None else "",
            "status": target_status(content.status, facts.settings),
            "issue_date": content.issue_date or facts.today,
            "currency": currency,
            "exchange_rate": _rate(content.exchange_rate, currency, facts),
            "lines": tuple(line.model_copy(update={"id": ids.get(line.id, "")}) for line in said.lines),
            "person": type(content.person)(),
            "location": "",
        }
    )
    if theirs is not None and not _recoded(link):
        view = view.model_copy(update={"lines": tuple(_taxed_as_said(view, record, theirs, facts))})
    return view, said


def _recoded(link: Link) -> bool:
    """Whether somebody edited in the ledger what its total is made of."""
    base, seen = as_document(link.base), as_document(link.seen)
    return seen is not None and (base is None or (base.lines, base.tax_mode) != (seen.lines, seen.tax_mode))


def _taxed_as_said(view: MoneyDocument, record: Record, theirs: MoneyDocument, facts: Facts) -> Iterator[Line]:
    """The lines with the usual tax where the CRM says that, or the total that it makes, and the ledger holds another:
    there a line whose tax is left out keeps what was sent before (D6)."""
    there = {line.id: line for line in theirs.lines}
    total_said = _pushed(record, "total") is not None
    for line, ours in zip_longest(view.lines, content_of(record).lines):  # one for rounding may follow
        now, rate = there.get(line.id), facts.reference.tax_rate(line.tax_code)
        vouched = total_said or (ours is not None and ours.tax_amount is not None)
        if now is not None and rate is not None and vouched and line.tax_amount is None and view.tax_mode != "none":
            usual = lines.tax_of(lines.amount_of(line), rate.rate, view.tax_mode)
            if now.tax_amount not in (None, usual) and merging_lines.comes_to_the_same(line, now):
                line = line.model_copy(update={"tax_amount": usual})
        yield line


def another_total(record: Record, link: Link) -> Problem | None:
    """What is wrong where all that stands here is there and the ledger comes to another total than the CRM says (D6).
    None where somebody edited its lines there, or something of it is held: then it may."""
    there = as_document(link.seen or link.base)
    if there is None or _recoded(link) or link.held_fields:
        return None
    ours = _pushed(record, "total")
    if ours is None or there.total is None or ours == there.total:
        return None
    return Problem("ledger_total_differs", "total", f"the ledger comes to {there.total:f}, not to {ours:f}")


def _pushed(record: Record, name: str) -> Decimal | None:
    """One of the totals, where it is the CRM's word and not what the ledger told."""
    told_by_ledger = record.pushed is not None and getattr(record.pushed, name, None) is None
    return None if told_by_ledger else getattr(content_of(record), name)


def target_status(status: Status, settings: CompanySettings) -> Status:
    """The status it is to have there."""
    target = settings.document_target_status
    return _SAME.get(status, "approved") if target == "same" else _TARGETS[target]


def _rate(ours: Decimal | None, currency: str, facts: Facts) -> Decimal | None:
    """The ledger's rate is the inverse of ours (D17)."""
    if not ours or ours < 0 or currency == facts.reference.base_currency:
        return None
    return half_up(1 / ours, RATE_PLACES)


def changed_fields(kind: str, view: MoneyDocument, theirs: MoneyDocument | None) -> tuple[str, ...]:
    """What ours says that theirs does not: blanks clear nothing (K4), and a status is never lowered (D13)."""
    found = []
    for field in KINDS[kind].fields:
        ours, known = field.of(view), field.of(theirs) if theirs is not None else None
        if field.name == "lines":
            differs = theirs is None or not lines.same_lines(view.lines, theirs.lines)
        elif field.name == "status":
            differs = theirs is None or _RANK.get(ours, 0) > _RANK.get(theirs.status, 9)
        else:
            differs = not is_blank(ours) and not same(ours, known)
        if differs:
            found.append(field.name)
    if "tax_mode" in found and "lines" not in found and any(line.tax_amount is not None for line in view.lines):
        found.append("lines")  # in another mode the ledger reckons tax anew: a line's own is said again (D6)
    return tuple(found)


def content_of(record: Record) -> MoneyDocument:
    """What the record says; it is a document."""
    assert isinstance(record.content, MoneyDocument)
    return record.content


def as_document(content: Content | None) -> MoneyDocument | None:
    """The same where it is a document's."""
    return content if isinstance(content, MoneyDocument) else None
