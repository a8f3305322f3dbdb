"""Xero's webhooks: is it really Xero, and what does it say changed (``facts/xero.md §5``).

Imports the standard library only: the door runs this before it knows who is knocking.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_ID = 64  # a GUID has 36 characters


@dataclass(frozen=True)
class Event:
    """One thing that changed; what it is now has to be read. ``at`` is when, None where that cannot be read."""

    organisation: str
    category: str  # CONTACT, INVOICE …
    id: str
    at: datetime | None = None


class Unreadable(Exception):
    """Signed by Xero, and yet not a delivery."""


def genuine(body: bytes, signature: str, keys: Iterable[str]) -> bool:
    """Whether one of the keys signed exactly these bytes.

    The key is used as its UTF-8 text, not base64-decoded though it looks so. Xero tests receivers with signatures that
    are wrong in a single character, so the whole of it is compared, in constant time; every key is tried.
    """
    given = signature.encode("utf-8", "replace")
    found = False
    for key in keys:
        expected = base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256))
        found |= hmac.compare_digest(expected, given)
    return found


def events(body: bytes) -> list[Event]:
    """What changed; no event is an intent-to-receive probe. Raises Unreadable.

    Events that are not about an organisation (the App Store's), or whose ids cannot be any, are left out: an id that no
    store takes would be delivered again for a day and then cost the subscription (``facts/xero.md §5``).
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    listed = told.get("events") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        raise Unreadable("no list of events")
    return [event for event in map(_event, listed) if event is not None]


def _event(told: object) -> Event | None:
    if not isinstance(told, dict) or told.get("tenantType", "ORGANISATION") != "ORGANISATION":
        return None
    organisation, id, category = (str(told.get(name) or "") for name in ("tenantId", "resourceId", "eventCategory"))
    if not (organisation and id and category) or max(len(organisation), len(id)) > LONGEST_ID:
        return None
    return Event(organisation.lower(), category.upper(), id.lower(), _moment(told.get("eventDateUtc")))


def _moment(text: object) -> datetime | None:
    """UTC without saying so: ``2026-11-22T10:00:01.123``."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
