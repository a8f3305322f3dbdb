"""Tracked stock: quantity and cost on hand move with approved documents and back with voided ones (facts/xero.md §4.5).

Bills and money spent add at their cost, invoices and money received take at the average cost, credit notes the
other way round. What a document moved is remembered on it, so that taking it back is exact.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from local.xero.books import Row
from local.xero.dates import wire
from local.xero.errors import Refused
from local.xero.kinds.base import Work
from local.xero.kinds.lines import INCLUSIVE, Line
from local.xero.money import ZERO


class Move(NamedTuple):
    quantity: Decimal
    cost: Decimal


Moves = Mapping[str, Move]
# Document type -> whether quantity comes (1) or goes (-1), and whether the line says what it costs.
_DIRECTION = {
    "ACCPAY": (1, True),
    "SPEND": (1, True),
    "ACCRECCREDIT": (1, False),
    "ACCREC": (-1, False),
    "RECEIVE": (-1, False),
    "ACCPAYCREDIT": (-1, False),
}


def moved(
    work: Work, type: str, lines: Iterable[Line], mode: str, rate: Decimal, before: Moves, *, posted: bool
) -> Moves:
    """Takes back what the document moved `before`, and moves what its lines say if it is `posted`.

    Raises Refused where stock would go below zero, unless backorders are allowed.
    """
    tracked = [line for line in lines if line.tracked and line.quantity] if posted else []
    if not tracked and not before:
        return {}
    levels = {id: _level(work, id) for id in {*before, *(line.item_id for line in tracked)}}
    for id, move in before.items():
        levels[id] = Move(levels[id].quantity - move.quantity, levels[id].cost - move.cost)
    direction, costed = _DIRECTION.get(type, (0, False))
    after: dict[str, Move] = {}
    for line in tracked:
        move = _move(line, levels[line.item_id], direction, costed, mode, rate)
        levels[line.item_id] = _sum(levels[line.item_id], move)
        after[line.item_id] = _sum(after.get(line.item_id, Move(ZERO, ZERO)), move)
    _check(work, levels)
    for id, level in levels.items():
        _put(work, id, level)
    return after


def _move(line: Line, level: Move, direction: int, costed: bool, mode: str, rate: Decimal) -> Move:
    quantity = direction * (line.quantity or ZERO)
    if costed:
        net = line.amount - line.tax if mode == INCLUSIVE else line.amount
        return Move(quantity, net / rate)
    average = level.cost / level.quantity if level.quantity else ZERO
    return Move(quantity, quantity * average)


def _sum(one: Move, other: Move) -> Move:
    return Move(one.quantity + other.quantity, one.cost + other.cost)


def _level(work: Work, id: str) -> Move:
    item = work.table("items").get(id)
    return Move(item.fields["QuantityOnHand"], item.fields["TotalCostPool"]) if item else Move(ZERO, ZERO)


def _check(work: Work, levels: Moves) -> None:
    if work.backorders or work.seeding:
        return
    short = [id for id, level in levels.items() if level.quantity < 0 and level.quantity < _level(work, id).quantity]
    if short:
        codes = ", ".join(sorted(row.fields["Code"] for row in map(work.table("items").get, short) if row))
        raise Refused(f"The quantity on hand of these tracked inventory items would fall below zero: {codes}.")


def _put(work: Work, id: str, level: Move) -> None:
    """Nothing on hand costs nothing, whatever rounding left over."""
    item = work.table("items").get(id)
    if item is None:
        return
    cost = level.cost if level.quantity else ZERO
    fields = {**item.fields, "QuantityOnHand": level.quantity, "TotalCostPool": cost}
    at = work.stamp() if work.settings.stock_moves_item_timestamp else item.updated
    work.books.put("items", Row(id, {**fields, "UpdatedDateUTC": wire(at)}, at), silent=True)
