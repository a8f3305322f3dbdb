"""The elements in a request's body: `{"Contacts": […]}` in any case of the name, a bare list, or one bare object."""

import json
from decimal import Decimal
from typing import Any

from local.xero.errors import bad_data
from local.xero.messages import Json


def read_elements(body: bytes, segment: str) -> list[Json]:
    """All elements, numbers as exact decimals; raises the 400 of an unreadable body."""
    try:
        parsed = json.loads(body, parse_float=Decimal)
    except ValueError:
        raise bad_data("Invalid Json data") from None
    elements = _unwrap(parsed, segment)
    if not elements or not all(isinstance(each, dict) for each in elements):
        raise bad_data(f"The body holds no {segment}")
    return elements


def elements_of(body: bytes) -> list[Json]:
    """The elements of any body, none where there are none."""
    try:
        parsed = json.loads(body, parse_float=Decimal)
    except ValueError:
        return []
    only = next(iter(parsed.values()), None) if isinstance(parsed, dict) and len(parsed) == 1 else None
    found = only if isinstance(only, list) else parsed if isinstance(parsed, list) else [parsed]
    return [each for each in found if isinstance(each, dict)]


def _unwrap(parsed: Any, segment: str) -> list[Any]:
    if isinstance(parsed, list):
        return parsed
    if not isinstance(parsed, dict):
        return []
    for name, value in parsed.items():
        if name.lower() == segment.lower():
            return value if isinstance(value, list) else [value]
    return [parsed] if parsed else []
