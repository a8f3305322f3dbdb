"""A document no link holds: it is ours and came back, becomes a record, is linked, or people are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.flows.entries import record_entry
from ledgerlink.flows.records import questions
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.ports import (
    Claim,
    Claimed,
    PutEntry,
    PutLink,
    PutRecord,
    PutSuggestion,
    Unclaim,
    Write,
)
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import import_ as rules
from ledgerlink.rules import taking_in
from ledgerlink.rules.duplicates import Match
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record
from ledgerlink.state.suggestion import Suggestion, suggestion_id

from .alike import APART, MOST_ASKED, Alike
from .batch import Intake, Known, Step, TakenIn, as_of, born_id, grounds_of
from .linked import edit_with, store


def ours(intake: Intake, known: Known, document: Document, record: Record, link: Link, tombstone: str) -> Step:
    """A document with our mark that no link holds: our own create, whose settlement was lost."""
    rule = taking_in.of(link.kind)
    copy = bool(link.document_id) and rule.copied
    if copy or not rule.is_ours(record, document, grounds_of(intake, known, document)):
        return unlinked(intake, known, document, tombstone)
    if record.deleted or tombstone or link.tombstone or link.document_id:
        reason = link.tombstone or tombstone or ("deleted_here" if record.deleted else "linked_elsewhere")
        return TakenIn(document, "skipped", reason, link.key), []
    several = link.error is not None and link.error.code == "several_matches"
    if several and not rule.copied:  # a person is to choose: news makes it no more ours
        return TakenIn(document, "skipped", "several_matches", link.key), []
    return link_to(intake, known, document, record, link, base=document)


def link_to(
    intake: Intake, known: Known, document: Document, record: Record, link: Link, *, base: Document | None = None
) -> Step:
    """Link the record to the document and merge them; without a base the ledger's side wins where it speaks."""
    linked = link.model_copy(
        update={
            "document_type": document.type,
            "document_id": document.id,
            "document_status": "active" if base else document.status,  # ours was made so; what it is now is news
            "base": base.content if base else None,
            "base_at": document.updated_at if base else None,
            "tombstone": "",
            "suggestions": (),
        }
    )
    edit = taking_in.of(link.kind).linked(record, linked, document, grounds_of(intake, known, document, "job"))
    if not known.take(document.id):
        return TakenIn(document, "again", "same_pass", link.key), []
    if not isinstance(edit, rules.Edit):
        noted = as_of(linked, document).model_copy(update={"seen": document.content, "state": "linked"})
        taken, writes = store(intake, known, TakenIn(document, "linked", "", link.key), record, link, noted)
    else:
        taken, writes = edit_with(intake, known, document, record, linked, edit, "linked")
    taken = replace(taken, before=(record, link))
    asked = bool(link.suggestions) or known.claims.get(document.id, Claimed()).tombstone == questions.HELD
    taken = replace(taken, asked=asked)
    return taken, [*writes, Claim(link.key, document.type, document.id)] if writes else []


def unlinked(intake: Intake, known: Known, document: Document, tombstone: str) -> Step:
    company = intake.context.company.id
    kind = BY_DOCUMENT[document.type]
    key = LinkKey(company, kind.name, born_id(company, document))
    before = known.records.get(key.record)
    if before is not None and before.moved_to:
        key = LinkKey(company, kind.name, before.moved_to)
        before = known.records.get(key.record)
    gone = before is not None and before.deleted
    if gone and tombstone != "import_undone":
        return TakenIn(document, "skipped", "deleted_here", key), []
    rule = taking_in.of(kind.name)
    grounds = grounds_of(intake, known, document)
    wanted = rule.unlinked(document, grounds, tombstone)
    if isinstance(wanted, rules.Ignore):
        return TakenIn(document, "skipped", wanted.reason), []
    if intake.asks_only and (before is not None or tombstone in rules.UNTIL_CHOSEN):
        return TakenIn(document, "unchanged", "", key), []
    if before is not None and not gone:  # born from it before, and unlinked since; a job was asked to bring it back
        return link_to(intake, known, document, before, known.links[key])
    if rule.recognised is not None:
        wanted = rule.recognised(document, grounds, tombstone, lambda: _matches(known, document))
    match wanted:
        case rules.Suggest(matches=matches):
            return _suggest(intake, known, document, matches)
        case rules.LinkTo() if intake.asks_only:
            return _suggest(intake, known, document, _matches(known, document))
        case rules.LinkTo(record=id_):
            return _link_exact(intake, known, document, LinkKey(company, kind.name, id_))
        case rules.Born() if intake.asks_only:
            return TakenIn(document, "unchanged"), []
        case rules.Born():
            return _born(intake, known, document, key, wanted)
        case _:
            assert isinstance(wanted, rules.Ignore)
            return TakenIn(document, "skipped", wanted.reason), []


