"""A figure, its goal if it has one, and a table of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure. ``most`` is the goal; without one it is for information."""

    name: str
    figure: float
    most: float | None = None

    @property
    def kept(self) -> bool:
        return self.most is None or self.figure <= self.most


def table(lines: list[Line]) -> str:
    width = max(len(line.name) for line in lines)
    rows = [f"{'figure'.ljust(width)}  {'measured':>10}  {'goal':>8}"]
    for line in lines:
        goal = "" if line.most is None else f"{line.most:g}"
        rows.append(f"{line.name.ljust(width)}  {line.figure:>10g}  {goal:>8}{'' if line.kept else '  MISSED'}")
    return "\n".join(rows)
