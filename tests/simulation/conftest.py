"""Options of the simulation, and its table at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import pytest

from tests.simulation.options import Options
from tests.simulation.report import table
from tests.simulation.runner import Totals


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("simulation")
    group.addoption("--seeds", type=int, default=0, help="how many worlds, beginning with --seed (make simulate)")
    group.addoption("--seed", type=int, default=1, help="the first seed; alone: this world only")


@pytest.fixture
def options(request: pytest.FixtureRequest) -> Options:
    return Options(request.config)


@pytest.fixture
def printed(request: pytest.FixtureRequest) -> Iterator[list[Totals]]:
    """Totals put in here are shown when the run is over."""
    began, found = perf_counter(), list[Totals]()
    yield found
    for totals in found:
        lines = [*table(totals, perf_counter() - began)]
        request.config.stash.setdefault(_TABLES, []).append(lines)


_TABLES = pytest.StashKey[list[list[str]]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for lines in config.stash.get(_TABLES, []):
        terminalreporter.section("simulation")
        for line in lines:
            terminalreporter.write_line(line)
