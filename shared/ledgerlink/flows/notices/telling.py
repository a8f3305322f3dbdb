"""Telling the CRM: a change it did not make itself is noted in the very transaction that stores the change.

That is what came from the ledger, and what a person does to a record here: a conflict decided, a value restored or
emptied. What is pushed through the API is not told, whoever pushes: they know. A company without a webhook costs no
write at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ledgerlink.ports import Ports, TellCrm, Write
from ledgerlink.state.crm import CrmNotice
from ledgerlink.state.record import Record, RecordKey

HINT_LOST = timedelta(seconds=60)  # after the time a message should have come


def listens(company: str, at: Ports) -> bool:
    """Whether the company's CRM wants to be told."""
    return at.crm_notices.webhook(company).listens


def told(record: Record, at: Ports) -> list[Write]:
    """What goes with the change that made this revision: its notice, or nothing."""
    return [tell(record)] if listens(record.company, at) else []


def tell(record: Record) -> TellCrm:
    """The notice of the change that made this revision."""
    return TellCrm(notice_of(record, record.updated_at))


def notice_of(record: Record, now: datetime) -> CrmNotice:
    """That the record is at this revision, to be told at once."""
    return CrmNotice(
        company=record.company,
        kind=record.kind,
        id=record.id,
        revision=record.revision,
        changed_by=record.changed_by,
        deleted=record.deleted,
        changed_at=record.updated_at,
        since=now,
        due_at=now,
        wake_at=now + HINT_LOST,
    )


def ring(company: str, records: Iterable[RecordKey], at: Ports) -> None:
    """Have them told now; otherwise the sweeper would, within a minute."""
    named = list(records)
    if named and listens(company, at):
        at.doorbells.crm(company, named)
