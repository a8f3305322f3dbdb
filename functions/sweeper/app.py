"""EventBridge, every minute: ring for whatever is due, stale or overdue."""

from __future__ import annotations

from typing import Any

from ledgerlink.flows.sweeping import sweep
from ledgerlink.telemetry import entry_point, say
from ledgerlink.wiring import ports


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answers what it rang, which the local stack shows."""
    swept = sweep(ports())
    say("swept", rung=swept.rung, woken=swept.woken)
    return {"rung": swept.rung, "woken": swept.woken}
