"""Documents made in the ledger, over the real adapters and the simulator: they come here where the company wants it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bench.world import world
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.flows.bulk.undo_asked import undo
from ledgerlink.flows.company import mapping
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.inbound.intake import Change, take_note
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.state.job import Job
from ledgerlink.state.mapping import Mapped
from ledgerlink.state.record import Record
from tests.flows.documents import Office
from tests.flows.hub import ADA

LINE = {"Description": "Service charge", "Quantity": 2, "UnitAmount": 50, "TaxType": "OUTPUT2", "AccountCode": "200"}


@pytest.fixture
def office() -> Iterator[Office]:
    """A property business: contacts and documents live on both sides."""
    with world("property") as here:
        office = Office(here)
        reference_data.refresh(office.context)
        yield office


def human(office: Office, action: str, kind: str, id_: str = "", **fields: Any) -> str:
    """What a person does in the ledger's own screens; the document's id."""
    body = {"kind": kind, "action": action, "id": id_, "fields": fields}
    [row] = office.here.ledger.post("/_sim/human", json=body).raise_for_status().json()[kind]
    return str(row[{"contacts": "ContactID", "invoices": "InvoiceID", "credit_notes": "CreditNoteID"}[kind]])


def contact(office: Office, name: str = "Tenant") -> str:
    return human(office, "create", "contacts", Name=name)


def invoice(office: Office, customer: str, number: str = "X-1", **fields: Any) -> str:
    said = {"Type": "ACCREC", "Contact": {"ContactID": customer}, "InvoiceNumber": number, "Date": "2026-11-20"}
    rest = {"DueDate": "2026-12-20", "Status": "AUTHORISED", "LineItems": [LINE]}
    return human(office, "create", "invoices", **{**said, **rest, **fields})


def told(office: Office, *ids: str, kind: str = "invoice") -> None:
    """A webhook of these, and all that follows from it."""
    take_note([Change(office.context.organisation, kind, id_) for id_ in ids], office.at)
    office.read()


def here(office: Office, kind: str = "invoices") -> list[Record]:
    return [record for record in office.at.records.page("bench", kind).items if not record.deleted]


def said(record: Record) -> MoneyDocument:
    assert isinstance(record.content, MoneyDocument)
    return record.content


def ran(office: Office, kind: str, **options: Any) -> Job:
    dry_run = bool(options.pop("dry_run", False))
    job = jobs.start(office.context, kind, ADA, dry_run=dry_run, options=options)
    for _ in range(50):
        run_turn("bench", job.id, office.at, seconds_left=lambda: 110.0)
        job = jobs.get(office.context, job.id)
        if job.status in ("done", "planned", "failed"):
            return job
    raise AssertionError(job)


def outcomes(office: Office, job: Job) -> dict[str, tuple[str, str]]:
    return {item.title: (item.outcome, item.reason) for item in jobs.items(office.context, job.id).items}


def test_an_invoice_made_there_comes_here_with_its_customer_and_nothing_goes_back(office: Office) -> None:
    document = invoice(office, contact(office))
    told(office, document)
    [record], [customer] = here(office), here(office, "organizations")
    content = said(record)
    assert (content.number, content.status, content.total) == ("X-1", "approved", Decimal("120.00"))
    assert (content.organization_id, content.stage) == (customer.id, "live")
    assert [(line.description, line.quantity, line.tax_code, line.account_code) for line in content.lines] == [
        ("Service charge", 2, "OUTPUT2", "200")
    ]
    assert office.at_rest("invoices", record.id).document_id == document
    office.here.ledger_calls()
    office.drain()
    assert "PUT" not in (calls := office.here.ledger_calls())
    assert "POST" not in calls


def test_told_twice_it_comes_once(office: Office) -> None:
    document = invoice(office, contact(office))
    told(office, document)
    told(office, document)
    assert len(here(office)) == 1


def test_what_was_paid_there_before_it_came_comes_with_it(office: Office) -> None:
    document = invoice(office, contact(office))
    human(office, "pay", "invoices", document, amount="20.00")
    told(office, document)
    [record], [payment] = here(office), here(office, "payments")
    assert (said(record).status, said(record).amount_outstanding) == ("part_paid", Decimal("100.00"))
    assert payment.content.document_id == record.id  # type: ignore[attr-defined]


def test_codes_come_in_the_crms_own_words(office: Office) -> None:
    mapping.put(office.context, "tax", [Mapped(source="STD", side="sales", target="OUTPUT2")], ADA)
    told(office, invoice(office, contact(office)))
    assert said(here(office)[0]).lines[0].tax_code == "STD"


@pytest.mark.parametrize(
    ("fields", "settings", "reason"),
    [
        ({"Status": "DRAFT"}, {}, "draft_in_ledger"),
        ({"Date": "2026-01-31"}, {"import_from_date": "2026-02-01"}, "before_import_date"),
        ({}, {"import_contacts_born_in_ledger": False}, "customer_not_here"),
    ],
)
def test_what_does_not_come_says_why(
    office: Office, fields: dict[str, Any], settings: dict[str, Any], reason: str
) -> None:
    office.set(**settings)
    told(office, invoice(office, contact(office), **fields))
    assert here(office) == []
    assert outcomes(office, ran(office, "import-documents", dry_run=True)) == {"X-1": ("skip", reason)}


def test_where_the_kind_is_not_wanted_only_a_job_brings_it(office: Office) -> None:
    office.set(import_documents_born_in_ledger=[], import_from_date="2026-01-01")
    customer = contact(office)
    told(office, customer, kind="contact")
    told(office, invoice(office, customer))
    assert here(office) == []
    planned = ran(office, "import-documents", dry_run=True)
    assert outcomes(office, planned) == {"X-1": ("create", "")}
    assert here(office) == []
    assert outcomes(office, ran(office, "import-documents")) == {"X-1": ("created", "")}
    assert outcomes(office, ran(office, "import-documents")) == {"X-1": ("unchanged", "")}


def test_a_job_may_reach_further_back(office: Office) -> None:
    office.set(import_from_date="2026-01-01")
    customer = contact(office)
    told(office, customer, kind="contact")
    invoice(office, customer, Date="2020-01-31")
    assert outcomes(office, ran(office, "import-documents")) == {"X-1": ("skipped", "before_import_date")}
    assert outcomes(office, ran(office, "import-documents", from_date="2020-01-01")) == {"X-1": ("created", "")}


def test_a_draft_comes_once_it_is_approved(office: Office) -> None:
    document = invoice(office, contact(office), Status="DRAFT")
    told(office, document)
    human(office, "approve", "invoices", document)
    told(office, document)
    assert [said(record).status for record in here(office)] == ["approved"]


def test_an_edit_made_there_follows_until_the_crm_says_something_else(office: Office) -> None:
    document = invoice(office, contact(office))
    told(office, document)
    [record] = here(office)
    human(office, "edit", "invoices", document, Reference="Unit 7", LineItems=[LINE, {**LINE, "Quantity": 1}])
    told(office, document)
    content = said(here(office)[0])
    assert (content.reference, len(content.lines), content.total) == ("Unit 7", 2, Decimal("180.00"))
    assert content.amount_outstanding == Decimal("180.00")
    office.put("invoices", record.id, **{**_fields(content), "reference": "Ours"})
    office.drain()
    assert office.books()["X-1"]["Reference"] == "Ours"
    assert len(office.books()["X-1"]["LineItems"]) == 2
    human(office, "void", "invoices", document)
    told(office, document)
    assert said(here(office)[0]).status == "void"


def _fields(content: MoneyDocument) -> dict[str, Any]:
    told: dict[str, Any] = content.model_dump(mode="json", exclude_defaults=True)
    return told


def test_an_edit_of_the_crm_keeps_every_line_there(office: Office) -> None:
    document = invoice(office, contact(office), LineItems=[LINE, {**LINE, "Description": "Water"}])
    told(office, document)
    [record] = here(office)
    before = [line["LineItemID"] for line in office.books()["X-1"]["LineItems"]]
    fields = _fields(said(record))
    fields["lines"][1]["quantity"] = "5"
    del fields["subtotal"], fields["total"]
    office.put("invoices", record.id, **fields)
    office.drain()
    lines = office.books()["X-1"]["LineItems"]
    assert [line["LineItemID"] for line in lines] == before
    assert [line["Quantity"] for line in lines] == [2, 5]
    assert [line["TaxAmount"] for line in lines] == [20, 50]


def test_lines_edited_here_bring_their_totals_and_tax_whoever_said_the_last_ones(office: Office) -> None:
    odd = {**LINE, "Description": "Water", "TaxAmount": 19.99}
    told(office, invoice(office, contact(office), LineItems=[LINE, odd]))
    [record] = here(office)
    assert [line.tax_amount for line in said(record).lines] == [None, Decimal("19.99")]
    for fields in ({"reference": "Unit 7"}, {"lines": [{**_fields(said(record))["lines"][0], "quantity": "3"}]}):
        save(office.context, record.key, Push(fields, "merge"), ADA)
        office.drain()
    assert office.at_rest("invoices", record.id).state == "linked"
    made = office.books()["X-1"]
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (150, 30, 180)
    assert said(here(office)[0]).total == 180


@pytest.mark.parametrize(
    ("currency", "rate"),
    [("USD", 1.27), ("EUR", 20345.67), ("EUR", 33456.789123), ("EUR", 115432.123457), ("EUR", 0.000061)],
)
def test_its_rate_stays_whatever_else_is_edited_here(office: Office, currency: str, rate: float) -> None:
    told(office, invoice(office, contact(office), CurrencyCode=currency, CurrencyRate=rate))
    [record] = here(office)
    save(office.context, record.key, Push({"reference": "Unit 7"}, "merge"), ADA)
    office.drain()
    made = office.books()["X-1"]
    assert (made["Reference"], made["CurrencyRate"]) == ("Unit 7", rate)


def test_a_credit_note_comes_too(office: Office) -> None:
    customer = contact(office)
    fields = {"Type": "ACCRECCREDIT", "Contact": {"ContactID": customer}, "CreditNoteNumber": "C-1"}
    document = human(
        office, "create", "credit_notes", **fields, Date="2026-11-20", Status="AUTHORISED", LineItems=[LINE]
    )
    told(office, document, kind="credit_note")
    [record] = here(office, "credit-notes")
    assert (said(record).number, said(record).total) == ("C-1", Decimal("120.00"))


def test_what_we_made_never_comes_as_made_there(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.drain()
    told(office, office.at_rest("invoices", "1").document_id)
    assert [record.id for record in here(office)] == ["1"]


def test_one_that_was_missed_comes_with_the_nightly_comparison_once_its_customer_is_here(office: Office) -> None:
    office.set(import_contacts_born_in_ledger=False)
    customer = contact(office)
    told(office, invoice(office, customer))
    assert here(office) == []
    ran(office, "import-contacts")
    ran(office, "reconcile")
    assert len(here(office)) == 1


def test_an_import_is_undone_and_may_be_asked_for_again(office: Office) -> None:
    office.set(import_documents_born_in_ledger=[], import_from_date="2026-01-01")
    customer = contact(office)
    told(office, customer, kind="contact")
    document = invoice(office, customer)
    human(office, "pay", "invoices", document, amount="20.00")
    job = ran(office, "import-documents")
    undone = undo(office.context, job.id, ADA)
    for _ in range(20):
        run_turn("bench", undone.id, office.at, seconds_left=lambda: 110.0)
    assert here(office) == []
    assert here(office, "payments") == []
    assert outcomes(office, ran(office, "import-documents")) == {"X-1": ("created", "")}


def names(office: Office) -> dict[str, str]:
    """Of the organizations here, by id."""
    return {record.id: office.content(record.id).name for record in here(office, "organizations")}


def moved(office: Office, document: str, customer: str, **fields: Any) -> None:
    human(office, "edit", "invoices", document, Contact={"ContactID": customer}, **fields)
    told(office, document)


def test_a_document_given_to_another_contact_there_follows_with_that_customer(office: Office) -> None:
    document = invoice(office, contact(office))
    told(office, document)
    moved(office, document, contact(office, "Subtenant"), Reference="Unit 7")
    [record], customers = here(office), names(office)
    assert (customers[said(record).organization_id], said(record).reference) == ("Subtenant", "Unit 7")
    office.drain()
    assert office.books()["X-1"]["Contact"]["Name"] == "Subtenant"


def test_one_given_to_a_contact_who_is_nobody_here_says_so_and_is_never_given_back(office: Office) -> None:
    document = invoice(office, contact(office))
    told(office, document)
    before = said(here(office)[0]).organization_id
    office.set(import_contacts_born_in_ledger=False)
    moved(office, document, contact(office, "Subtenant"), Reference="Unit 7")
    [record] = here(office)
    link = office.at_rest("invoices", record.id)
    assert (said(record).organization_id, said(record).reference) == (before, "Unit 7")
    assert (link.state, link.reason) == ("linked", "new_customer_not_here")
    assert office.at.activity.of_record(record.key).items[0].reason == "new_customer_not_here"
    assert outcomes(office, ran(office, "reconcile"))["X-1 Unit 7"] == ("skipped", "new_customer_not_here")
    office.put("invoices", record.id, **{**_fields(said(record)), "reference": "Ours"})
    office.drain()
    assert (office.books()["X-1"]["Reference"], office.books()["X-1"]["Contact"]["Name"]) == ("Ours", "Subtenant")


def test_the_nightly_comparison_brings_the_change_once_the_new_customer_is_here(office: Office) -> None:
    document = invoice(office, contact(office))
    told(office, document)
    office.set(import_contacts_born_in_ledger=False)
    moved(office, document, contact(office, "Subtenant"))
    ran(office, "import-contacts")
    assert outcomes(office, ran(office, "reconcile"))["X-1"] == ("updated", "noted_before")
    [record], customers = here(office), names(office)
    assert customers[said(record).organization_id] == "Subtenant"
    assert office.at_rest("invoices", record.id).reason == ""


def test_one_that_says_something_else_here_stays_and_tells_that_its_customer_differs(office: Office) -> None:
    document = invoice(office, contact(office))
    human(office, "pay", "invoices", document, amount="20.00")
    told(office, document)
    [record] = here(office)
    before = said(record).organization_id
    office.put("invoices", record.id, **{**_fields(said(record)), "reference": "Ours"})
    office.drain()
    assert office.at_rest("invoices", record.id).reason == "paid_document"
    moved(office, document, contact(office, "Subtenant"))
    moved(office, document, contact(office, "Subtenant 2"))
    assert said(here(office)[0]).organization_id == before
    assert [entry.reason for entry in office.at.activity.of_record(record.key).items[:2]] == ["customer_differs"] * 2
    told(office, document)
    assert [entry.reason for entry in office.at.activity.of_record(record.key).items].count("customer_differs") == 2


def test_a_customer_that_both_sides_changed_goes_by_its_owner(office: Office) -> None:
    document = invoice(office, contact(office))
    told(office, document)
    [record] = here(office)
    told(office, contact(office, "Third"), kind="contact")
    third = next(id_ for id_, name in names(office).items() if name == "Third")
    office.put("invoices", record.id, **{**_fields(said(record)), "organization_id": third})
    moved(office, document, contact(office, "Subtenant"))
    assert said(here(office)[0]).organization_id == third
    office.drain()
    assert office.at_rest("invoices", record.id).state == "conflict"
