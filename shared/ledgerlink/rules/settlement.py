"""What payments, credits and voids in the ledger make of a document here (rules D8, D12, D13, D19, P4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast, get_args

from ledgerlink.kinds import KINDS, Content
from ledgerlink.kinds.money_documents import Allocation, CreditNote, MoneyDocument, Status, with_totals
from ledgerlink.kinds.payment import PAYMENTS, PaidKind, Payment, read_reference
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record
from ledgerlink.state.settlement import Settlement, SettlingPart

from .import_ import Edit, Grounds, Ignore, Linked, Note
from .merge import Change, agree
from .reverting import archives

_RANK: dict[str, int] = {"draft": 0, "awaiting_approval": 1, "approved": 2}
SETTLED: frozenset[Status] = frozenset({"part_paid", "paid"})
NOTHING = Decimal("0.00")
FROM_ITS_DOCUMENT = datetime(1970, 1, 1, tzinfo=UTC)
"""When a payment was changed that only its document told of: whatever the payment itself says is newer."""


@dataclass(frozen=True)
class News:
    """What a document becomes, and what of it changed."""

    content: MoneyDocument
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Edited:
    """The record with what was edited there: in these fields it now says what the ledger says. ``left``: why another
    one is not taken over, as a reason code."""

    content: MoneyDocument
    fields: tuple[str, ...] = ()
    left: str = ""


def taken_in(
    content: MoneyDocument,
    told: Settlement,
    known: Settlement | None,
    *,
    sync_voids: bool,
    targets: Mapping[str, str],
    update: bool = True,
    sent: bool = False,
) -> News:
    """The document after the ledger's word on it. ``known`` is what was taken in before.

    ``targets``: records by the ledger's ids, for allocations. ``update``: this is an update after sending, which makes
    the document live; the answer to our own write is none. ``sent``: it is that answer, and what was sent still stands.
    """
    values: dict[str, Any] = {"status": _status(content, told, known, sync_voids=sync_voids, sent=sent)}
    if told.status != "void" or values["status"] == "void":
        values["amount_outstanding"] = told.outstanding if told.status != "void" else NOTHING
    if update:
        values["stage"] = "live"
    if isinstance(content, CreditNote):
        values["remaining"] = values.get("amount_outstanding", content.remaining)
        if told.parts is not None:
            values["allocations"] = tuple(_allocation(part, targets) for part in told.of("allocation"))
    changes = tuple(
        Change(name, getattr(content, name), value) for name, value in values.items() if getattr(content, name) != value
    )
    return News(content.model_copy(update=values) if changes else content, changes)


def _status(
    content: MoneyDocument, told: Settlement, known: Settlement | None, *, sync_voids: bool, sent: bool = False
) -> Status:
    """Paid, part-paid and void are the ledger's to say; approval is too where it just came there, by a person or by
    our sending it (never back)."""
    if told.status == "void":
        return "void" if sync_voids else content.status
    if content.status == "void":
        return "void"  # voided here; the ledger is to follow
    if told.status in ("approved", "paid") and told.total > 0:
        if told.outstanding <= 0:
            return "paid"
        if told.outstanding < told.total:
            return "part_paid"
    if told.status == "paid":
        return "paid"
    if content.status in SETTLED:
        return "approved"  # the payment was taken back
    moved = sent or (known is not None and known.status != told.status)
    if moved and _RANK[told.status] > _RANK[content.status]:
        return _as_status(told.status)
    return content.status


def as_paid(before: Content, after: Content, link: Link) -> Content:
    """What is pushed of a document that is there, with the status that payments give it: the ledger says that."""
    told = link.settlement
    if not isinstance(before, MoneyDocument) or not isinstance(after, MoneyDocument):
        return after
    if told is None or told.status == "void" or after.status in (before.status, "draft", "awaiting_approval", "void"):
        return after
    approved = after.model_copy(update={"status": "approved"})
    return approved.model_copy(update={"status": _status(approved, told, None, sync_voids=False)})


def _as_status(status: str) -> Status:
    assert status in get_args(Status)
    return status  # type: ignore[return-value]


def _allocation(part: SettlingPart, targets: Mapping[str, str]) -> Allocation:
    """An allocation as the ledger has it, under its id there: two of one amount to one invoice are two."""
    document = targets.get(part.document_id, part.document_id)
    return Allocation(id=part.id, document_id=document, amount=part.amount, date=part.date)


def linked(
    record: Record,
    link: Link,
    document: Document,
    grounds: Grounds,
    *,
    edited: Callable[[MoneyDocument], Edited] = lambda said: Edited(said),
) -> Linked:
    """What a document known here brings: what is paid, credited and left of it, and whether it was voided there.

    ``edited``: the record with what was edited there, where that comes too.
    """
    told, content = document.settlement, record.content
    assert told is not None
    assert isinstance(content, MoneyDocument)
    if link.base_at is not None and document.updated_at < link.base_at:
        return Ignore("older")
    if record.deleted:
        return Ignore("deleted_here")
    if told.status == "void" and archives(link):  # by us: the record goes back to what it was before it was sent
        return Ignore("unchanged")
    news = taken_in(
        content,
        told,
        link.settlement,
        sync_voids=grounds.settings.sync_voids,
        targets={id_: key.id for (sort, id_), key in grounds.records.items() if sort == _CREDITED[document.type]},
    )
    after = edited(news.content)
    changes = (*news.changes, *_between(news.content, after.content))
    if _is_known(link, document) and not told.says_more(link.settlement) and not (changes or after.left):
        return Ignore("unchanged")
    if link.do_not_import.on:
        return Note(document.content, "do_not_import")
    if grounds.source == "event" and not grounds.settings.payments_from_ledger:
        return Note(document.content, "payments_off")
    return Edit(after.content, changes, (), *_remembered(link, document, after), left=after.left)


def _between(before: MoneyDocument, after: MoneyDocument) -> list[Change]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in type(before).model_fields)
    return [Change(name, old, new) for name, old, new in pairs if old != new]


def _is_known(link: Link, document: Document) -> bool:
    """Within one second its time cannot tell whether somebody edited it, so its content does."""
    known = link.seen or link.base
    if link.base_at != document.updated_at or known is None:
        return False
    return agree(KINDS[link.kind], known, document.content)


def _remembered(link: Link, document: Document, after: Edited) -> tuple[Content, Content | None]:
    """The base and the seen content from now on. Its status is the ledger's to say, and so is what was taken over;
    other edits made there are known, and stay there until something is edited here."""
    said = document.content
    assert isinstance(said, MoneyDocument)
    if not isinstance(link.base, MoneyDocument):
        return said, None
    taken_over = ("status", *after.fields)
    base = link.base.model_copy(update={name: getattr(said, name) for name in taken_over})
    return (with_totals(base, said), None) if agree(KINDS[link.kind], base, said) else (base, said)


_CREDITED = {"invoice": "credit_note", "credit_note": "invoice"}
"""What a document's allocations are about: an invoice's the credit notes, a credit note's the invoices."""


