"""Possible duplicates: how often they are told right on the labelled sample, and what 20,000 against 20,000 takes."""

from __future__ import annotations

import time
from datetime import timedelta
from unittest.mock import patch

from ledgerlink.flows.bulk import unlinked
from ledgerlink.flows.csv.inward import MOST_ROWS, import_organizations
from ledgerlink.kinds.organization import Organization
from ledgerlink.rules.duplicates import Candidates, keys_of
from tests.support import lookalikes

from .bulk import ADA, finish, seed
from .names import company_name
from .report import Line
from .world import world


def run(count: int) -> list[Line]:
    lines = [Line("sample: labelled pairs", len(lookalikes.pairs()))]
    for name, rule in (("suggest", lookalikes.suggests), ("link_exact", lookalikes.links)):
        told = lookalikes.told(rule)
        lines += [
            Line(f"{name}: precision", round(told.precision, 3)),
            Line(f"{name}: recall", round(told.recall, 3)),
        ]
    return [*lines, *_many(count), *_imported(count // 10), *_imported(count // 2)]


def _many(count: int) -> list[Line]:
    """Each contact looked up among the organizations: by key, never pair by pair."""
    began = time.perf_counter()
    candidates = Candidates()
    for number in range(count):
        candidates.add(str(number), keys_of(_organization(number)))
    found = sum(bool(candidates.of(keys_of(_organization(number * 2)))) for number in range(count))
    took = time.perf_counter() - began
    return [
        Line(f"suggestions among {count} x {count}: seconds", round(took, 1), 60),
        Line(f"suggestions among {count} x {count}: found", found),
    ]


def _imported(count: int) -> list[Line]:
    """As many contacts imported beside as many organizations, a tenth of them alike: what is read of each grows with
    neither."""
    with world() as here:
        for start in range(0, count, MOST_ROWS):
            some = range(start, min(count, start + MOST_ROWS))
            rows = [f"n{n},{company_name(n if n % 10 == 0 else 100_000 + n)},n{n}@x.example" for n in some]
            import_organizations(here.context, "\n".join(["id,name,email", *rows]), ADA)
        seed(here, count)
        here.meter.reset()
        began = time.process_time()
        with patch.object(unlinked, "LAGS", timedelta(0)):  # what was saved within five seconds is read again: all this
            finish(here, "import-contacts")
        took = time.process_time() - began - here.stopwatch.seconds
        name = f"import of {count} beside {count}"
        return [
            Line(f"{name}: items read per contact", round(here.meter.items_read / count, 2), 3),
            Line(f"{name}: CPU ms per contact", round(1000 * took / count, 2)),
        ]


def _organization(number: int) -> Organization:
    return Organization(name=company_name(number), email=f"office{number}@c{number}.example")
