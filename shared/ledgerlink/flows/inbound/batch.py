"""A batch of documents being taken in: for whom, what is known here about it, and what became of each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from ledgerlink.flows.context import Context
from ledgerlink.flows.imaging import Keep, keep_none
from ledgerlink.flows.notices import telling
from ledgerlink.ports import (
    Claimed,
    Write,
)
from ledgerlink.rules.duplicates import Candidates
from ledgerlink.rules.import_ import Grounds, Source
from ledgerlink.rules.merge import Change
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .alike import Alike

NAMES = uuid.UUID("6f2d0c39-2f0b-5a0e-9d5c-6c65646765a1")  # our namespace for ids made from the ledger's


@dataclass(frozen=True)
class TakenIn:
    """What became of one document: created, updated, linked, unchanged, skipped, suggested, conflict, or ``again``."""

    document: Document
    outcome: str
    reason: str = ""
    key: LinkKey | None = None
    changes: tuple[Change, ...] = ()
    due: bool = False  # the record now has something to export
    before: tuple[Record, Link] | None = None  # as they were; None where there was neither
    asked: bool = False  # people were asked about it or its record, which is linked now: that is over
    beside: tuple[str, ...] = ()  # further records that a suggested one may be


@dataclass(frozen=True)
class Intake:
    """A batch being taken in: for whom, from where, and as of which link versions."""

    context: Context
    source: Source
    now: datetime
    actor: str = "ledger"
    job: str = ""
    versions: Mapping[LinkKey, int] | None = None  # as read before the ledger was; None: times alone decide
    candidates: Callable[[], Candidates] = Candidates  # the unlinked records; asked for only when needed
    planning: bool = False  # nothing is to be stored or marked
    born_since: date | None = None  # what is dated earlier is not brought; None: as the settings say
    asks_only: bool = False  # nothing is brought: only what may be a record of ours matters
    keep: Keep = keep_none  # told what is about to be changed, as it was

    @cached_property
    def crm_listens(self) -> bool:
        """Asked once for the batch."""
        return telling.listens(self.context.company.id, self.context.at)

    def told(self, record: Record) -> list[Write]:
        """What goes with the record's change, so that the CRM hears of it."""
        return [telling.tell(record)] if self.crm_listens else []


@dataclass
class Known:
    """What is known here about the batch, read strongly after the ledger was."""

    busy: set[LinkKey]
    claims: Mapping[str, Claimed]
    links: dict[LinkKey, Link]
    records: dict[RecordKey, Record]
    being_made: frozenset[str] = frozenset()  # types of documents that an open dispatch may have made
    named: Mapping[tuple[str, str], RecordKey] = field(default_factory=dict)  # records of documents they refer to
    alike: Alike | None = None  # what those that nobody holds may be
    touched: set[Hashable] = field(default_factory=set)

    def take(self, *things: Hashable) -> bool:
        """Whether this pass writes none of these yet; if so, they are taken (one transaction, one write per item)."""
        if self.touched & set(things):
            return False
        self.touched |= set(things)
        return True


Step = tuple[TakenIn, list[Write]]


def born_id(company: str, document: Document) -> str:
    """The id of a record made from a document: always the same one."""
    return str(uuid.uuid5(NAMES, f"{company}/{document.type}/{document.id}"))


def grounds_of(intake: Intake, known: Known, document: Document, source: Source | None = None) -> Grounds:
    if document.type == "contact":  # nothing of it is mapped
        return Grounds(intake.context.settings, source or intake.source)
    context = intake.context
    return Grounds(
        context.settings, source or intake.source, known.named, context.mappings, context.reference, born_since(intake)
    )


def born_since(intake: Intake) -> date | None:
    """From which date on documents made in the ledger come."""
    known = intake.born_since or intake.context.settings.import_from_date
    connected = intake.context.company.connect_date
    return known or (date.fromisoformat(connected) if connected else None)


def as_of(link: Link, document: Document) -> Link:
    """The link knowing the document's time and status, and what was paid of it."""
    told = document.settlement.over(link.settlement) if document.settlement is not None else link.settlement
    update = {"base_at": document.updated_at, "document_status": document.status, "settlement": told}
    return link.model_copy(update=update)
