"""Which texts are longer than the ledger holds, by the limits in the kind's field table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledgerlink.kinds import Content, Kind

from .decisions import Problem


def too_long(kind: Kind[Any], view: Content, fields: tuple[str, ...]) -> Iterator[Problem]:
    """A problem for each text that is too long, naming which of several it is; nothing is ever cut off silently."""
    for field in (field for field in kind.fields if field.name in fields):
        value = field.of(view)
        several = isinstance(value, tuple)
        for number, item in enumerate(value if several else (value,), 1):
            for limit in field.limits:
                text = getattr(item, limit.part, "") if limit.part else item
                if isinstance(text, str) and len(text) > limit.most:
                    where = ".".join(filter(None, (field.name, str(number) if several else "", limit.part)))
                    yield Problem("field_too_long", where, f"has {len(text)} characters; the ledger holds {limit.most}")
