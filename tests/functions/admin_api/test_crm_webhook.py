"""The CRM's ear over HTTP: address, secrets, deliveries, replay; who may what, and what is never told twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledgerlink.adapters.aws import client
from ledgerlink.adapters.crm import HttpCrm
from ledgerlink.flows.notices.notify_crm import let_go, notify
from ledgerlink.flows.notices.telling import tell
from ledgerlink.ports import PutRecord
from ledgerlink.state.record import RecordKey
from tests.fakes.time import START
from tests.support.api import Api
from tests.support.aws import REGION
from tests.support.builders import a_record
from tests.support.receiver import Receiver, Say, receiving

ACME = "/v1/companies/acme"
WEBHOOK = f"{ACME}/crm-webhook"
KEY = RecordKey("acme", "organizations", "o1")
PUBLIC = "https://8.8.8.8/hooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def heard(api: Api, receiver: Receiver) -> Api:
    """The API, its CRM listening at the receiver as it may on a laptop."""
    sqs = client("sqs", REGION)
    api.wired.settings = replace(
        api.wired.settings, crm_notices_queue_url=sqs.create_queue(QueueName="crm")["QueueUrl"]
    )
    api.wired.__dict__["crm"] = HttpCrm(open_loopback=True)
    assert api.put(WEBHOOK, {"url": receiver.url}).status == 200
    return api


def change(api: Api, revision: int = 1) -> None:
    """The ledger changed the record."""
    told = {"company": "acme", "revision": revision, "changed_by": "ledger", "updated_at": START}
    record = a_record(**told, version=revision - 1)
    api.wired.commit.all(PutRecord(record), tell(record))


def test_before_anything_is_set_it_is_off(api: Api) -> None:
    assert api.get(WEBHOOK).json == {
        "url": "",
        "enabled": False,
        "state": "off",
        "reason": None,
        "resting_until": None,
        "secrets": [],
        "last_delivery": None,
    }


def test_it_is_on_when_it_has_an_address_and_a_secret(api: Api) -> None:
    put = api.put(WEBHOOK, {"url": PUBLIC, "enabled": True})
    assert (put.status, put["state"], put.headers["etag"]) == (200, "needs_secret", '"1"')
    made = api.post(f"{WEBHOOK}/secret")
    assert made.status == 201
    assert made["secret"].startswith("whsec_")
    shown = api.get(WEBHOOK)
    assert shown["state"] == "on"
    assert [(s["id"], s["expires_at"]) for s in shown["secrets"]] == [(made["id"], None)]
    assert made["secret"] not in shown.text


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "is needed"),
        ("http://8.8.8.8/", "https"),
        ("https://8.8.8.8:22/", "port"),
        ("https://user@8.8.8.8/", "user name"),
        ("https://127.0.0.1/", "not public"),
        ("https://localhost/", "not public"),
        ("https://[::1]/", "not public"),
        ("https://169.254.169.254/latest/meta-data/", "not public"),
        ("https://10.0.0.1/", "not public"),
        ("https://no-such-name.invalid/", "cannot be resolved"),
        ("nonsense", "https"),
    ],
)
def test_an_address_that_must_not_be_called_is_refused_with_the_reason(api: Api, url: str, why: str) -> None:
    refused = api.put(WEBHOOK, {"url": url, "enabled": True})
    assert (refused.status, refused.is_problem) == (422, True)
    assert refused["errors"][0]["field"] == "url"
    assert why in refused["errors"][0]["message"]
    assert refused["code"] == ("address_refused" if url else "invalid")
    assert api.get(WEBHOOK)["url"] == ""


def test_it_can_be_switched_off_although_its_name_is_gone(heard: Api) -> None:
    url = heard.get(WEBHOOK)["url"]
    heard.wired.__dict__["crm"] = HttpCrm()
    assert heard.put(WEBHOOK, {"url": url, "enabled": True}).status == 422
    assert heard.put(WEBHOOK, {"url": url, "enabled": False})["state"] == "off"


def test_if_match_is_the_revision_of_what_people_set(api: Api) -> None:
    api.put(WEBHOOK, {"url": PUBLIC})
    api.post(f"{WEBHOOK}/secret")
    assert api.put(WEBHOOK, {"url": PUBLIC, "enabled": False}, headers={"if-match": "7"}).status == 412
    assert api.put(WEBHOOK, {"url": PUBLIC, "enabled": False}, headers={"if-match": '"1"'}).status == 200


def test_a_rotation_shows_both_secrets_and_when_the_older_one_ends(api: Api) -> None:
    first, second = api.post(f"{WEBHOOK}/secret"), api.post(f"{WEBHOOK}/secret")
    shown = {s["id"]: s["expires_at"] for s in api.get(WEBHOOK)["secrets"]}
    assert shown == {second["id"]: None, first["id"]: "2026-11-23T09:00:00Z"}
    third = api.post(f"{WEBHOOK}/secret", {"keep_previous_hours": 0})
    assert [s["id"] for s in api.get(WEBHOOK)["secrets"]] == [third["id"]]


def test_a_secret_is_shown_once_whoever_repeats_the_request(api: Api) -> None:
    again = {"headers": {"idempotency-key": "k1"}}
    first = api.post(f"{WEBHOOK}/secret", **again)
    second = api.post(f"{WEBHOOK}/secret", **again)
    assert (first.status, second.status, second["code"]) == (201, 409, "shown_once")
    assert len(api.get(WEBHOOK)["secrets"]) == 1
    stored = str(client("dynamodb", REGION).scan(TableName="ControlTable")["Items"])
    assert first["secret"] not in stored
    assert first["secret"].removeprefix("whsec_") not in stored


def test_deliveries_are_listed_newest_first_and_one_can_be_sent_again(heard: Api, receiver: Receiver) -> None:
    secret = heard.post(f"{WEBHOOK}/secret")["secret"]
    let_go("acme", heard.wired)
    receiver.answers = [Say(500, text="no"), Say(204)]
    change(heard, 1)
    notify(KEY, heard.wired)
    change(heard, 2)
    notify(KEY, heard.wired)
    listed = heard.get(f"{WEBHOOK}/deliveries")["items"]
    assert [(d["revision"], d["status"], d["outcome"], d["answer"]) for d in listed] == [
        (2, 204, "delivered", None),
        (1, 500, "retrying", "no"),
    ]
    assert listed[1]["record"] == {"kind": "organizations", "id": "o1"}
    assert heard.get(WEBHOOK)["last_delivery"] == listed[0]
    page = heard.get(f"{WEBHOOK}/deliveries", limit=1)
    assert heard.get(f"{WEBHOOK}/deliveries", limit=1, cursor=page["next"])["items"] == listed[1:]
    for number, path in enumerate((f"{WEBHOOK}/deliveries", f"{ACME}/deliveries")):
        replayed = heard.post(f"{path}/{listed[1]['id']}/replay")
        assert (replayed.status, replayed["revision"], replayed["state"]) == (202, 2, "pending")
        assert notify(KEY, heard.wired) == "delivered"
        assert receiver.arrived[-1].verified(secret)["data"]["revision"] == 2
        assert len(receiver.arrived) == 3 + number


def test_a_replay_of_nothing_or_to_nobody_is_refused(heard: Api) -> None:
    assert heard.post(f"{WEBHOOK}/deliveries/x1/replay").status == 404
    heard.put(WEBHOOK, {"url": PUBLIC, "enabled": False})
    refused = heard.post(f"{WEBHOOK}/deliveries/x1/replay")
    assert (refused.status, refused["code"]) == (409, "crm_webhook_off")


def test_a_pause_is_seen_and_ended(heard: Api, receiver: Receiver) -> None:
    heard.post(f"{WEBHOOK}/secret")
    let_go("acme", heard.wired)
    receiver.answers = [Say(410), Say(200)]
    change(heard)
    notify(KEY, heard.wired)
    paused = heard.get(WEBHOOK)
    assert (paused["state"], paused["reason"], paused["enabled"]) == ("paused", "crm_gone", True)
    assert heard.post(f"{WEBHOOK}/deliveries/x1/replay")["code"] == "crm_gone"
    assert heard.put(WEBHOOK, {"url": receiver.url, "enabled": True})["state"] == "on"
    assert let_go("acme", heard.wired) == 1
    assert notify(KEY, heard.wired) == "delivered"


def test_everything_a_person_does_to_it_is_in_the_history(heard: Api, receiver: Receiver) -> None:
    heard.post(f"{WEBHOOK}/secret", sub="bob")
    heard.put(WEBHOOK, {"url": receiver.url, "enabled": False}, sub="cat")
    told = heard.get(f"{ACME}/history", kind="crm-webhook")["items"]
    assert {(e["action"], e["actor"]) for e in told} == {("edited", "ann"), ("secret_made", "bob"), ("edited", "cat")}
    assert any(e["diff"].get("enabled") == {"from": True, "to": False} for e in told)
    assert "whsec_" not in str(told)


@pytest.mark.parametrize(
    ("role", "get", "put", "secret", "replay"),
    [
        ("viewer", 200, 403, 403, 403),
        ("crm", 403, 403, 403, 403),
        ("finance", 200, 200, 403, 404),
        ("admin", 200, 200, 201, 404),
    ],
)
def test_secrets_are_the_administrator_s_alone(
    heard: Api, role: str, get: int, put: int, secret: int, replay: int
) -> None:
    assert heard.get(WEBHOOK, role=role).status == get
    assert heard.get(f"{WEBHOOK}/deliveries", role=role).status == get
    assert heard.put(WEBHOOK, {"url": heard.get(WEBHOOK)["url"]}, role=role).status == put
    assert heard.post(f"{WEBHOOK}/secret", role=role).status == secret
    assert heard.post(f"{WEBHOOK}/deliveries/x1/replay", role=role).status == replay
    assert heard.get(WEBHOOK, companies="[other]").status == 404
