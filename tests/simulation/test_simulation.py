"""The hub in a storm: nothing lost, nothing doubled, nothing silently overwritten, and everything settles after it."""

from __future__ import annotations

import pytest

from tests.simulation.options import BULK_OF_FEW, MONEY_OF_FEW, SIZE_OF_FEW, Options
from tests.simulation.reached import ALWAYS, RARELY
from tests.simulation.report import never
from tests.simulation.runner import Task, Totals, run_all, workers
from tests.simulation.runner import run as run_one
from tests.simulation.world import Result


def test_every_invariant_holds_in_every_world(
    options: Options, printed: list[Totals], capsys: pytest.CaptureFixture[str]
) -> None:
    unseen = dict.fromkeys(RARELY)

    def tell(result: Result) -> None:
        """A long run is watched, and says which rare branches a world was the first to come to."""
        came = [name for name in unseen if result.reached[name]]
        for name in came:
            del unseen[name]
        first = f"; first time: {', '.join(came)}" if came else ""
        with capsys.disabled():
            for line in (f"world {result.seed}: {result.count} violations{first}", *result.violations):
                print(line, flush=True)  # noqa: T201

    few = not options.long and options.count > 1
    seeds = range(options.first, options.first + options.count)
    tasks = (short(seed) if few else Task(seed) for seed in seeds)
    totals = run_all(tasks, options.workers, tell) if options.long else run_all(tasks, options.workers)
    printed.append(totals)
    told = [f"seed {result.seed}: {violation}" for result in totals.bad for violation in result.violations]
    assert not told, "\n".join(told)
    if options.count > 1:
        missing = never(totals, (*ALWAYS, *RARELY) if options.long else ALWAYS)
        assert not missing, f"never reached, so never tested: {', '.join(missing)}"


def short(seed: int) -> Task:
    """A world that `make test` has time for: of contacts, or of money."""
    return Task(seed, 6, money=MONEY_OF_FEW) if seed % 3 == 0 else Task(seed, SIZE_OF_FEW, BULK_OF_FEW)


def test_a_calm_day_has_nothing_to_report() -> None:
    """Without faults the harness must find nothing either, or it would blame the weather for its own mistakes."""
    with workers(1) as pool:
        result = pool.submit(run_one, Task(7, 20, 60, money=6, calm=True)).result()
    assert not result.violations
    assert not result.faults


def test_a_seed_tells_the_same_story_twice() -> None:
    with workers(1) as one, workers(1) as other:
        first = one.submit(run_one, Task(11, 12)).result()
        second = other.submit(run_one, Task(11, 12)).result()
    assert first == second
