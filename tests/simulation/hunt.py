"""Looks for the world in which a mutant is noticed: ``make hunt ARGS='1-20 "no look"'``.

Only the weather recorded with the mutant is tried, and a world counts only if the product itself has nothing to report
in it. What it prints goes beside the mutant in ``mutants.py``.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from time import process_time

from .mutants import MUTANTS
from .runner import Task, run, workers


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def world_of(name: str, seed: int = 0) -> Task:
    """The world in which this mutant is to be noticed."""
    mutant = MUTANTS[name]
    return Task(
        seed or mutant.seed,
        mutant.size,
        edits=mutant.edits,
        people=mutant.people,
        minutes=mutant.minutes,
        money=mutant.money,
        undone=mutant.undone,
        page=mutant.page,
        mutant=name,
        only=mutant.only,
        to_the_end=False,
    )


def tried(task: Task) -> tuple[Task, str, float]:
    """What was noticed first, and the processor's time that it took."""
    began = process_time()
    result = run(task)
    assert not any("the harness crashed" in each for each in result.violations), result.violations
    return task, next(iter(result.violations), ""), process_time() - began


def hunt(name: str, seeds: range, pool: ProcessPoolExecutor) -> str:
    """The cheapest world found, as a line to read."""
    found = []
    for start in range(seeds.start, seeds.stop, 4):
        tasks = [world_of(name, seed) for seed in range(start, min(start + 4, seeds.stop))]
        found += [each for each in pool.map(tried, tasks) if each[1]]
        for task, violation, seconds in sorted(found, key=lambda each: each[2]):
            sound = pool.submit(run, replace(task, mutant="", to_the_end=True)).result()
            if not sound.violations:
                return f"{name}\n    seed {task.seed}, {seconds:.1f} s: {violation[:160]}"
            say(f"{name}\n    seed {task.seed} has it without the mutant: {sound.violations[0]}")
        found.clear()
    return f"{name}\n    SURVIVED"


def main() -> None:
    first, last = map(int, sys.argv[1].split("-"))
    wanted = sys.argv[2:] or [""]
    with workers() as pool:
        for name in MUTANTS:
            if any(name.startswith(each) for each in wanted):
                say(hunt(name, range(first, last + 1), pool))


if __name__ == "__main__":
    main()
