"""Recognising an organization by what it shares with a contact."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.rules.duplicates import Candidates, keys_of, normalised_name
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
    assert normalised_name(one) == normalised_name(other)


@pytest.mark.parametrize(("one", "other"), [("Acme North", "Acme South"), ("Ltd", "AG"), ("AB Bygg", "Bygg")])
def test_names_that_do_not(one: str, other: str) -> None:
    assert normalised_name(one) != normalised_name(other)


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
