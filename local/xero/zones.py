"""What day it is in an organisation: Xero names zones as Windows does, in capitals (facts/xero.md §3.5)."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

# The zones of the organisations people rehearse with; any other one is read as UTC.
_ZONES = {
    "GMTSTANDARDTIME": "Europe/London",
    "WEUROPESTANDARDTIME": "Europe/Berlin",
    "ROMANCESTANDARDTIME": "Europe/Paris",
    "CENTRALEUROPESTANDARDTIME": "Europe/Budapest",
    "NEWZEALANDSTANDARDTIME": "Pacific/Auckland",
    "AUSEASTERNSTANDARDTIME": "Australia/Sydney",
    "EAUSTRALIASTANDARDTIME": "Australia/Brisbane",
    "WAUSTRALIASTANDARDTIME": "Australia/Perth",
    "SINGAPORESTANDARDTIME": "Asia/Singapore",
    "SOUTHAFRICASTANDARDTIME": "Africa/Johannesburg",
    "EASTERNSTANDARDTIME": "America/New_York",
    "CENTRALSTANDARDTIME": "America/Chicago",
    "MOUNTAINSTANDARDTIME": "America/Denver",
    "PACIFICSTANDARDTIME": "America/Los_Angeles",
}


def today(zone: str, now: datetime) -> date:
    """The calendar date there."""
    name = _ZONES.get(zone)
    place: tzinfo = ZoneInfo(name) if name else UTC
    return now.astimezone(place).date()
