"""The columns of organizations: what a cell changes, and that out and in changes nothing (K10, K4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerlink.errors import Invalid
from ledgerlink.kinds.organization import Organization
from ledgerlink.rules.csv_cells import neutralised
from ledgerlink.rules.csv_columns import COLUMNS, edits
from tests.support.builders import an_organization

WHOLE = an_organization(
    active=False,
    roles=("customer", "supplier"),
    account_number="-007",
    tax_number="GB 123",
    currency="EUR",
    phones=[{"kind": "main", "country": "+44", "area": "020", "number": "0123"}, {"kind": "fax", "number": "1"}],
    addresses=[{"kind": "billing", "line1": "1 High St", "line2": "Flat 2", "city": "Leeds"}],
    person={"first_name": "Ann", "last_name": "Hall", "email": "ann@hall.example"},
    people=[{"first_name": "Bob"}],
)


def out(content: Organization) -> dict[str, str]:
    return {column.name: neutralised(column.read(content)) for column in COLUMNS}


@pytest.mark.parametrize("content", [WHOLE, an_organization(), an_organization(name="  =odd  name ")])
def test_out_and_in_changes_nothing(content: Organization) -> None:
    assert edits(content, out(content)) == {}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_in_a_cell_may_end_as_the_spreadsheet_likes(end: str) -> None:
    content = an_organization(addresses=[{"kind": "billing", "line1": "1 High St\r\nFlat 2"}])
    assert edits(content, {"billing_line1": f"1 High St{end}Flat 2"}) == {}
    assert edits(content, {"name": f"Two{end}lines"}) == {"name": "Two\nlines"}


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


@given(name=words.filter(str.strip), email=words, area=words, number=words, line=words, first=words)
def test_out_and_in_changes_nothing_whatever_it_says(
    name: str, email: str, area: str, number: str, line: str, first: str
) -> None:
    content = an_organization(
        name=name,
        email=email,
        phones=[{"kind": "mobile", "area": area, "number": number}],
        addresses=[{"kind": "street", "line3": line}],
        person={"first_name": first},
    )
    assert edits(content, out(content)) == {}


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        ({"name": "New"}, {"name": "New"}),
        (
            {"people_1_last_name": "Hill", "people_3_email": "cy@hall.example"},
            {
                "people": [
                    {"first_name": "Bob", "last_name": "Hill", "email": ""},
                    {"email": "cy@hall.example"},
                ]
            },
        ),
        ({"name": ""}, {}),
        ({"email": "  "}, {}),
        ({"active": "Yes"}, {"active": True}),
        ({"active": "false"}, {}),
        ({"roles": "supplier"}, {"roles": ["supplier"]}),
        ({"roles": "Customer; SUPPLIER"}, {"roles": ["customer", "supplier"]}),
        ({"account_number": "'=1"}, {"account_number": "=1"}),
        ({"phone_main": "+44 020 0123"}, {}),
        ({"phone_main": "0777 1"}, {"phones": [{"kind": "main", "number": "0777 1"}]}),
        ({"person_first_name": "Anne"}, {"person": {"first_name": "Anne"}}),
    ],
)
def test_a_cell_is_an_edit_only_where_it_says_something_else(cells: dict[str, str], fields: dict[str, Any]) -> None:
    assert edits(WHOLE, cells) == fields


def test_a_new_street_keeps_the_rest_of_the_address() -> None:
    [address] = edits(WHOLE, {"billing_line1": "2 Low St"})["addresses"]
    assert (address["line1"], address["line2"], address["city"]) == ("2 Low St", "Flat 2", "Leeds")


def test_a_new_organization_takes_every_cell() -> None:
    fields = edits(None, {"name": "A", "active": "no", "street_city": "Bath", "phone_fax": "1"})
    assert Organization.model_validate(fields).addresses[0].city == "Bath"
    assert fields["active"] is False


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"active": "perhaps"}, "active"),
        ({"roles": "friend"}, "roles"),
        ({"name": "x" * 40_000}, "name"),
        ({"email": "a\x00b"}, "email"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(cells: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        edits(WHOLE, cells)
    assert [problem.field for problem in refused.value.problems] == [field]
