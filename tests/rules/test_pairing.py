"""Which organisation a consent pairs a company with."""

from __future__ import annotations

import pytest

from ledgerlink.rules.pairing import Ask, Pair, Unfit, decide
from ledgerlink.state.company import Choice

A, B = Choice(id="a", name="A"), Choice(id="b", name="B")


@pytest.mark.parametrize(
    ("paired_with", "choices", "decision"),
    [
        (None, [], Unfit("no_organisation")),
        ("a", [], Unfit("no_organisation")),
        (None, [A], Pair(A)),
        (None, [A, B], Ask()),
        ("b", [A, B], Pair(B)),
        ("b", [B], Pair(B)),
        ("b", [A], Unfit("other_organisation")),
    ],
)
def test_never_one_by_chance_and_never_another_one(
    paired_with: str | None, choices: list[Choice], decision: object
) -> None:
    assert decide(paired_with, choices) == decision
