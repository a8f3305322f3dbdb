"""SQS export doorbells (FIFO, one group per company): drain that company's export queue."""

from __future__ import annotations

import json
from typing import Any

from ledgerlink.flows.outbound.export import export_due
from ledgerlink.telemetry import entry_point, say, seconds_left
from ledgerlink.wiring import ports


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A doorbell is only a hint: it is always taken, and what a drain leaves is rung for again by the sweeper."""
    for message in event["Records"]:
        company = json.loads(message["body"])["company"]
        drained = export_due(company, ports(), seconds_left=seconds_left(context))
        say(
            "drained",
            company=company,
            driven=drained.driven,
            sent=drained.sent,
            decided=drained.decided,
            more=drained.more,
        )
    return {"batchItemFailures": []}
