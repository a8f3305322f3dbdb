"""Decides what a document from the ledger does here: nothing, an edit, a new record, a question (K2, K7, K12).

``_`` because ``import`` is Python's own word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from ledgerlink.kinds import KINDS, Content, Kind
from ledgerlink.kinds.organization import Organization
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import Mappings
from ledgerlink.state.record import Record, RecordKey
from ledgerlink.state.reference import Reference

from .duplicates import Match
from .merge import Change, Clash, Merged, agree, apply, edits, is_blank, is_edit, same, three_way
from .profiles import CompanySettings

Source = Literal["event", "job"]  # by webhook or poll; or because a person asked for it


@dataclass(frozen=True)
class Grounds:
    """What a decision about a document rests on beside it: where the news comes from, the company's choices and
    mappings, and which of the documents it names are records here."""

    settings: CompanySettings
    source: Source = "event"
    records: Mapping[tuple[str, str], RecordKey] = field(default_factory=dict)  # by the ledger's type and id
    mappings: Mappings = field(default_factory=Mappings)
    reference: Reference = field(default_factory=Reference)
    since: date | None = None  # what was made in the ledger and is dated earlier does not come


InOurs = Callable[[Content, Content], Content]
"""What the ledger says in the CRM's own words, for a record that says the second."""


@dataclass(frozen=True)
class Ignore:
    """Nothing to store: it says what is known already, or a rule keeps it out."""

    reason: str


@dataclass(frozen=True)
class Note:
    """Remember what the ledger says, without touching the record."""

    seen: Content
    reason: str


@dataclass(frozen=True)
class Edit:
    """Take over these changes; ``base`` and ``seen`` are the link's from now on."""

    content: Content
    changes: tuple[Change, ...]
    clashes: tuple[Clash, ...]
    base: Content | None
    seen: Content | None
    level: bool = False  # what the record says now, the ledger says too, though in other words
    left: str = ""  # why something the ledger says is not taken over, as a reason code


@dataclass(frozen=True)
class Repoint:
    """The contact was merged into another one: the link follows (K12)."""

    survivor: str


@dataclass(frozen=True)
class Born:
    """A new record, linked."""

    content: Content


@dataclass(frozen=True)
class Suggest:
    """It may be one of these; neither side is created until a person decides."""

    matches: tuple[Match, ...]


@dataclass(frozen=True)
class LinkTo:
    """It is this one, beyond doubt."""

    record: str


UNTIL_CHOSEN = frozenset({"unlinked_by_person", "import_undone"})  # a job may bring it, nothing else

Linked = Ignore | Note | Edit | Repoint
Unlinked = Ignore | Born | Suggest | LinkTo


def of_linked(
    record: Record,
    link: Link,
    document: Document,
    settings: CompanySettings,
    source: Source,
    *,
    ours: InOurs | None = None,
) -> Linked:
    """What a linked document does to its record. ``ours`` says what the ledger says in the CRM's words, where those
    differ, for a record with this content; then a record that says nothing else has nothing left to send."""
    kind = KINDS[record.kind]
    if document.merged_into:
        return Repoint(document.merged_into)
    if link.base_at is not None and document.updated_at < link.base_at:
        return Ignore("older")
    if record.deleted:
        return Ignore("deleted_here")
    if source == "event" and _known(link, document):
        return Ignore("unchanged")
    if link.do_not_import.on:
        return Note(document.content, "do_not_import")
    if source == "event" and not settings.apply_ledger_edits:
        return _status_alone(record, link, document, settings)
    agreed = _agreed(kind, link, record.content, settings, source)
    merged = three_way(
        kind,
        base=_in(ours, agreed, record.content),
        crm=kind.ledger_view(record.content),
        ledger=_in(ours, document.content, record.content),
        owners=settings.owners(record.kind),
        direction="ledger",
        held=held_still(link, document),
    )
    content = apply(kind, record.content, merged.to_crm)
    content, status = _follow_status(content, link, document, settings)
    base, seen = _remembered(kind, link.model_copy(update={"base": agreed}), document, merged)
    level = ours is not None and not edits(kind, _in(ours, base, content), kind.ledger_view(content))
    return Edit(content, (*merged.to_crm, *status), merged.clashes, base, seen, level)


