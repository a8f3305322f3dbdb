"""What puts one record back as it was before a job: the record, its link, who holds the document, the history."""

from __future__ import annotations

from typing import Any

from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.notices import telling
from ledgerlink.flows.records.deleting import deletion
from ledgerlink.flows.records.linking import parted
from ledgerlink.kinds import KINDS
from ledgerlink.ports import CERTAIN, Claim, PutEntry, PutLink, PutRecord, Unclaim, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import undo as rules
from ledgerlink.rules.edits import changes_between
from ledgerlink.state.image import Image
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from .csv_lines import actor_of
from .work import Work


def writes_of(work: Work, item: JobItem, image: Image, record: Record, link: Link, *, tells: bool) -> list[Write]:
    """The writes, under the versions of record and link. ``tells``: the CRM wants to hear of it."""
    if item.outcome == "delete":
        actor, tombstone = actor_of(work.job), "import_undone"
        why = f"undone: job {work.job.undoes}"
        writes = deletion(record, link, actor, work.now, reason=why, tombstone=tombstone, job=work.job.id)
        gone = next(write.record for write in writes if isinstance(write, PutRecord))
        return [*writes, telling.tell(gone)] if tells else writes
    assert image.record is not None
    before = image.record
    changed = before.content != record.content
    told: dict[str, Any] = {"content": before.content} if changed else {}
    if changed:
        told |= {"revision": record.revision + 1, "updated_at": work.now, "changed_by": "admin"}
    if record.version == image.version:  # else the CRM pushed since: what it last said is what it said
        told["pushed"] = before.pushed
    edited = record.model_copy(update=told)
    entry = record_entry(
        record.key,
        at=work.now,
        mark=f"undo-v{link.version}",
        direction="here",
        action="undone" if item.outcome == "update" else "unlinked",
        actor=work.job.started_by,
        job=work.job.id,
        document_id=link.document_id,
        diff=diff(changes_between(KINDS[record.kind], record.content, edited.content)),
    )
    writes = [PutLink(_link(work, item, image, record, edited, link)), PutEntry(entry)]
    if item.outcome in ("unlink", "link"):
        writes.append(Unclaim(link.key, link.document_type, link.document_id, tombstone="unlinked_by_person"))
    if item.outcome == "link":
        assert image.link is not None
        writes.append(Claim(link.key, image.link.document_type, image.link.document_id))
        document = (image.link.document_type, image.link.document_id)
        work.at.marks.add(work.context.organisation, [document], since=f"{CERTAIN}{work.at.ids.new()}")
    if edited != record:
        writes.append(PutRecord(edited))
    return [*writes, telling.tell(edited)] if tells and changed else writes


def _link(work: Work, item: JobItem, image: Image, record: Record, edited: Record, link: Link) -> Link:
    if item.outcome == "update":
        back = rules.as_before(image, record, link)
    elif item.outcome == "link":
        assert image.link is not None
        # It is read again: what happened to it meanwhile nobody heard. What people said of the record since stays said.
        since = {name: getattr(link, name) for name in ("version", "do_not_export", "do_not_import", "suggestions")}
        back = image.link.model_copy(update={**since, "base_at": None, "reverting": None})
    else:
        back = parted(link)
    told = {**export_rules.columns(edited), "wanted": edited.revision, "updated_at": edited.updated_at}
    back = back.model_copy(update=told)
    if item.outcome == "unlink":
        return back
    return export_rules.follow(back, export_rules.decide(edited, back, work.context.settings), work.now)
