"""What each kind's documents do here: the kinds' own rules of import, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledgerlink.kinds import Content
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import allocations, born_documents, documents_back, import_, items, payments, settlement
from .duplicates import Match
from .import_ import Grounds, Linked, Unlinked

Matches = Callable[[], Sequence[Match]]  # the records it may be; asked for only where that matters


@dataclass(frozen=True)
class Rule:
    """A kind's part of the decision about a document, linked to a record of ours or not."""

    linked: Callable[[Record, Link, Document, Grounds], Linked]
    unlinked: Callable[[Document, Grounds, str], Unlinked]  # third: the tombstone on it, if any
    refers_to: Callable[[Document], tuple[tuple[str, str], ...]] = lambda _document: ()
    would_refer_to: Callable[[Document], tuple[tuple[str, str], ...]] = lambda _document: ()  # as a new record, too
    moved: Callable[[Link, Document], tuple[tuple[str, str], ...]] = lambda _link, _document: ()  # once linked, too
    settles: Callable[[Document], tuple[tuple[str, str], ...]] = lambda _document: ()  # what is to be read after it
    is_ours: Callable[[Record, Document, Grounds], bool] = lambda _record, _document, _grounds: True
    copied: bool = False  # one with the mark of a record that has its document is a copy of it: a record of its own
    in_ours: Callable[[Content, Record, Link, Grounds], Content] = lambda said, *_: said  # in the CRM's codes
    recognised: Callable[[Document, Grounds, str, Matches], Unlinked] | None = None  # of what records may be, unlinked


def _known_contact(document: Document, grounds: Grounds, tombstone: str, matches: Matches) -> Unlinked:
    return import_.of_unlinked(document, grounds.settings, grounds.source, tombstone=tombstone, matches=matches)


def _contact(record: Record, link: Link, document: Document, grounds: Grounds) -> Linked:
    return import_.of_linked(record, link, document, grounds.settings, grounds.source)


def _new_contact(document: Document, grounds: Grounds, tombstone: str) -> Unlinked:
    return import_.of_unlinked(document, grounds.settings, grounds.source, tombstone=tombstone)


_MONEY = Rule(
    born_documents.linked,
    born_documents.unlinked,
    settlement.refers_to,
    would_refer_to=born_documents.named,
    moved=born_documents.moved,
    in_ours=documents_back.of_record,
)
_GENERIC = Rule(_contact, _new_contact, recognised=_known_contact)
RULES: dict[str, Rule] = {
    "products": Rule(
        items.linked, items.unlinked, is_ours=items.is_ours, recognised=items.recognised, in_ours=items.of_record
    ),
    "invoices": _MONEY,
    "credit-notes": _MONEY,
    "allocations": Rule(_contact, _new_contact, settles=allocations.settles),
    "payments": Rule(
        payments.linked,
        payments.unlinked,
        payments.refers_to,
        settles=payments.refers_to,
        is_ours=payments.is_ours,
        copied=True,
    ),
}


def of(kind: str) -> Rule:
    """The rule of a kind; most are merged field by field."""
    return RULES.get(kind, _GENERIC)
