"""The table that a run ends with: records, faults by class, what was lost or doubled, and what was never reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from .reached import ALWAYS, RARELY
from .runner import Totals


def table(totals: Totals, seconds: float) -> Iterator[str]:
    """Line by line."""
    figures = totals.figures
    yield f"worlds {totals.worlds}   organizations {totals.records:,}   pushes taken {figures['pushes']:,}"
    yield (
        f"calls: AWS {figures['aws']:,}   ledger reads {figures['read']:,}, writes {figures['write']:,}, "
        f"sign-in {figures['identity']:,}   {seconds:.0f} s"
    )
    yield ""
    yield f"{'lost':>10} {'doubled':>10} {'stuck':>10} {'parked':>10} {'violations':>11} {'worlds gone wrong':>18}"
    parked = sum(count for state, count in totals.states.items() if state.startswith("parked"))
    violations = sum(result.count for result in totals.bad)
    yield (
        f"{figures['lost']:>10} {figures['doubled']:>10} {figures['stuck']:>10} {parked:>10} {violations:>11} "
        f"{len(totals.bad):>18}"
    )
    yield from _block(f"faults ({totals.faults.total():,})", _sorted(totals.faults))
    yield from _block("how they ended", _sorted(totals.states))
    yield from _block("human edits overwritten", _sorted(totals.unavoidable))
    yield from _block("reached", ((name, totals.reached[name]) for name in (*ALWAYS, *RARELY)))


def never(totals: Totals, names: Iterable[str]) -> list[str]:
    """Those of the branches that no world came to."""
    return [name for name in names if not totals.reached[name]]


def _sorted(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items())


def _block(title: str, rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    shown = [f"{count:>9,} {name:<42}" for name, count in rows]
    yield ""
    yield title
    for start in range(0, len(shown), 2):
        yield "".join(shown[start : start + 2]).rstrip()
