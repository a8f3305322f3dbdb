"""GET …/comparison: the last one's figures, its differences, and when the next begins."""

from __future__ import annotations

from typing import Any

from ledgerlink.ports import PutJob
from ledgerlink.state.job import Job, JobItem, Progress
from tests.support.api import Api


def a_job(api: Api, id_: str, **told: Any) -> Job:
    now = api.wired.clock.now()
    return Job(**{"company": "acme", "id": id_, "kind": "reconcile", "status": "done", "started_at": now, **told})


def test_nothing_was_compared_yet(api: Api) -> None:
    assert api.get("/v1/companies/acme/comparison").json == {"last": None, "running": None, "next_at": None}


def test_the_last_whole_comparison_is_told_with_its_differences(api: Api) -> None:
    figures = {"compared": 2, "drifted": 1, "missed_webhooks": 1}
    last = a_job(api, "2", figures=figures, progress=Progress(total=2, done=2, updated=1, unchanged=1), results=1)
    lines = [
        JobItem(kind="organizations", id="a", outcome="updated", reason="missed_webhook"),
        JobItem(kind="organizations", id="b", outcome="unchanged"),
    ]
    api.wired.jobs.write_chunk(last, "result", 0, lines)
    for job in (a_job(api, "1"), last, a_job(api, "3", chosen=1), a_job(api, "4", status="running")):
        api.wired.commit.all(PutJob(job))
    told = api.get("/v1/companies/acme/comparison").json
    assert (told["last"]["id"], told["running"]["id"], told["last"]["figures"]) == ("2", "4", figures)
    found = api.get("/v1/companies/acme/jobs/2/items", outcome="drifted").json["items"]
    assert [(item["record"]["id"], item["reason"]) for item in found] == [("a", "missed_webhook")]


def test_who_may_read_it(api: Api) -> None:
    told = {role: api.get("/v1/companies/acme/comparison", role=role).status for role in ("viewer", "crm", "finance")}
    assert told == {"viewer": 200, "crm": 403, "finance": 200}
