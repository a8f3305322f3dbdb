"""Which texts are longer than the ledger holds, by the limits in the kind's field table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledgerlink.kinds import Content, Kind

from .decisions import Problem


def too_long(kind: Kind[Any], view: Content, fields: tuple[str, ...]) -> Iterator[Problem]:
    """A problem for each text that is too long; nothing is ever cut off silently."""
    for field in (field for field in kind.fields if field.name in fields):
        value = field.of(view)
        for item in value if isinstance(value, tuple) else (value,):
            for limit in field.limits:
                text = getattr(item, limit.part, "") if limit.part else item
                if isinstance(text, str) and len(text) > limit.most:
                    where = f"{field.name}.{limit.part}" if limit.part else field.name
                    yield Problem("field_too_long", where, f"has {len(text)} characters; the ledger holds {limit.most}")
