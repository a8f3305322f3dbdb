"""When a notice goes, what an answer means, and when it is tried again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.ports import CrmAnswer
from ledgerlink.rules import crm_delivery as rules
from ledgerlink.state.crm import CrmNotice, CrmWebhook, WebhookSecret
from tests.support.builders import NOON

SECRET = WebhookSecret(id="s1", sealed="…", created_at=NOON)


def a_webhook(**fields: Any) -> CrmWebhook:
    defaults = {"company": "c1", "url": "https://crm.example/", "enabled": True, "secrets": (SECRET,)}
    return CrmWebhook(**(defaults | fields))


def a_notice(**fields: Any) -> CrmNotice:
    defaults = {
        "company": "c1",
        "kind": "organizations",
        "id": "o1",
        "revision": 3,
        "changed_by": "ledger",
        "changed_at": NOON,
        "since": NOON,
        "due_at": NOON,
        "wake_at": NOON,
        "attempts": 1,
    }
    return CrmNotice(**(defaults | fields))


@pytest.mark.parametrize(
    ("webhook", "state"),
    [
        (a_webhook(), "on"),
        (a_webhook(enabled=False), "off"),
        (a_webhook(url=""), "off"),
        (a_webhook(paused="crm_gone"), "paused"),
        (a_webhook(secrets=()), "needs_secret"),
        (a_webhook(secrets=(SECRET.model_copy(update={"expires_at": NOON}),)), "needs_secret"),
    ],
)
def test_only_an_endpoint_that_is_on_is_sent_to(webhook: CrmWebhook, state: str) -> None:
    assert webhook.state(NOON) == state
    assert isinstance(rules.before_sending(webhook, a_notice(), NOON), rules.Send if state == "on" else rules.Hold)


def test_a_paused_endpoint_still_listens_and_one_that_is_off_does_not() -> None:
    assert a_webhook(paused="crm_gone").listens
    assert a_webhook(secrets=()).listens
    assert not a_webhook(enabled=False).listens


def test_while_the_endpoint_rests_notices_wait_a_little_longer_than_it_does() -> None:
    webhook = a_webhook(not_before=NOON + timedelta(minutes=5))
    later = rules.before_sending(webhook, a_notice(), NOON)
    assert isinstance(later, rules.Later)
    assert timedelta() <= later.at - (NOON + timedelta(minutes=5)) <= timedelta(minutes=1.5)
    assert isinstance(rules.before_sending(webhook, a_notice(), NOON + timedelta(minutes=5)), rules.Send)


def test_what_could_not_even_be_tried_for_days_is_given_up() -> None:
    webhook = a_webhook(not_before=NOON + timedelta(days=5))
    assert isinstance(rules.before_sending(webhook, a_notice(), NOON + timedelta(days=4, seconds=1)), rules.GiveUp)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(status: int) -> None:
    assert rules.judge(CrmAnswer(status), a_notice(), NOON).outcome == "delivered"


def test_410_pauses() -> None:
    assert rules.judge(CrmAnswer(410), a_notice(attempts=10), NOON).outcome == "paused"


@pytest.mark.parametrize("answer", [*map(CrmAnswer, (301, 302, 307, 400, 401, 404, 429, 500, 503)), CrmAnswer()])
def test_everything_else_is_tried_again(answer: CrmAnswer) -> None:
    assert rules.judge(answer, a_notice(), NOON).outcome == "retrying"


def test_the_waits_grow_over_about_three_days_and_the_tenth_attempt_is_the_last() -> None:
    waits = []
    for attempts in range(1, 10):
        verdict = rules.judge(CrmAnswer(500), a_notice(attempts=attempts), NOON)
        assert verdict.next_at is not None
        waits.append(verdict.next_at - NOON)
    for wait, planned in zip(waits, rules.RETRIES, strict=True):
        assert planned <= wait <= planned * 1.1
    assert waits == sorted(waits)
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=3.6)
    assert rules.judge(CrmAnswer(500), a_notice(attempts=10), NOON).outcome == "failed"


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=30), timedelta(hours=24)),
        (timedelta(seconds=-5), timedelta(seconds=5)),
        (timedelta(seconds=1), timedelta(seconds=5)),
    ],
)
def test_retry_after_lengthens_the_wait_up_to_a_day(asked: timedelta, waited: timedelta) -> None:
    verdict = rules.judge(CrmAnswer(503, retry_after=asked), a_notice(), NOON)
    assert verdict.next_at is not None
    assert waited <= verdict.next_at - NOON <= waited * 1.1


def test_what_failed_together_does_not_come_back_together() -> None:
    times = {rules.judge(CrmAnswer(500), a_notice(id=f"o{n}", attempts=4), NOON).next_at for n in range(50)}
    assert len(times) == 50


@pytest.mark.parametrize(
    ("answers", "rest_s"),
    [
        ([CrmAnswer()] * 2, None),
        ([CrmAnswer()] * 3, 30),
        ([CrmAnswer(502)] * 4, 60),
        ([CrmAnswer(504)] * 20, 900),
        ([CrmAnswer(429, retry_after=timedelta(seconds=90))], 90),
        ([CrmAnswer()] * 5 + [CrmAnswer(200)], None),
        ([CrmAnswer()] * 5 + [CrmAnswer(500)], None),  # of this one record, for all we know
        ([CrmAnswer(404)] * 20, None),
    ],
)
def test_an_endpoint_that_is_down_as_a_whole_rests(answers: list[CrmAnswer], rest_s: int | None) -> None:
    webhook = a_webhook()
    for answer in answers:
        webhook = rules.endpoint_after(webhook, answer, NOON)
    assert webhook.not_before == (None if rest_s is None else NOON + timedelta(seconds=rest_s))


def test_a_message_is_thin_and_its_id_is_the_revision_s() -> None:
    message = rules.message_of(a_notice())
    assert json.loads(message.body) == {
        "type": "record.changed",
        "timestamp": "2026-11-22T12:00:00.000000Z",
        "data": {"kind": "organizations", "id": "o1", "revision": 3, "changed_by": "ledger", "deleted": False},
    }
    assert rules.message_of(a_notice(attempts=7, version=9)) == message
    ids = {rules.message_of(a_notice(**other)).id for other in ({}, {"revision": 4}, {"id": "o2"}, {"company": "c2"})}
    assert len(ids) == 4
    assert message.id.startswith("msg_")
    assert "." not in message.id
