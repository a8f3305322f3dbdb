"""The functions of jobs and notices: one message, one turn; one notice, one e-mail; what fails comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from email_notifier import app as email_notifier
from job_runner import app as job_runner
from ledgerlink.errors import StoreBusy
from ledgerlink.flows.bulk import jobs
from tests.flows.bulk.conftest import hub as hub  # the fixture
from tests.support.hub import ACME, Hub

EVENTS = Path(__file__).parents[2] / "events"


class LambdaContext:
    function_name = "job_runner"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 110_000


def event(name: str, *bodies: dict[str, Any]) -> dict[str, Any]:
    """The sample event of a function, with these bodies in place of its own."""
    sample = json.loads((EVENTS / f"{name}.json").read_text())
    [record] = sample["Records"]
    records = [{**record, "messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]
    return {"Records": records} if bodies else sample


@pytest.fixture
def at_work(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    for app in (job_runner, email_notifier):
        monkeypatch.setattr(app, "ports", lambda: hub.at)
    return hub


def test_a_message_is_one_turn_and_rings_for_the_next(at_work: Hub) -> None:
    at_work.xero.control("POST", "seed", {"contacts": 1100})
    job = at_work.start("import-contacts")
    at_work.bells.waiting.clear()
    asked = {"company": ACME, "job": job.id}
    assert job_runner.lambda_handler(event("job_runner", asked), LambdaContext()) == {"batchItemFailures": []}
    assert at_work.job(job.id).progress.done == 1000
    assert [message for _, _, message in at_work.bells.waiting] == [("job", ACME, job.id)]


def test_a_message_for_a_job_that_is_gone_is_taken(at_work: Hub) -> None:
    assert job_runner.lambda_handler(event("job_runner"), LambdaContext()) == {"batchItemFailures": []}


def test_what_goes_wrong_unexpectedly_brings_the_message_back(at_work: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    job = at_work.start("import-contacts")

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(job_runner, "run_turn", broken)
    with pytest.raises(RuntimeError):
        job_runner.lambda_handler(event("job_runner", {"company": ACME, "job": job.id}), LambdaContext())


def test_a_notice_is_one_email(at_work: Hub) -> None:
    job = at_work.start("import-contacts")
    at_work.run(only=("job",), sweeps=1)
    asked = {"company": ACME, "notice": f"job-{job.id}"}
    answer = email_notifier.lambda_handler(event("email_notifier", asked, asked), LambdaContext())
    assert answer == {"batchItemFailures": []}
    assert jobs.get(at_work.context, job.id).email.status == "sent"


def test_one_notice_in_trouble_holds_up_no_other(at_work: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def send(_company: str, notice: str, _at: Any, *, console_url: str) -> str:
        seen.append(notice)
        if notice == "bad":
            raise StoreBusy("throttled")
        return "sent"

    monkeypatch.setattr(email_notifier, "send_notice", send)
    bodies = [{"company": ACME, "notice": name} for name in ("bad", "good")]
    answer = email_notifier.lambda_handler(event("email_notifier", *bodies), LambdaContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert seen == ["bad", "good"]


def test_nothing_of_people_is_logged(at_work: Hub, caplog: pytest.LogCaptureFixture) -> None:
    job = at_work.start("import-contacts")
    at_work.run(only=("job",), sweeps=1)
    email_notifier.lambda_handler(
        event("email_notifier", {"company": ACME, "notice": f"job-{job.id}"}), LambdaContext()
    )
    assert "notified" in caplog.messages
    assert "ann@acme.example" not in str([record.__dict__ for record in caplog.records])
