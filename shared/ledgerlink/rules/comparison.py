"""Compares a link with its document: do both sides say the same, and if not, why, or what is to be done about it.

Compared is the ledger view, so that what the ledger cannot hold is no difference. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ledgerlink.kinds import KINDS
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import export
from .decisions import Archive, Create, Decision, Disagree, First, Nothing, Park, Refuse, Skip, Update, Wait
from .import_ import held_still, is_newer
from .merge import Change, agree, edits, is_blank, same
from .polling import OVERLAP
from .profiles import CompanySettings

WEBHOOKS_TAKE = timedelta(minutes=5)  # what changed later than that may still be told of

Missed = Literal["", "missed_webhook", "missed_delta"]


@dataclass(frozen=True)
class Agrees:
    """Both sides say the same."""


@dataclass(frozen=True)
class News:
    """The ledger says what is not known here: it is to be taken in. ``missed``: who should have told of it."""

    missed: Missed


@dataclass(frozen=True)
class Noted:
    """Known here and not taken over yet: a setting kept it out that lets it in now, or nothing was ever said here."""


@dataclass(frozen=True)
class Unsent:
    """What is here should be on its way to the ledger and is not."""

    decision: Decision


@dataclass(frozen=True)
class Differs:
    """They differ, and this is why that stays so. ``decision``: what the link does not say yet."""

    reason: str
    decision: Decision | None = None


Standing = Agrees | News | Noted | Unsent | Differs


def differences(record: Record, link: Link, document: Document) -> tuple[Change, ...]:
    """Field by field, from what the ledger says to what is said here; whether it is in use last.

    What is said there in the ledger's own codes is compared with what both sides last agreed on.
    """
    kind = KINDS[record.kind]
    ours = link.base if export.RULES[record.kind].translates else kind.ledger_view(record.content)
    found = [
        Change(field.name, field.of(document.content), field.of(ours))
        for field in kind.fields
        if ours is not None and not same(field.of(ours), field.of(document.content))
    ]
    active = getattr(record.content, "active", None)
    if active is not None and active != (document.status == "active"):
        found.append(Change("active", document.status == "active", active))
    return tuple(found)


def standing(
    record: Record,
    link: Link,
    document: Document,
    settings: CompanySettings,
    differing: tuple[Change, ...],
    missed: Missed = "",
) -> Standing:
    """Where the pair stands, as read just now. ``differing`` is what ``differences`` found."""
    if document.merged_into or link.base_at is None or is_newer(link, document):
        return News(missed)
    if document.updated_at < link.base_at:
        return Agrees()  # read before what we last agreed on: that is the newer word
    translates = export.RULES[record.kind].translates
    if not differing and not (translates and link.exported < link.wanted):
        return Differs("held_after_undo") if translates and link.held_fields else Agrees()
    if link.is_due or link.waits_on:
        return Differs(link.reason or "on_its_way")
    if link.state in ("error", "parked", "conflict"):
        return Differs(link.reason)
    decision = export.decide(record, link, settings)
    match decision:
        case Create() | Update() | Archive():
            return Unsent(decision)
        case Skip(reason) | Wait(reason) | Park(reason) | First(otherwise=Wait(reason)):
            return Differs(reason, None if link.reason == reason else decision)
        case Refuse(problems):
            return Differs(problems[0].code, decision)
        case Disagree():
            return Differs("conflict", decision)
        case Nothing():
            if not differing:
                return Agrees()
            return _kept_apart(link, document, settings, differing)


def touched(link: Link, document: Document) -> Link:
    """The link once the document was taken in without anything to take over."""
    known = link.seen or link.base
    same_content = known is not None and agree(KINDS[link.kind], known, document.content)
    told = {"base_at": document.updated_at, "document_status": document.status}
    return link.model_copy(update=told if same_content else {**told, "seen": document.content})


def _kept_apart(
    link: Link, document: Document, settings: CompanySettings, differing: tuple[Change, ...]
) -> Differs | Noted:
    """Why a link at rest does not say the same on both sides."""
    if link.do_not_import.on:
        return Differs("do_not_import")
    if link.seen is not None and not settings.apply_ledger_edits:
        return Differs("ledger_edits_off")
    if {change.field for change in differing} & set(held_still(link, document)):
        return Differs("held_after_undo")
    if link.base is not None and link.seen is not None and edits(KINDS[link.kind], link.base, document.content):
        return Noted()
    if settings.apply_ledger_edits and any(
        change.field in link.silent and is_blank(change.after) for change in differing
    ):
        return Noted()
    return Differs("blank_on_one_side")


def who_missed(document: Document, cursor: datetime | None, *, marked: bool, now: datetime) -> Missed:
    """Who should have told of the document's last change: the poll, once it has read past it, else the webhook."""
    if marked or document.updated_at > now - WEBHOOKS_TAKE:
        return ""
    if cursor is not None and document.updated_at < cursor - OVERLAP:
        return "missed_delta"
    return "missed_webhook"


def is_missed_birth(document: Document, connected_at: datetime | None, settings: CompanySettings) -> bool:
    """Whether a document nobody here knows should have come by itself: made in the ledger since we connected."""
    # The ledger tells whole seconds.
    since = connected_at is not None and document.updated_at >= connected_at.replace(microsecond=0)
    return since and document.status == "active" and births_wanted(document.kind, settings)


def births_wanted(kind: str, settings: CompanySettings) -> bool:
    """Whether what is made in the ledger becomes a record by itself."""
    if kind == "organizations":
        return settings.import_contacts_born_in_ledger
    return kind in settings.import_documents_born_in_ledger
