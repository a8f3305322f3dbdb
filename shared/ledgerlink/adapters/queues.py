"""Doorbells over SQS: hints, so a lost one is the sweeper's business and never an error here."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.lane import Direction
from ledgerlink.state.record import RecordKey
from ledgerlink.telemetry import warn

BUCKET_S = 1  # rings of one company within this are one; the queue's delay is at least as long, so none is swallowed
AT_ONCE = 10  # messages in one call (SQS)


class SqsDoorbells:
    """``ports.Doorbells``. ``client`` is a botocore SQS client."""

    def __init__(
        self,
        client: Any,
        *,
        export_url: str,
        import_url: str,
        jobs_url: str,
        notices_url: str,
        crm_notices_url: str = "",
    ) -> None:
        self._client = client
        self._lanes: dict[str, str] = {"export": export_url, "import": import_url}
        self._jobs, self._notices, self._crm = jobs_url, notices_url, crm_notices_url

    def ring(self, company: str, direction: Direction, *, again: bool = False) -> None:
        # Real time, not the clock's: SQS deduplicates by its own.
        mark = uuid.uuid4().hex if again else str(int(time.time() // BUCKET_S))
        self._send(
            self._lanes[direction],
            {"company": company},
            MessageGroupId=company,
            MessageDeduplicationId=f"{company}-{mark}"[-128:],
        )

    def job(self, company: str, job: str, *, delay_s: int = 0) -> None:
        self._send(self._jobs, {"company": company, "job": job}, DelaySeconds=delay_s)

    def notice(self, company: str, notice: str) -> None:
        self._send(self._notices, {"company": company, "notice": notice})

    def crm(self, company: str, records: Iterable[RecordKey] = (), *, delay_s: int = 0) -> None:
        named = [{"company": company, "kind": key.kind, "id": key.id} for key in records]
        for some in chunks(named or [{"company": company}], AT_ONCE):
            entries = [
                {"Id": str(place), "MessageBody": json.dumps(body), "DelaySeconds": delay_s}
                for place, body in enumerate(some)
            ]
            try:
                self._client.send_message_batch(QueueUrl=self._crm, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                warn("doorbells were lost", error=type(error).__name__, count=len(entries))

    def _send(self, url: str, body: dict[str, str], **how: Any) -> None:
        try:
            self._client.send_message(QueueUrl=url, MessageBody=json.dumps(body), **how)
        except (BotoCoreError, ClientError) as error:
            warn("a doorbell was lost", error=type(error).__name__)
