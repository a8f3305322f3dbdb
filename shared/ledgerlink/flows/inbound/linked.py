"""A document whose record is known: merged into it, followed where it was merged, or left with a reason."""

from __future__ import annotations

from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.ports import (
    CERTAIN,
    Claim,
    Claimed,
    PutEntry,
    PutLink,
    PutRecord,
    Unclaim,
    Write,
)
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import import_ as rules
from ledgerlink.rules import reverting, taking_in
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import merging
from .batch import Intake, Known, Step, TakenIn, as_of, grounds_of


def linked(intake: Intake, known: Known, document: Document, record: Record, link: Link) -> Step:
    decision = taking_in.of(link.kind).linked(record, link, document, grounds_of(intake, known, document))
    match decision:
        case rules.Ignore("unchanged" as reason):
            # Touched, though not in what we know of: from now on this is the time at which both sides agree, or each
            # look before an update would take it for newer and wait for an import that has nothing to do.
            return store(
                intake, known, TakenIn(document, "unchanged", reason, link.key), record, link, as_of(link, document)
            )
        case rules.Ignore(reason):
            outcome = "unchanged" if reason == "older" else "skipped"
            return TakenIn(document, outcome, reason, link.key), []
        case rules.Repoint(survivor):
            return _repoint(intake, known, document, record, link, survivor)
        case rules.Note(seen, reason):
            told = {"seen": seen, "reverting": reverting.still(link, document)}
            noted = _kept_out(link, document).model_copy(update=told)
            if document.status != link.document_status:  # what rests because it was archived there goes on, and back
                noted = _refollow(record, noted, intake)
            return store(intake, known, TakenIn(document, "skipped", reason, link.key), record, link, noted)
        case rules.Edit():
            return edit_with(intake, known, document, record, link, decision)


def edit_with(
    intake: Intake, known: Known, document: Document, record: Record, link: Link, edit: rules.Edit, action: str = ""
) -> Step:
    """Store the merged record and link; the rules of export then say what the merged record still wants."""
    edited = record
    if edit.changes:
        edited = record.model_copy(
            update={
                "content": edit.content,
                "revision": record.revision + 1,
                "updated_at": intake.now,
                "changed_by": "ledger",
            }
        )
    taken_over = {change.field for change in edit.changes}
    merged = as_of(link, document).model_copy(
        update={
            "base": edit.base,
            "seen": edit.seen,
            "silent": (),
            "held_fields": rules.held_still(link, document),
            "reverting": reverting.still(link, document),
            "clears": tuple(name for name in link.clears if name not in taken_over),
        }
    )
    if edit.level:
        merged = merged.model_copy(update={"exported": edited.revision})
    if edit.clashes:
        followed = export_rules.in_conflict(merged, edit.clashes, intake.now)
    else:
        followed = _refollow(edited, merged, intake)
        if edit.left and followed.state == "linked":  # it says so of itself until that has changed
            followed = followed.model_copy(update={"reason": edit.left})
    followed = followed.model_copy(
        update={
            **export_rules.columns(edited),
            "wanted": edited.revision,
            "updated_at": edited.updated_at,
            **({"last_import_at": intake.now} if edit.changes or action else {}),
        }
    )
    left = "skipped" if edit.left else "unchanged"
    outcome = action or ("updated" if edit.changes else "conflict" if edit.clashes else left)
    reason = "conflict" if edit.clashes else edit.left
    taken = TakenIn(document, outcome, reason, link.key, edit.changes, followed.is_due)
    is_told = bool(edit.left) and followed.seen != link.seen
    return store(intake, known, taken, record, link, followed, edited, is_told=is_told)


def _refollow(record: Record, link: Link, intake: Intake) -> Link:
    """The sync state after taking in: exported as far as the merged record says nothing new."""
    if link.settlement is not None and link.exported >= link.wanted:  # nothing of what was paid travels back
        link = link.model_copy(update={"exported": record.revision})
    decided = export_rules.decide(record, link.model_copy(update={"wanted": record.revision}), intake.context.settings)
    return export_rules.follow(link.model_copy(update={"wanted": record.revision}), decided, intake.now)


