"""Notices go to the CRM: a record takes its turn, its notice is sent, judged, logged, and stored as it is now.

A turn is a lease on the record's one notice. A newer revision overwrites the notice and leaves the turn alone, so it
goes out after the older one has come back, by the same hand: an older revision is never sent after a newer one, nor
beside it. A process that dies leaves its turn to run out; the message's id tells the receiver what it has seen before.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from ledgerlink.errors import Conflict
from ledgerlink.ports import CrmAnswer, Ports, PutCrmDelivery, PutCrmNotice, PutCrmWebhook
from ledgerlink.rules import crm_delivery as rules
from ledgerlink.rules.crm_delivery import Verdict
from ledgerlink.state.crm import CrmDelivery, CrmNotice, CrmWebhook, DeliveryOutcome
from ledgerlink.state.record import RecordKey

from . import crm_webhook
from .telling import HINT_LOST

TURN = timedelta(seconds=60)
WHOLE_SEND = timedelta(seconds=10)  # what one takes at most
IN_A_ROW = 3  # revisions of one record by one hand; then it queues again
EARLY = timedelta(seconds=1)  # queues deliver by whole seconds
BY_MESSAGE = timedelta(seconds=15)  # longer waits are the sweeper's, so that no message lies about
PAGE = 100

Told = Literal["delivered", "retrying", "failed", "paused", "held", "later", "nothing"]


def notify(key: RecordKey, at: Ports) -> Told:
    """Tell the CRM of this record, if there is something to tell now and nobody is telling it. Raises StoreBusy."""
    told: Told = "nothing"
    turn: datetime | None = None
    for _ in range(IN_A_ROW):
        notice = at.crm_notices.get(key)
        if notice is None or not _may_go(notice, turn, at.clock.now()):
            return told
        webhook = at.crm_notices.webhook(key.company)
        decision = rules.before_sending(webhook, notice, at.clock.now())
        if not isinstance(decision, rules.Send):
            return _put_off(notice, decision, at)
        secrets = crm_webhook.secrets_of(webhook, at)
        mine = _take(notice, at)
        if mine is None:
            continue  # overwritten or taken at this very moment
        turn = mine.turn_until
        if _too_late(mine, at.clock.now()):
            continue
        told, after = _attempt(mine, webhook, secrets, at)
        if _stored(after, at):
            _come_back(after, at)
            return told
    _give_back(key, turn, at)
    return told


def _may_go(notice: CrmNotice, turn: datetime | None, now: datetime) -> bool:
    """Whether it waits to be sent, its time has come, and the turn is ours or nobody's."""
    if notice.status != "pending" or notice.due_at > now + EARLY:
        return False
    return not notice.is_taken(now) or notice.turn_until == turn


def _take(notice: CrmNotice, at: Ports) -> CrmNotice | None:
    mine = notice.model_copy(update={"turn_until": at.clock.now() + TURN, "attempts": notice.attempts + 1})
    return mine.model_copy(update={"version": mine.version + 1}) if _stored(mine, at) else None


def _too_late(mine: CrmNotice, now: datetime) -> bool:
    """Whether taking the turn took so long that it may end while we send, and somebody sends newer news beside."""
    return mine.turn_until is None or mine.turn_until - now < WHOLE_SEND


def _stored(notice: CrmNotice, at: Ports) -> bool:
    try:
        at.commit.all(PutCrmNotice(notice))
    except Conflict:
        return False
    return True


def _attempt(mine: CrmNotice, webhook: CrmWebhook, secrets: list[str], at: Ports) -> tuple[DeliveryOutcome, CrmNotice]:
    """One message on the wire, and the notice as it is after that."""
    answer = at.crm.send(webhook.url, rules.message_of(mine), secrets)
    now = at.clock.now()
    verdict = rules.judge(answer, mine, now)
    at.commit.all(PutCrmDelivery(_logged(mine, verdict, answer, now)))
    if verdict.outcome == "paused":
        crm_webhook.pause(webhook, at)
    else:
        _learn(webhook, answer, at)
    return verdict.outcome, _after(mine, verdict, now)


