"""Between our models and the tables' items, both ways, with the keys of every sparse index."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from ledgerlink.kinds import KINDS
from ledgerlink.state.activity import Entry
from ledgerlink.state.link import ON_RECORD, Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .pack import content_from, content_json, press, rest_json, stamp, unpress, unstamp
from .tables import ActivityItem, LinkItem, RecordItem, shard_of

HISTORY = timedelta(days=400)

_LINK_COLUMNS = {
    "company",
    "kind",
    "id",
    "part",
    "version",
    "base",
    "seen",
    "title",
    "number",
    "email",
    "status",
    "match",
    "state",
    "reason",
    "document_id",
    "last_export_at",
    "last_import_at",
    "updated_at",
}


def link_sk(key: LinkKey) -> str:
    return f"{key.kind}#{key.id}#{key.part}"


def link_key(company: str, sk: str) -> LinkKey:
    kind, id_, part = sk.split("#")
    return LinkKey(company, kind, id_, part)


def claim_sk(document_type: str, document_id: str) -> str:
    return f"ledger#{document_type}#{document_id}"


def due_shard(company: str) -> str:
    return f"due{shard_of(company)}"


def link_item(link: Link) -> LinkItem:
    """The item as it will be stored: one version up, index keys only where the link belongs into the index."""
    item = LinkItem(link.company, link_sk(link.key), version=link.version + 1)
    item.state = link.state
    for name in ("title", "number", "email", "status", "match", "reason", "document_id"):
        setattr(item, name, getattr(link, name) or None)
    for name in ("last_export_at", "last_import_at", "updated_at"):
        setattr(item, name, stamp(getattr(link, name)))
    item.do_not_export = link.do_not_export.on or None
    item.do_not_import = link.do_not_import.on or None
    kind = KINDS[link.kind]
    implied = {"document_type"} if link.document_type == kind.document_type else set()
    item.body = press(rest_json(link, _LINK_COLUMNS | implied), content_json(link.base), content_json(link.seen))
    _index(item, link)
    return item


def _index(item: LinkItem, link: Link) -> None:
    where = f"{link.kind}#{link.id}#{link.part}"
    if link.is_due:
        item.due_shard = due_shard(link.company)
        item.due_key = f"{link.company}#{link.stage}#{link.order}#{where}"
    if link.wake_at is not None:  # of all companies, by time
        item.waits_on, item.wait_key = f"time#{shard_of(link.company)}", f"{stamp(link.wake_at)}#{link.company}#{where}"
    elif link.waits_on.startswith(ON_RECORD):  # all in one partition, by the record they wait on
        item.waits_on, item.wait_key = f"{link.company}#record", f"{link.waits_on.removeprefix(ON_RECORD)}#{where}"
    elif link.waits_on:
        item.waits_on, item.wait_key = f"{link.company}#{link.waits_on}", where
    if link.state in ("error", "parked"):
        since = stamp(link.error.since) if link.error else stamp(link.updated_at)
        item.errors_of, item.error_key = f"{link.company}#errors", f"{since}#{where}"
    elif link.state == "conflict":
        item.errors_of, item.error_key = f"{link.company}#conflicts", f"{stamp(_since(link))}#{where}"
    elif link.state == "due" and not link.is_due:  # it waits for something
        item.errors_of, item.error_key = f"{link.company}#waiting", f"{stamp(link.updated_at)}#{where}"
    if link.part == "main" and link.tombstone != "deleted_here":
        # A tab comes before everything else: "Abbey Hall" stands before "Abbey Hall 2".
        item.list_of, item.list_key = f"{link.company}#{link.kind}", f"{link.title.casefold()[:40]}\t{link.id}"


def _since(link: Link) -> datetime | None:
    """Since when both sides disagree: on a field, or on which record the document belongs to."""
    if link.clashes:
        return link.clashes[0].since
    return link.error.since if link.error else link.updated_at


def link_of(item: LinkItem) -> Link:
    kind, id_, part = item.sk.split("#")
    rest, base, seen = unpress(item.body)
    return Link.model_validate(
        {
            "document_type": KINDS[kind].document_type if item.document_id else "",
            **json.loads(rest),
            "company": item.company,
            "kind": kind,
            "id": id_,
            "part": part,
            "version": int(item.version),
            "base": content_from(kind, base),
            "seen": content_from(kind, seen),
            "state": item.state,
            "title": item.title or "",
            "number": item.number or "",
            "email": item.email or "",
            "status": item.status or "",
            "match": item.match or "",
            "reason": item.reason or "",
            "document_id": item.document_id or "",
            "last_export_at": unstamp(item.last_export_at),
            "last_import_at": unstamp(item.last_import_at),
            "updated_at": unstamp(item.updated_at),
        }
    )


def record_sk(key: RecordKey) -> str:
    return f"{key.kind}#{key.id}"


def record_item(record: Record) -> RecordItem:
    content, pushed = content_json(record.content), content_json(record.pushed)
    at = stamp(record.updated_at)
    return RecordItem(
        record.company,
        record_sk(record.key),
        version=record.version + 1,
        revision=record.revision,
        body=press(content, pushed),
        updated_at=at,
        changed_by=record.changed_by,
        deleted=record.deleted or None,
        moved_to=record.moved_to or None,
        formerly=record.formerly or None,
        feed_of=record.company,
        feed_key=f"{at}#{record_sk(record.key)}",
    )


def record_of(item: RecordItem) -> Record:
    kind, id_ = item.sk.split("#", 1)
    content, pushed = unpress(item.body)
    now = KINDS[kind].model.model_validate_json(content)
    return Record(
        company=item.company,
        kind=kind,
        id=id_,
        revision=int(item.revision),
        content=now,
        pushed=now if pushed == content else content_from(kind, pushed),
        updated_at=unstamp(item.updated_at),
        changed_by=item.changed_by,
        deleted=bool(item.deleted),
        moved_to=item.moved_to or "",
        formerly=item.formerly or "",
        version=int(item.version),
    )


def activity_item(entry: Entry, *, listed: bool = True) -> ActivityItem:
    """The entry among its record's; ``listed``: and by itself in the company's timeline."""
    return ActivityItem(
        f"{entry.company}#{entry.kind}#{entry.record}",
        entry.id,
        company=entry.company if listed else None,
        body=press(entry.model_dump_json(exclude_defaults=True, exclude={"company", "id", "kind", "record"})),
        expires_at=int((entry.at + HISTORY).timestamp()),
    )


def entry_of(item: ActivityItem) -> Entry:
    company, kind, record = item.record_key.split("#", 2)
    return Entry.model_validate(
        {**json.loads(unpress(item.body)[0]), "company": company, "id": item.entry, "kind": kind, "record": record}
    )
