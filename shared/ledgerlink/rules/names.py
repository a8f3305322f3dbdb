"""What a business name says once everything is taken away that people write now so, now so. Pure.

Three keys, each coarser than the one before: the normalised name; the same written together; and its likeness, which
bears another order of words and most errors of typing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

# Legal forms say nothing about who it is; they are left out where they end a name.
_LEGAL_FORMS = """
    ab ag aktiebolag ans aps as asa bhd bv bvba cc cic co company corp corporation cv da dac doo ead ek ent eurl ev gbr
    gesmbh gmbh haftungsbeschrankt hb inc incorporated is kb kft kg kgaa kk ks lda limited llc llp lllp lp ltd ltda mbb
    mbh nv ohg ood ou oy oyj partg plc private proprietary pte pty pvt ry sa sarl sas sasu sdn se sia sl slu snc spa
    sprl spzoo srl sro trust uab ug vof zrt
"""
_LEGAL = frozenset(_LEGAL_FORMS.split())
_SMALL_WORDS = "and und et og och y e i en the of de la le les der die das du des di del da von van"
_SMALL = frozenset(_SMALL_WORDS.split())
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "ß": "ss"}
)
_SPELT = {"st": "saint", "sankt": "saint", "ste": "saint", "nr": "no"}
_TRADING_AS = re.compile(r"\s+(?:t/a|d/b/a|dba|trading as|formerly|formerly known as|ehemals)\s+", re.IGNORECASE)
_IN_PERSON = re.compile(r",?\s+(?:c/o|inh\.|inhaber(?:in)?\b|attn\b).*$", re.IGNORECASE)
_SOUNDS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("chr", "kr"), ("ph", "f"), ("ck", "k"), ("dt", "t"))
_LETTER_SOUNDS = str.maketrans("ycqzv", "ikksf")
_SHORTEST_LIKENESS = 6  # letters; what is shorter resembles too much


def normalised(name: str) -> str:
    """Without case, accents, signs, small words and legal forms: ``Müller & Söhne GmbH`` is ``muller sohne``."""
    return " ".join(_words(name))


def keys_of(name: str) -> Iterator[str]:
    """``name:``, ``joined:`` and ``kin:`` keys of the name, and of each name where somebody trades under another."""
    name = _IN_PERSON.sub("", name) or name
    for each in dict.fromkeys((name, *_TRADING_AS.split(name))):
        words = _words(each)
        yield f"name:{' '.join(words)}"
        yield f"joined:{''.join(words)}"
        likeness = " ".join(sorted(_likeness(word) for word in words))
        if sum(letter.isalpha() for letter in "".join(words)) >= _SHORTEST_LIKENESS:
            yield f"kin:{likeness}"


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold().translate(_LETTERS)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub("['\u2019`\u00b4.]", "", plain)  # O'Brien is OBrien, S.A. is SA
    plain = re.sub(r"\b([a-z])/([a-z])\b", r"\1\2", plain)  # A/S is AS
    plain = plain.replace(" sp z oo", " spzoo")
    words = re.sub(r"[^\w\s]|_", " ", plain).split()
    words = [_SPELT.get(word, word) for word in words if word not in _SMALL] or words
    return list(_without_legal_form(words))


def _without_legal_form(words: list[str]) -> Iterable[str]:
    end = len(words)
    while end > 1 and words[end - 1] in _LEGAL:
        end -= 1
    return words[:end]


@lru_cache(maxsize=20_000)
def _likeness(word: str) -> str:
    """A word as it sounds, roughly. Short words keep their vowels: of ``Rosa`` and ``Rose`` either may be meant."""
    if any(letter.isdigit() for letter in word):
        return word
    word = re.sub(r"^mac(?=\w{3})", "mc", word)
    for written, sounds in _SOUNDS:
        word = word.replace(written, sounds)
    word = word.translate(_LETTER_SOUNDS)
    word = re.sub(r"(.)\1+", r"\1", word)
    if len(word) < _SHORTEST_LIKENESS:
        return word
    first = next((letter for letter in word if letter in "aeiou"), "")
    sounded = re.sub(r"[aeiouh]", "", word[1:])
    return f"{word[0]}{first}{''.join(sorted(sounded))}"
