"""Money, quantities and dates as the API says them: decimals as strings, calendar dates, blanks as nothing."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer

MOST = Decimal("9999999999.99")  # what a ledger's line holds (facts/xero.md §4.2); told before sending, not at the door


def _number(value: Any) -> Any:
    """A blank is no number; a float is taken by its shortest text, so that 0.1 is 0.1."""
    if value == "":
        return None
    return str(value) if isinstance(value, float) else value


def _finite(value: Decimal | None) -> Decimal | None:
    if value is not None and (not value.is_finite() or abs(value) >= Decimal(10) ** 15):
        raise ValueError("not an amount anyone can book")
    return value


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def half_up(value: Decimal, places: int = 2) -> Decimal:
    """Rounded as the ledger does: ties go away from zero (``facts/xero.md §7``)."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def to_places(value: Decimal | None, places: int) -> Decimal | None:
    """The same, where there is a number."""
    return None if value is None else half_up(value, places)


Amount = Annotated[
    Decimal,
    BeforeValidator(_number),
    AfterValidator(_finite),
    PlainSerializer(_text, return_type=str, when_used="json"),
]
"""A number that must be there."""

MaybeAmount = Annotated[
    Decimal | None,
    BeforeValidator(_number),
    AfterValidator(_finite),
    PlainSerializer(_text, return_type=str | None, when_used="json"),
]
"""A number that may be missing."""

MaybeDate = Annotated[date | None, BeforeValidator(lambda value: None if value == "" else value)]
"""A calendar date in the company's zone, or none."""

MaybeTime = Annotated[AwareDatetime | None, BeforeValidator(lambda value: None if value == "" else value)]
"""A moment, or none."""

__all__ = ["MOST", "Amount", "MaybeAmount", "MaybeDate", "MaybeTime", "half_up", "to_places"]
