"""``python -m bench.many_documents [invoices] [more]``: invoices sent and brought in, in this process; memory, calls.

The process also holds the books of the simulator and the tables, which grow with the invoices. So what is told is what
lay on top of them at most while the flows were at work, and is gone afterwards: for several times the invoices about
the same.
"""

from __future__ import annotations

import gc
import logging
import math
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import RecordKey

from .contacts import CRM, drain
from .report import Line, table
from .world import World, world

EACH = 50  # invoices of one customer
AT_ONCE = 500  # seeded in one go
MOST_GROWTH = 1.25
OVER = ("done", "failed", "cancelled")
LINE = {"description": "A day", "quantity": "1", "unit_price": "100", "tax_code": "OUTPUT2", "account_code": "200"}
THEIRS = {"Description": "Rent", "Quantity": 1, "UnitAmount": 100, "TaxType": "OUTPUT2", "AccountCode": "200"}


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: MB on top at most, calls of the ledger, CPU seconds (under tracing, about twice)."""

    mb: float
    calls: int
    cpu_s: float


def measured(here: World, work: Callable[[], None]) -> Cost:
    here.ledger_calls()
    gc.collect()
    tracemalloc.start()
    began = time.process_time()
    work()
    peak, cpu = tracemalloc.get_traced_memory()[1], time.process_time() - began
    calls = here.ledger_calls().total()
    gc.collect()
    stays = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return Cost((peak - stays) / 1e6, calls, cpu)


def push(here: World, start: int, count: int) -> None:
    """Invoices of customers who are in the ledger."""
    for number in range(start, start + count, EACH):
        name = {"name": f"Customer {number // EACH}"}
        save(here.context, RecordKey(here.company, "organizations", f"o{number // EACH}"), Push(name), CRM)
    drain(here)
    for number in range(start, start + count):
        told: dict[str, Any] = {"number": f"S-{number}", "organization_id": f"o{number // EACH}", "lines": [LINE]}
        told["issue_date"] = "2026-11-20"
        save(here.context, RecordKey(here.company, "invoices", f"i{number}"), Push(told), CRM)


def seed(here: World, start: int, count: int) -> None:
    """As many made in the ledger, of the first customer."""
    customer = here.at.links.get(LinkKey(here.company, "organizations", "o0"))
    assert customer is not None
    told: dict[str, Any] = {"Type": "ACCREC", "Contact": {"ContactID": customer.document_id}, "Date": "2026-11-20"}
    told |= {"DueDate": "2026-12-20", "Status": "AUTHORISED", "LineItems": [THEIRS]}
    for first in range(start, start + count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, start + count))
        rows: list[dict[str, Any]] = [{**told, "InvoiceNumber": f"T-{number}"} for number in numbers]
        here.ledger.post("/_sim/seed", json={"invoices": rows}).raise_for_status()


def bring(here: World) -> None:
    """The job that brings what was made in the ledger."""
    job = jobs.start(here.context, "import-documents", Actor("bench"), options={"from_date": "2026-01-01"})
    while job.status not in OVER:
        run_turn(here.company, job.id, here.at, seconds_left=lambda: 100.0)
        job = jobs.get(here.context, job.id)
    assert job.status == "done", job.error


def run(few: int, many: int) -> list[Line]:
    """Send and bring in ``few``, then ``many`` more."""
    lines: list[Line] = []
    with world("property") as here:
        reference_data.refresh(here.context)
        start, known = 0, 0
        costs: dict[str, list[Cost]] = {"send": [], "bring in": []}
        for count in (few, many):
            push(here, start, count)
            costs["send"].append(measured(here, lambda: drain(here)))
            seed(here, start, count)
            costs["bring in"].append(measured(here, lambda: bring(here)))
            start, known = start + count, known + 2 * count
        goals = {"send": math.ceil(many / 50) + 2, "bring in": 3 * math.ceil(known / 1000) + 5}
        for name, (small, large) in costs.items():
            lines += [
                Line(f"{name} {few} invoices: MB on top", round(small.mb, 1)),
                Line(f"{name} {many} invoices: MB on top", round(large.mb, 1), round(small.mb * MOST_GROWTH, 1)),
                Line(f"{name} {few} invoices: calls", small.calls),
                Line(f"{name} {many} invoices: calls", large.calls, goals[name]),
                Line(f"{name} {many} invoices: CPU seconds, traced", round(large.cpu_s, 1)),
            ]
    return lines


def main() -> int:
    """Exit status 1 where memory grows with the invoices, or calls faster than they."""
    logging.disable(logging.WARNING)
    few, many = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (1_000, 10_000)
    lines = run(few, many)
    print(table(lines))
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
