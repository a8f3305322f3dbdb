"""The labelled sample of ``tests/rules/samples/duplicates.txt``: how well possible duplicates are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ledgerlink.kinds.organization import Organization
from ledgerlink.rules.duplicates import Candidates, Match, keys_of

SAMPLE = Path(__file__).parents[1] / "rules" / "samples" / "duplicates.txt"
_FIELDS = {"e": "email", "t": "tax_number", "a": "account_number"}


@dataclass(frozen=True)
class Pair:
    """An organization and a contact, and whether they are the same business."""

    same: bool
    ours: Organization
    theirs: Organization
    text: str

    def matches(self) -> list[Match]:
        candidates = Candidates()
        candidates.add("ours", keys_of(self.ours))
        return candidates.of(keys_of(self.theirs))


@dataclass(frozen=True)
class Told:
    """How often it was right. ``precision``: of those told to be the same; ``recall``: of those that are."""

    wrong: tuple[str, ...]
    missed: tuple[str, ...]
    right: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed))


def pairs() -> list[Pair]:
    return [_pair(line) for line in SAMPLE.read_text().splitlines() if line[:2] in ("= ", "# ") and "|" in line]


def told(says: Callable[[list[Match]], bool]) -> Told:
    """What a rule makes of the sample."""
    every = [(pair, says(pair.matches())) for pair in pairs()]
    return Told(
        wrong=tuple(pair.text for pair, said in every if said and not pair.same),
        missed=tuple(pair.text for pair, said in every if pair.same and not said),
        right=sum(pair.same and said for pair, said in every),
    )


def suggests(matches: list[Match]) -> bool:
    return bool(matches)


def links(matches: list[Match]) -> bool:
    """What ``link_exact`` does unasked."""
    return len(matches) == 1 and matches[0].exact


def _pair(line: str) -> Pair:
    names, *more = line[2:].split(" ; ")
    ours, theirs = names.split(" | ")
    sides = [dict(_known(side)) for side in more] or [{}, {}]
    return Pair(line[0] == "=", _organization(ours, sides[0]), _organization(theirs, sides[1]), line)


def _known(text: str) -> Iterator[tuple[str, str]]:
    """``e=… t=…``: a value goes on to the next name."""
    name = ""
    value: list[str] = []
    for word in text.split():
        if word[1:2] == "=":
            if name:
                yield name, " ".join(value)
            name, value = word[0], [word[2:]]
        else:
            value.append(word)
    yield name, " ".join(value)


def _organization(name: str, known: dict[str, str]) -> Organization:
    fields = {_FIELDS[key]: value for key, value in known.items() if key in _FIELDS}
    phones = [{"kind": "main", "number": known["p"]}] if "p" in known else []
    return Organization.model_validate({"name": name.strip(), "phones": phones, **fields})
