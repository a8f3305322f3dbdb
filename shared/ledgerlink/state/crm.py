"""What the CRM is told: its endpoint and secrets, one notice per record, and what became of each delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ledgerlink.kinds import Value

from .record import ChangedBy, RecordKey

EndpointState = Literal["off", "needs_secret", "paused", "on"]
NoticeState = Literal["pending", "held", "delivered", "failed"]
DeliveryOutcome = Literal["delivered", "retrying", "failed", "paused"]


class WebhookSecret(Value):
    """One signing secret, sealed. ``expires_at``: it was replaced and signs along until then."""

    id: str
    sealed: str
    created_at: datetime
    expires_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at > now


class CrmWebhook(Value):
    """Where a company's CRM wants to be told, and whether that makes sense now."""

    company: str
    url: str = ""
    enabled: bool = False
    paused: str = ""  # reason code: crm_gone
    secrets: tuple[WebhookSecret, ...] = ()  # newest first
    failures: int = 0  # in a row, of the endpoint as a whole
    not_before: datetime | None = None  # the endpoint rests until then
    release_at: datetime | None = None  # what was held back is being let go; the sweeper rings for it
    released_to: str = ""  # how far that has come
    revision: int = 0  # counts what people changed
    version: int = 0

    @property
    def listens(self) -> bool:
        """Whether changes are to be noted for it; a paused endpoint hears of them when it is resumed."""
        return self.enabled and bool(self.url)

    def state(self, now: datetime) -> EndpointState:
        if not self.listens:
            return "off"
        if self.paused:
            return "paused"
        return "on" if any(secret.live(now) for secret in self.secrets) else "needs_secret"


class CrmNotice(Value):
    """That a record changed: one per record, overwritten by the newer revision, so its order is the record's own.

    ``turn_until`` is the lease of whoever sends it now. It is stored beside the document and outlives an overwriting,
    so that a newer revision is never on the wire together with an older one.
    """

    company: str
    kind: str
    id: str
    revision: int
    changed_by: ChangedBy
    deleted: bool = False
    changed_at: datetime
    status: NoticeState = "pending"
    since: datetime  # when it was noted (again): what its age is counted from
    due_at: datetime
    wake_at: datetime  # when the sweeper rings for it, should its message be lost
    attempts: int = 0
    turn_until: datetime | None = None
    version: int = 0

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.company, self.kind, self.id)

    def is_taken(self, now: datetime) -> bool:
        """Whether somebody is sending it (a lease that ran out is nobody's)."""
        return self.turn_until is not None and self.turn_until > now


class CrmDelivery(Value):
    """One attempt, kept for 30 days."""

    company: str
    id: str  # time first
    at: datetime
    kind: str
    record: str
    revision: int
    message_id: str
    attempt: int
    status: int | None = None  # of the HTTP answer; None: there was none
    outcome: DeliveryOutcome
    detail: str = ""  # why it was no success, in plain words
    answer: str = ""  # the first 500 characters of it
    ms: int = 0
    next_attempt_at: datetime | None = None
