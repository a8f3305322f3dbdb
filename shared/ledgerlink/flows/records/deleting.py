"""Deleting records: one that is in the ledger only by force, with a reason; its document stays there."""

from __future__ import annotations

from datetime import datetime

from ledgerlink.errors import FieldProblem, Invalid, NotFound, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.kinds import KINDS
from ledgerlink.ports import PutEntry, PutLink, PutRecord, Unclaim, Write
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import merged, questions
from .drafting import check_revision, read_pair


def delete(
    context: Context,
    key: RecordKey,
    actor: Actor,
    *,
    force: bool = False,
    reason: str = "",
    if_match: int | None = None,
) -> None:
    """Delete a record. One that is in the ledger only by force, with a written reason; its document stays (K14, D10).

    Raises NotFound, Refused ``synced`` or ``in_flight``, Invalid (force without a reason), Stale, Conflict.
    """
    if force and not reason.strip():
        raise Invalid(FieldProblem("reason", "say why a synced record is deleted"))
    links, held = [LinkKey(*key)], list[str]()

    def writes() -> list[Write]:
        record, link = read_pair(context, key)
        if record is None or record.deleted:
            raise NotFound(KINDS[key.kind].singular)
        check_revision(record, if_match)
        if not force:
            _check_not_there(link, KINDS[key.kind].singular)
        held.extend(link.suggestions)
        return deletion(record, link, actor, context.at.clock.now(), reason=reason)

    lanes.turn(key.company, links, context.at, writes)
    questions.after_deleting(context, dict.fromkeys(held))
    if force:
        merged.look_again(context)


def _check_not_there(link: Link, name: str) -> None:
    if link.document_id:
        raise Refused("synced", f"the {name} is linked to a document in the ledger")
    if link.error is not None and link.error.code == "several_matches":  # one of them is its own
        raise Refused("synced", f"several documents in the ledger carry the mark of this {name}")


def deletion(
    record: Record,
    link: Link,
    actor: Actor,
    now: datetime,
    *,
    reason: str,
    tombstone: str = "deleted_here",
    job: str = "",
) -> list[Write]:
    """The writes that delete a record. Its document stays, and a tombstone keeps it from coming back by itself."""
    key = record.key
    gone = record.model_copy(
        update={
            "deleted": True,
            "revision": record.revision + 1,
            "updated_at": now,
            "changed_by": actor.changed_by,
        }
    )
    unlinked = Link(
        company=key.company,
        kind=key.kind,
        id=key.id,
        stage=link.stage,
        state="skipped",
        reason="deleted_here",
        tombstone="deleted_here",
        wanted=gone.revision,
        title=link.title,
        status="deleted",
        updated_at=now,
        version=link.version,
    )
    entry = record_entry(
        key,
        at=now,
        mark=f"rev{gone.revision}",
        direction="here",
        action="deleted",
        actor=actor.sub,
        job=job,
        message=reason,
        document_id=link.document_id,
    )
    writes: list[Write] = [PutRecord(gone), PutLink(unlinked), PutEntry(entry)]
    if link.document_id:
        writes.append(Unclaim(link.key, link.document_type, link.document_id, tombstone=tombstone))
    return writes
