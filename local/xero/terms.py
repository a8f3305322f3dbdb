"""Payment terms: the date by which something is due (facts/xero.md §4.1)."""

import calendar
from datetime import date, timedelta

from local.xero.messages import Json


def due_by(start: date, terms: Json) -> date:
    """`{Day, Type}` with one of Xero's four types; a day past the end of a month is its last day."""
    days, kind = int(terms.get("Day") or 0), terms.get("Type")
    if kind == "DAYSAFTERBILLDATE":
        return start + timedelta(days=days)
    if kind == "DAYSAFTERBILLMONTH":
        return _on(start, 0, 31) + timedelta(days=days)
    return _on(start, 1 if kind == "OFFOLLOWINGMONTH" else 0, days)


def _on(start: date, months: int, day: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    last = calendar.monthrange(start.year + years, month + 1)[1]
    return date(start.year + years, month + 1, max(1, min(day, last)))
