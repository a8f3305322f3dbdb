"""EventBridge, every two hours: ask the ledgers for payments where it is business hours."""

from __future__ import annotations

from typing import Any

from ledgerlink.flows.inbound.payment_schedule import run
from ledgerlink.telemetry import entry_point, say, seconds_left
from ledgerlink.wiring import ports


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answers what it read, which the local stack shows."""
    done = run(ports(), seconds_left=seconds_left(context))
    say("payments imported", count=done.companies, read=done.read, left=done.left)
    return {"companies": done.companies, "read": done.read, "left": done.left}
