"""SQS notices: each becomes one e-mail, and in the mornings a company's summary; one that fails holds up no others."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from ledgerlink.flows.notices import summing_up
from ledgerlink.flows.notices.notify import send_notice
from ledgerlink.telemetry import entry_point, say
from ledgerlink.wiring import ports

# Without raising for a batch that failed whole: its messages come back by themselves either way.
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handle(record: SQSRecord) -> None:
    """Send one notice. SES in trouble is the notice's own business: it is tried again later, by the sweeper."""
    asked = record.json_body
    at = ports()
    if asked["notice"] == summing_up.NAME:
        written = summing_up.sum_up(asked["company"], at)
        say("summed_up", company=asked["company"], written=written)
        return
    outcome = send_notice(asked["company"], asked["notice"], at, console_url=at.settings.console_url)
    say("notified", company=asked["company"], notice=asked["notice"], outcome=outcome)


@entry_point
def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    """Answers which messages are to come back."""
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
