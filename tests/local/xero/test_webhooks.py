"""Webhooks: who is told what, how it is signed, when it is sent again (§5)."""

import json
import re
from typing import Any

import pytest

from local.xero.webhooks import NOT_EMPTY, UNREACHABLE, sign
from tests.local.xero.rig import HOOKS, Rig

QUARTER, DAY = 900, 86_400


@pytest.fixture
def heard(xero: Rig) -> Rig:
    """A connected organisation with a receiver that has shown its intent to receive."""
    xero.listen()
    return xero


def flush(xero: Rig) -> dict[str, Any]:
    return dict(xero.sim("POST", "webhooks:flush").json())


def status(xero: Rig) -> dict[str, Any]:
    return dict(xero.sim("GET", "settings").json()["webhooks"])


@pytest.mark.parametrize(
    ("key", "body", "signature"),
    [
        # Published: calcinai/xero-php tests/WebhookTest.php, StuntAPI/stunt xero_style_test.go.
        (
            "test_key",
            '{"events":[],"firstEventSequence": 0,"lastEventSequence": 0, "entropy": "NLDZEGWUXNHESAQVGLYF"}',
            "ixznmr+Pdl6QymsWZM+9UkY4lu97q04sJyejmSOp25U=",
        ),
        (
            "stunt-xero-webhook-key",
            '{"events":[],"eventType":"Invoice.Created"}',
            "qy/FMnEddslHqqWzo1hv5YdNd51Q3zg9d+HRc8T2a/o=",
        ),
    ],
)
def test_signatures_are_the_published_ones(key: str, body: str, signature: str) -> None:
    assert sign(key, body.encode()) == signature


def test_the_intent_to_receive_mis_signs_some_probes_by_one_character(xero: Rig) -> None:
    xero.set(webhooks=HOOKS)
    assert status(xero)["state"] == "intent to receive"
    flush(xero)
    assert status(xero)["state"] == "ok"
    wrong = []
    for body, signature in xero.inbox.received:
        assert json.loads(body) | {"entropy": ""} == {
            "events": [],
            "firstEventSequence": 0,
            "lastEventSequence": 0,
            "entropy": "",
        }
        right = sign(HOOKS["key"], body)
        wrong.append(sum(a != b for a, b in zip(signature, right, strict=True)))
    assert sorted(set(wrong)) == [0, 1]


@pytest.mark.parametrize("answers", [[401], [200, 200], [200, 403], [200, 400], [NOT_EMPTY]])
def test_a_receiver_that_answers_a_probe_wrongly_gets_no_events(xero: Rig, answers: list[int]) -> None:
    xero.inbox.answers = answers
    xero.set(webhooks=HOOKS)
    flush(xero)
    assert status(xero)["state"] == "failed"
    assert "probe was answered with" in status(xero)["reason"]
    xero.create({"Name": "Ada"})
    xero.inbox.received.clear()
    assert xero.app.deliver(forced=False)["sent"] == 0
    assert flush(xero)["state"] == "ok"
    assert [event["eventType"] for event in xero.inbox.events] == ["CREATE"]


def test_a_receiver_that_is_not_there_yet_is_asked_again_by_itself(xero: Rig) -> None:
    xero.inbox.answers = [UNREACHABLE, 503]
    xero.set(webhooks=HOOKS)
    for state in ("intent to receive", "intent to receive", "ok"):
        xero.app.deliver(forced=False)
        assert status(xero)["state"] == state
        xero.clock.advance(5)


def test_own_writes_are_told_with_category_type_and_tenant(heard: Rig) -> None:
    (contact,) = heard.create({"Name": "Ada"})
    heard.clock.advance(1.25)
    heard.update({"ContactID": contact["ContactID"], "ContactStatus": "ARCHIVED"})
    flush(heard)
    created, updated = heard.inbox.events
    assert created == {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/Contacts/{contact['ContactID']}",
        "resourceId": contact["ContactID"],
        "eventDateUtc": "2026-11-20T09:00:30",
        "eventType": "CREATE",
        "eventCategory": "CONTACT",
        "tenantId": heard.organisations[0],
        "tenantType": "ORGANISATION",
    }
    assert (updated["eventType"], updated["eventDateUtc"]) == ("UPDATE", "2026-11-20T09:00:31.25")


def test_the_body_has_xeros_irregular_spaces_and_is_signed_as_it_stands(heard: Rig) -> None:
    heard.create({"Name": "Ada"}, {"Name": "Bob"})
    flush(heard)
    ((body, signature),) = heard.inbox.received
    assert re.search(rb'\}\],"firstEventSequence": 1,"lastEventSequence": 2, "entropy": "[A-Z]{20}"\}$', body)
    assert signature == sign(HOOKS["key"], body)
    assert signature != sign(HOOKS["key"], json.dumps(json.loads(body)).encode())


