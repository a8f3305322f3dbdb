"""What validation finds wrong is told in plain words, once for each field."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.records.contents import content_from
from ledgerlink.rules.decisions import Problem
from ledgerlink.rules.profiles import settings_for

SENTENCES = {
    "due_date": "due_date: is wrong",
    "lines": "lines: is wrong",
    "lines.0": "line 1: is wrong",
    "lines.0.quantity": "line 1, quantity: is wrong",
    "lines.11.tracking.1.option": "line 12, tracking 2, option: is wrong",
    "people.1.last_name": "person 2, last_name: is wrong",
    "addresses.0.line1": "address 1, line1: is wrong",
    "options.fields.2": "options, field 3: is wrong",
}
OWNERS = "should be one of crm, ledger, ask, direction"
BAD_RECORDS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "no list": ({"addresses": "x"}, {"addresses": "should be a list"}),
    "too many": ({"people": [{}] * 6}, {"people": "at most 5"}),
    "no object": ({"person": 5}, {"person": "should be an object"}),
    "an object in a list": ({"people": [{}, 5]}, {"people.1": "should be an object"}),
    "no text": ({"email": 5}, {"email": "should be text"}),
    "no truth": ({"active": "perhaps"}, {"active": "should be true or false"}),
    "blank": ({"name": ""}, {"name": "at least 1 character"}),
    "only spaces": ({"name": " "}, {"name": "a name is needed"}),
    "unknown": ({"who": 1}, {"who": "unknown field"}),
    "missing": ({"phones": [{}]}, {"phones.0.kind": "is needed"}),
    "no choice": ({"roles": ["boss"]}, {"roles.0": "should be one of customer, supplier"}),
    "two": ({"email": 5, "roles": 1}, {"email": "should be text", "roles": "should be a list"}),
    "no character": ({"email": "a\0b"}, {"email": "holds a character U+0000, which is no text"}),
    "no character deep down": (
        {"people": [{"last_name": "\0"}]},
        {"people.0.last_name": "holds a character U+0000, which is no text"},
    ),
}
BAD_SETTINGS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "one for all": ({"field_owner": "both"}, {"field_owner": f"{OWNERS}, or an object"}),
    "one for a kind": (
        {"field_owner": {"organizations": "both"}},
        {"field_owner.organizations": f"{OWNERS}, or an object"},
    ),
    "one for a field": (
        {"field_owner": {"organizations": {"name": "both"}}},
        {"field_owner.organizations.name": OWNERS},
    ),
    "no status": (
        {"exportable_statuses": ["zz"]},
        {"exportable_statuses": "'zz' is not one of any, draft, awaiting_approval, approved, part_paid, paid"},
    ),
    "no date": ({"import_from_date": "soon"}, {"import_from_date": "should be a date, as 2026-01-31"}),
}


def told(refused: Invalid) -> dict[str, str]:
    assert len({p.field for p in refused.problems}) == len(refused.problems)
    return {problem.field: problem.message for problem in refused.problems}


@pytest.mark.parametrize("what", BAD_RECORDS)
def test_what_is_wrong_with_a_record(what: str) -> None:
    fields, problems = BAD_RECORDS[what]
    with pytest.raises(Invalid) as refused:
        content_from("organizations", {"name": "Hall", **fields})
    assert told(refused.value) == problems


@pytest.mark.parametrize("what", BAD_SETTINGS)
def test_what_is_wrong_with_a_setting(what: str) -> None:
    overrides, problems = BAD_SETTINGS[what]
    with pytest.raises(Invalid) as refused:
        settings_for("rental", overrides)
    assert told(refused.value) == problems


@pytest.mark.parametrize("path", SENTENCES)
def test_sentences_count_lines_as_people_do(path: str) -> None:
    assert FieldProblem(path, "is wrong").sentence == SENTENCES[path]
    assert Invalid(FieldProblem(path, "is wrong")).detail == SENTENCES[path]


def test_what_keeps_a_line_from_the_ledger_is_told_in_the_same_words() -> None:
    told = Problem("tax_not_mapped", "lines.1.tax_code", "is wrong").sentence
    assert told == FieldProblem("lines.0.tax_code", "is wrong").sentence == "line 1, tax_code: is wrong"
