"""What an answer means for each part, and when bytes may be repeated or looked up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.ports import Answered, Confirmed, NotSent, RefusedWhole, Rejected, Unknown
from ledgerlink.rules import dispatch as rules
from tests.support.builders import NOON, a_dispatch, a_document, a_part

ONE, TWO = a_part(id="1", reference="LL-1"), a_part(id="2", reference="LL-2")
NO = Rejected("name_taken", "taken")
YES = Confirmed(a_document())


def names(parts: Any) -> list[str]:
    return [getattr(part, "part", part).id if hasattr(part, "verdict") else part.id for part in parts]


@pytest.mark.parametrize(
    ("reply", "settled", "released", "unknown", "halve"),
    [
        (Answered({"LL-1": YES, "LL-2": NO}), ["1", "2"], [], [], False),
        (Answered({"LL-1": YES}), ["1"], [], ["2"], False),
        (RefusedWhole(NO), [], ["1", "2"], [], True),
        (NotSent("ledger_busy"), [], ["1", "2"], [], False),
        (Unknown("timeout"), [], [], ["1", "2"], False),
    ],
)
def test_each_part_is_settled_released_or_unknown(
    reply: Any, settled: list[str], released: list[str], unknown: list[str], halve: bool
) -> None:
    reading = rules.read((ONE, TWO), reply)
    assert [s.part.id for s in reading.settled] == settled
    assert [p.id for p in reading.released] == released
    assert [p.id for p in reading.unknown] == unknown
    assert reading.halve is halve


def test_only_a_call_with_one_element_can_be_refused_by_a_call_level_answer() -> None:
    reading = rules.read((ONE,), RefusedWhole(NO))
    assert [(s.part.id, s.verdict) for s in reading.settled] == [("1", NO)]
    assert not reading.halve


def test_a_repeat_that_never_left_says_nothing_about_the_first_attempt() -> None:
    """Else what was applied by the first would be sent again under a new key."""
    reading = rules.read((ONE,), NotSent("ledger_busy"), repeated=True)
    assert names(reading.unknown) == ["1"]
    assert not reading.released
    assert reading.pause == "ledger_busy"


def test_an_answered_error_is_not_asked_for_again() -> None:
    assert rules.read((ONE,), Unknown("500", answered=True)).answered
    assert not rules.read((ONE,), Unknown("timeout")).answered


def test_the_same_key_serves_three_minutes_and_no_longer() -> None:
    dispatch = a_dispatch()
    assert rules.may_repeat(dispatch, NOON + timedelta(seconds=179))
    assert not rules.may_repeat(dispatch, NOON + timedelta(seconds=180))
    assert not rules.may_repeat(dispatch.model_copy(update={"state": "unknown"}), NOON)


def test_nothing_is_concluded_before_everything_must_have_arrived() -> None:
    dispatch = a_dispatch()
    assert not rules.may_look_up(dispatch, NOON + timedelta(minutes=17, seconds=59))
    assert rules.may_look_up(dispatch, NOON + timedelta(minutes=18))


def test_chunks_keep_order_and_size() -> None:
    assert list(rules.chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(rules.chunks([], 2)) == []
