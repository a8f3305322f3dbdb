"""SQS notices for CRMs: each is one signed webhook; one that fails holds up no other."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ledgerlink.flows.notices.notify_crm import let_go, notify
from ledgerlink.state.record import RecordKey
from ledgerlink.telemetry import entry_point, say, seconds_left
from ledgerlink.wiring import ports

RESERVE = 35.0  # seconds that must be left to begin: three slow answers and a little

# Without raising for a batch that failed whole: its messages come back by themselves either way.
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handle(record: SQSRecord, lambda_context: Any) -> None:
    """Tell of one record, or let go what was held back. A CRM in trouble is the notice's business: it has its table."""
    asked, at = record.json_body, ports()
    company = asked["company"]
    if "id" not in asked:
        say("let go", company=company, count=let_go(company, at))
        return
    key = RecordKey(company, asked["kind"], asked["id"])
    if seconds_left(lambda_context)() < RESERVE:
        at.doorbells.crm(company, [key])
        return
    say("told the crm", company=company, kind=key.kind, outcome=notify(key, at))


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    """Answers which messages are to come back."""
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
