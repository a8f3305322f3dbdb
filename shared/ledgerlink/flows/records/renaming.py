"""Renaming: a record made from the ledger gets the CRM's own id. Record, link and claim move in one transaction.

Its document carries no mark of ours, so nothing in the ledger has to change. The old id stays as a tombstone that says
where it went: the feed tells the CRM, an import follows it.
"""

from __future__ import annotations

import uuid
from typing import Any

from ledgerlink.errors import NotFound, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.kinds import KINDS
from ledgerlink.ports import MoveClaim, PutEntry, PutLink, PutRecord, Write
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .drafting import read_pair


def rename(context: Context, key: RecordKey, id: str, actor: Actor) -> tuple[Record, Link]:
    """Give the record another id; doing it again is harmless.

    Raises NotFound, Refused (``not_born_in_ledger``, ``id_taken``, ``possible_duplicate``, ``in_flight``), Conflict.
    """
    new = key._replace(id=id)
    before, _ = read_pair(context, key)
    if before is None or before.moved_to != id:
        keys = [link.key for link in context.at.links.of_record(key)]
        lanes.turn(key.company, [*keys, LinkKey(*new)], context.at, lambda: _move(context, key, new, actor))
    record, link = read_pair(context, new)
    if record is None or record.deleted:
        raise NotFound(KINDS[key.kind].singular)
    if link.is_due:
        context.at.doorbells.ring(key.company, "export")
    return record, link


def _move(context: Context, key: RecordKey, new: RecordKey, actor: Actor) -> list[Write]:
    at, now = context.at, context.at.clock.now()
    record, _ = read_pair(context, key)
    if record is None or record.deleted:
        raise NotFound(KINDS[key.kind].singular)
    if not _is_born_in_ledger(record):
        raise Refused("not_born_in_ledger", f"{key.id} was made by the CRM")
    taken, _ = read_pair(context, new)
    if taken is not None and not taken.deleted:
        raise Refused("id_taken", f"{new.id} is already the id of another {KINDS[key.kind].singular}")
    moved = record.model_copy(
        update={
            "id": new.id,
            "formerly": key.id,
            "revision": max(record.revision, taken.revision if taken else 0) + 1,
            "updated_at": now,
            "changed_by": actor.changed_by,
            "version": taken.version if taken else 0,
        }
    )
    gone = record.model_copy(
        update={
            "deleted": True,
            "moved_to": new.id,
            "revision": record.revision + 1,
            "updated_at": now,
            "changed_by": actor.changed_by,
        }
    )
    writes: list[Write] = [PutRecord(moved), PutRecord(gone)]
    there = {link.part: link for link in at.links.of_record(new)}
    for link in at.links.of_record(key):
        writes += _move_link(link, new, there.get(link.part), moved.revision)
    told: dict[str, Any] = {
        "at": now,
        "direction": "here",
        "action": "renamed",
        "actor": actor.sub,
        "message": f"{key.id} → {new.id}",
    }
    return [*writes, *(PutEntry(record_entry(each, mark=f"rename-{record.revision}", **told)) for each in (key, new))]


def _move_link(link: Link, new: RecordKey, there: Link | None, revision: int) -> list[Write]:
    if link.suggestions:
        raise Refused("possible_duplicate", "decide its suggestions first")
    moved = link.model_copy(
        update={
            "id": new.id,
            "wanted": revision,
            # What was in the ledger still is: the move alone is nothing to send.
            "exported": revision if link.exported == link.wanted else link.exported,
            "version": there.version if there else 0,
        }
    )
    gone = Link(
        company=link.company,
        kind=link.kind,
        id=link.id,
        part=link.part,
        stage=link.stage,
        state="skipped",
        reason="deleted_here",
        tombstone="deleted_here",
        wanted=link.wanted,
        title=link.title,
        status="deleted",
        updated_at=link.updated_at,
        version=link.version,
    )
    writes: list[Write] = [PutLink(moved), PutLink(gone)]
    if link.document_id:
        writes.append(MoveClaim(link.key, moved.key, link.document_type, link.document_id))
    return writes


def _is_born_in_ledger(record: Record) -> bool:
    """Its id was made from the document's, which no CRM does."""
    try:
        return uuid.UUID(record.id).version == 5
    except ValueError:
        return False
