"""What the ledger says of a document, in the CRM's own words: codes, products, lines, rate (D14, D17)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ledgerlink.kinds import Content
from ledgerlink.kinds.amounts import half_up
from ledgerlink.kinds.money_documents import Line, MoneyDocument, TaxMode
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import MappingKind, Side
from ledgerlink.state.record import Record

from . import mapping
from .documents_out import TERMS
from .import_ import Grounds
from .lines import amount_of, tax_of

PLACES_BACK = 15  # of the inverse of a rate that the ledger holds with six, below ten
CUSTOMER, ITEM = "contact", "item"


def of_record(said: Content, record: Record, link: Link, grounds: Grounds) -> MoneyDocument:
    """The same for a record that has words of its own for what the ledger says: lines keep the ids they have here."""
    known, base = record.content, link.base
    assert isinstance(said, MoneyDocument)
    assert isinstance(known, MoneyDocument)
    names = {theirs: ours for ours, theirs in link.line_ids.items()}
    lines = tuple(line.model_copy(update={"id": names.get(line.id, line.id)}) for line in said.lines)
    agreed = {names.get(line.id, line.id): line for line in base.lines} if isinstance(base, MoneyDocument) else {}
    told = in_ours(said.model_copy(update={"lines": lines}), known, record.kind, {}, grounds)
    words = {line.id: line for line in known.lines}
    lines = tuple(
        line.model_copy(update={"description": _text(line, words[line.id], agreed[line.id])})
        if line.id in words and line.id in agreed
        else line
        for line in told.lines
    )
    customer = grounds.records.get((CUSTOMER, said.organization_id))
    return told.model_copy(
        update={"lines": lines, "organization_id": customer.id if customer is not None else known.organization_id}
    )


def _text(said: Line, known: Line, agreed: Line) -> str:
    """The line's own text: before it stands the product's name, where that was sent along (D5a)."""
    if said.description == agreed.description:
        return known.description
    own = known.description.strip()
    sent_before = agreed.description.removesuffix(own) if own else f"{agreed.description}\n"
    return said.description.removeprefix(sent_before) if known.product_id else said.description


def in_ours(
    said: MoneyDocument, known: MoneyDocument | None, kind: str, items: Mapping[str, str], grounds: Grounds
) -> MoneyDocument:
    """The head and lines in the CRM's codes. ``known`` has the products it names already; ``items``: ids by code."""
    words = {line.id: line for line in known.lines} if known is not None else {}
    lines = tuple(
        _line(line, words.get(line.id), TERMS[kind].side, items, grounds).model_copy(
            update={"tax_amount": _own_tax(line, words.get(line.id), said.tax_mode, grounds)}
        )
        for line in said.lines
    )
    return said.model_copy(update={"lines": lines, "exchange_rate": _rate(said.exchange_rate)})


def _line(line: Line, known: Line | None, side: Side, items: Mapping[str, str], grounds: Grounds) -> Line:
    product = grounds.records.get((ITEM, items.get(line.product_id, "")))
    kept = known.product_id if known is not None else ""
    return line.model_copy(
        update={
            "product_id": product.id if product is not None else kept,
            "tax_code": _code("tax", line.tax_code, known.tax_code if known else "", side, grounds),
            "account_code": _code("account", line.account_code, known.account_code if known else "", side, grounds),
        }
    )


def _own_tax(line: Line, known: Line | None, mode: TaxMode, grounds: Grounds) -> Decimal | None:
    """The tax of a line where it is another than its rate makes of it: what follows the amounts is not said."""
    if known is not None and known.tax_amount is not None:
        return line.tax_amount
    rate = grounds.reference.tax_rate(line.tax_code)
    usual = tax_of(amount_of(line), rate.rate if rate is not None else Decimal(0), mode)
    return None if line.tax_amount == usual else line.tax_amount


def _code(kind: MappingKind, code: str, known: str, side: Side, grounds: Grounds) -> str:
    """Ours for the ledger's; the one the line has, where that is what it means, since several may."""
    if not code:
        return ""
    means = mapping.resolve(kind, known, side, grounds.mappings, grounds.reference) if known else None
    if means is not None and means.code == code:
        return known
    return mapping.reverse(kind, code, side, grounds.mappings, grounds.reference)


def _rate(theirs: Decimal | None) -> Decimal | None:
    """Ours is the inverse of the ledger's (D17), with so many places that it is that one again on the way back."""
    if theirs is None or theirs <= 0 or theirs == 1:
        return None
    digits = min(max(theirs.adjusted(), 0), 6)  # of 20,345.67 it is 4: the inverse begins as much later
    return half_up(1 / theirs, PLACES_BACK + 2 * digits)