def _kept_out(link: Link, document: Document) -> Link:
    """The same where nothing comes in: what is left is known, but of its payments only those that came."""
    known, after = link.settlement, as_of(link, document)
    if after.settlement is None:
        return after
    parts = known.parts if known is not None else ()
    return after.model_copy(update={"settlement": after.settlement.model_copy(update={"parts": parts})})


def store(
    intake: Intake,
    known: Known,
    taken: TakenIn,
    record: Record,
    link: Link,
    after: Link,
    edited: Record | None = None,
    *,
    is_told: bool = False,
) -> Step:
    """The writes, if anything changed and nothing else in this pass writes the same items. ``is_told``: the history
    says so even if nothing changed here."""
    if after == link and (edited is None or edited == record):
        return taken, []
    if not known.take(link.key):
        return TakenIn(taken.document, "again", "same_pass", link.key), []
    writes: list[Write] = [PutLink(after)]
    if edited is not None and edited != record:
        writes += [PutRecord(edited), *intake.told(edited)]
    if taken.changes or taken.outcome in ("conflict", "linked") or is_told:
        entry = record_entry(
            link.key.record,
            at=intake.now,
            mark=f"v{link.version}",
            direction="import",
            action="linked" if taken.outcome == "linked" else "updated",
            outcome="conflict" if taken.reason == "conflict" else "ok",
            reason=taken.reason,
            actor=intake.actor,
            job=intake.job,
            document_id=taken.document.id,
            diff=diff(taken.changes),
        )
        writes.append(PutEntry(entry))
    return taken, writes


def _repoint(intake: Intake, known: Known, document: Document, record: Record, link: Link, survivor: str) -> Step:
    """Follow a merge; where the survivor belongs to another record, a person must sort it out (K12)."""
    at = intake.context.at
    holder = known.claims.get(survivor, Claimed()).link
    if holder is None and document.type in known.being_made:  # the survivor may be just what is being made
        return TakenIn(document, "again", "in_flight", link.key), []
    writes: list[Write]
    entry = record_entry(
        link.key.record,
        at=intake.now,
        mark=f"m{link.version}",
        direction="import",
        action="merged",
        outcome="ok" if holder is None else "conflict",
        reason="" if holder is None else "merged_into_linked",
        document_id=survivor,
        actor=intake.actor,
    )
    if holder is not None and holder != link.key:
        if link.reason == "merged_into_linked":
            return TakenIn(document, "skipped", "merged_into_linked", link.key), []
        error = export_rules.plain_error("merged_into_linked", intake.now).model_copy(update={"holder": survivor})
        clash = {"state": "conflict", "reason": "merged_into_linked", "error": error, "queued_at": None, "order": ""}
        after = as_of(link, document).model_copy(update=clash)
        if not known.take(link.key):
            return TakenIn(document, "again", "same_pass", link.key), []
        writes = [PutLink(after), PutEntry(entry), *merging.told(intake.context, link, document, holder)]
        return TakenIn(document, "conflict", "merged_into_linked", link.key), writes
    if not known.take(link.key, document.id, survivor):
        return TakenIn(document, "again", "same_pass", link.key), []
    # Orders to put values back, or to archive it, were about the document that is gone.
    gone = {"reverting": None, "base_at": None}
    after = link.model_copy(update={"document_id": survivor, "document_status": "active", **gone})
    if link.reason == "merged_into_linked":  # who had the survivor gave it up
        after = _refollow(record, after.model_copy(update={"error": None}), intake)
    # The survivor's own content is read next; until then what we agreed with the loser is the best base there is.
    if not intake.planning:
        at.marks.add(intake.context.organisation, [(document.type, survivor)], since=f"{CERTAIN}{at.ids.new()}")
        at.doorbells.ring(intake.context.company.id, "import", again=True)  # not only when the sweeper comes by
    writes = [
        PutLink(after),
        Unclaim(link.key, document.type, document.id),
        Claim(link.key, document.type, survivor),
        PutEntry(entry),
        *merging.told(intake.context, link, document, None),
    ]
    return TakenIn(document, "linked", "merged", link.key), writes
