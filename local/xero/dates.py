"""Xero's ways of writing a moment: `/Date(ms+0000)/` in answers, five spellings in `If-Modified-Since`."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MILLISECOND = timedelta(milliseconds=1)
_WIRE = re.compile(r"^/Date\((-?\d+)([+-]\d{4})?\)/$")
_DOCUMENTED = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")


def wire(at: datetime) -> str:
    """A stored moment, with its offset (facts/xero.md §3.5)."""
    return f"/Date({_milliseconds(at)}+0000)/"


def wire_now(at: datetime) -> str:
    """The envelope's `DateTimeUTC`, which comes without an offset."""
    return f"/Date({_milliseconds(at)})/"


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def wire_date(day: date) -> str:
    """A calendar date, as the midnight it begins with (§3.5)."""
    return f"/Date({(day.toordinal() - _EPOCH_DAY) * 86_400_000}+0000)/"


def date_string(day: date) -> str:
    """The `DateString` beside a `Date`."""
    return f"{day.isoformat()}T00:00:00"


def calendar_date(text: object) -> date | None:
    """A date in any spelling seen on the wire; its day is never shifted by a zone (§3.5)."""
    if isinstance(text, str) and len(text) >= 10 and text[4] == text[7] == "-":
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            return None
    found = moment(text)
    return found.date() if found else None


def echoed(sent: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What was sent as a refusal repeats it: dates as Xero read them, nulls left out."""
    told = {name: value for name, value in sent.items() if value is not None}
    for name in names:
        found = calendar_date(told.get(name))
        if found:
            told[name] = wire_date(found)
    return told


def iso_utc(at: datetime) -> str:
    """`UpdatedDateUTCString`."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat()


def from_wire(text: object) -> datetime | None:
    """The offset is not applied: it may say +1300 on a field named UTC (facts/xero.md §3.5)."""
    found = _WIRE.match(text) if isinstance(text, str) else None
    return _EPOCH + int(found[1]) * _MILLISECOND if found else None


def fraction(at: datetime) -> str:
    """ISO with as many fraction digits as there are, and no Z, as Xero's events and connections have it."""
    text = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.rstrip("0").removesuffix(".")


def modified_since(text: str, *, strict: bool) -> datetime | None:
    """The moment of an `If-Modified-Since`, or None to return everything.

    Documented is `yyyy-mm-ddThh:mm:ss`. Other spellings are reported to return everything or the wrong rows
    (facts/xero.md §3.4), which is what `strict` does; else they are understood, cut to the second.
    """
    text = text.strip()
    if strict and not _DOCUMENTED.match(text):
        return None
    found = moment(text)
    return found.replace(microsecond=0) if found else None


def moment(text: object) -> datetime | None:
    """A moment in any spelling seen on the wire; without a zone it is UTC."""
    if not isinstance(text, str):
        return None
    return from_wire(text) or _iso(text) or _http_date(text)


def _iso(text: str) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _http_date(text: str) -> datetime | None:
    try:
        return _utc(parsedate_to_datetime(text))
    except (ValueError, TypeError):
        return None


def _utc(found: datetime) -> datetime:
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
