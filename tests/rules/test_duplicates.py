"""Recognising an organization by what it shares with a contact."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.rules.duplicates import Candidates, keys_of
from ledgerlink.rules.names import normalised
from tests.support import lookalikes
from tests.support.builders import an_organization


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller & Söhne GmbH", "MULLER und SOHNE"),
        ("ACME Ltd.", "Acme Limited"),
        ("The Hall Company", "hall co"),
        ("Straße 7 AG", "STRASSE 7"),
        ("\uff21\uff43\uff4d\uff45\u3000\uff29\uff4e\uff43", "acme"),
        ("J.P. Smith S.A.", "JP Smith"),
    ],
)
def test_names_that_say_the_same(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), [("Acme North", "Acme South"), ("Ltd", "AG"), ("AB Bygg", "Bygg")])
def test_names_that_do_not(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    "phone",
    [
        {"number": "+44 1748 473000"},
        {"number": "01748 473000"},
        {"country": "44", "area": "1748", "number": "473000"},
        {"area": "01748", "number": "473-000"},
        {"number": "0044 (0)1748 473000"},
    ],
)
def test_five_ways_to_write_one_number(phone: dict[str, Any]) -> None:
    other_way = {"kind": "fax", "country": "+44", "number": "(1748) 473 000"}
    same = keys_of(an_organization(phones=[{"kind": "main", **phone}])) & keys_of(an_organization(phones=[other_way]))
    assert any(key.startswith("p:") for key in same)


def test_matches_come_surest_first_with_reasons() -> None:
    candidates = Candidates()
    candidates.add("by-mail", keys_of(an_organization(name="Other", email="Accounts@Hall.example")))
    candidates.add("by-all", keys_of(an_organization(tax_number="GB 123", account_number="K1")))
    candidates.add("stranger", keys_of(an_organization(name="Stranger", email="s@s.example")))
    found = candidates.of(keys_of(an_organization(tax_number="gb-123", account_number="k1")))
    assert [(match.record, match.exact) for match in found] == [("by-all", True), ("by-mail", False)]
    assert found[0].reason == "same name, same e-mail address, same account number, same tax number"
    assert found[0].score > found[1].score == 0.7


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith, John", "John Smith"),
        ("Riverside Ligthing", "Riversde Lighting"),
        ("Jörg Läufer Ton", "Joerg Laeufer Ton"),
        ("Bright Light Rentals", "Brightlight Rentals"),
        ("John Miller t/a Miller's Marquees", "Millers Marquees"),
        ("Hotel am See, Inh. Karl Maier", "Hotel am See"),
        ("Kowalski Sp. z o.o.", "Kowalski"),
    ],
)
def test_names_that_are_alike(one: str, other: str) -> None:
    assert keys_of(an_organization(name=one, email="")) & keys_of(an_organization(name=other, email=""))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Burger Barn 101", "Burger Barn 110"),
        ("John Smith", "Joan Smith"),
        ("Peter Meier", "Petra Meier"),
        ("Villa Rosa", "Villa Rose"),
        ("Northampton Borough", "Southampton Borough"),
    ],
)
def test_names_that_only_look_alike(one: str, other: str) -> None:
    assert not keys_of(an_organization(name=one, email="")) & keys_of(an_organization(name=other, email=""))


def test_numbers_that_differ_leave_a_question_and_never_a_link() -> None:
    candidates = Candidates()
    candidates.add("a", keys_of(an_organization(tax_number="GB1", email="")))
    [match] = candidates.of(keys_of(an_organization(tax_number="GB2", email="")))
    assert (match.exact, match.reason, match.score) == (False, "same name", 0.48)
    candidates = Candidates()
    candidates.add("a", keys_of(an_organization(account_number="K1", email="")))
    assert [match.exact for match in candidates.of(keys_of(an_organization(account_number="K2", email="")))] == [False]


def test_an_address_that_many_have_says_nothing() -> None:
    candidates = Candidates()
    for number in range(4):
        candidates.add(str(number), keys_of(an_organization(name=f"Client {number}", email="books@keeper.example")))
    assert candidates.of(keys_of(an_organization(name="Another", email="books@keeper.example"))) == []


def test_the_sample_is_told_apart() -> None:
    """313 pairs of realistic names; ``make bench`` prints the figures."""
    assert len(lookalikes.pairs()) >= 300
    suggested, linked = lookalikes.told(lookalikes.suggests), lookalikes.told(lookalikes.links)
    assert suggested.precision > 0.9
    assert suggested.recall > 0.9
    assert linked.precision > 0.99, linked.wrong
