"""Which records a job sends when nobody names them (D7, D13)."""

from __future__ import annotations

from datetime import date

from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.state.record import Record

from .profiles import CompanySettings

_NOT_LIVE = frozenset({"paid", "awaiting_approval", "void"})


def is_live(record: Record, settings: CompanySettings) -> bool:
    """Send all live: nothing of it is paid, and it is neither paid, pending nor void. Drafts go only as ``any``."""
    content = record.content
    if not isinstance(content, MoneyDocument) or content.status in _NOT_LIVE:
        return False
    if content.status == "draft" and "any" not in settings.exportable_statuses:
        return False
    unpaid = content.total is None or content.amount_outstanding in (None, content.total)
    return content.status != "part_paid" and unpaid


def by_itself(record: Record, settings: CompanySettings) -> bool:
    """All eligible: of documents the live ones, of everything else all."""
    return not isinstance(record.content, MoneyDocument) or is_live(record, settings)


_DAYS = ("issue_date", "date")


def is_dated(kind: str) -> bool:
    """Whether records of this kind have a day."""
    return any(name in KINDS[kind].model.model_fields for name in _DAYS)


def is_since(record: Record, day: date) -> bool:
    """Whether it is dated on that day or later; one that has yet to be dated is, and one without a date never."""
    days = [on for name in _DAYS if (on := getattr(record.content, name, None)) is not None]
    return is_dated(record.kind) and all(on >= day for on in days)
