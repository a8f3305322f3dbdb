"""What validation finds wrong is told in plain words, once for each field."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.errors import Invalid
from ledgerlink.flows.records.contents import content_from
from ledgerlink.rules.profiles import settings_for

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
