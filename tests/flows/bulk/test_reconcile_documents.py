"""The comparison over every kind: documents are compared in the ledger's own terms, so that codes are no drift."""

from __future__ import annotations

from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.ports import PutLink, PutRecord
from ledgerlink.state.job import Job
from ledgerlink.state.record import RecordKey
from tests.flows.documents import LINE, Office, office
from tests.flows.hub import ADA

__all__ = ["office"]


def compared(office: Office) -> Job:
    job = jobs.start(office.context, "reconcile", ADA)
    for _ in range(50):
        run_turn("bench", job.id, office.at, seconds_left=lambda: 110.0)
        job = jobs.get(office.context, job.id)
        if job.status == "done":
            return job
    raise AssertionError(job)


def lines(office: Office, job: Job) -> dict[str, tuple[str, str]]:
    return {f"{i.kind}/{i.id}": (i.outcome, i.reason) for i in jobs.items(office.context, job.id).items}


def test_documents_in_step_agree_whatever_their_codes_are(office: Office) -> None:
    office.customer()
    office.invoice("1", LINE, {**LINE, "unit_price": "3.333", "quantity": "7"})
    office.credit_note("2")
    office.drain()
    assert lines(office, compared(office)) == {
        "organizations/o1": ("unchanged", ""),
        "invoices/1": ("unchanged", ""),
        "credit-notes/2": ("unchanged", ""),
    }


def test_a_kind_of_which_nothing_is_here_costs_no_call(office: Office) -> None:
    office.set(import_documents_born_in_ledger=[])
    office.customer()
    office.here.ledger_calls()
    compared(office)
    assert office.here.ledger_calls() == {"GET": 1}


def test_an_edit_of_a_document_that_never_set_out_is_sent(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.drain()
    record = office.at.records.get(RecordKey("bench", "invoices", "1"))
    assert record is not None
    content = record.content.model_copy(update={"reference": "changed"})
    newer = record.revision + 1
    office.at.commit.all(PutRecord(record.model_copy(update={"content": content, "revision": newer})))
    link = office.at_rest("invoices", "1")
    office.at.commit.all(PutLink(link.model_copy(update={"wanted": newer})))
    assert lines(office, compared(office))["invoices/1"] == ("updated", "not_sent")
    office.drain()
    assert office.books()["N-1"]["Reference"] == "changed"
