"""Our own marks on documents in the ledger."""

from __future__ import annotations

import pytest

from ledgerlink.kinds import KINDS

KIND = KINDS["organizations"]


@pytest.mark.parametrize("id", ["1", "C-0001", "a.b_c~d@e+f", "x" * 47])
def test_a_mark_names_its_record(id: str) -> None:
    mark = KIND.reference(id)
    assert len(mark) <= 50
    assert KIND.id_of(mark) == id


@pytest.mark.parametrize("text", ["", "LL-", "ll-1", "OTHER-1", "LL-a b", "LL-a/b", "LL-1\n", f"LL-{'x' * 48}"])
def test_anything_else_is_not_ours(text: str) -> None:
    assert KIND.id_of(text) is None