def _agreed(kind: Kind[Any], link: Link, content: Content, settings: CompanySettings, source: Source) -> Content | None:
    """What both sides last agreed on, to merge by.

    Of a pair just linked whose values are still on their way to the ledger: what it said when they were linked, or the
    news of one field edited there would take back all the others that linking was to overwrite. Where nothing was said
    here when they first agreed, and still is not, the ledger's value is news.
    """
    base, silent = link.base, link.silent
    to_go = link.exported < link.wanted and settings.update_linked_contact_on_edit
    if base is None and link.seen is not None and source == "event" and to_go:
        base, silent = link.seen, tuple(one.name for one in kind.fields)
    if base is None:
        return None
    for one in (one for one in kind.fields if one.name in silent and is_blank(one.of(content))):
        base = one.put(base, one.blank(base))
    return base


def _in(ours: InOurs | None, said: Content | None, known: Content) -> Any:
    return said if ours is None or said is None else ours(said, known)


def is_newer(link: Link, document: Document) -> bool:
    """Whether the document changed since both sides agreed. Within one second its time cannot tell, so its content
    does."""
    if link.base_at is None or document.updated_at > link.base_at:
        return True
    return document.updated_at == link.base_at and not _known(link, document)


def is_echo(link: Link, changed_at: datetime | None) -> bool:
    """Whether news of a change can only be our own write: the ledger had it when it last answered us."""
    return link.base_at is not None and changed_at is not None and changed_at.replace(microsecond=0) <= link.base_at


def held_still(link: Link, document: Document) -> tuple[str, ...]:
    """The fields that still travel neither way: an edit made in the ledger sets one free."""
    known, kind = link.seen or link.base, KINDS[link.kind]
    if known is None:
        return link.held_fields
    still = {field.name for field in kind.fields if not is_edit(field.of(known), field.of(document.content))}
    if document.status == link.document_status:
        still.add("active")
    return tuple(name for name in link.held_fields if name in still)


def _known(link: Link, document: Document) -> bool:
    known = link.seen or link.base
    same_content = known is not None and agree(KINDS[link.kind], known, document.content)
    return same_content and link.base_at is not None and document.status == link.document_status


def of_unlinked(
    document: Document,
    settings: CompanySettings,
    source: Source,
    *,
    tombstone: str,
    matches: Callable[[], Sequence[Match]] = tuple,
) -> Unlinked:
    """What a document does that no record is linked to, and that is not ours. ``matches``: who it may be, asked for
    only where that matters."""
    if document.status != "active" or document.merged_into:
        return Ignore("archived")
    if tombstone and tombstone != "not_duplicate" and (source == "event" or tombstone not in UNTIL_CHOSEN):
        return Ignore(tombstone)
    if source == "event" and not settings.import_contacts_born_in_ledger:
        return Ignore("born_in_ledger_off")
    if tombstone != "not_duplicate" and settings.possible_duplicates_on_import != "create" and (found := matches()):
        if settings.possible_duplicates_on_import == "link_exact" and len(found) == 1 and found[0].exact:
            return LinkTo(found[0].record)
        return Suggest(tuple(found))
    return Born(born_content(document))


def born_content(document: Document) -> Content:
    """The content of a record made from a document."""
    if isinstance(document.content, Organization):
        return document.content.model_copy(update={"roles": document.roles, "active": True})
    return document.content


def _follow_status(
    content: Content, link: Link, document: Document, settings: CompanySettings
) -> tuple[Content, tuple[Change, ...]]:
    """Archived there is inactive here, and back, where the setting says so (K7). Only a change counts."""
    before = link.document_status
    if not settings.apply_ledger_archive or document.status == before or not isinstance(content, Organization):
        return content, ()
    active = document.status == "active"
    if content.active == active:
        return content, ()
    return content.model_copy(update={"active": active}), (Change("active", content.active, active),)


def _status_alone(record: Record, link: Link, document: Document, settings: CompanySettings) -> Note | Edit:
    """Of a document whose values do not come in by themselves: whether it is archived has a setting of its own (K7)."""
    content, status = _follow_status(record.content, link, document, settings)
    if not status:
        return Note(document.content, "ledger_edits_off")
    return Edit(content, status, (), link.base, document.content)


def _remembered(kind: Kind[Any], link: Link, document: Document, merged: Merged) -> tuple[Content, Content | None]:
    """The base and the seen content after this document was taken in.

    A field the ledger emptied keeps its old base, else our value would look like an edit and refill it (K4). A field
    in dispute keeps it too. Where the base then is not what the ledger says, that is ``seen``.
    """
    open_fields = {clash.field for clash in merged.clashes} | set(held_still(link, document))
    base = document.content
    if link.base is not None:
        for field in kind.fields:
            old, new = field.of(link.base), field.of(document.content)
            kept = field.name in open_fields or not (is_edit(old, new) or same(old, new) or is_blank(old))
            base = field.put(base, old if kept else new)
    return base, None if agree(kind, base, document.content) else document.content
