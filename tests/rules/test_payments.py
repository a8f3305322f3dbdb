"""Payments: whether they go, with what they name; and what the ledger's own do here (P1-P6)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.kinds.money_documents import Invoice
from ledgerlink.kinds.payment import Payment
from ledgerlink.rules import payments as rules
from ledgerlink.rules.decisions import Create, Nothing, Park, Refuse, Skip, Wait
from ledgerlink.rules.facts import Facts
from ledgerlink.rules.import_ import Born, Edit, Grounds, Ignore, Note
from ledgerlink.state.company import Company
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.mapping import Mapped, Mappings
from ledgerlink.state.record import Hold, Record, RecordKey
from ledgerlink.state.reference import Account, Reference
from ledgerlink.state.settlement import Settlement
from tests.support.builders import NOON, settings

BANK = Account(id="bank-1", code="090", name="Current", type="bank", takes_payments=True)
SHUT = Account(id="bank-2", code="091", name="Old", type="bank", takes_payments=True, status="archived")
DOLLARS = Account(id="bank-3", code="092", name="Dollars", type="bank", takes_payments=True, currency="USD")
POUNDS = Account(id="bank-4", code="093", name="Pounds", type="bank", takes_payments=True, currency="GBP")
LISTS = Reference(accounts=(BANK, SHUT, DOLLARS, POUNDS), base_currency="GBP", locked_until=date(2025, 12, 31))
MAPPED = Mappings(payment_method=(Mapped(source="card", target="090"),))
ON = settings("inventory")


def a_payment(**fields: Any) -> Payment:
    said = {"document_id": "i1", "date": "2026-11-20", "amount": "50.00", "method": "card", **fields}
    return Payment.model_validate(said)


def a_record(content: Payment | None = None, id_: str = "p1") -> Record:
    content = content or a_payment()
    return Record(
        company="c1", kind="payments", id=id_, revision=1, content=content, pushed=content, updated_at=NOON, version=1
    )


def a_link(**fields: Any) -> Link:
    return Link(**({"company": "c1", "kind": "payments", "id": "p1", "wanted": 1, "version": 1} | fields))


def facts(
    *batch: Record,
    left: str = "100.00",
    status: Any = "approved",
    document_id: str = "doc-1",
    currency: str = "",
    **target: Any,
) -> Facts:
    """An invoice over 100.00 that is in the ledger."""
    invoice = Invoice(organization_id="o1", total=Decimal(100), status="approved", currency=currency)
    known = Settlement(status=status, total=Decimal(100), outstanding=Decimal(left))
    link = Link(company="c1", kind="invoices", id="i1", document_id=document_id, settlement=known, **target)
    record = Record(company="c1", kind="invoices", id="i1", revision=1, content=invoice, updated_at=NOON)
    return Facts(
        company=Company(id="c1", name="C", profile="inventory"),
        settings=ON,
        today=date(2026, 11, 22),
        links={LinkKey("c1", "invoices", "i1"): link},
        records={RecordKey("c1", "invoices", "i1"): record},
        reference=LISTS,
        mappings=MAPPED,
        batch=batch,
    )


@pytest.mark.parametrize(
    ("content", "link", "overrides", "expected"),
    [
        (a_payment(), a_link(), {}, Create),
        (a_payment(), a_link(document_id="x"), {}, Nothing),
        (a_payment(), a_link(), {"payments_to_ledger": False}, "payments_off"),
        (a_payment(), a_link(ordered_by="person"), {"payments_to_ledger": False}, Create),
        (a_payment(status="reversed"), a_link(), {}, "reversed"),
        (a_payment(document_id=None), a_link(), {}, "not_allocated"),
        (a_payment(document_kind="prepayment"), a_link(), {}, "managed_in_ledger"),
        (a_payment(), a_link(tombstone="unlinked_by_person"), {}, "unlinked_by_person"),
        (a_payment(amount="0"), a_link(), {}, "amount_not_positive"),
        (a_payment(amount="-1"), a_link(), {}, "amount_not_positive"),
    ],
)
def test_whether_it_goes(content: Payment, link: Link, overrides: dict[str, Any], expected: Any) -> None:
    decision = rules.decide(a_record(content), link, settings("inventory", **overrides))
    match decision:
        case Skip(reason) | Wait(reason):
            assert reason == expected
        case Refuse(problems):
            assert [problem.code for problem in problems] == [expected]
        case _:
            assert isinstance(decision, expected)


def complete(content: Payment, known: Facts) -> Any:
    return rules.complete(Create(content), a_record(content), a_link(), known)


def test_it_goes_with_the_ledgers_ids_of_document_and_account() -> None:
    decision = complete(a_payment(), facts())
    assert isinstance(decision, Create)
    assert (decision.content.document_id, decision.content.method) == ("doc-1", "bank-1")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "known", "codes"),
    [
        (a_payment(amount="100.00"), facts(), []),
        (a_payment(amount="100.01"), facts(), ["exceeds_outstanding"]),
        (a_payment(amount="60.00"), facts(left="50.00"), ["exceeds_outstanding"]),
        (a_payment(), facts(status="void"), ["document_void"]),
        (a_payment(method="barter"), facts(), ["payment_method_not_mapped"]),
        (a_payment(method=""), facts(), ["payment_method_not_mapped"]),
        (a_payment(method="090"), facts(), []),
        (a_payment(method="092"), facts(currency="usd"), []),
        (a_payment(method="092"), facts(currency="EUR"), ["mapping_other_currency"]),
        (a_payment(method="092"), facts(), ["mapping_other_currency"]),
        (a_payment(method="093"), facts(currency="EUR"), []),
        (a_payment(reference="x" * 260), facts(), ["field_too_long"]),
        (a_payment(amount="500", method="barter"), facts(), ["exceeds_outstanding", "payment_method_not_mapped"]),
    ],
)
def test_everything_that_is_wrong_is_told_at_once(content: Payment, known: Facts, codes: list[str]) -> None:
    decision = complete(content, known)
    assert [p.code for p in decision.problems] == codes if codes else isinstance(decision, Create)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (facts(document_id=""), "document_not_in_ledger"),
        (facts(document_id="", do_not_export=Hold(on=True)), "do_not_export"),
        (facts(document_id="", state="error", reason="account_not_mapped"), "account_not_mapped"),
        (facts(document_id="", state="due", reason="product_not_sent"), "product_not_sent"),
        (facts(document_id="", state="unlinked", reason="export_by_hand"), "document_not_in_ledger"),
        (facts(status="draft"), "document_not_approved"),
        (facts(status="awaiting_approval"), "document_not_approved"),
    ],
)
def test_it_waits_for_its_document(known: Facts, reason: str) -> None:
    assert complete(a_payment(), known) == Wait(reason, "record:invoices/i1")


def test_a_date_in_a_locked_period_is_a_persons_to_decide() -> None:
    assert complete(a_payment(date="2025-12-31"), facts()) == Park("period_locked")


def test_payments_of_one_round_share_what_is_outstanding_and_what_is_too_much_takes_nothing() -> None:
    too_much, first, last = (
        a_record(a_payment(amount=amount), id_) for id_, amount in (("a", "500"), ("b", "60"), ("c", "40"))
    )
    over = a_record(a_payment(amount="41"), "d")
    for record, goes in ((first, True), (last, True), (over, False)):
        known = facts(too_much, first, *([last] if record is last else []), record)
        decision = rules.complete(Create(record.content), record, a_link(id=record.id), known)
        assert isinstance(decision, Create) is goes


# ------------------------------------------------------------------ in

TARGET = RecordKey("c1", "invoices", "i1")


def a_document(*, later_s: float = 60, status: Any = "active", **fields: Any) -> Document:
    content = a_payment(**({"document_id": "doc-1", "method": "bank-1"} | fields))
    return Document(
        type="payment",
        id="pay-1",
        kind="payments",
        status=status,
        updated_at=NOON + timedelta(seconds=later_s),
        content=content,
    )


def grounds(source: Any = "event", *, known: bool = True, **changed: Any) -> Grounds:
    records = {("invoice", "doc-1"): TARGET} if known else {}
    return Grounds(settings("inventory", **changed), source, records, MAPPED, LISTS)


def linked(document: Document, **fields: Any) -> Any:
    base = a_payment(document_id="doc-1", method="bank-1")
    link = a_link(**({"document_id": "pay-1", "base": base, "base_at": NOON, "exported": 1} | fields))
    return rules.linked(a_record(), link, document, grounds())


def test_one_made_there_becomes_a_record_in_our_own_words() -> None:
    born = rules.unlinked(a_document(), grounds(), "")
    assert isinstance(born, Born)
    assert (born.content.document_id, born.content.method) == ("i1", "card")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("document", "on", "tombstone", "reason"),
    [
        (a_document(status="archived"), grounds(), "", "reversed"),
        (a_document(), grounds(known=False), "", "document_not_here"),
        (a_document(), grounds(payments_from_ledger=False), "", "payments_off"),
        (a_document(), grounds(), "unlinked_by_person", "unlinked_by_person"),
        (a_document(), grounds("job"), "deleted_here", "deleted_here"),
    ],
)
def test_some_stay_there(document: Document, on: Grounds, tombstone: str, reason: str) -> None:
    assert rules.unlinked(document, on, tombstone) == Ignore(reason)


def test_a_job_brings_what_settings_keep_out() -> None:
    on = grounds("job", payments_from_ledger=False)
    assert isinstance(rules.unlinked(a_document(), on, "unlinked_by_person"), Born)


def test_one_taken_back_there_is_reversed_here() -> None:
    edit = linked(a_document(status="archived"))
    assert isinstance(edit, Edit)
    assert [(change.field, change.after) for change in edit.changes] == [("status", "reversed")]


@pytest.mark.parametrize(
    ("document", "fields", "expected"),
    [
        (a_document(later_s=0), {}, Ignore("unchanged")),
        (a_document(later_s=-1), {}, Ignore("older")),
        (a_document(), {"do_not_import": Hold(on=True)}, Note),
    ],
)
def test_what_is_no_news(document: Document, fields: dict[str, Any], expected: Any) -> None:
    found = linked(document, **fields)
    assert found == expected if isinstance(expected, Ignore) else isinstance(found, expected)


@pytest.mark.parametrize(
    ("amount", "known", "ours"), [("50.00", True, True), ("49.99", True, False), ("50.00", False, False)]
)
def test_a_mark_alone_does_not_make_a_payment_ours(amount: str, known: bool, ours: bool) -> None:
    assert rules.is_ours(a_record(), a_document(amount=amount), grounds(known=known)) is ours
