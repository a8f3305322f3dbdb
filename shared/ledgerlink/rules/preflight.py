"""Pre-flight (D2): everything the ledger would refuse about a document, all at once and before it is sent.

What is wrong with single lines is found where they are translated (``lines``).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ledgerlink.kinds import KINDS
from ledgerlink.kinds.amounts import half_up
from ledgerlink.kinds.base import MARK
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.kinds.payment import ledger_reference
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import MappingKind, Side
from ledgerlink.state.record import Record

from . import lines, mapping
from .amounts_and_dates import out_of_calendar
from .decisions import Problem
from .documents_out import TERMS, as_document, content_of
from .facts import Facts
from .limits_of_fields import too_long


def problems(record: Record, view: MoneyDocument, said: lines.Said, facts: Facts) -> Iterator[Problem]:
    """Everything the ledger would refuse about the whole, all at once (D2)."""
    kind = KINDS[record.kind]
    yield from too_long(kind, view, tuple(field.name for field in kind.fields))
    if _marked_too_long(record, view):
        yield Problem("field_too_long", "reference", "has more characters than the ledger holds with our mark")
    if not (view.number.isascii() and view.number.isprintable()):
        yield Problem("number_not_allowed", "number", "the ledger takes plain letters, digits and signs")
    if view.number and facts.number_before(record, view.number):
        yield Problem("number_taken", "number", f"{view.number} is the number of another one sent with it")
    if "xero" in view.url.lower():
        yield Problem("url_not_allowed", "url", "the ledger takes no address with its own name in it")
    yield from out_of_calendar("issue_date", view.issue_date)
    yield from out_of_calendar("due_date", view.due_date)
    yield from _currency_problems(content_of(record), view, facts)
    subtotal = content_of(record).subtotal  # the total is looked at where it is compared
    if subtotal is not None and subtotal != half_up(subtotal):
        yield Problem("too_many_decimals", "subtotal", f"{subtotal:f} has more than two decimals")
    if said.total(view.tax_mode) < 0:
        yield Problem("total_negative", "total", f"{said.total(view.tax_mode):f} is below zero")
    if view.status == "approved" and facts.reference.actions.get("CreateApprovedInvoice") is False:
        yield Problem("approval_not_allowed", "status", "the ledger's plan approves no more documents")


def _marked_too_long(record: Record, view: MoneyDocument) -> bool:
    in_reference = "url" not in {field.name for field in KINDS[record.kind].fields}
    return in_reference and len(ledger_reference(view.reference, f"{MARK}{record.id}")) > 255


def _currency_problems(content: MoneyDocument, view: MoneyDocument, facts: Facts) -> Iterator[Problem]:
    known = {currency.code for currency in facts.reference.currencies} | {facts.reference.base_currency}
    if facts.reference.base_currency and view.currency not in known:
        yield Problem("currency_not_subscribed", "currency", f"the ledger is not subscribed to {view.currency!r}")
    if content.exchange_rate is not None and content.exchange_rate <= 0:
        yield Problem("exchange_rate_not_allowed", "exchange_rate", f"{content.exchange_rate:f} is not above zero")
    elif (
        content.exchange_rate and view.exchange_rate is not None and _is_lost(content.exchange_rate, view.exchange_rate)
    ):
        told = f"the ledger holds 1/{content.exchange_rate:f} as {view.exchange_rate:f}, which is another rate"
        yield Problem("exchange_rate_not_allowed", "exchange_rate", told)


def _is_lost(ours: Decimal, theirs: Decimal) -> bool:
    """Whether the ledger's six decimals would make another rate of it, by more than half a percent: where one of the
    document's currency is some thousands of the company's (rupiah, dong)."""
    return abs(theirs * ours - 1) > Decimal("0.005")


def meaningless(record: Record, link: Link, view: MoneyDocument, said: lines.Said, facts: Facts) -> tuple[Problem, ...]:
    """Codes of lines that mean nothing in the ledger: left blank there, which only looks like no change.

    What both sides agreed on stays: an account that was archived since stands on that line as it did.
    """
    ours, base = content_of(record).lines, as_document(link.base or link.seen)
    agreed = {line.id: line for line in base.lines} if base is not None else {}
    found = []
    for problem in said.problems:
        _, number, part = (*problem.field.split("."), "", "")[:3]  # lines.2.account_code
        if not number or not (code := getattr(ours[int(number) - 1], part, "")):
            continue
        before = getattr(agreed.get(view.lines[int(number) - 1].id), part, "")
        if part not in _CODES or before != _meant(_CODES[part], code, TERMS[record.kind].side, facts):
            found.append(problem)
    return tuple(found)


_CODES: dict[str, MappingKind] = {"account_code": "account", "tax_code": "tax"}


def _meant(kind: MappingKind, code: str, side: Side, facts: Facts) -> str:
    """The ledger's code for one of ours, whether it may be used any more or not."""
    return mapping.check(kind, facts.mappings.target(kind, code, side) or code, side, facts.reference).code


_AT_ODDS = frozenset({"totals_differ", "rounding_difference", "ledger_total_differs"})


def held_to_totals(link: Link) -> bool:
    """Whether it was found to come to another total than the CRM says: its lines are being mended to that."""
    return link.error is not None and not _AT_ODDS.isdisjoint((link.error.code, *link.error.codes))
