"""Which organisation a consent pairs a company with: one for life, and never one by chance (rule K13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledgerlink.state.company import Choice


@dataclass(frozen=True)
class Pair:
    """Pair with this one, or connect it again."""

    choice: Choice


@dataclass(frozen=True)
class Ask:
    """Several came back: a person chooses."""


@dataclass(frozen=True)
class Unfit:
    """The consent covers nothing that could be paired; why."""

    code: str


def decide(paired_with: str | None, choices: Sequence[Choice]) -> Pair | Ask | Unfit:
    """``paired_with`` is the organisation the company has had since its first connection."""
    if not choices:
        return Unfit("no_organisation")
    if paired_with is not None:
        return next((Pair(choice) for choice in choices if choice.id == paired_with), Unfit("other_organisation"))
    return Pair(choices[0]) if len(choices) == 1 else Ask()
