"""The function that tells CRMs: one webhook per message, partial failures, and no message begun too late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crm_notifier.app import lambda_handler
from ledgerlink.adapters.aws import client
from ledgerlink.adapters.queues import SqsDoorbells
from ledgerlink.errors import StoreBusy
from ledgerlink.state.record import RecordKey
from tests.support.aws import REGION
from tests.support.ear import ACME, KEY, Ear
from tests.support.receiver import Receiver, Say, receiving

if TYPE_CHECKING:
    from pynamodb.connection import Connection

pytestmark = pytest.mark.loopback
EVENT = json.loads((Path(__file__).parents[2] / "events/crm_notifier.json").read_text())


class Context:
    function_name = "crm_notifier"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:crm_notifier"
    aws_request_id = "request-1"

    def __init__(self, seconds: float = 110.0) -> None:
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return round(self._seconds * 1000)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def ear(tables: Connection, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Ear:
    made = Ear(receiver)
    monkeypatch.setattr("crm_notifier.app.ports", lambda: made.at)
    return made


def an_event(*bodies: dict[str, str]) -> dict[str, Any]:
    sample = EVENT["Records"][0]
    return {"Records": [{**sample, "messageId": f"m{n}", "body": json.dumps(b)} for n, b in enumerate(bodies)]}


def test_the_sample_event_is_told_and_let_go(ear: Ear) -> None:
    ear.receiver.answers = [Say(410), Say(200)]
    ear.change("o2")
    ear.notify("o2")
    ear.put()
    ear.change("o1")
    assert lambda_handler(EVENT, Context()) == {"batchItemFailures": []}
    assert [arrived.data["id"] for arrived in ear.receiver.arrived] == ["o2", "o1"]
    ear.ring()
    assert [arrived.data["id"] for arrived in ear.receiver.arrived] == ["o2", "o1", "o2"]


def test_a_message_that_fails_comes_back_and_holds_up_no_other(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ear.at.crm_notices.get

    def get(key: RecordKey) -> Any:
        if key.id == "o1":
            raise StoreBusy("throttled")
        return whole(key)

    ear.change("o1")
    ear.change("o2")
    monkeypatch.setattr(ear.at.crm_notices, "get", get)
    bodies = [{"company": ACME, "kind": "organizations", "id": id_} for id_ in ("o1", "o2")]
    assert lambda_handler(an_event(*bodies), Context()) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert [arrived.data["id"] for arrived in ear.receiver.arrived] == ["o2"]


def test_what_could_not_end_in_time_is_not_begun(ear: Ear) -> None:
    ear.change()
    told = lambda_handler(an_event({"company": ACME, "kind": "organizations", "id": "o1"}), Context(30))
    assert told == {"batchItemFailures": []}
    assert ear.receiver.arrived == []
    assert list(ear.bells.rung) == [(KEY, 0)]


def test_what_is_rung_is_what_the_function_reads(ear: Ear) -> None:
    """Through the real queue: many records take few calls, and a company alone means letting go."""
    sqs = client("sqs", REGION)
    url = sqs.create_queue(QueueName="crm")["QueueUrl"]
    urls = dict.fromkeys(("export_url", "import_url", "jobs_url", "notices_url"), "")
    bells = SqsDoorbells(sqs, **urls, crm_notices_url=url)
    for number in range(23):
        ear.change(f"o{number}")
    bells.crm(ACME, [RecordKey(ACME, "organizations", f"o{number}") for number in range(23)])
    bells.crm(ACME)
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        bodies += [json.loads(message["Body"]) for message in messages]
    assert len(bodies) == 24
    assert lambda_handler(an_event(*bodies), Context()) == {"batchItemFailures": []}
    assert len(ear.receiver.arrived) == 23


def test_logs_say_neither_addresses_nor_ids_nor_answers(ear: Ear, caplog: pytest.LogCaptureFixture) -> None:
    ear.receiver.answers = [Say(500, text="secret answer")]
    ear.put(url=f"{ear.receiver.url}?token=hidden")
    ear.change("customer-7")
    lambda_handler(an_event({"company": ACME, "kind": "organizations", "id": "customer-7"}), Context())
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "'outcome': 'retrying'" in said
    assert not [hidden for hidden in ("secret answer", "hidden", "customer-7", ear.secret) if hidden in said]
