"""Orders to clear a field in the ledger, and fields that travel neither way."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.kinds import KINDS
from ledgerlink.rules.decisions import Nothing, Skip, Update
from ledgerlink.rules.export import decide, follow
from ledgerlink.rules.import_ import held_still
from ledgerlink.rules.settle import confirmed
from tests.support.builders import NOON, a_dispatch, a_document, a_linked, a_part, a_record, an_organization, settings

KIND = KINDS["organizations"]
FULL = an_organization(tax_number="T1", phones=[{"kind": "main", "number": "1"}])


@pytest.mark.parametrize(
    ("clears", "fields"),
    [
        (("email",), ("email",)),
        (("phones.main", "tax_number"), ("phones.main", "tax_number")),
        (("phones.fax",), ()),  # the ledger holds none
    ],
)
def test_what_the_ledger_holds_is_emptied(clears: tuple[str, ...], fields: tuple[str, ...]) -> None:
    blank = FULL.model_copy(update={"email": "", "tax_number": "", "phones": ()})
    decision = decide(a_record(blank), a_linked(FULL, clears=clears), settings())
    if not fields:
        assert isinstance(decision, Nothing)
        return
    assert isinstance(decision, Update)
    assert decision.fields == fields
    assert not any(KIND.field(name).of(decision.content) for name in fields)


def test_an_order_to_clear_goes_along_with_edits() -> None:
    edited = FULL.model_copy(update={"email": "", "tax_number": "T2"})
    decision = decide(a_record(edited), a_linked(FULL, clears=("email",)), settings())
    assert isinstance(decision, Update)
    assert (decision.fields, decision.content) == (("tax_number", "email"), edited)


def test_a_person_who_orders_it_is_not_kept_back_by_the_setting() -> None:
    off, blank = settings(update_linked_contact_on_edit=False), an_organization(email="")
    assert decide(a_record(blank), a_linked(clears=("email",)), off) == Skip("update_off")
    ordered = a_linked(clears=("email",), ordered_by="person")
    assert isinstance(decide(a_record(blank), ordered, off), Update)


def test_an_order_that_is_carried_out_or_moot_is_forgotten() -> None:
    link = a_linked(FULL, clears=("email", "tax_number"), wanted=1)
    part = a_part(document_id=link.document_id, fields=("email",), revision=1)
    sent = FULL.model_copy(update={"email": ""})
    settled = confirmed(link, a_dispatch(part, action="update"), part, sent, a_document(sent), NOON)
    assert (settled.clears, getattr(settled.base, "email", None)) == (("tax_number",), "")
    assert follow(link, Nothing(), NOON).clears == ()


@pytest.mark.parametrize(
    ("theirs", "held"),
    [
        ({}, ("email", "tax_number")),
        ({"email": ""}, ("email", "tax_number")),  # emptying is no edit
        ({"email": "new@hall.example"}, ("tax_number",)),
    ],
)
def test_an_edit_in_the_ledger_sets_a_held_field_free(theirs: dict[str, Any], held: tuple[str, ...]) -> None:
    link = a_linked(FULL, held_fields=("email", "tax_number"))
    assert held_still(link, a_document(FULL.model_copy(update=theirs))) == held
