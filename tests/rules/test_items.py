"""What an item from the ledger does to the products here."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.kinds.product import Product, ledger_view
from ledgerlink.rules import duplicates, items, products
from ledgerlink.rules.import_ import Born, Edit, Grounds, Ignore, LinkTo, Note
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import Mapped, Mappings
from ledgerlink.state.record import Hold, Record
from ledgerlink.state.reference import Account, Reference, TaxRate
from tests.support.builders import DOCUMENT_ID, NOON, settings

REFERENCE = Reference(
    accounts=tuple(Account(id=code, code=code, name=code, account_class="revenue") for code in ("200", "260", "300")),
    tax_rates=tuple(
        TaxRate(code=code, name=code, rate=Decimal(20), applies_to=("revenue", "expenses")) for code in ("OUT", "ZERO")
    ),
)
MAPPINGS = Mappings(
    account=(Mapped(source="HIRE", target="200"), Mapped(source="SALES", target="260")),
    tax=(Mapped(source="STD", target="OUT"), Mapped(source="FULL", target="OUT"), Mapped(source="NIL", target="ZERO")),
)


def a_product(**fields: Any) -> Product:
    said = {"code": "DRILL", "name": "Drill", "sale": {"price": "10", "account_code": "HIRE", "tax_code": "STD"}}
    return Product.model_validate({**said, **fields})


def an_item(account: str = "200", tax: str = "OUT", price: str = "10", **fields: Any) -> Product:
    sale = {"price": price, "account_code": account, "tax_code": tax}
    return Product.model_validate({"code": "DRILL", "name": "Drill", "sale": sale, **fields})


def a_document(content: Product, later_s: float = 60) -> Document:
    updated_at = NOON + timedelta(seconds=later_s)
    return Document(type="item", id=DOCUMENT_ID, kind="products", updated_at=updated_at, content=content)


def grounds(source: Any = "job", mappings: Mappings = MAPPINGS, **changed: Any) -> Grounds:
    return Grounds(settings("inventory", **changed), source, {}, mappings, REFERENCE)


def taken(here: Product, there: Product, base: Product | None = None, *, on: Grounds | None = None, **link: Any) -> Any:
    record = Record(company="c1", kind="products", id="p1", revision=2, content=here, updated_at=NOON, version=1)
    agreed = {"base": ledger_view(base), "base_at": NOON} if base is not None else {}
    told = {"state": "linked", "document_type": "item", "document_id": DOCUMENT_ID, "document_status": "active"}
    known = Link(**{"company": "c1", "kind": "products", "id": "p1", "wanted": 2, **told, **agreed, **link})
    return items.linked(record, known, a_document(ledger_view(there)), on or grounds())


def changes(edit: Any) -> dict[str, tuple[Any, Any]]:
    assert isinstance(edit, Edit)
    return {change.field: (change.before, change.after) for change in edit.changes}


@pytest.mark.parametrize(
    ("what", "here", "there", "expected"),
    [
        ("nothing changed", a_product(), an_item(), {}),
        ("one of two codes for it stays", a_product(sale={"price": "10", "account_code": "HIRE", "tax_code": "FULL"}),
         an_item(), {}),
        ("a price", a_product(), an_item(price="12.5"), {"sale.price": (Decimal("10.0000"), Decimal("12.5000"))}),
        ("an account in our code", a_product(), an_item(account="260"), {"sale.account_code": ("HIRE", "SALES")}),
        ("one that no code means", a_product(), an_item(account="300"), {"sale.account_code": ("HIRE", "300")}),
        ("a tax in our code", a_product(), an_item(tax="ZERO"), {"sale.tax_code": ("STD", "NIL")}),
        ("what was emptied", a_product(), an_item(name="", tax=""), {}),
        ("an account said by the group", a_product(revenue_group="HIRE", sale={"price": "10", "tax_code": "STD"}),
         an_item(), {}),
        ("another than the group's", a_product(revenue_group="HIRE", sale={"price": "10", "tax_code": "STD"}),
         an_item(account="260"), {"sale.account_code": ("", "SALES")}),
        ("stock", a_product(tracked=True, quantity_on_hand="4"), an_item(tracked=True, quantity_on_hand="9"), {}),
    ],
)  # fmt: skip
def test_what_a_linked_item_changes(what: str, here: Product, there: Product, expected: Any) -> None:
    edit = taken(here, there, an_item())
    assert changes(edit) == expected, what
    assert edit.content.quantity_on_hand == here.quantity_on_hand
    assert edit.content.revenue_group == here.revenue_group
    assert edit.base.sale.account_code in ("200", "260", "300"), "the base says it as the ledger does"
    assert edit.level, "nothing is left to be sent"


def test_what_is_only_here_is_still_to_be_sent() -> None:
    edit = taken(a_product(sale={"price": "11", "account_code": "SALES", "tax_code": "STD"}), an_item(), an_item())
    assert (changes(edit), edit.level) == ({}, False)


def test_both_sides_edited_is_told_in_our_codes() -> None:
    here = a_product(sale={"price": "10", "account_code": "SALES", "tax_code": "STD"})
    edit = taken(here, an_item(account="300"), an_item(), on=grounds(field_owner={"products": "ask"}))
    assert [(clash.field, clash.crm, clash.ledger) for clash in edit.clashes] == [("sale.account_code", "SALES", "300")]


def test_just_linked_the_ledger_wins_where_it_speaks_and_the_rest_goes_there() -> None:
    here = a_product(description="With a case", quantity_on_hand="4", name="Old")
    edit = taken(here, an_item(quantity_on_hand="9"))
    assert changes(edit) == {"name": ("Old", "Drill")}
    assert (edit.content.quantity_on_hand, edit.content.description, edit.level) == (Decimal(4), "With a case", False)


def test_what_may_not_come_is_noted() -> None:
    assert isinstance(taken(a_product(), an_item(price="9"), an_item(), do_not_import=Hold(on=True)), Note)
    events = grounds("event", apply_ledger_edits=False)
    assert isinstance(taken(a_product(), an_item(price="9"), an_item(), on=events), Note)


def match(code: str, *ids: str) -> list[duplicates.Match]:
    known = duplicates.Candidates()
    for id_ in ids:
        known.add(id_, products.keys_of(a_product(code=code)))
    return known.of(products.keys_of(a_product(code="DRILL")))


@pytest.mark.parametrize(
    ("what", "source", "tombstone", "matches", "expected"),
    [
        ("born by a job", "job", "", [], Born(a_product(sale={"price": "10", "account_code": "HIRE", "tax_code": "OUT"},
                                                        tracked=True, quantity_on_hand="9"))),
        ("never by event", "event", "", match("DRILL", "p1"), Ignore("items_by_job")),
        ("its code is here, in any case", "job", "", match(" drill ", "p1"), LinkTo("p1")),
        ("other codes say nothing", "job", "", match("SAW", "p1"), Born),
        ("several have it", "job", "", match("DRILL", "p1", "p2"), Ignore("code_shared")),
        ("deleted here", "job", "deleted_here", [], Ignore("deleted_here")),
        ("parted by a person, until chosen", "job", "unlinked_by_person", match("DRILL", "p1"), LinkTo("p1")),
    ],
)  # fmt: skip
def test_items_nobody_is_linked_to(what: str, source: Any, tombstone: str, matches: Any, expected: Any) -> None:
    document = a_document(an_item(tracked=True, quantity_on_hand="9"))
    decided = items.unlinked(document, grounds(source), tombstone)
    if isinstance(decided, Born):
        decided = items.recognised(document, grounds(source), tombstone, lambda: matches)
    assert decided == expected or (isinstance(expected, type) and isinstance(decided, expected)), what


@pytest.mark.parametrize(("code", "known"), [("DRILL", True), ("x" * 30, True), ("x" * 31, False), ("  ", False)])
def test_a_code_no_item_can_have_recognises_nothing(code: str, known: bool) -> None:
    assert bool(products.keys_of(a_product(code=code))) is known
