"""Delivering to the CRM: what may go now, what an answer means, and when to try again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

from ledgerlink.ports import CrmAnswer, CrmMessage
from ledgerlink.state.crm import CrmNotice, CrmWebhook, DeliveryOutcome

# About three days in all. The attempt after the last of these is the last one.
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.1  # later by up to this share of the wait, so that what failed together does not come back together
MOST_ASKED = timedelta(hours=24)  # of a Retry-After
OLDEST = timedelta(days=4)  # a notice that could not even be tried for so long is given up

TROUBLED = frozenset({429, 502, 503, 504})  # says something of the endpoint, not of the one record
REST_AFTER = 3  # failures of the endpoint in a row
FIRST_REST = timedelta(seconds=30)  # doubled each time
LONGEST_REST = timedelta(minutes=15)


# ------------------------------------------------------------------ before sending


@dataclass(frozen=True)
class Send:
    """Now."""


@dataclass(frozen=True)
class Hold:
    """Not until somebody switches the endpoint on, resumes it or makes a secret."""


@dataclass(frozen=True)
class Later:
    """The endpoint rests; that costs no attempt."""

    at: datetime


@dataclass(frozen=True)
class GiveUp:
    """It has waited for too long."""


def before_sending(webhook: CrmWebhook, notice: CrmNotice, now: datetime) -> Send | Hold | Later | GiveUp:
    """Whether a due notice may go."""
    if webhook.state(now) != "on":
        return Hold()
    if webhook.not_before is None or webhook.not_before <= now:
        return Send()
    if now - notice.since > OLDEST:
        return GiveUp()
    return Later(webhook.not_before + LONGEST_REST * JITTER * chance(notice))


# ------------------------------------------------------------------ after the answer


@dataclass(frozen=True)
class Verdict:
    """What an attempt came to. ``next_at`` for ``retrying``."""

    outcome: DeliveryOutcome
    next_at: datetime | None = None
    detail: str = ""


def judge(answer: CrmAnswer, notice: CrmNotice, now: datetime) -> Verdict:
    """``notice.attempts`` counts this one. Only 2xx is success, and only 410 says "never again"."""
    if answer.status is not None and 200 <= answer.status < 300:
        return Verdict("delivered")
    if answer.status == 410:
        return Verdict("paused", detail="the CRM answered 410: it wants no more notices at this address")
    detail = answer.detail or _told(answer.status)
    if notice.attempts > len(RETRIES):
        return Verdict("failed", detail=detail)
    wait = RETRIES[notice.attempts - 1] * (1 + JITTER * chance(notice))
    return Verdict("retrying", now + max(wait, _asked(answer)), detail)


def _told(status: int | None) -> str:
    if status is not None and 300 <= status < 400:
        return f"the CRM answered {status}; redirects are not followed"
    return f"the CRM answered {status}"


def _asked(answer: CrmAnswer) -> timedelta:
    return min(max(answer.retry_after or timedelta(), timedelta()), MOST_ASKED)


def endpoint_after(webhook: CrmWebhook, answer: CrmAnswer, now: datetime) -> CrmWebhook:
    """The endpoint as the answer shows it: one that is down as a whole rests, so that its notices hold up nobody's."""
    if answer.status is not None and answer.status not in TROUBLED:
        return webhook.model_copy(update={"failures": 0, "not_before": None})
    failures = webhook.failures + 1
    rest = _asked(answer)
    if failures >= REST_AFTER:
        doubled = FIRST_REST * 2 ** min(failures - REST_AFTER, 10)
        rest = max(rest, min(doubled, LONGEST_REST))
    return webhook.model_copy(update={"failures": failures, "not_before": now + rest if rest else None})


def chance(notice: CrmNotice) -> float:
    """Between 0 and 1, the same whenever it is asked about the same attempt."""
    return crc32(f"{notice.company}/{notice.kind}/{notice.id}/{notice.revision}/{notice.attempts}".encode()) / 2**32


# ------------------------------------------------------------------ the message


def message_of(notice: CrmNotice) -> CrmMessage:
    """A thin message: what changed, not how. Its id is the revision's, whoever sends it how often, so that receivers
    recognise a repetition."""
    said = {
        "type": "record.changed",
        "timestamp": f"{notice.changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "data": {
            "kind": notice.kind,
            "id": notice.id,
            "revision": notice.revision,
            "changed_by": notice.changed_by,
            "deleted": notice.deleted,
        },
    }
    name = f"{notice.company}/{notice.kind}/{notice.id}/{notice.revision}"
    mark = hashlib.sha256(name.encode()).hexdigest()[:32]
    return CrmMessage(f"msg_{mark}", json.dumps(said, ensure_ascii=False, separators=(",", ":")))
