"""Options of the simulation, and its table at the end of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

import pytest

from tests.simulation.options import Options
from tests.simulation.report import table
from tests.simulation.runner import Totals


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("simulation")
    group.addoption("--seeds", type=int, default=0, help="how many worlds, beginning with --seed (make simulate)")
    group.addoption("--workers", type=int, default=0, help="how many worlds at once; 0: one for each processor")
    group.addoption("--part", default="1/1", help="of every single crash point, the second eighth: 2/8")
    group.addoption("--seed", type=int, default=1, help="the first seed; alone: this world only")


@pytest.fixture
def options(request: pytest.FixtureRequest) -> Options:
    return Options(request.config)


@pytest.fixture
def printed(record_property: Callable[[str, object], None]) -> Iterator[list[Totals]]:
    """Totals put in here are shown when the run is over, whichever process ran the test."""
    began, found = perf_counter(), list[Totals]()
    yield found
    for totals in found:
        record_property(_TABLE, list(table(totals, perf_counter() - began)))


_TABLE = "simulation"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [each for some in terminalreporter.stats.values() for each in some if hasattr(each, "user_properties")]
    told = [said for each in reports if getattr(each, "when", "") == "teardown" for said in each.user_properties]
    for lines in (value for name, value in told if name == _TABLE):
        terminalreporter.section("simulation")
        for line in lines:
            terminalreporter.write_line(line)
