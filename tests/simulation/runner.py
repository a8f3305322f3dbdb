"""Many worlds, in processes of their own: as many at once as there are processors, each with its seed and nothing else.

The processes start with one hash seed, so that sets are walked in the same order and a seed means the same everywhere.
"""

from __future__ import annotations

import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from random import Random

from .world import Result, World

# Where nobody asks for a size: organizations of a world that are edited, and that are loaded in one go.
SIZES = (20, 50, 50, 100, 100, 200)
BULKS = (0, 0, 0, 100, 300)
PAGES = (0, 0, 0, 45)  # documents to a page of the ledger's answers; more than are ever read by their ids at once (40)
MONEY = (0, 0, 12, 30)  # documents; with them there are fewer customers


@dataclass(frozen=True)
class Task:
    """One world to be run. ``mutant`` breaks the product first, by its name in ``mutants``."""

    seed: int
    size: int = 0
    bulk: int = 0  # organizations besides, that are loaded in one go
    money: int = 0  # documents besides, with payments and credits
    undone: int = 0  # bulk jobs that are taken back
    page: int = 0  # documents to a page of the ledger's answers; 0: as many as there are
    edits: int = 0  # of each organization; 0: as it comes
    people: int = 0  # acts of an administrator on each; 0: as it comes
    minutes: float = 0  # that the storm lasts; 0: as it comes
    mutant: str = ""
    calm: bool = False
    only: Mapping[str, float] | None = None  # these faults and no others, by name and rate
    to_the_end: bool = True  # else no further than the first violation


def run(task: Task) -> Result:
    """One world; a crash of the harness is a result too."""
    from .mutants import broken

    size, bulk, money, undone = task.size, task.bulk, task.money, task.undone
    if not size:
        dice = Random(f"{task.seed}/size")
        size, bulk, money = dice.choice(SIZES), dice.choice(BULKS), dice.choice(MONEY)
        size, bulk = (min(size, 20), 0) if money else (size, bulk)
        undone = dice.choice((0, 3))
    try:
        with broken(task.mutant):
            world = World(
                task.seed,
                size=size,
                bulk=bulk,
                money=money,
                undone=undone,
                twins=0.0 if task.size else 0.15,
                page=task.page or PAGES[task.seed % len(PAGES)] if not task.size else task.page,
                edits=task.edits,
                people=task.people,
                minutes=task.minutes,
                calm=task.calm,
                only=task.only,
                to_the_end=task.to_the_end,
            )
            return world.run()
    except Exception:
        return crashed(task.seed)


def crashed(seed: int) -> Result:
    """A world that the harness did not survive, told where that is handled."""
    told = traceback.format_exc(limit=-4)
    return Result(seed, 0, [f"the harness crashed: {told}"], 1, *(Counter() for _ in range(5)))


@contextmanager
def workers(count: int = 0) -> Iterator[ProcessPoolExecutor]:
    """Processes that all hash alike."""
    from tests.support.aws import ENVIRONMENT

    wanted = {**ENVIRONMENT, "PYTHONHASHSEED": "0"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        with ProcessPoolExecutor(count or os.cpu_count(), mp_context=get_context("spawn")) as pool:
            yield pool
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@dataclass
class Totals:
    """What many worlds came to."""

    worlds: int = 0
    records: int = 0
    bad: list[Result] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    unavoidable: Counter[str] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        self.worlds += 1
        self.records += result.records
        self.faults += result.faults
        self.reached += result.reached
        self.states += result.states
        self.figures += result.figures
        self.unavoidable += result.unavoidable
        if result.count:
            self.bad.append(result)


def run_all(tasks: Iterable[Task], at_once: int = 0, tell: Callable[[Result], object] = lambda _: None) -> Totals:
    """Every world, in any order; ``at_once``: 0 is one for each processor; ``tell`` hears of each when it is over."""
    totals = Totals()
    with workers(at_once) as pool:
        for result in pool.map(run, tasks):
            totals.add(result)
            tell(result)
    return totals
