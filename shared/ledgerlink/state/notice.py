"""A notice: one e-mail that is to be sent, as data; the words come from a template."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ledgerlink.kinds import Value

from .subscription import Topic

Template = Literal["job_done", "needs_reconnect", "connected", "merged", "crm_webhook_paused", "daily_summary"]


class Notice(Value):
    """Which template, with which figures, to whom, and whether it went out."""

    company: str
    id: str
    template: Template
    topic: Topic | None = None  # what the reader may ask to hear no more
    to: str
    data: dict[str, Any]
    created_at: datetime
    status: Literal["pending", "sent", "failed"] = "pending"
    attempts: int = 0
    sending_until: datetime | None = None  # somebody is sending it now, until then at most
    job: str = ""
    wake_at: datetime | None = None  # when the sweeper rings for it again, should its message be lost
    version: int = 0