def _matches(known: Known, document: Document) -> list[Match]:
    """The records it may be, without those that a person said it is not."""
    alike = _alike(known)
    found = alike.all(document)
    if any(alike.key(document, match) in known.touched for match in found):
        return found  # another document of this pass changes one of them: it is looked at again
    return alike.left(document)


def _alike(known: Known) -> Alike:
    assert known.alike is not None
    return known.alike


def _born(intake: Intake, known: Known, document: Document, key: LinkKey, born: rules.Born) -> Step:
    """A new record; or one again, where an import that had brought it was undone."""
    if not known.take(key, document.id):
        return TakenIn(document, "again", "same_pass", key), []
    before, gone = known.records.get(key.record), known.links.get(key)
    revision = before.revision + 1 if before is not None else 1
    record = Record(
        company=key.company,
        kind=key.kind,
        id=key.id,
        revision=revision,
        content=born.content,
        updated_at=intake.now,
        changed_by="ledger",
        version=before.version if before is not None else 0,
    )
    link = Link(
        company=key.company,
        kind=key.kind,
        id=key.id,
        stage=BY_DOCUMENT[document.type].stage,
        state="linked",
        document_type=document.type,
        document_id=document.id,
        document_status=document.status,
        base=document.content,
        base_at=document.updated_at,
        settlement=document.settlement,
        wanted=revision,
        exported=revision,
        version=gone.version if gone is not None else 0,
        last_import_at=intake.now,
        updated_at=intake.now,
        **export_rules.columns(record),
    )
    entry = record_entry(
        key.record,
        at=intake.now,
        mark="born",
        direction="import",
        action="created",
        actor=intake.actor,
        job=intake.job,
        document_id=document.id,
    )
    writes: list[Write] = [PutRecord(record), PutLink(link), Claim(key, document.type, document.id), PutEntry(entry)]
    was = (before, gone) if before is not None and gone is not None else None
    return TakenIn(document, "created", "", key, before=was), [*writes, *intake.told(record)]


def _link_exact(intake: Intake, known: Known, document: Document, key: LinkKey) -> Step:
    if key in known.busy:
        return TakenIn(document, "again", "in_flight", key), []  # it may be just what is being made from it
    if key in known.touched:
        return TakenIn(document, "again", "same_pass", key), []
    link, record = _alike(known).pair(key)
    if link is None or record is None or link.document_id or record.deleted:
        return TakenIn(document, "again", "changed_meanwhile", key), []
    if intake.versions is not None and link.version != intake.versions.get(key, link.version):
        return TakenIn(document, "again", "changed_meanwhile", key), []
    return link_to(intake, known, document, record, link)


def _suggest(intake: Intake, known: Known, document: Document, matches: Sequence[Match]) -> Step:
    """Hold the contact and whoever it may be, and ask about each of them."""
    alike = _alike(known)
    keys = {alike.key(document, match): match for match in matches[:MOST_ASKED]}
    if any(key in known.busy for key in keys):
        return TakenIn(document, "again", "in_flight"), []  # it may be just what is being made from one of them
    if not known.take(document.id, *keys):
        return TakenIn(document, "again", "same_pass"), []
    writes: list[Write] = []
    held: list[tuple[Record, Link]] = []
    for key, match in keys.items():
        before, (link, record) = alike.asked(document, match), alike.pair(key)
        if link is None or record is None or link.document_id or record.deleted:
            continue
        if before is not None and before.state in APART:
            continue
        suggestion = _suggestion(intake, document, record, match)
        suggestion = suggestion.model_copy(update={"version": before.version if before is not None else 0})
        waits = link.model_copy(update={"suggestions": (*link.suggestions, suggestion.id)})
        decision = export_rules.decide(record, waits, intake.context.settings)
        writes += [PutSuggestion(suggestion), PutLink(export_rules.follow(waits, decision, intake.now))]
        held.append((record, link))
    if not held:
        return TakenIn(document, "again", "changed_meanwhile"), []
    first = held[0][1].key
    writes.append(Unclaim(first, document.type, document.id, tombstone=questions.HELD))
    beside = tuple(link.id for _, link in held[1:])
    return TakenIn(document, "suggested", questions.HELD, first, before=held[0], beside=beside), writes


def _suggestion(intake: Intake, document: Document, record: Record, match: Match) -> Suggestion:
    kind = BY_DOCUMENT[document.type]
    return Suggestion(
        company=record.company,
        id=suggestion_id(document.id, record.id),
        kind=kind.name,
        record=record.id,
        record_title=kind.title(record.content),
        document_type=document.type,
        document_id=document.id,
        document_title=kind.title(document.content),
        document_email=getattr(document.content, "email", ""),
        reason=match.reason,
        score=match.score,
        made_at=intake.now,
    )
