"""Amounts that nobody can pay, and dates that nobody books on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ledgerlink.kinds.amounts import half_up

from .decisions import Problem

EARLIEST, LATEST = date(1900, 1, 1), date(2099, 12, 31)


def not_money(field: str, amount: Decimal) -> Iterator[Problem]:
    """What is wrong with an amount of money that moves. The ledger rounds parts of a cent: the sides would differ."""
    if amount <= 0:
        yield Problem("amount_not_positive", field, "must be above zero")
    elif amount != half_up(amount):
        yield Problem("too_many_decimals", field, f"{amount:f} has more than two decimals")


def out_of_calendar(field: str, day: date | None) -> Iterator[Problem]:
    """A day before or after all that anybody books on."""
    if day is not None and not EARLIEST <= day <= LATEST:
        yield Problem("date_not_allowed", field, f"{day.isoformat()} is no date the ledger books on")
