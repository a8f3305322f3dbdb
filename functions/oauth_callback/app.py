"""GET /oauth/xero/callback: the browser is back from Xero; finish the consent and send it on to the console."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ledgerlink import nonce_cookie
from ledgerlink.flows.connection.connect import Landed, callback
from ledgerlink.telemetry import entry_point, say
from ledgerlink.wiring import ports


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Always a redirect: this is a person's browser, and the console is where they can read what happened."""
    wired = ports()
    query = event.get("queryStringParameters") or {}
    landed = callback(
        wired,
        state=query.get("state", ""),
        code="" if "error" in query else query.get("code", ""),
        nonce=nonce_cookie.read(event.get("cookies") or ()),
        trusted=wired.settings.local,
    )
    say("consent", company=landed.company, outcome=landed.state, reason=landed.reason)
    return {
        "statusCode": 302,
        "headers": {"location": _console(wired.settings.console_url, landed), "cache-control": "no-store"},
        "cookies": [nonce_cookie.removing(secure=not wired.settings.local)],
        "body": "",
    }


def _console(address: str, landed: Landed) -> str:
    told = {"connection": landed.state, "company": landed.company, "reason": landed.reason}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{address.rstrip('/')}/?{query}"
