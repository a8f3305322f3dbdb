"""Xero's ways of writing a moment (``facts/xero.md §3.5``)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIRE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")


def moment(text: object) -> datetime | None:
    """The moment in ``/Date(1518685950940+0000)/``, aware and in UTC.

    The number alone counts: the offset behind it may say +1300 even in a field called UTC, and is not to be applied.
    """
    found = _WIRE.match(text) if isinstance(text, str) else None
    return _EPOCH + timedelta(milliseconds=int(found[1])) if found else None


def modified_since(since: datetime) -> str:
    """For ``If-Modified-Since``: UTC, whole seconds, no zone.

    Milliseconds or a trailing Z are reported to return everything or the wrong rows (``facts/xero.md §3.4``).
    """
    return since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
