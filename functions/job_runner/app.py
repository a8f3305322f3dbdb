"""SQS job messages: the next page of one bulk job; the message renews itself until the job is over."""

from __future__ import annotations

import json
from typing import Any

from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.telemetry import entry_point, say, seconds_left
from ledgerlink.wiring import ports


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One message, one turn. What goes wrong unexpectedly raises: the message comes back and the turn is repeated."""
    for message in event["Records"]:
        asked = json.loads(message["body"])
        turned = run_turn(asked["company"], asked["job"], ports(), seconds_left=seconds_left(context))
        if turned.driven:
            say(
                "turned",
                company=asked["company"],
                job=asked["job"],
                kind=turned.kind,
                status=turned.status,
                page=turned.page,
            )
    return {"batchItemFailures": []}
