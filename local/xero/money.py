"""Amounts: exact decimals inside, JSON numbers outside, always rounded half up as Xero does (facts/xero.md §7).

`rounding_vectors.json` holds the taxes that real Xero computed; half even is refuted by five of them.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from local.xero.errors import bad_data

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(11))
_LARGEST = Decimal(10) ** 15


def half_up(value: Decimal, places: int = 2) -> Decimal:
    """Ties go away from zero."""
    return value.quantize(_STEPS[places], ROUND_HALF_UP)


def decimal(name: str, value: object) -> Decimal:
    """A number in a body: JSON number or text. Raises the 400 of an unreadable body."""
    try:
        found = value if isinstance(value, Decimal) else Decimal(_text(value))
    except (InvalidOperation, ValueError):
        raise bad_data(f"Could not convert string to decimal: {value}. Path '{name}'.") from None
    if not found.is_finite() or abs(found) >= _LARGEST:
        raise bad_data(f"Value was either too large or too small for a Decimal. Path '{name}'.")
    return found


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(value)
    return str(value).strip()