def refers_to(document: Document) -> tuple[tuple[str, str], ...]:
    """The ledger's invoices that a credit is set against, as (type, id)."""
    told = document.settlement
    parts = told.of("allocation") if told is not None else ()
    return tuple((_CREDITED[document.type], part.document_id) for part in parts if part.document_id)


def payments_on(document: Document, known: Settlement | None) -> list[Document]:
    """The payments that the document tells of: those on it, and those that were on it and are no more."""
    told = document.settlement
    if told is None or told.parts is None:
        return []
    there = told.of("payment")
    now = {part.id for part in there}
    gone = [part for part in (known.of("payment") if known is not None else ()) if part.id not in now]
    return [
        *(_payment(document, part, FROM_ITS_DOCUMENT) for part in there),
        *(_payment(document, part, document.updated_at, gone=True) for part in gone),
    ]


def _payment(document: Document, part: SettlingPart, at: datetime, *, gone: bool = False) -> Document:
    text, mark = read_reference(part.reference)
    content = Payment.model_construct(
        document_kind=cast(PaidKind, document.type),
        document_id=document.id,
        date=cast(date, part.date),
        amount=part.amount,
        method="",  # documents list their payments without the account
        reference=text,
        status="reversed" if gone else "active",
    )
    return Document.model_construct(
        type=PAYMENTS.document_type,
        id=part.id,
        kind=PAYMENTS.name,
        status="archived" if gone else "active",
        updated_at=at,
        reference=mark,
        content=content,
    )


def shows(told: Settlement | None, part: SettlingPart, *, gone: bool) -> bool:
    """Whether what is known of a document already has this part, or has it no more."""
    if told is None or told.parts is None:
        return False
    there = any((known.sort, known.id, known.amount) == (part.sort, part.id, part.amount) for known in told.parts)
    return there is not gone


def is_settled(told: Settlement | None) -> bool:
    """Whether anything was paid or credited, in part or in full."""
    return told is not None and told.total != told.outstanding and told.status != "void"
