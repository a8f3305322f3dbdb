"""Undoing what was sent: what a job created goes where nothing stands on it, and nobody did anything with it (J3)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.errors import Refused
from ledgerlink.flows.bulk import undo_asked as undoing
from ledgerlink.flows.errors import safe_editing
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.records import allocating
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.state.job import Job
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey
from tests.support.aws import AwsInProcess
from tests.support.hub import ACME, ANN, Hub

LINE = {"description": "Work", "quantity": "1", "unit_price": "10.00", "tax_code": "OUTPUT2", "account_code": "200"}


@pytest.fixture
def hub(tables: object, aws: AwsInProcess) -> Iterator[Hub]:
    made = Hub(aws, profile="crm")
    made.setting(document_target_status="approved", undo_archives_created=True, sync_voids=True)
    reference_data.refresh(made.context)
    made.save("o1")
    yield made
    made.close()


def put(hub: Hub, id_: str, kind: str = "invoices", **fields: Any) -> None:
    said = {"number": f"{kind}-{id_}", "organization_id": "o1", "issue_date": "2026-11-20", "lines": [LINE]}
    save(hub.context, RecordKey(ACME, kind, id_), Push(said | fields), ANN)


def link(hub: Hub, id_: str, kind: str = "invoices") -> Link:
    found = hub.at.links.get(LinkKey(ACME, kind, id_))
    assert found is not None
    return found


def record(hub: Hub, id_: str, kind: str = "invoices") -> Record:
    found = hub.at.records.get(RecordKey(ACME, kind, id_))
    assert found is not None
    return found


def books(hub: Hub, sort: str = "invoices") -> dict[str, str]:
    number = "InvoiceNumber" if sort == "invoices" else "CreditNoteNumber"
    return {row[number]: row["Status"] for row in hub.xero.control("GET", "state")[sort]}


def undone(hub: Hub, job: Job, **how: Any) -> Job:
    started = undoing.undo(hub.context, job.id, ANN, **how)
    hub.run()
    return hub.job(started.id)


def lines(hub: Hub, job: Job) -> dict[tuple[str, str], tuple[str, str]]:
    return {item.named: (item.outcome, item.reason) for item in hub.items(job)}


def test_documents_that_a_job_created_are_voided_and_what_stands_here_stays(hub: Hub) -> None:
    put(hub, "1")
    put(hub, "1", "credit-notes")  # another kind, the same id
    job = hub.done("send-invoices")
    assert books(hub) == {"invoices-1": "AUTHORISED"}
    before = record(hub, "1")
    plan = undone(hub, job, dry_run=True)
    assert set(lines(hub, plan).values()) == {("archive", "")}
    assert hub.items(plan)[0].diff == {"status": {"from": "approved", "to": "void"}}
    undo = undone(hub, job)
    assert (undo.status, undo.progress.archived) == ("done", 2)
    assert (books(hub), books(hub, "credit_notes")) == ({"invoices-1": "VOIDED"}, {"credit-notes-1": "VOIDED"})
    assert record(hub, "1").content == before.content
    assert (link(hub, "1").state, link(hub, "1").reason) == ("skipped", "export_undone")

    hub.clock.advance(600)  # and what the ledger tells of it later changes nothing
    hub.done("update-invoices", ids=["1"])
    hub.done("reconcile")
    assert record(hub, "1").content == before.content
    put(hub, "1", reference="edited")
    hub.run()
    assert (link(hub, "1").state, link(hub, "1").reason) == ("skipped", "export_undone")


def test_a_draft_is_deleted(hub: Hub) -> None:
    hub.setting(document_target_status="draft")
    put(hub, "1")
    job = hub.done("send-invoices")
    undone(hub, job)
    assert books(hub) == {"invoices-1": "DELETED"}


def test_what_cannot_go_is_listed_beforehand_with_the_reason(hub: Hub) -> None:
    invoices = ("paid", "credited", "edited", "voided", "locked")
    for id_ in invoices:
        put(hub, id_, issue_date="2026-01-10" if id_ == "locked" else "2026-11-20")
    put(hub, "note", "credit-notes")
    job = hub.done("send", records=[("credit-notes", "note"), *(("invoices", id_) for id_ in invoices)])
    hub.clock.advance(5)
    xero = hub.xero
    person = {"kind": "invoices"}
    xero.control(
        "POST", "human", {**person, "action": "pay", "id": link(hub, "paid").document_id, "fields": {"amount": "5.00"}}
    )
    xero.control("POST", "human", {**person, "action": "void", "id": link(hub, "voided").document_id, "fields": {}})
    allocating.allocate(hub.context, "note", document_id="credited", amount=Decimal("1.00"), on=None, actor=ANN)
    put(hub, "edited", reference="edited here")
    hub.run()
    hub.done("update-invoices")
    lock = {"kind": "organisation", "action": "edit", "fields": {"PeriodLockDate": "2026-01-31"}}
    xero.control("POST", "human", lock)
    reference_data.refresh(hub.context)
    told = lines(hub, undone(hub, job, dry_run=True))
    assert {id_: why for (_, id_), (_, why) in told.items()} == {
        "paid": "void_has_payments",
        "credited": "void_has_payments",
        "note": "void_has_payments",
        "edited": "edited_since",
        "voided": "void_in_ledger",
        "locked": "period_locked",
    }


def test_a_payment_nobody_heard_of_yet_keeps_it(hub: Hub) -> None:
    put(hub, "1")
    job = hub.done("send-invoices")
    hub.clock.advance(5)
    pay = {"kind": "invoices", "action": "pay", "id": link(hub, "1").document_id, "fields": {"amount": "12.00"}}
    hub.xero.control("POST", "human", pay)
    undo = undone(hub, job)
    [(outcome, reason)] = lines(hub, undo).values()
    assert (undo.status, outcome, reason) == ("done", "skipped", "void_has_payments")
    assert books(hub) == {"invoices-1": "PAID"}
    assert link(hub, "1").reverting is None


def test_one_that_is_credited_and_issued_anew_meanwhile_is_left_and_says_so(hub: Hub) -> None:
    put(hub, "1")
    job = hub.done("send-invoices")
    undo = undoing.undo(hub.context, job.id, ANN)
    while link(hub, "1").reverting is None:
        assert hub.bells.waiting
        hub.deliver(only=("job",), most=1)
    pay = {"kind": "invoices", "action": "pay", "id": link(hub, "1").document_id, "fields": {"amount": "5.00"}}
    hub.xero.control("POST", "human", pay)
    key, edit = RecordKey(ACME, "invoices", "1"), {"number": "invoices-1-R", "fields": {"reference": "edited"}}
    safe_editing.run(hub.context, key, "credit_and_reissue", edit, ANN)
    hub.bells.ring(ACME, "export")
    hub.bells.job(ACME, undo.id)
    hub.run()
    assert set(lines(hub, hub.job(undo.id)).values()) == {("left_out", "edited_since")}
    assert books(hub)["invoices-1"] != "VOIDED"


def test_what_came_from_the_ledger_is_refused_with_the_reason(hub: Hub) -> None:
    with pytest.raises(Refused, match="mirrors the ledger"):
        undoing.undo(hub.context, hub.done("import-payments").id, ANN)


# ------------------------------------------------------------------ what an update overwrote


def book(hub: Hub, number: str, sort: str = "invoices") -> dict[str, Any]:
    name = "InvoiceNumber" if sort == "invoices" else "CreditNoteNumber"
    return next(row for row in hub.xero.control("GET", "state")[sort] if row[name] == number)


def there(hub: Hub, number: str) -> tuple[Any, ...]:
    row = book(hub, number)
    said = [(line["Description"], line["Quantity"], line["UnitAmount"]) for line in row["LineItems"]]
    return row.get("Reference", ""), said, row["Total"]


def updated(hub: Hub, *ids: str, **fields: Any) -> Job:
    """Invoices that were in the ledger before, as a job updated them."""
    hub.setting(exportable_statuses=["paid"])  # nothing goes by itself
    for id_ in ids:
        put(hub, id_, reference="first")
    hub.done("send", records=[("invoices", id_) for id_ in ids])
    hub.clock.advance(60)
    for id_ in ids:
        put(hub, id_, **({"reference": "second"} | fields))
    job = hub.done("send", records=[("invoices", id_) for id_ in ids])
    hub.clock.advance(60)
    return job


def test_what_a_job_updated_in_an_invoice_is_said_again_and_stays_so(hub: Hub) -> None:
    other = {**LINE, "description": "More", "unit_price": "5.00"}
    job = updated(hub, "1", lines=[{**LINE, "unit_price": "20.00"}, other])
    assert there(hub, "invoices-1") == ("second", [("Work", 1, 20), ("More", 1, 5)], 30.0)
    plan = undone(hub, job, dry_run=True)
    assert lines(hub, plan) == {("invoices", "1"): ("update", "")}
    assert set(hub.items(plan)[0].diff) == {"reference", "lines"}
    undo = undone(hub, job)
    assert (undo.status, undo.progress.updated) == ("done", 1)
    assert there(hub, "invoices-1") == ("first", [("Work", 1, 10)], 12.0)
    said = record(hub, "1").content
    assert (said.reference, len(said.lines), said.amount_outstanding) == ("second", 2, Decimal("12.00"))  # type: ignore[attr-defined]
    assert set(link(hub, "1").held_fields) == {"reference", "lines"}
    assert link(hub, "1").reverting is None
    hub.clock.advance(600)
    hub.done("update-invoices", ids=["1"])
    assert {(item.outcome, item.reason) for item in hub.items(hub.done("reconcile")) if item.id == "1"} == {
        ("skipped", "held_after_undo")
    }
    hub.done("send", records=[("invoices", "1")])
    assert there(hub, "invoices-1")[0] == "first"


def test_what_somebody_edits_after_the_undo_travels_alone(hub: Hub) -> None:
    job = updated(hub, "1", lines=[{**LINE, "unit_price": "20.00"}])
    undone(hub, job)
    put(hub, "1", reference="third", lines=[{**LINE, "unit_price": "20.00"}])
    hub.done("send", records=[("invoices", "1")])
    assert there(hub, "invoices-1") == ("third", [("Work", 1, 10)], 12.0)
    put(hub, "1", reference="third", lines=[{**LINE, "unit_price": "30.00"}])
    hub.done("send", records=[("invoices", "1")])
    assert there(hub, "invoices-1") == ("third", [("Work", 1, 30)], 36.0)


def test_a_line_that_the_job_took_out_comes_back_as_a_new_one(hub: Hub) -> None:
    hub.setting(exportable_statuses=["paid"])  # nothing goes by itself
    put(hub, "1", lines=[LINE, {**LINE, "description": "More"}])
    hub.done("send", records=[("invoices", "1")])
    hub.clock.advance(60)
    kept = book(hub, "invoices-1")["LineItems"][0]["LineItemID"]
    put(hub, "1", lines=[LINE])
    job = hub.done("send", records=[("invoices", "1")])
    hub.clock.advance(60)
    undone(hub, job)
    assert [line["Description"] for line in book(hub, "invoices-1")["LineItems"]] == ["Work", "More"]
    assert book(hub, "invoices-1")["LineItems"][0]["LineItemID"] == kept
    assert link(hub, "1").reverting is None


def test_an_update_that_cannot_go_back_is_listed_beforehand_with_the_reason(hub: Hub) -> None:
    job = updated(hub, "paid", "edited", "theirs", "locked", issue_date="2026-01-10")
    pay = {"kind": "invoices", "action": "pay", "id": link(hub, "paid").document_id, "fields": {"amount": "5.00"}}
    hub.xero.control("POST", "human", pay)
    edit = {"kind": "invoices", "action": "edit", "id": link(hub, "theirs").document_id, "fields": {"Reference": "X"}}
    hub.xero.control("POST", "human", edit)
    put(hub, "edited", reference="third")
    hub.done("update-invoices")
    lock = {"kind": "organisation", "action": "edit", "fields": {"PeriodLockDate": "2026-01-31"}}
    told = {id_: why for (_, id_), (_, why) in lines(hub, undone(hub, job, dry_run=True)).items()}
    assert told == {"paid": "paid_document", "edited": "edited_since", "theirs": "edited_since", "locked": ""}
    hub.xero.control("POST", "human", lock)
    reference_data.refresh(hub.context)
    assert lines(hub, undone(hub, job, dry_run=True))["invoices", "locked"] == ("skip", "period_locked")


def test_a_payment_nobody_heard_of_yet_keeps_the_update(hub: Hub) -> None:
    job = updated(hub, "1")
    pay = {"kind": "invoices", "action": "pay", "id": link(hub, "1").document_id, "fields": {"amount": "5.00"}}
    hub.xero.control("POST", "human", pay)
    undo = undone(hub, job)
    assert list(lines(hub, undo).values()) == [("skipped", "paid_document")]
    assert (there(hub, "invoices-1")[0], link(hub, "1").reverting) == ("second", None)


def test_an_edit_in_the_ledger_nobody_heard_of_yet_stays(hub: Hub) -> None:
    job = updated(hub, "1", lines=[{**LINE, "unit_price": "20.00"}])
    edit = {"kind": "invoices", "action": "edit", "id": link(hub, "1").document_id, "fields": {"Reference": "theirs"}}
    hub.xero.control("POST", "human", edit)
    undo = undone(hub, job)
    assert list(lines(hub, undo).values()) == [("left_out", "edited_since")]
    assert there(hub, "invoices-1") == ("theirs", [("Work", 1, 20)], 24.0)


def test_what_a_job_updated_in_a_product_is_said_again(hub: Hub) -> None:
    sale = {"price": "10.00", "account_code": "200", "tax_code": "OUTPUT2"}
    said = {"code": "P1", "name": "Lamp", "sale": sale}
    save(hub.context, RecordKey(ACME, "products", "p1"), Push(said), ANN)
    created = hub.done("send", records=[("products", "p1")])
    hub.clock.advance(60)
    save(hub.context, RecordKey(ACME, "products", "p1"), Push({**said, "name": "Big lamp"}), ANN)
    job = hub.start("send", records=[("products", "p1")])
    hub.deliver(only=("job",), most=4)  # before the edit goes by itself
    hub.run()
    hub.clock.advance(60)
    assert list(lines(hub, undone(hub, created, dry_run=True)).values()) == [("skip", "not_undone")]
    undo = undone(hub, job)
    assert list(lines(hub, undo).values()) == [("updated", "")]
    [item] = hub.xero.control("GET", "state")["items"]
    assert (item["Name"], item["SalesDetails"]["UnitPrice"]) == ("Lamp", 10.0)
    assert record(hub, "p1", "products").content.name == "Big lamp"  # type: ignore[attr-defined]
    assert link(hub, "p1", "products").held_fields == ("name",)
