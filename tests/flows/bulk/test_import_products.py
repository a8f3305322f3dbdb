"""Importing products: each item becomes a product, is linked to the one with its code, or updates its own (D1, D14)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.flows.bulk import jobs, reading
from ledgerlink.flows.bulk import undo_asked as undoing
from ledgerlink.flows.company import mapping
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.records.conflicts import resolve
from ledgerlink.flows.records.deleting import delete
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.linking import unlink
from ledgerlink.flows.records.saving import save
from ledgerlink.kinds.product import Product
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.mapping import Mapped
from ledgerlink.state.record import Hold, RecordKey
from tests.support.hub import ACME, ANN, Hub

STOCK = {"InventoryAssetAccountCode": "630", "QuantityOnHand": 7}
DRILL: dict[str, Any] = {
    "Code": "DRILL",
    "Name": "Drill",
    "SalesDetails": {"UnitPrice": 12.5, "AccountCode": "200", "TaxType": "OUTPUT2"},
}


def seed(hub: Hub, *items: dict[str, Any]) -> list[str]:
    ids: list[str] = hub.xero.control("POST", "seed", {"items": list(items)})["ids"]["items"]
    hub.clock.advance(600)
    return ids


def edit(hub: Hub, item: str, **fields: Any) -> None:
    hub.clock.advance(10)
    hub.xero.control("POST", "human", {"kind": "items", "action": "edit", "id": item, "fields": fields})


def key(id_: str) -> RecordKey:
    return RecordKey(ACME, "products", id_)


def push(hub: Hub, id_: str, **fields: Any) -> None:
    save(hub.context, key(id_), Push(fields, "replace" if hub.at.records.get(key(id_)) is None else "merge"), ANN)
    hub.bells.waiting.clear()


def link(hub: Hub, id_: str) -> Link:
    found = hub.at.links.get(LinkKey(*key(id_)))
    assert found is not None
    return found


def run(hub: Hub, **how: Any) -> tuple[Job, list[JobItem]]:
    job = hub.done("import-products", **how)
    return job, hub.items(job)


def product(hub: Hub, id_: str) -> Product:
    record = hub.at.records.get(key(id_))
    assert record is not None
    assert isinstance(record.content, Product)
    return record.content


def everything(hub: Hub) -> list[str]:
    return [record.id for record in hub.at.records.page(ACME, "products").items if not record.deleted]


@pytest.fixture
def mapped(hub: Hub) -> Hub:
    reference_data.refresh(hub.context)
    mapping.put(hub.context, "account", [Mapped(source="HIRE", target="200")], ANN)
    mapping.put(hub.context, "tax", [Mapped(source="STD", side="sales", target="OUTPUT2")], ANN)
    return hub


def test_an_item_becomes_a_product_in_our_codes_with_what_is_on_hand(mapped: Hub) -> None:
    [id_] = seed(mapped, {**DRILL, **STOCK, "PurchaseDetails": {"COGSAccountCode": "310", "UnitPrice": 4}})
    job, [item] = run(mapped)
    assert (job.status, job.calls.used, item.outcome) == ("done", 1, "created")
    born = product(mapped, item.id)
    assert (born.code, born.name, born.tracked, born.quantity_on_hand) == ("DRILL", "Drill", True, Decimal(7))
    assert (born.sale.price, born.sale.account_code, born.sale.tax_code) == (Decimal("12.5"), "HIRE", "STD")
    made = link(mapped, item.id)
    assert (made.state, made.document_id, made.is_due) == ("linked", id_, False)
    calls = len(mapped.calls())
    mapped.rest()
    assert [call for call in mapped.calls()[calls:] if not call.startswith("GET")] == []


def test_later_imports_update_it_but_never_its_quantity(mapped: Hub) -> None:
    [id_] = seed(mapped, {**DRILL, **STOCK, "PurchaseDetails": {"COGSAccountCode": "310"}})
    _, [item] = run(mapped)
    push(mapped, item.id, quantity_on_hand="3")
    mapped.rest()
    edit(mapped, id_, Name="Hammer drill", SalesDetails={"AccountCode": "260"})
    _, [line] = run(mapped)
    assert (line.outcome, set(line.diff)) == ("updated", {"name", "sale.account_code"})
    now = product(mapped, item.id)
    assert (now.name, now.sale.account_code, now.quantity_on_hand) == ("Hammer drill", "260", Decimal(3))
    assert not link(mapped, item.id).is_due, "what came from there does not go back"
    assert [line.outcome for line in run(mapped)[1]] == ["unchanged"]


def test_a_product_with_the_code_is_linked_and_keeps_its_quantity(mapped: Hub) -> None:
    push(mapped, "p1", code="drill", name="Drill", revenue_group="HIRE", quantity_on_hand="2")
    [id_] = seed(mapped, {**DRILL, **STOCK, "PurchaseDetails": {"COGSAccountCode": "310"}})
    _, [item] = run(mapped)
    assert (item.outcome, item.id, everything(mapped)) == ("linked", "p1", ["p1"])
    now = product(mapped, "p1")
    assert (now.quantity_on_hand, now.revenue_group, now.sale.account_code) == (Decimal(2), "HIRE", "")
    assert (now.sale.price, now.sale.tax_code) == (Decimal("12.5"), "STD")
    assert link(mapped, "p1").document_id == id_
    assert [line.outcome for line in run(mapped)[1]] == ["unchanged"]


def test_of_two_products_with_the_code_neither_is_guessed(hub: Hub) -> None:
    push(hub, "p1", code="DRILL")
    push(hub, "p2", code="DRILL")
    seed(hub, DRILL)
    _, [item] = run(hub)
    assert (item.outcome, item.reason, everything(hub)) == ("skipped", "code_shared", ["p1", "p2"])


def test_nothing_comes_by_itself(hub: Hub) -> None:
    seed(hub, DRILL)
    hub.clock.advance(7200)
    hub.rest()
    assert everything(hub) == []


def test_a_plan_stores_nothing_and_is_then_carried_out_but_for_what_changed(mapped: Hub) -> None:
    push(mapped, "p1", code="SAW", name="Saw")
    push(mapped, "p2", code="AXE", name="Axe")
    seed(mapped, {**DRILL, **STOCK, "PurchaseDetails": {"COGSAccountCode": "310"}}, {"Code": "SAW", "Name": "Saw 2"})
    [_, moved] = seed(mapped, {"Code": "AXE", "Name": "Axe 2"}, {"Code": "ADZE", "Name": "Adze"})
    job, items = run(mapped, dry_run=True)
    assert {item.title: item.outcome for item in items} == {
        "Drill": "create", "Saw 2": "link", "Axe 2": "link", "Adze": "create",
    }  # fmt: skip
    assert (job.calls.used, job.calls.needed, everything(mapped)) == (1, 2, ["p1", "p2"])
    push(mapped, "p2", code="AXE", name="Another")
    edit(mapped, moved, Name="Adze 2")
    jobs.apply(mapped.context, job.id, ANN)
    mapped.run(only=("job",))
    job, items = mapped.job(job.id), mapped.items(job)
    assert {item.title: item.outcome for item in items} == {
        "Drill": "created", "Saw 2": "linked", "Axe 2": "left_out", "Adze": "left_out",
    }  # fmt: skip
    [born] = [item.id for item in items if item.outcome == "created"]
    assert (product(mapped, born).quantity_on_hand, product(mapped, born).sale.tax_code) == (Decimal(7), "STD")
    assert (job.calls.used, product(mapped, "p2").name) == (2, "Another")


def test_items_come_as_one_list_that_is_asked_for_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """``facts/xero.md §3.4``: a turn takes in a part of it, the next ones what was kept."""
    monkeypatch.setattr(reading, "MOST", 3)
    seed(hub, *({"Code": f"C{n}", "Name": f"Item {n}"} for n in range(8)))
    job, items = run(hub)
    assert (job.turns, job.calls.used, job.progress.created, job.progress.total) == (3, 1, 8, 8)
    assert len(everything(hub)) == len({item.id for item in items}) == 8
    planned, items = run(hub, dry_run=True)
    assert (planned.chunk, [item.outcome for item in items]) == (3, ["unchanged"] * 8)


def test_cancelled_between_two_parts_it_keeps_what_came(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 3)
    seed(hub, *({"Code": f"C{n}", "Name": f"Item {n}"} for n in range(8)))
    job = hub.start("import-products")
    hub.deliver(("job",), most=1)
    jobs.cancel(hub.context, job.id)
    hub.run()
    job = hub.job(job.id)
    assert (job.status, job.progress.created, len(everything(hub))) == ("cancelled", 3, 3)


def test_items_are_chosen_by_their_id_or_their_product(mapped: Hub) -> None:
    first, second, _ = seed(mapped, DRILL, {"Code": "SAW", "Name": "Saw"}, {"Code": "AXE", "Name": "Axe"})
    _, [item] = run(mapped, ids=[first])
    nobody = "00000000-0000-4000-8000-000000000001"
    job, items = run(mapped, ids=[item.id, second.upper(), nobody, 'x") OR Code!=("'])
    told = {each.document_id: each.outcome for each in items}
    assert told == {first: "unchanged", second: "created", nobody: "failed", 'x") or code!=("': "failed"}
    assert {each.reason for each in items if each.outcome == "failed"} == {"no_such_item"}
    assert job.calls.used == 1


def test_many_items_that_were_chosen_come_with_the_one_list_there_is(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 50)
    ids = seed(hub, *({"Code": f"C{n}", "Name": f"Item {n}"} for n in range(160)))
    nobody = "00000000-0000-4000-8000-000000000001"
    job, _ = run(hub, ids=[*ids[:130], nobody])
    assert (job.calls.used, job.progress.created, job.progress.failed, job.progress.total) == (1, 130, 1, 131)


def test_holds_and_tombstones_keep_it_out(hub: Hub) -> None:
    held, gone, _ = seed(hub, DRILL, {"Code": "SAW", "Name": "Saw"}, {"Code": "AXE", "Name": "Axe"})
    _, items = run(hub)
    ids = {item.title: item.id for item in items}
    save(hub.context, key(ids["Drill"]), Push({}, "merge", do_not_import=Hold(on=True, reason="a test")), ANN)
    unlink(hub.context, key(ids["Axe"]), ANN)
    delete(hub.context, key(ids["Saw"]), ANN, force=True, reason="a test")
    edit(hub, held, Name="Another")
    edit(hub, gone, Name="Another")
    _, items = run(hub)
    told = {item.document_id: (item.outcome, item.reason) for item in items}
    assert told[held] == ("skipped", "do_not_import")
    assert told[gone] == ("skipped", "deleted_here")
    assert product(hub, ids["Drill"]).name == "Drill"
    assert link(hub, ids["Axe"]).state == "linked", "a job may bring back what a person parted"
    assert len(everything(hub)) == 2


def test_an_import_is_undone_and_may_come_again(hub: Hub) -> None:
    push(hub, "p1", code="SAW", name="Saw")
    seed(hub, DRILL, {"Code": "SAW", "Name": "Saw 2"})
    job, _ = run(hub)
    undoing.undo(hub.context, job.id, ANN)
    hub.run()
    assert (everything(hub), product(hub, "p1").name) == (["p1"], "Saw")
    assert link(hub, "p1").document_id == ""
    _, items = run(hub)
    assert {item.title: item.outcome for item in items} == {"Drill": "created", "Saw 2": "linked"}


def test_what_an_import_changed_is_put_back_and_held(mapped: Hub) -> None:
    [id_] = seed(mapped, DRILL)
    _, [item] = run(mapped)
    edit(mapped, id_, Name="Hammer drill", SalesDetails={"AccountCode": "260"})
    job, _ = run(mapped)
    undoing.undo(mapped.context, job.id, ANN)
    mapped.run()
    mapped.rest()
    before = product(mapped, item.id)
    assert (before.name, before.sale.account_code) == ("Drill", "HIRE")
    assert (link(mapped, item.id).state, link(mapped, item.id).held_fields) == ("linked", ("name", "sale.account_code"))
    [there] = mapped.xero.control("GET", "state")["items"]
    assert there["Name"] == "Hammer drill"


def test_a_conflict_about_a_code_is_told_and_settled_in_ours(mapped: Hub) -> None:
    mapping.put(mapped.context, "account", [Mapped(source="HIRE", target="200"), Mapped(source="X", target="260")], ANN)
    mapped.setting(field_owner={"products": "ask"})
    [id_] = seed(mapped, DRILL)
    _, [item] = run(mapped)
    edit(mapped, id_, SalesDetails={"AccountCode": "260"})
    push(mapped, item.id, sale={"price": "12.5", "account_code": "270", "tax_code": "STD"})
    _, [line] = run(mapped)
    assert (line.outcome, line.reason) == ("skipped", "conflict")
    [clash] = link(mapped, item.id).clashes
    assert (clash.field, clash.crm, clash.ledger) == ("sale.account_code", '"270"', '"X"')
    resolve(mapped.context, LinkKey(*key(item.id)), "ledger", ANN)
    mapped.rest()
    assert product(mapped, item.id).sale.account_code == "X"
    assert link(mapped, item.id).state == "linked"


def test_an_item_that_is_just_being_made_from_a_product_is_left_to_its_answer(hub: Hub) -> None:
    """Items carry no mark of ours: only the open dispatch tells that this one is."""
    reference_data.refresh(hub.context)
    save(hub.context, key("p1"), Push({"code": "SAW", "tracked": True, "quantity_on_hand": "2"}), ANN)
    hub.xero.control(
        "POST", "faults", {"match": {"path": "/Items", "method": "PUT"}, "kind": "error_after", "times": 9}
    )
    hub.deliver(("export",))
    assert len(hub.xero.control("GET", "state")["items"]) == 1
    _, [item] = run(hub)
    assert (item.outcome, item.reason, everything(hub)) == ("left_out", "in_flight", ["p1"])
    hub.xero.control("DELETE", "faults")
    hub.clock.advance(1200)
    hub.rest()
    assert (link(hub, "p1").state, everything(hub)) == ("linked", ["p1"])
    assert len(hub.xero.control("GET", "state")["items"]) == 1
