"""POST /webhooks/xero: verify the signature, mark what changed as stale, ring; 200 and 401 are all Xero wants to hear.

Nothing but the standard library is loaded until the caller has proved to be Xero: whoever else knocks is sent away for
next to nothing, and Xero's own probes are answered well within its five seconds.
"""

from __future__ import annotations

import base64
import binascii
from functools import cache
from typing import Any

from ledgerlink.adapters.xero import webhooks
from ledgerlink.adapters.xero.credentials import XeroCredentials
from ledgerlink.settings import Settings

LARGEST = 1_000_000  # a delivery of twenty events has about 10,000 bytes


@cache
def credentials() -> XeroCredentials:
    """Kept while warm; the keys themselves are read again every five minutes."""
    return XeroCredentials(Settings.read())


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The body of every answer is empty, which Xero insists on."""
    body = _raw(event)
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if body is None or len(body) > LARGEST:
        return _answer(401)
    if not webhooks.genuine(body, headers.get("x-xero-signature", ""), credentials().webhook_keys):
        return _answer(401)
    return _answer(_take_note(body))


def _raw(event: dict[str, Any]) -> bytes | None:
    """The very bytes that were signed: API Gateway may hand them over in base64."""
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode()
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _take_note(body: bytes) -> int:
    """The status for Xero: anything but 200 makes it deliver again."""
    from ledgerlink.adapters.xero.kinds import BY_CATEGORY
    from ledgerlink.errors import Transient
    from ledgerlink.flows.inbound.intake import Change, take_note
    from ledgerlink.telemetry import say, warn
    from ledgerlink.wiring import ports

    try:
        told = webhooks.events(body)
    except webhooks.Unreadable:
        warn("a signed delivery that cannot be read")
        return 200  # it would not get better; the polls find what it meant
    changes = [Change(e.organisation, BY_CATEGORY[e.category], e.id, e.at) for e in told if e.category in BY_CATEGORY]
    if not changes:
        return 200
    try:
        taken = take_note(changes, ports())
    except Transient as trouble:
        warn("news could not be stored", error=type(trouble).__name__)
        return 500
    say("took note", count=taken.marked, left=taken.unknown)
    return 200


def _answer(status: int) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "text/plain"}, "body": ""}
