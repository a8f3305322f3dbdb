"""Bulk work on 20,000 organizations: imported, planned, compared, looked up while somebody types."""

from __future__ import annotations

import statistics
import time
from typing import Any

from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.flows.records import looking_up
from ledgerlink.ports import PutCompany
from ledgerlink.state.job import ENDED, Job

from .names import company_name
from .report import Line
from .world import World, world

ADA = Actor("bench", "admin")
TYPED = 200


def run(count: int) -> list[Line]:
    """Import, plan an export of everything, compare everything, type."""
    lines: list[Line] = []
    with world() as here:
        _set(here, possible_duplicates_on_import="create")  # looking for them is measured in ``duplicates``
        seed(here, count)
        lines += _job(here, f"import {count}", "import-contacts", seconds=None)
        lines += _job(here, f"plan the export of {count}", "export-organizations", seconds=60, dry_run=True)
        lines += _job(here, f"compare {count}", "reconcile", seconds=None)
        lines += _typing(here, count)
    return lines


def finish(here: World, kind: str, **how: Any) -> Job:
    """A job to its end."""
    job = jobs.start(here.context, kind, ADA, **how)
    while job.status not in (*ENDED, "planned"):
        run_turn(here.company, job.id, here.at, seconds_left=lambda: 110.0)
        job = jobs.get(here.context, job.id)
    if job.status not in ("done", "planned"):
        raise RuntimeError(f"{kind} {job.status}: {job.error}")
    return job


def _job(here: World, name: str, kind: str, *, seconds: float | None, **how: Any) -> list[Line]:
    here.ledger_calls()
    began = time.perf_counter()
    job = finish(here, kind, **how)
    took = time.perf_counter() - began
    calls = here.ledger_calls()
    return [
        Line(f"{name}: seconds", round(took, 1), seconds),
        Line(f"{name}: ledger calls", sum(calls.values())),
        Line(f"{name}: records", job.progress.done),
    ]


def _typing(here: World, count: int) -> list[Line]:
    """What people type, letter by letter: the time of an answer, the simulator's own taken off."""
    context = here.context
    took: list[float] = []
    for number in range(TYPED // 2):
        name = company_name(number * 97 % count)
        for letters in (3, 6):
            text = name[:letters]
            began, inside = time.perf_counter(), here.stopwatch.seconds
            looking_up.contacts(context, text)
            took.append(time.perf_counter() - began - (here.stopwatch.seconds - inside))
    ms = sorted(1000 * each for each in took)
    return [
        Line("type-ahead beside the simulator: p95 ms", round(statistics.quantiles(ms, n=20)[-1], 1), 300),
        Line("type-ahead: p50 ms", round(statistics.median(ms), 1)),
    ]


def _set(here: World, **overrides: Any) -> None:
    company = here.at.companies.get(here.company)
    assert company is not None
    here.at.commit.all(PutCompany(company.model_copy(update={"overrides": company.overrides | overrides})))


def seed(here: World, count: int) -> None:
    """Contacts in the ledger, each with a name of its own."""
    for start in range(0, count, 2000):
        rows = [
            {"Name": company_name(n), "EmailAddress": f"office{n}@c{n}.example", "AccountNumber": f"K-{n:06}"}
            for n in range(start, min(count, start + 2000))
        ]
        here.ledger.post("/_sim/seed", json={"contacts": rows}).raise_for_status()
