"""Decides how what a job did to one record is undone, or why it cannot be (J3). Pure.

What a job changed here goes back to the image kept before, unless somebody edited the record since. What an export
overwrote in the ledger is put back field by field, where both sides still say what the export said.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerlink.kinds import KINDS, Content
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.state.activity import Changed, Entry
from ledgerlink.state.image import Image
from ledgerlink.state.link import Link, Reverting
from ledgerlink.state.record import Record, content_of
from ledgerlink.state.reference import Reference

from .documents import kept_back
from .edits import changes_between
from .jobs import plain
from .lines import same_lines
from .merge import agree, same
from .profiles import CompanySettings
from .settlement import is_settled

_SENT = frozenset({"created", "updated", "archived"})
_OF_PAYMENT = frozenset({"status", "stage", "amount_outstanding", "remaining", "allocations"})  # of an invoice

Diff = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Undo:
    """What undoing does: ``outcome`` in a plan's words. ``put_back``: what the ledger's document says again, by field;
    ``archive``: it goes instead. Both before anything here."""

    outcome: str
    reason: str = ""
    message: str = ""
    diff: Diff = dataclasses.field(default_factory=dict)
    put_back: dict[str, Any] = dataclasses.field(default_factory=dict)
    archive: bool = False


def in_one(images: Sequence[Image], record: Record | None) -> Image:
    """Of one record's images, at least one, the one that led to what is stored, from before the first of the job's
    changes in a row. Each counts once: one of a link alone leaves the record as it was, and would follow itself."""
    rest = list(images)
    last = next((image for image in rest if record is not None and image.left(record)), rest[-1])
    earlier: Image | None = last
    while earlier is not None:
        rest.remove(earlier)
        last = last.since(earlier)
        earlier = next((image for image in rest if last.follows(image)), None)
    return last


def of_image(image: Image, record: Record | None, link: Link | None, sent: Iterable[Entry]) -> Undo:
    """Undoing what a job did here. ``sent``: what went to the ledger for the record since, newest first."""
    if record is None or record.deleted or link is None:
        return Undo("skip", "deleted_here")
    if not image.left(record):
        return Undo("skip", "edited_since")
    if link.document_id != image.document_id:
        return Undo("skip", "linked_since")
    before = image.record.content if image.record is not None and image.existed else None
    changes = changes_between(KINDS[record.kind], record.content, before) if before is not None else ()
    diff = {c.field: {"from": plain(c.before), "to": plain(c.after)} for c in changes}
    if image.document_id == image.linked_to and image.existed:
        return Undo("update", diff=diff)
    overwritten = _overwritten(sent)
    if overwritten and (why := _closed(link)):
        return Undo("skip", why, f"was sent to the ledger: {', '.join(overwritten)}")
    values, edited = _unedited(record, link, overwritten)
    outcome = "delete" if not image.existed else "link" if image.linked_to else "unlink"
    diff = diff or {name: {"from": overwritten[name].after, "to": value} for name, value in values.items()}
    return Undo(outcome, message=_stays(edited), diff=diff, put_back=values)


def of_export(entries: Iterable[Entry], record: Record | None, link: Link | None, settings: CompanySettings) -> Undo:
    """Undoing what a job did in the ledger. ``entries``: what the history knows of that, newest first."""
    told = [e for e in entries if e.direction == "export" and e.outcome == "ok" and e.action in _SENT]
    if not told:
        return Undo("skip", "history_gone")
    if record is None or record.deleted or link is None:
        return Undo("skip", "deleted_here")
    if link.document_id != told[0].document_id:
        return Undo("skip", "linked_since")
    actions = {entry.action for entry in told}
    if "archived" in actions:
        return Undo("skip", "archived_in_ledger")
    if why := _closed(link):
        return Undo("skip", why)
    if "created" in actions:
        return _of_create(told[0], link, settings)
    overwritten = _overwritten(told)
    values, edited = _unedited(record, link, overwritten)
    if not values:
        return Undo("skip", "edited_since", _stays(edited))
    diff = {name: {"from": overwritten[name].after, "to": value} for name, value in values.items()}
    return Undo("update", message=_stays(edited), diff=diff, put_back=values)


def of_document(
    sent: Sequence[Entry],
    since: Sequence[Entry],
    record: Record | None,
    link: Link | None,
    settings: CompanySettings,
    reference: Reference,
) -> Undo:
    """Undoing what a job did in the ledger with an invoice, credit note or product, if nobody did anything with it
    since: documents that it created are voided, drafts deleted; what it overwrote goes back. ``sent``: the job's own
    entries; ``since``: all since it began; both newest first."""
    told = [e for e in sent if e.direction == "export" and e.outcome == "ok" and e.action in _SENT]
    if not told:
        return Undo("skip", "history_gone")
    if record is None or record.deleted or link is None:
        return Undo("skip", "deleted_here")
    if link.document_id != told[0].document_id:
        return Undo("skip", "linked_since")
    if link.document_status == "archived":
        return Undo("skip", "void_in_ledger")
    made = next((entry for entry in told if entry.action == "created"), None)
    if made is not None and record.kind == "products":
        return Undo("skip", "not_undone", "what a job created of this kind stays in the ledger")
    if is_settled(link.settlement):
        return Undo("skip", "void_has_payments" if made is not None else kept_back(record.kind))
    if reference.is_locked(getattr(link.base, "issue_date", None)):
        return Undo("skip", "period_locked")
    if why := "in_flight" if link.is_lifting else _closed(link):
        return Undo("skip", why)
    if made is None:
        return _of_update(told, since, record, link, reference)
    if link.seen is not None or any(_edits(entry) for entry in since if entry.at > made.at and entry not in told):
        return Undo("skip", "edited_since")
    if not settings.undo_archives_created:
        return Undo("skip", "undo_archives_off")
    status = link.settlement.status if link.settlement is not None else "approved"
    return Undo("archive", diff={"status": {"from": status, "to": "void"}}, archive=True)


def _of_update(told: Sequence[Entry], since: Sequence[Entry], record: Record, link: Link, reference: Reference) -> Undo:
    """Values that the job overwrote go back together, if nobody touched the document since: its lines, tax and totals
    hang together. What was blank before stays, for a blank clears nothing there (K4)."""
    known, overwritten = link.seen or link.base, _overwritten(told)
    if known is None or any(_edits(entry) for entry in since if entry.at > told[0].at and entry not in told):
        return Undo("skip", "edited_since")
    said = content_with(link.kind, known, {name: change.after for name, change in overwritten.items()})
    if not all(_says(name, said, known, link.kind) for name in overwritten):
        return Undo("skip", "edited_since")
    if "status" in overwritten:
        return Undo("skip", "not_undone", "the ledger takes no approval back")
    values = {name: change.before for name, change in overwritten.items() if not _is_nothing(change.before)}
    stays = ", ".join(name for name in overwritten if name not in values)
    if not values:
        return Undo("skip", "not_undone", f"blank before, and a blank clears nothing there: {stays}" if stays else "")
    if reference.is_locked(getattr(content_with(link.kind, known, values), "issue_date", None)):
        return Undo("skip", "period_locked")
    diff = {name: {"from": overwritten[name].after, "to": value} for name, value in values.items()}
    return Undo("update", message=f"blank before, and left: {stays}" if stays else "", diff=diff, put_back=values)


def _says(name: str, said: Content, known: Content, kind: str) -> bool:
    if isinstance(said, MoneyDocument) and isinstance(known, MoneyDocument) and name == "lines":
        there = [line.model_copy(update={"id": ""}) for line in known.lines]
        return same_lines([line.model_copy(update={"id": ""}) for line in said.lines], there)
    field = KINDS[kind].field(name)
    return same(field.of(known), field.of(said))


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _edits(entry: Entry) -> bool:
    """Whether it changed what a document says, and not only what is paid and left of it."""
    return entry.outcome == "ok" and bool(entry.diff.keys() - _OF_PAYMENT)


def _of_create(entry: Entry, link: Link, settings: CompanySettings) -> Undo:
    if not settings.undo_archives_created:
        return Undo("skip", "undo_archives_off")
    imported = link.last_import_at is not None and link.last_import_at > entry.at
    if imported or link.seen is not None or f"-{link.last_dispatch}-" not in entry.id:
        return Undo("skip", "edited_since")
    return Undo("archive", diff={"status": {"from": "active", "to": "archived"}}, archive=True)


def _closed(link: Link) -> str:
    """Why nothing may be written to the document; "" where it may."""
    if link.document_status == "archived":
        return "archived_in_ledger"
    if link.do_not_export.on:
        return "do_not_export"
    return "conflict" if link.state == "conflict" else ""


def _overwritten(entries: Iterable[Entry]) -> dict[str, Changed]:
    """By field: what the document said before the first of these updates, and what it says after the last one."""
    found: dict[str, Changed] = {}
    for entry in entries:
        if (entry.direction, entry.action, entry.outcome) == ("export", "updated", "ok"):
            for name, change in entry.diff.items():
                after = found[name].after if name in found else change.after
                found[name] = Changed(before=change.before, after=after)
    return found


def _unedited(record: Record, link: Link, overwritten: Mapping[str, Changed]) -> tuple[dict[str, Any], list[str]]:
    """The old values of fields in which both sides still say what was sent; and the fields in which one does not."""
    kind, known = KINDS[record.kind], link.seen or link.base
    if known is None:
        return {}, list(overwritten)
    values: dict[str, Any] = {}
    edited: list[str] = []
    ours = kind.ledger_view(record.content)
    sent = content_with(link.kind, known, {name: change.after for name, change in overwritten.items()})
    for name, change in overwritten.items():
        field = kind.field(name)
        if same(field.of(known), field.of(sent)) and same(field.of(ours), field.of(sent)):
            values[name] = change.before
        else:
            edited.append(name)
    return values, edited


def _stays(edited: list[str]) -> str:
    return f"edited since, and left alone: {', '.join(edited)}" if edited else ""


# ------------------------------------------------------------------ carrying it out


def order(link: Link, job: str, put_back: Mapping[str, Any], *, archive: bool) -> Link:
    """The link with the order to put these values back in its document, or to archive it."""
    known = link.seen or link.base
    wanted = content_with(link.kind, known, put_back) if known is not None and put_back else None
    content = wanted.model_dump(mode="json", exclude_defaults=True) if wanted is not None else {}
    whole = isinstance(known, MoneyDocument)
    told = Reverting(job=job, fields=tuple(put_back), content=content, archive=archive, whole=whole)
    return link.model_copy(update={"reverting": told, "ordered_by": job})


def as_before(image: Image, record: Record, link: Link) -> Link:
    """The link of a record that says again what the image says, while the ledger goes on saying what it says.

    What both sides agreed on before is agreed on again. Where the ledger says something else, the field is held: it
    travels neither way until somebody changes it.
    """
    assert image.record is not None
    kind, before, known = KINDS[record.kind], image.record.content, link.seen or link.base
    view = kind.ledger_view(before)
    base, agreed, held = link.base, image.link.base if image.link is not None else None, list(link.held_fields)
    for field in kind.fields:
        if field.of(before) == field.of(record.content):
            continue
        if base is not None and agreed is not None:
            base = field.put(base, field.of(agreed))
        if known is not None and not same(field.of(view), field.of(known)):
            held.append(field.name)
    if getattr(before, "active", True) != getattr(record.content, "active", True):
        held.append("active")
    seen = known if base is None or known is None or not agree(kind, base, known) else None
    return link.model_copy(update={"base": base, "seen": seen, "held_fields": tuple(dict.fromkeys(held))})


def content_with(kind: str, content: Content, values: Mapping[str, Any]) -> Content:
    """``content`` with these fields, given as plain data; None or blank empties one."""
    data = content.model_dump(mode="json")
    for name, value in values.items():
        field = KINDS[kind].field(name)
        head, _, tail = name.partition(".")
        if field.keyed:
            rest = [item for item in data[head] if item["kind"] != tail]
            data[head] = [*rest, {**value, "kind": tail}] if value else rest
        elif tail:
            data[head] = {**data[head], tail: value or ""}
        else:
            data[head] = value if value is not None else field.blank(content)
    return content_of(kind, data)
