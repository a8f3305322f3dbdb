"""The simulation bites: the product with one guard taken away is caught, each in the small world recorded with it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest

from tests.simulation.hunt import world_of
from tests.simulation.mutants import MUTANTS
from tests.simulation.runner import Task, run, workers


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """One for all: what takes longest is beginning."""
    with workers(1) as pool:
        yield pool


TRIES = 8  # worlds: what the product does next shifts them, and one that noticed may no longer


@pytest.mark.parametrize("name", MUTANTS)
def test_a_guard_less_is_noticed(name: str, process: ProcessPoolExecutor) -> None:
    first = MUTANTS[name].seed
    for seed in range(first, first + TRIES):
        world = world_of(name, seed)
        noticed = process.submit(run, world).result().violations
        assert not noticed or "the harness crashed" not in noticed[0]
        if noticed and (seed == first or is_sound(world, process)):
            return
    raise AssertionError("it survived its worlds: see the head of mutants.py")


def is_sound(world: Task, process: ProcessPoolExecutor) -> bool:
    """Whether the product as it is has nothing to report there."""
    return not process.submit(run, replace(world, mutant="", to_the_end=True)).result().violations
