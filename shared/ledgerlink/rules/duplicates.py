"""Which organization an unlinked contact may be: normalised keys, and who shares them (rule K2)."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledgerlink.kinds.organization import Organization

# Legal forms say nothing about who it is; they are left out where they end a name.
_LEGAL = frozenset(
    [
        "ltd",
        "limited",
        "plc",
        "llp",
        "lp",
        "llc",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "ag",
        "kg",
        "ohg",
        "gbr",
        "ug",
        "ev",
        "se",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "as",
        "asa",
        "oy",
        "oyj",
        "aps",
        "pty",
        "pte",
        "pvt",
        "cc",
    ]
)

_WORDS = {
    "n": "same name",
    "e": "same e-mail address",
    "a": "same account number",
    "t": "same tax number",
    "p": "same phone number",
}
_SCORES = {"n": 0.8, "e": 0.7, "a": 0.9, "t": 0.95, "p": 0.5}
_EXACT = frozenset("nta")  # what ``link_exact`` may link by, unasked


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
    keys = {f"name:{normalised_name(content.name)}"}
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


def normalised_name(name: str) -> str:
    """NFKC, case, accents, punctuation and legal suffixes taken away: ``Müller & Söhne GmbH`` is ``muller sohne``."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("ß", "ss")
    words = re.sub(r"[^\w\s]", " ", plain.replace("&", " ").replace(".", "")).split()
    words = [word for word in words if word not in ("and", "und", "the")] or words
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    return " ".join(words)


@dataclass
class Candidates:
    """The unlinked organizations by key: looked up, never compared pair by pair."""

    _by_key: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: str, keys: Iterable[str]) -> None:
        for key in keys:
            self._by_key[key].append(record)

    def of(self, keys: Iterable[str]) -> list[Match]:
        """Records that share one of the keys, surest first."""
        shared: dict[str, set[str]] = defaultdict(set)
        for key in keys:
            for record in self._by_key.get(key, ()):
                shared[record].add(key.partition(":")[0])
        found = [
            Match(
                record,
                ", ".join(_WORDS[kind] for kind in _WORDS if kind in kinds),
                round(1 - _product(1 - _SCORES[kind] for kind in kinds), 3),
                exact=bool(kinds & _EXACT),
            )
            for record, kinds in shared.items()
        ]
        return sorted(found, key=lambda match: (-match.score, match.record))


def _product(numbers: Iterable[float]) -> float:
    result = 1.0
    for number in numbers:
        result *= number
    return result
