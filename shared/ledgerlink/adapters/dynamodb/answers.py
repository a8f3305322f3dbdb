"""Answers to repeated requests, by Idempotency-Key: kept for a day in the control table."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta

from pydantic import Field

from ledgerlink.errors import Conflict
from ledgerlink.kinds import Value
from ledgerlink.ports import Answer

from . import control
from .errors import translated
from .tables import ControlItem

LIVES = timedelta(hours=24)
WORKING = timedelta(seconds=60)  # longer than a request takes: after that whoever worked on it is dead
MOST_STORED = 300_000  # bytes, compressed; an item holds 400 KB


class _Row(Value):
    fingerprint: str
    until: datetime
    status: int = 0
    headers: dict[str, str] = Field(default_factory=dict)


class DynamoAnswers:
    """``ports.Answers``."""

    def begin(self, company: str, key: str, fingerprint: str, now: datetime) -> Answer | None:
        stored = control.get(company, _sk(key))
        if stored is not None:
            row = _Row.model_validate_json(stored.data)
            if row.until > now:
                body = gzip.decompress(stored.body).decode() if stored.body else ""
                return Answer(row.fingerprint, row.status, row.headers, body)
        row = _Row(fingerprint=fingerprint, until=now + WORKING)
        version = int(stored.version) if stored is not None else 0
        item = control.item(company, _sk(key), row, version=version, expires_at=now + LIVES)
        try:
            control.put(item, version)
        except Conflict:
            return Answer(fingerprint, 0)  # somebody else began just now
        return None

    def finish(self, company: str, key: str, answer: Answer, now: datetime) -> None:
        body = gzip.compress(answer.body.encode(), 6)
        if len(body) > MOST_STORED:
            return self.forget(company, key)
        row = _Row(fingerprint=answer.fingerprint, until=now + LIVES, status=answer.status, headers=answer.headers)
        with translated():
            control.item(company, _sk(key), row, version=1, expires_at=now + LIVES, body=body).save()
        return None

    def forget(self, company: str, key: str) -> None:
        with translated():
            ControlItem(company, _sk(key)).delete()


def _sk(key: str) -> str:
    return f"answer#{key}"
