"""The simulation bites: the product with one guard taken away is caught, each in the small world recorded with it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.hunt import world_of
from tests.simulation.mutants import MUTANTS
from tests.simulation.runner import run, workers


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """One for all: what takes longest is beginning."""
    with workers(1) as pool:
        yield pool


@pytest.mark.parametrize("name", MUTANTS)
def test_a_guard_less_is_noticed(name: str, process: ProcessPoolExecutor) -> None:
    result = process.submit(run, world_of(name)).result()
    assert result.violations, "it survived its world: see the head of mutants.py"
    assert "the harness crashed" not in result.violations[0]