def test_what_a_person_does_is_told_too(heard: Rig) -> None:
    heard.human("create", Name="Ada")
    (contact,) = heard.contacts()
    heard.human("edit", contact["ContactID"], EmailAddress="ada@example.org")
    heard.human("archive", contact["ContactID"])
    flush(heard)
    assert [event["eventType"] for event in heard.inbox.events] == ["CREATE", "UPDATE", "UPDATE"]


def test_seeds_refused_elements_and_refused_calls_are_not_told(heard: Rig) -> None:
    heard.sim("POST", "seed", {"contacts": 2})
    heard.create({"Name": "<"})
    heard.call("PUT", "/Contacts", {"Contacts": [{"Name": "Ada"}, {"Name": "<"}]})
    assert flush(heard)["sent"] == 0


def test_events_of_all_connected_organisations_go_to_one_address(heard: Rig) -> None:
    heard.connect(",".join(heard.organisations))
    heard.create({"Name": "Ada"})
    heard.create({"Name": "Bob"}, xero_tenant_id=heard.organisations[1])
    flush(heard)
    assert [event["tenantId"] for event in heard.inbox.events] == heard.organisations


def test_a_refused_delivery_is_repeated_at_once_and_then_every_quarter_of_an_hour(heard: Rig) -> None:
    heard.create({"Name": "Ada"})
    heard.inbox.answers = [500, 500, 500]
    heard.app.deliver(forced=False)
    assert len(heard.inbox.received) == 2
    heard.clock.advance(QUARTER - 1)
    heard.app.deliver(forced=False)
    assert len(heard.inbox.received) == 2
    heard.clock.advance(1)
    heard.app.deliver(forced=False)
    assert len(heard.inbox.received) == 3
    heard.clock.advance(QUARTER)
    assert heard.app.deliver(forced=False)["sent"] == 1
    assert len({body for body, _ in heard.inbox.received}) == 1


def test_later_events_wait_behind_a_failing_delivery(heard: Rig) -> None:
    heard.create({"Name": "Ada"})
    heard.inbox.answers = [500, 500]
    flush(heard)
    heard.create({"Name": "Bob"})
    flush(heard)
    sequences = [json.loads(body)["firstEventSequence"] for body, _ in heard.inbox.received]
    assert sequences == [1, 1, 1, 2]


def test_after_a_day_of_failures_the_subscription_is_disabled_and_its_events_kept(heard: Rig) -> None:
    heard.create({"Name": "Ada"})
    heard.inbox.answers = [500] * 200
    for _ in range(DAY // QUARTER + 1):
        heard.app.deliver(forced=False)
        heard.clock.advance(QUARTER)
    assert status(heard)["state"] == "disabled"
    heard.inbox.answers.clear()
    heard.inbox.received.clear()
    heard.connect().create({"Name": "Bob"})
    assert flush(heard)["sent"] == 0
    heard.set(webhooks=True)
    flush(heard)
    assert [event["eventType"] for event in heard.inbox.events] == ["CREATE", "CREATE"]


def test_events_are_kept_for_a_month(heard: Rig) -> None:
    heard.create({"Name": "Ada"})
    heard.inbox.answers = [500, 500]
    flush(heard)
    heard.clock.advance(32 * DAY)
    assert flush(heard) == {"sent": 0, "failed": 0, "pending": 0, "state": "ok", "reason": ""}


def test_switched_off_nothing_is_heard(heard: Rig) -> None:
    heard.set(webhooks=False)
    heard.create({"Name": "Ada"})
    heard.set(webhooks=True)
    assert status(heard)["state"] == "intent to receive"
    flush(heard)
    assert heard.inbox.events == []


@pytest.mark.parametrize(
    ("how", "expected"), [({"drop": 1}, []), ({"duplicate": 1}, [1, 1, 2, 2]), ({"duplicate": True}, [1, 1, 2, 2])]
)
def test_bad_days_lose_and_repeat_events(heard: Rig, how: dict[str, Any], expected: list[int]) -> None:
    heard.set(webhooks=how)
    heard.create({"Name": "Ada"}, {"Name": "Bob"})
    flush(heard)
    ids = [event["resourceId"] for event in heard.inbox.events]
    assert [sorted(set(ids), key=ids.index).index(id) + 1 for id in ids] == expected


def test_bad_days_mix_events_up(heard: Rig) -> None:
    heard.set(webhooks={"reorder": 1})
    heard.create(*({"Name": f"c{number}"} for number in range(10)))
    flush(heard)
    sequences = [json.loads(body)["firstEventSequence"] for body, _ in heard.inbox.received]
    assert sequences != sorted(sequences)
    assert sorted(sequences) == list(range(1, 11))


@pytest.mark.parametrize("value", ["on", {"enabled": True}, {"url": "https://x.example", "kye": "k"}, 3])
def test_a_subscription_without_address_or_key_is_refused(xero: Rig, value: object) -> None:
    assert xero.sim("POST", "settings", {"webhooks": value}).status_code == 422
    assert status(xero)["state"] == "off"
