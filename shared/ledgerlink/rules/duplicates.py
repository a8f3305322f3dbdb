"""Which organization an unlinked contact may be: normalised keys, and who shares them (rule K2)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledgerlink.kinds.organization import Organization

from . import names

_WORDS = {
    "n": "same name",
    "j": "same name",
    "k": "similar name",
    "e": "same e-mail address",
    "a": "same account number",
    "t": "same tax number",
    "p": "same phone number",
    "c": "same code",
}
_SCORES = {"n": 0.8, "j": 0.75, "k": 0.6, "e": 0.7, "a": 0.9, "t": 0.95, "p": 0.5, "c": 1.0}
_NAMES = "njk"  # the surest of them counts
_EXACT = frozenset("ntac")  # what ``link_exact`` may link by, unasked
_TELLS_APART = frozenset("ta")  # what differs although both have it: then nothing is beyond doubt
_AGAINST = 0.6  # of the score is left where tax numbers differ
_LEAST = 0.4  # what scores less is not worth a question
_SHARED_BY_MANY = 3  # an e-mail or phone that more have is a bookkeeper's or a switchboard's


@dataclass(frozen=True)
class Match:
    """A record that may be the same, why, and how sure (0 to 1)."""

    record: str
    reason: str
    score: float
    exact: bool


def keys_of(content: Organization) -> frozenset[str]:
    """What an organization or contact is recognised by: ``kind:fingerprint`` of each normalised value.

    Fingerprints, because they are copied onto every link: 40 bits tell a million organizations apart.
    """
    keys = set(names.keys_of(content.name))
    if content.email:
        keys.add(f"email:{content.email.strip().casefold()}")
    if content.account_number:
        keys.add(f"account:{content.account_number.strip().casefold()}")
    if content.tax_number:
        keys.add(f"tax:{re.sub(r'[^0-9a-z]', '', content.tax_number.casefold())}")
    for phone in content.phones:
        digits = re.sub(r"\D", "", phone.country + phone.area + phone.number).lstrip("0")
        if len(digits) >= 7:
            keys.add(f"phone:{digits[-8:]}")  # the end of a number is the same with and without country and area
    return frozenset(_fingerprint(key) for key in keys if not key.endswith(":"))


def _fingerprint(key: str) -> str:
    kind, _, value = key.partition(":")
    return f"{kind[0]}:{base64.b32encode(hashlib.blake2b(value.encode(), digest_size=5).digest()).decode()}"


@dataclass
class Candidates:
    """The unlinked organizations by key: looked up, never compared pair by pair."""

    _by_key: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _known: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, record: str, keys: Iterable[str]) -> None:
        """A record, or one with other keys than before."""
        self.drop(record)
        self._known[record] = frozenset(keys)
        for key in self._known[record]:
            self._by_key[key].append(record)

    def drop(self, record: str) -> None:
        """It is no candidate any more."""
        for key in self._known.pop(record, ()):
            self._by_key[key].remove(record)

    def of(self, keys: Iterable[str]) -> list[Match]:
        """Records that share one of the keys, surest first."""
        wanted = frozenset(keys)
        shared: dict[str, set[str]] = defaultdict(set)
        for key in wanted:
            for record in self._having(key):
                shared[record].add(key[0])
        found = [_match(record, kinds, _apart(wanted, self._known[record])) for record, kinds in shared.items()]
        likely = [match for match in found if match.score >= _LEAST]
        return sorted(likely, key=lambda match: (-match.score, match.record))

    def _having(self, key: str) -> list[str]:
        records = self._by_key.get(key, [])
        return [] if key[0] in "ep" and len(records) > _SHARED_BY_MANY else records


def _apart(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The numbers that both have, and that differ."""
    kinds = {key[0] for key in some} & {key[0] for key in others} & _TELLS_APART
    return frozenset(kind for kind in kinds if not any(key[0] == kind for key in some & others))


def _match(record: str, kinds: set[str], apart: frozenset[str]) -> Match:
    surest = next((kind for kind in _NAMES if kind in kinds), "")
    telling = [kind for kind in _WORDS if kind in kinds and (kind not in _NAMES or kind == surest)]
    score = 1 - _product(1 - _SCORES[kind] for kind in telling)
    return Match(
        record,
        ", ".join(_WORDS[kind] for kind in telling),
        round(score * (_AGAINST if "t" in apart else 1), 3),
        exact=bool(kinds & _EXACT) and not apart,
    )


def _product(numbers: Iterable[float]) -> float:
    result = 1.0
    for number in numbers:
        result *= number
    return result
