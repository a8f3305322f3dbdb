"""Contacts: what exporting, re-exporting, updating and importing cost per record."""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Callable
from typing import Any

from ledgerlink.flows.actor import Actor
from ledgerlink.flows.outbound.export import export_due
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.state.record import RecordKey

from .report import Line
from .world import World, world

CRM = Actor("bench", "crm")
# Write units for one of them, as derived in docs/decisions/0008-history-before-the-link.md.
CREATED = 6
UPDATED = 5


def organization(number: int, **changed: Any) -> dict[str, Any]:
    """A customer as a rental business keeps one."""
    return {
        "name": f"Müller & Söhne Veranstaltungstechnik {number} GmbH",
        "roles": ["customer"],
        "account_number": f"K-{number:06}",
        "email": f"buchhaltung{number}@mueller.example",
        "tax_number": "DE123456789",
        "currency": "EUR",
        "phones": [
            {"kind": "main", "country": "49", "area": "89", "number": f"1234{number:05}"},
            {"kind": "mobile", "country": "49", "area": "170", "number": f"76543{number:05}"},
        ],
        "addresses": [
            {
                "kind": "billing",
                "line1": "Landsberger Straße 100",
                "line2": "Hinterhaus",
                "city": "München",
                "region": "Bayern",
                "postcode": "80339",
                "country": "Germany",
            }
        ],
        "person": {"first_name": "Anna", "last_name": "Müller"},
        **changed,
    }


def push(here: World, numbers: range, **changed: Any) -> None:
    context = here.context
    for number in numbers:
        save(
            context, RecordKey(here.company, "organizations", f"o{number}"), Push(organization(number, **changed)), CRM
        )


def drain(here: World) -> None:
    """Until nothing is due; a drain has 90 seconds, as in Lambda."""
    while here.at.links.count_due(here.company):
        export_due(here.company, here.at, seconds_left=_ninety_seconds())


def _ninety_seconds() -> Callable[[], float]:
    ends = time.monotonic() + 90
    return lambda: ends - time.monotonic()


def run(count: int) -> list[Line]:
    """Export ``count`` new, again unchanged, all edited; then import what a person edited."""
    lines: list[Line] = []
    with world() as here:
        push(here, range(count))
        lines += step(
            here, f"export {count} new", count, lambda: drain(here), PUT=math.ceil(count / 50), GET=1, units=CREATED
        )
        push(here, range(count))
        lines += step(here, f"push {count} unchanged again", count, lambda: drain(here), PUT=0, POST=0, GET=0, units=0)
        push(here, range(count), email="neu@mueller.example")
        edited = math.ceil(count / 50)
        reads = math.ceil(count / 1000)
        lines += step(here, f"update {count}", count, lambda: drain(here), POST=edited, GET=reads, units=UPDATED)
    return lines


def step(here: World, name: str, count: int, work: Callable[[], None], *, units: float, **calls: int) -> list[Line]:
    here.ledger_calls()
    here.meter.reset()
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    made = here.ledger_calls()
    used = sum(here.meter.writes.values()) / count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        *(Line(f"{name}: {method} calls", made[method], most) for method, most in calls.items()),
        Line(f"{name}: write units per record", round(used, 2), units),
        *(Line(f"{name}:   in {where}", round(some / count, 2)) for where, some in sorted(here.meter.writes.items())),
        Line(f"{name}: seconds", round(seconds, 2)),
        Line(f"{name}: peak memory MB", round(peak)),
    ]
