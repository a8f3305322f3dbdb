"""SQS import doorbells (FIFO, one group per company): read what is stale in that company's ledger, and poll."""

from __future__ import annotations

import json
from typing import Any

from ledgerlink.flows.inbound.import_ import import_due
from ledgerlink.telemetry import entry_point, say, seconds_left
from ledgerlink.wiring import ports


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A doorbell is only a hint: it is always taken, and what is left stale is rung for again by the sweeper."""
    for message in event["Records"]:
        company = json.loads(message["body"])["company"]
        imported = import_due(company, ports(), seconds_left=seconds_left(context))
        say(
            "imported",
            company=company,
            driven=imported.driven,
            read=imported.read,
            applied=imported.applied,
            left=imported.left,
        )
    return {"batchItemFailures": []}
