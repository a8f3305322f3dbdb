"""Whoever dies, and wherever: a story of money ends with the same books on both sides."""

from __future__ import annotations

from random import Random

from tests.simulation.crashes import told
from tests.simulation.options import Options
from tests.simulation.runner import workers

SOME = 4  # deaths, and half as many pairs, that `make test` has time for


def test_money_ends_the_same_wherever_somebody_dies(options: Options) -> None:
    dice = Random(f"{options.first}/deaths")
    with workers(options.workers) as pool:
        calls, calm = pool.submit(told, ()).result()
        assert not calm.violations, calm.violations
        every = range(1, calls + 1)
        deaths: list[tuple[int, ...]] = [(moment,) for moment in every]
        if options.count < 100:
            deaths = dice.sample(deaths, min(len(deaths), options.count * 5 if options.long else SOME))
        pairs = options.count * 2 if options.long else SOME // 2
        deaths += [tuple(sorted(dice.sample(every, 2))) for _ in range(pairs)]
        deaths = deaths[options.part - 1 :: options.parts]
        results = list(pool.map(told, deaths))
    wrong = [f"dying at {at} of {calls}: {v}" for at, (_, r) in zip(deaths, results, strict=True) for v in r.violations]
    assert not wrong, "\n".join(wrong)
    assert sum(result.faults.total() for _, result in results) >= len(deaths) * 0.9, "hardly anybody died"
