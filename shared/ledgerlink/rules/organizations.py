"""Rules of organizations and contacts alone (K1, K3, K5, K6): what goes, what is refused before it goes."""

from __future__ import annotations

import re
from datetime import timedelta

from ledgerlink.kinds import Content
from ledgerlink.kinds.organization import ORGANIZATIONS, Organization, ledger_view
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import reverting
from .decisions import Archive, Create, Decision, Disagree, Nothing, Park, Problem, Refuse, Skip, Update, Wait
from .limits_of_fields import too_long
from .merge import is_blank, three_way
from .profiles import CompanySettings

LOOK_AGAIN_AT_BALANCE = timedelta(hours=24)  # a balance moves without the contact's UpdatedDateUTC (facts/xero.md §3.4)

_EMAIL = re.compile(r"[\x21-\x7e]+@[\x21-\x7e]+\.[\x21-\x7e]+")  # Xero takes no umlauts (facts/xero.md §4.1)
_CURRENCY = re.compile(r"[A-Z]{3}")


def decide(record: Record, link: Link, settings: CompanySettings) -> Decision:
    """What to do about the organization's contact, as far as the ledger has been read."""
    assert isinstance(record.content, Organization)
    content = record.content
    view = ledger_view(content)
    if link.document_id:
        return _linked(content, view, link, settings)
    if link.tombstone and not link.ordered_by:
        return Skip(link.tombstone)
    if not content.active:
        return Skip("inactive")
    if link.suggestions:
        return Wait("possible_duplicate", "suggestion")
    if not (link.create_ordered or link.ordered_by):
        return Skip("create_off")
    problems = refusals(view, tuple(field.name for field in ORGANIZATIONS.fields))
    return Refuse(problems) if problems else Create(view)


def _linked(content: Organization, view: Organization, link: Link, settings: CompanySettings) -> Decision:
    if link.document_status == "archived":
        if reverting.archives(link) and not link.ordered_by:
            return Skip("export_undone")
        return Park("archived_in_ledger") if content.active else Skip("archived")
    if reverting.archives(link):
        return Archive(view)
    theirs = link.seen or link.base
    merged = three_way(
        ORGANIZATIONS,
        base=link.base,
        crm=view,
        ledger=theirs or view,
        owners=settings.owners("organizations"),
        direction="crm",
        held=(*link.held_fields, *reverting.fields_of(link)),
    )
    if merged.clashes:
        return Disagree(merged.clashes)
    view, cleared = _cleared(view, theirs, link)
    view, back = reverting.put_back(view, theirs, link)
    edited = [change.field for change in merged.to_ledger if change.field not in cleared]
    if link.reverting is not None and not settings.update_linked_contact_on_edit:
        edited = []  # putting values back is no leave to send what else was changed here
    fields = (*edited, *cleared, *back)
    held = link.reverting is not None or "active" in link.held_fields
    to_archive = not content.active and settings.archive_contact_when_inactive and not held
    if (fields or to_archive) and not settings.update_linked_contact_on_edit and not link.ordered_by:
        return Skip("update_off")
    if to_archive:
        return Archive(view)
    if fields:
        problems = refusals(view, fields)
        return Refuse(problems) if problems else Update(view, fields)
    return Nothing() if content.active or link.reverting is not None else Skip("archive_in_ledger")


def _cleared(view: Organization, theirs: Content | None, link: Link) -> tuple[Organization, tuple[str, ...]]:
    """What we say with the ordered fields emptied, and which of them the ledger still holds (rule K4)."""
    fields = [ORGANIZATIONS.field(name) for name in link.clears]
    holding = [field for field in fields if theirs is not None and not is_blank(field.of(theirs))]
    for field in holding:
        view = field.put(view, field.blank(view))
    return view, tuple(field.name for field in holding)


def having_looked(decision: Decision, document: Document) -> Decision:
    """The decision again, now that the contact itself was read: never archived with money outstanding (K6)."""
    if isinstance(decision, Archive) and document.outstanding:
        return Wait("balance_outstanding", "time", LOOK_AGAIN_AT_BALANCE)
    return decision


def refusals(view: Organization, fields: tuple[str, ...]) -> tuple[Problem, ...]:
    """What Xero would refuse in these fields, all at once (``facts/xero.md §4.1``)."""
    found = list(too_long(ORGANIZATIONS, view, fields))
    if "name" in fields and re.search(r"[<>]", view.name):
        found.append(Problem("name_not_allowed", "name", "the ledger allows no angle brackets in names"))
    emails = [("email", view.email)] if "email" in fields else []
    emails += [("people", person.email) for person in view.people] if "people" in fields else []
    for field, email in emails:
        if email and not _EMAIL.fullmatch(email):
            found.append(Problem("email_not_allowed", field, f"{email!r} is not an address the ledger accepts"))
    if "currency" in fields and view.currency and not _CURRENCY.fullmatch(view.currency):
        found.append(Problem("currency_unknown", "currency", f"{view.currency!r} is not a three-letter code"))
    return tuple(found)
