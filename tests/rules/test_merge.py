"""What counts as an edit, and who wins when both sides made one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerlink.kinds.organization import ORGANIZATIONS, Address, Organization, Person, ledger_view
from ledgerlink.rules.merge import Clash, Merged, apply, is_edit, owner_of, same, three_way
from tests.support.builders import an_organization

HIGH_STREET = Address(kind="billing", line1="1 High St", line2="Flat 2", city="Leeds", postcode="LS1")


def merged(base: Any, crm: Any, ledger: Any, owners: Any = None, direction: Any = "ledger", **more: Any) -> Merged:
    def view(content: Any) -> Any:
        return ledger_view(content) if content is not None else None

    return three_way(
        ORGANIZATIONS,
        base=view(base),
        crm=view(crm),
        ledger=view(ledger),
        owners=owners or {},
        direction=direction,
        **more,
    )


def fields(changes: Any) -> list[str]:
    return [change.field for change in changes]


@pytest.mark.parametrize(
    ("before", "after", "edited"),
    [
        ("a", "b", True),
        ("a", "a", False),
        ("a", "", False),
        ("", "a", True),
        (None, "", False),
        ("a  b", " a b ", False),
        (HIGH_STREET, HIGH_STREET.model_copy(update={"line1": "5 Low Rd", "line2": ""}), True),
        (HIGH_STREET, HIGH_STREET.model_copy(update={"postcode": ""}), False),
        (HIGH_STREET, None, False),
        (None, HIGH_STREET, True),
        (None, Address(kind="billing"), False),
        ((Person(first_name="A"),), (Person(first_name="A"), Person(first_name="B")), True),
        ((Person(first_name="A"), Person(first_name="B")), (Person(first_name="A"),), False),
    ],
)
def test_emptying_is_never_an_edit_and_a_rewritten_address_is_one(before: Any, after: Any, edited: bool) -> None:
    assert is_edit(before, after) is edited


def test_edits_of_different_fields_both_live() -> None:
    base = an_organization(account_number="A1")
    result = merged(
        base, an_organization(account_number="A1", email="new@hall.example"), an_organization(account_number="A2")
    )
    assert fields(result.to_ledger) == ["email"]
    assert fields(result.to_crm) == ["account_number"]
    assert not result.clashes


@pytest.mark.parametrize(
    ("owner", "direction", "to_ledger", "to_crm"),
    [
        ("crm", "ledger", ["email"], []),
        ("ledger", "crm", [], ["email"]),
        ("direction", "crm", ["email"], []),
        ("direction", "ledger", [], ["email"]),
    ],
)
def test_the_owner_decides_a_clash(owner: str, direction: str, to_ledger: list[str], to_crm: list[str]) -> None:
    ours, theirs = an_organization(email="ours@hall.example"), an_organization(email="theirs@hall.example")
    result = merged(an_organization(), ours, theirs, {"*": owner}, direction)
    assert (fields(result.to_ledger), fields(result.to_crm)) == (to_ledger, to_crm)


def test_a_clash_nobody_owns_waits_with_both_values() -> None:
    ours, theirs = an_organization(email="ours@hall.example"), an_organization(email="theirs@hall.example")
    result = merged(an_organization(), ours, theirs, {"*": "ask"})
    assert result.clashes == (Clash("email", "ours@hall.example", "theirs@hall.example"),)
    assert not result.to_ledger
    assert not result.to_crm


def test_the_same_edit_on_both_sides_is_agreement() -> None:
    new = an_organization(email="new@hall.example")
    assert merged(an_organization(), new, new) == Merged(agreed=tuple(f.name for f in ORGANIZATIONS.fields))


def test_a_field_emptied_on_either_side_stays_on_the_other() -> None:
    blank = an_organization(email="")
    assert merged(an_organization(), blank, an_organization()).to_ledger == ()
    assert merged(an_organization(), an_organization(), blank).to_crm == ()


@pytest.mark.parametrize("direction", ["crm", "ledger"])
def test_just_linked_the_side_the_job_reads_from_wins_where_it_speaks(direction: str) -> None:
    ours = an_organization(email="ours@hall.example", account_number="")
    theirs = an_organization(email="theirs@hall.example", account_number="T9")
    result = merged(None, ours, theirs, direction=direction)
    expected = (["email"], []) if direction == "crm" else ([], ["account_number", "email"])
    assert (fields(result.to_ledger), fields(result.to_crm)) == expected


def test_lists_merge_by_kind() -> None:
    base = an_organization(phones=[{"kind": "main", "number": "1"}])
    ours = an_organization(phones=[{"kind": "main", "number": "1"}, {"kind": "fax", "number": "2"}])
    theirs = an_organization(phones=[{"kind": "main", "number": "9"}])
    result = merged(base, ours, theirs)
    assert fields(result.to_ledger) == ["phones.fax"]
    both = apply(ORGANIZATIONS, ours, result.to_crm)
    assert isinstance(both, Organization)
    assert {phone.kind: phone.number for phone in both.phones} == {"main": "9", "fax": "2"}


def test_held_fields_travel_neither_way() -> None:
    result = merged(an_organization(), an_organization(email="x@y.example"), an_organization(), held=["email"])
    assert result == Merged(agreed=tuple(f.name for f in ORGANIZATIONS.fields if f.name != "email"))


@pytest.mark.parametrize(
    ("owners", "owner"),
    [
        ({"phones.fax": "crm", "phones": "ledger"}, "crm"),
        ({"phones": "ledger"}, "ledger"),
        ({"*": "crm"}, "crm"),
        ({}, "ask"),
    ],
)
def test_the_nearest_owner_counts(owners: Any, owner: str) -> None:
    assert owner_of("phones.fax", owners) == owner


texts = st.text(alphabet="ab ", max_size=3)
names = st.text(alphabet="xy", min_size=1, max_size=2)
organizations = st.builds(
    an_organization,
    name=names,
    email=texts,
    account_number=texts,
    phones=st.lists(
        st.fixed_dictionaries({"kind": st.sampled_from(["main", "fax"]), "number": texts, "area": texts}),
        max_size=2,
        unique_by=lambda phone: phone["kind"],
    ),
)


@given(base=organizations, crm=organizations, ledger=organizations)
def test_no_value_is_ever_lost_without_an_edit_that_replaces_it(base: Any, crm: Any, ledger: Any) -> None:
    """Property: what a side said is gone after merging only if the other side edited that very field."""
    result = merged(base, crm, ledger, {"*": "ask"})
    for change in result.to_crm:
        field = ORGANIZATIONS.field(change.field)
        assert is_edit(field.of(ledger_view(base)), change.after)
        assert not is_edit(field.of(ledger_view(base)), change.before)


@given(base=organizations, crm=organizations, ledger=organizations)
def test_merging_again_after_both_sides_took_over_finds_nothing_to_do(base: Any, crm: Any, ledger: Any) -> None:
    first = merged(base, crm, ledger, {"*": "crm"})
    crm_after = apply(ORGANIZATIONS, ledger_view(crm), first.to_crm)
    ledger_after = apply(ORGANIZATIONS, ledger_view(ledger), first.to_ledger)
    second = merged(ledger_after, crm_after, ledger_after, {"*": "crm"})
    assert [c for c in second.to_ledger if not same(c.before, c.after) and is_edit(c.before, c.after)] == list(
        second.to_ledger
    )
    assert not second.to_crm
    assert not second.clashes
