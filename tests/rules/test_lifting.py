"""Lifting: what a document and its payments may do while an edit is under way, by what each sees of the other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.kinds.money_documents import Invoice
from ledgerlink.kinds.payment import Payment
from ledgerlink.rules import export, lifting, payments, reissue, safe_edits
from ledgerlink.rules.decisions import (
    Archive,
    Create,
    Disagree,
    First,
    Nothing,
    Park,
    Problem,
    Refuse,
    Skip,
    Update,
    Wait,
)
from ledgerlink.rules.facts import Facts
from ledgerlink.state.activity import Changed, Entry
from ledgerlink.state.company import Company
from ledgerlink.state.document import Document
from ledgerlink.state.link import Lift, Link, LinkKey, Refusal, SafeEdit
from ledgerlink.state.record import Hold, Record, RecordKey
from ledgerlink.state.reference import Account, Reference
from ledgerlink.state.settlement import Settlement, SettlingPart
from tests.support.builders import NOON, settings

OFF, BACK = Lift(phase="off", account="bank-1"), Lift(phase="back", account="bank-1")
KEPT = OFF.model_copy(update={"refused": "payment_in_batch"})
EDIT = SafeEdit(payments=("p1",), by="ada", since=NOON)
BANK = Account(id="bank-1", code="090", name="Current", type="bank", takes_payments=True)
PAID = RecordKey("c1", "invoices", "i1")
GO = Update(Invoice(organization_id="o1"), ("lines",))


def part(id_: str = "x", amount: str = "50.00", sort: Any = "payment") -> SettlingPart:
    return SettlingPart(sort=sort, id=id_, amount=Decimal(amount))


def told(*parts: SettlingPart, total: str = "100.00") -> Settlement:
    left = Decimal(total) - sum((each.amount for each in parts), Decimal(0))
    return Settlement(status="approved", total=Decimal(total), outstanding=left, parts=parts)


def an_invoice(**fields: Any) -> Link:
    said: dict[str, Any] = {"document_id": "d1", "state": "due", "safe_edit": EDIT, "settlement": told(part())}
    return Link(company="c1", kind="invoices", id="i1", **(said | fields))


def a_payment(**fields: Any) -> Link:
    said: dict[str, Any] = {"document_id": "x", "state": "due", "lift": OFF, "last_export_at": NOON}
    return Link(company="c1", kind="payments", id="p1", **(said | fields))


LIFTED = {"document_id": "", "lift": BACK, "lifted": ("x",)}


def content(amount: str = "50.00", **fields: Any) -> Payment:
    return Payment.model_validate(
        {"document_id": "i1", "date": "2026-11-20", "amount": amount, "method": "c", **fields}
    )


def record(kind: str = "payments", said: Any = None) -> Record:
    id_ = "p1" if kind == "payments" else "i1"
    return Record(company="c1", kind=kind, id=id_, revision=1, content=said or content(), updated_at=NOON)


def facts(*links: Link, locked: date | None = None) -> Facts:
    invoice = Invoice(organization_id="o1", total=Decimal(100), amount_outstanding=Decimal(0))
    return Facts(
        company=Company(id="c1", name="C", profile="inventory"),
        settings=settings("inventory"),
        today=date(2026, 11, 22),
        links={link.key: link for link in links},
        records={RecordKey("c1", "payments", "p1"): record(), PAID: record("invoices", invoice)},
        reference=Reference(accounts=(BANK,), locked_until=locked),
    )


# ------------------------------------------------------------------ the document


@pytest.mark.parametrize(
    ("decision", "payment", "known", "total", "expected"),
    [
        (GO, a_payment(), told(part()), "100.00", "payment_coming_off"),
        (GO, a_payment(**LIFTED), told(part()), "100.00", Update),
        (GO, a_payment(**LIFTED), told(), "100.00", Update),
        (GO, a_payment(**LIFTED), None, "100.00", Update),
        (GO, a_payment(document_status="archived", lift=None), told(), "10.00", Update),
        (GO, a_payment(lift=None), told(part()), "100.00", "payment_stayed"),
        (GO, a_payment(lift=KEPT), told(part()), "100.00", "payment_in_batch"),
        (GO, a_payment(), told(part()), "49.99", "total_below_paid"),
        (GO, a_payment(), told(part()), "50.00", "payment_coming_off"),
        (GO, a_payment(), told(part(), part("theirs", "10.00")), "100.00", "money_not_ours"),
        (GO, a_payment(**LIFTED), told(part("theirs", "10.00")), "100.00", "money_not_ours"),
        (GO, a_payment(**LIFTED), told(part("n1", "10.00", "credit_note")), "100.00", "money_not_ours"),
        (Nothing(), a_payment(**LIFTED), told(), "100.00", Nothing),
        (Park("period_locked"), a_payment(), told(part()), "100.00", Park),
        (Disagree(()), a_payment(), told(part()), "100.00", Disagree),
        (Wait("product_not_sent", "record:products/x"), a_payment(), told(part()), "100.00", "product_not_sent"),
        (First((), Wait("contact_not_linked", "")), a_payment(), told(part()), "100.00", "contact_not_linked"),
        (Refuse((Problem("tax_not_mapped", "lines", "no"),)), a_payment(), told(part()), "100.00", "tax_not_mapped"),
    ],
)  # fmt: skip
def test_the_document_goes_once_its_payments_are_off_and_waits_for_nothing_else(
    decision: Any, payment: Link, known: Settlement | None, total: str, expected: Any
) -> None:
    invoice = an_invoice(settlement=known)
    found = lifting.edited(decision, Decimal(total), invoice, facts(payment, invoice))
    match found:
        case Wait(code):
            assert code == expected
        case Refuse(problems):
            assert problems[0].code == expected
        case _:
            assert isinstance(found, expected)


@pytest.mark.parametrize("decision", [Nothing(), Skip("void"), Refuse((Problem("x", "y", "z"),)), Disagree(())])
def test_whatever_ends_the_edit_ends_its_being_pursued(decision: Any) -> None:
    assert export.follow(an_invoice(), decision, NOON).safe_edit is None


def test_while_it_waits_or_goes_it_is_pursued() -> None:
    for decision in (GO, Wait("payment_coming_off", "record:payments/p1")):
        assert export.follow(an_invoice(), decision, NOON).safe_edit == EDIT


def test_why_it_came_to_nothing_is_remembered_until_the_record_is_edited() -> None:
    link = export.follow(an_invoice(), Refuse((Problem("money_not_ours", "payments", "theirs"),)), NOON)
    assert link.edit_refused == Refusal(code="money_not_ours", field="payments", message="theirs")
    assert export.follow(link, Skip("paid_document"), NOON).edit_refused == link.edit_refused
    assert export.follow(link, Nothing(), NOON).edit_refused is None


# ------------------------------------------------------------------ the payment


def decided(payment: Link, *links: Link, said: Payment | None = None) -> Any:
    paid = record(said=said)
    decision = payments.decide(paid, payment, settings("inventory", payments_to_ledger=False))
    return payments.complete(decision, paid, payment, facts(*links))


WAITING = an_invoice(waits_on="record:payments/p1")


def test_it_comes_off_only_while_its_document_waits_for_that() -> None:
    assert isinstance(decided(a_payment(), WAITING), Archive)
    assert decided(a_payment(), an_invoice()) == Wait("payment_coming_off", "record:invoices/i1")
    assert decided(a_payment(), an_invoice(safe_edit=None, waits_on="record:payments/p1")) == Nothing()


def test_it_goes_back_as_soon_as_the_document_is_pursued_no_more_however_that_ended() -> None:
    assert decided(a_payment(**LIFTED), WAITING) == Wait("payment_lifted", "record:invoices/i1")
    for ended in ("linked", "error", "parked", "conflict", "skipped"):
        back = decided(a_payment(**LIFTED), an_invoice(state=ended, safe_edit=None))
        assert isinstance(back, Create)
        assert back.content.method == "bank-1"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("known", "fits"),
    [
        (told(part()), True),  # as before it came off
        (told(total="50.00"), True),
        (told(total="49.99"), False),
        (told(part(), part("theirs", "50.00")), True),
        (told(part("theirs", "50.01")), False),
    ],
)
def test_never_more_goes_back_than_there_is_room_for(known: Settlement, fits: bool) -> None:
    back = decided(a_payment(**LIFTED), an_invoice(safe_edit=None, state="linked", settlement=known))
    assert isinstance(back, Create) is fits


def test_one_that_was_taken_back_there_meanwhile_is_neither_lifted_nor_put_back() -> None:
    assert decided(a_payment(), WAITING, said=content(status="reversed")) == Nothing()
    assert decided(a_payment(document_status="archived"), WAITING) == Nothing()


@pytest.mark.parametrize(
    "decision", [Skip("do_not_export"), Park("period_locked"), Refuse((Problem("do", "re", "mi"),))]
)
def test_one_that_cannot_come_off_stays_linked_and_says_why(decision: Any) -> None:
    link = export.follow(a_payment(), decision, NOON)
    assert (link.state, link.error, link.queued_at) == ("linked", None, None)
    assert link.lift is not None
    assert link.lift.refused == getattr(decision, "reason", "do")
    assert not link.is_lifting


def test_found_again_under_another_id_it_is_not_lifted_once_more() -> None:
    found = a_payment(**{**LIFTED, "document_id": "y"})
    assert decided(found, WAITING) == Nothing()
    assert export.follow(found, Nothing(), NOON).lift is None


def test_what_the_bank_matched_is_left() -> None:
    document = a_document(fixed="payment_reconciled")
    found = payments.having_looked(Archive(content()), document)
    assert isinstance(found, Refuse)
    assert found.problems[0].code == "payment_reconciled"


# ------------------------------------------------------------------ planned


def a_document(id_: str = "x", reference: str = "LL-p1", **fields: Any) -> Document:
    said = content(method="bank-1")
    return Document(
        type="payment", id=id_, kind="payments", updated_at=NOON, reference=reference, content=said, **fields
    )


def why(*, locked: date | None = None, account: str = "bank-1", **changed: Any) -> str:
    ours: dict[str, Any] = {"part": part(), "document": a_document(), "record": record(), "link": a_payment(lift=None)}
    return safe_edits._keeps(safe_edits.Paid(**(ours | changed)), facts(locked=locked))[0]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        ({"record": None, "link": None}, "money_not_ours"),
        ({"part": part(sort="credit_note")}, "money_not_ours"),
        ({"document": a_document(reference="")}, "money_not_ours"),
        ({"document": a_document(reference="LL-p2")}, "money_not_ours"),
        ({"link": a_payment(document_id="other")}, "money_not_ours"),
        ({"link": a_payment(last_export_at=None)}, "money_not_ours"),
        ({"document": None}, "money_not_ours"),
        ({"document": a_document(status="archived")}, "changed_since"),
        ({"part": part(amount="49.00")}, "changed_since"),
        ({"record": record(said=content(status="reversed"))}, "changed_since"),
        ({"document": a_document(fixed="payment_in_batch")}, "payment_in_batch"),
        ({"link": a_payment(do_not_export=Hold(on=True))}, "do_not_export"),
        ({"locked": date(2026, 11, 20)}, "period_locked"),
    ],
)
def test_what_keeps_a_payment_where_it_is(changed: dict[str, Any], code: str) -> None:
    assert why(**changed) == code


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (an_invoice(safe_edit=None, state="skipped", reason="paid_document"), True),
        (an_invoice(safe_edit=None, state="error", reason="money_not_ours"), True),
        (an_invoice(safe_edit=None, state="due", wanted=2, exported=1), True),
        (an_invoice(safe_edit=None, state="linked"), False),
        (an_invoice(safe_edit=None, state="skipped", reason="do_not_export"), False),
        (an_invoice(safe_edit=None, state="error", settlement=told()), False),
        (an_invoice(safe_edit=None, state="error", document_id=""), False),
        (an_invoice(state="due", wanted=2, exported=1), False),
    ],
)
def test_it_is_offered_where_money_keeps_an_edit_back(link: Link, expected: bool) -> None:
    assert safe_edits.offered(record("invoices", Invoice(organization_id="o1")), link) is expected
    assert not safe_edits.offered(record("invoices", Invoice(organization_id="o1", status="void")), link)


# ------------------------------------------------------------------ issued anew


@pytest.mark.parametrize(
    ("number", "following"),
    [
        ("", ""),
        ("INV-40", "INV-40-R"),
        ("INV-40-R", "INV-40-R2"),
        ("INV-40-R2", "INV-40-R3"),
        ("INV-40-R9", "INV-40-R10"),
    ],
)
def test_the_next_number_is_none_that_counting_comes_upon(number: str, following: str) -> None:
    assert reissue.next_number(number) == following


def an_entry(direction: Any, action: str, **diff: Any) -> Entry:
    told = {name: Changed(before=before) for name, before in diff.items()}
    return Entry(
        company="c1", id="e", at=NOON, kind="invoices", record="i1", direction=direction, action=action, diff=told
    )


def test_edits_since_the_last_export_are_undone_one_by_one() -> None:
    now = record("invoices", Invoice(organization_id="o1", reference="third", number="N-2", status="part_paid"))
    history = [
        an_entry("here", "edited", reference="second"),
        an_entry("import", "updated", status="approved", amount_outstanding="9.00"),
        an_entry("here", "edited", reference="first", number="N-1"),
        an_entry("export", "decided"),
        an_entry("export", "updated"),
        an_entry("here", "edited", reference="long ago"),
    ]
    sent = reissue.as_sent(now, history)
    assert (sent.reference, sent.number, sent.status) == ("first", "N-1", "part_paid")


def test_links_of_records_that_are_gone_are_passed_over() -> None:
    assert isinstance(lifting.edited(GO, Decimal(100), an_invoice(settlement=told()), facts()), Update)
    assert LinkKey("c1", "payments", "p1").record in lifting.names(an_invoice())
