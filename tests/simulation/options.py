"""How long a run is to be: what `make test` has time for, or as long as somebody asked."""

from __future__ import annotations

import pytest

FEW = 9  # worlds that `make test` has time for
SIZE_OF_FEW = 36  # organizations of each that are edited all the time
BULK_OF_FEW = 190  # and those that are loaded in one go
MONEY_OF_FEW = 14  # documents of every third one, which has few customers instead


class Options:
    """How many worlds: a few, or as many as were asked for."""

    def __init__(self, config: pytest.Config) -> None:
        self.first = config.getoption("seed", 1)
        self.part, self.parts = _part(config.getoption("part", "1/1"))
        self.workers = config.getoption("workers", 0)
        asked = config.getoption("seeds", 0)
        self.long = bool(asked)
        self.count = asked or (1 if self.first != 1 else FEW)


def _part(told: str) -> tuple[int, int]:
    """Which of how many, from "2/8"."""
    part, _, parts = told.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise pytest.UsageError(f"--part {told}: should be as 2/8")
    return int(part), int(parts)
