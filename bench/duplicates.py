"""Possible duplicates: how often they are told right on the labelled sample, and what 20,000 against 20,000 takes."""

from __future__ import annotations

import time

from ledgerlink.kinds.organization import Organization
from ledgerlink.rules.duplicates import Candidates, keys_of
from tests.support import lookalikes

from .names import company_name
from .report import Line


def run(count: int) -> list[Line]:
    lines = [Line("sample: labelled pairs", len(lookalikes.pairs()))]
    for name, rule in (("suggest", lookalikes.suggests), ("link_exact", lookalikes.links)):
        told = lookalikes.told(rule)
        lines += [
            Line(f"{name}: precision", round(told.precision, 3)),
            Line(f"{name}: recall", round(told.recall, 3)),
        ]
    return [*lines, *_many(count)]


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


def _organization(number: int) -> Organization:
    return Organization(name=company_name(number), email=f"office{number}@c{number}.example")