def _learn(webhook: CrmWebhook, answer: CrmAnswer, at: Ports) -> None:
    """Remember how the endpoint does; who was faster knows as much."""
    learnt = rules.endpoint_after(webhook, answer, at.clock.now())
    if learnt != webhook:
        with suppress(Conflict):
            at.commit.all(PutCrmWebhook(learnt))


def _after(mine: CrmNotice, verdict: Verdict, now: datetime) -> CrmNotice:
    match verdict.outcome:
        case "delivered" | "failed":
            told: dict[str, object] = {"status": verdict.outcome}
        case "paused":
            told = {"status": "held"}
        case "retrying":
            due_at = verdict.next_at or now
            told = {"due_at": due_at, "wake_at": due_at + (HINT_LOST if due_at - now <= BY_MESSAGE else timedelta())}
    return mine.model_copy(update={**told, "turn_until": None})


def _logged(mine: CrmNotice, verdict: Verdict, answer: CrmAnswer, now: datetime) -> CrmDelivery:
    message = rules.message_of(mine).id
    return CrmDelivery(
        company=mine.company,
        id=f"{now:%Y%m%dT%H%M%S%f}-{message[-8:]}",
        at=now,
        kind=mine.kind,
        record=mine.id,
        revision=mine.revision,
        message_id=message,
        attempt=mine.attempts,
        status=answer.status,
        outcome=verdict.outcome,
        detail=verdict.detail,
        answer=answer.text,
        ms=answer.ms,
        next_attempt_at=verdict.next_at,
    )


def _come_back(notice: CrmNotice, at: Ports) -> None:
    wait = notice.due_at - at.clock.now()
    if notice.status == "pending" and wait <= BY_MESSAGE:
        at.doorbells.crm(notice.company, [notice.key], delay_s=max(0, ceil(wait.total_seconds())))


def _give_back(key: RecordKey, turn: datetime | None, at: Ports) -> None:
    """The record keeps changing: somebody else may go on."""
    notice = at.crm_notices.get(key)
    if notice is not None and turn is not None and notice.turn_until == turn:
        _stored(notice.model_copy(update={"turn_until": None}), at)
    at.doorbells.crm(key.company, [key])


# ------------------------------------------------------------------ not now


def _put_off(notice: CrmNotice, decision: rules.Hold | rules.Later | rules.GiveUp, at: Ports) -> Told:
    """Store why it does not go; who was faster decides anew."""
    match decision:
        case rules.Hold():
            told: dict[str, object] = {"status": "held"}
        case rules.Later(when):
            told = {"due_at": when, "wake_at": when}
        case rules.GiveUp():
            told = {"status": "failed"}
            verdict = Verdict("failed", detail="the endpoint was out of order for four days")
            at.commit.all(PutCrmDelivery(_logged(notice, verdict, CrmAnswer(), at.clock.now())))
    _stored(notice.model_copy(update={**told, "turn_until": None}), at)
    return "later" if isinstance(decision, rules.Later) else "failed" if isinstance(decision, rules.GiveUp) else "held"


def let_go(company: str, at: Ports) -> int:
    """Send what was held back, afresh, one page at a time; how many. The sweeper rings until all of it has gone."""
    webhook = at.crm_notices.webhook(company)
    if webhook.release_at is None:
        return 0
    now = at.clock.now()
    page = at.crm_notices.unfinished(company, after=webhook.released_to or None, limit=PAGE)
    waiting = [notice for notice in page.items if not notice.is_taken(now)]
    fresh = {"status": "pending", "attempts": 0, "since": now, "due_at": now, "wake_at": now + HINT_LOST}
    at.commit.each([[PutCrmNotice(notice.model_copy(update=fresh))] for notice in waiting])
    if waiting:
        at.doorbells.crm(company, [notice.key for notice in waiting])
    crm_webhook.released(company, page.next, at)
    if page.next:
        at.doorbells.crm(company)
    return len(waiting)
