"""What saving a push onto a record would store: decided from what was read, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ledgerlink.errors import NotFound, Refused, Stale
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.notices import telling
from ledgerlink.kinds import KINDS, Content, Kind
from ledgerlink.ports import PutEntry, PutLink, PutRecord, Write
from ledgerlink.rules import edits
from ledgerlink.rules import export as export_rules
from ledgerlink.rules.merge import Change
from ledgerlink.rules.preflight import held_to_totals
from ledgerlink.rules.reverting import known_again, without
from ledgerlink.rules.settlement import as_paid
from ledgerlink.state.activity import Entry
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Hold, Record, RecordKey

from .contents import check_size, content_from, patched


@dataclass(frozen=True)
class Push:
    """One record as pushed: the fields given, the holds given, and how to read what was not given."""

    fields: Mapping[str, Any]
    mode: Literal["replace", "merge"] = "replace"
    do_not_export: Hold | None = None
    do_not_import: Hold | None = None
    if_match: int | None = None
    tell_crm: bool = False  # the CRM did not push it


@dataclass(frozen=True)
class Saved:
    """What a save left behind."""

    record: Record
    link: Link
    created: bool
    changed: bool
    lets_go: bool = False  # who waited for it may go now


@dataclass(frozen=True)
class Draft:
    """A save decided but not stored: record and link as they would be, and the writes, none if nothing changed."""

    record: Record
    link: Link
    writes: tuple[Write, ...] = ()
    created: bool = False
    takes_turn: bool = False  # it must not overlap a send
    lets_in: bool = False  # the ledger's document is to be read again
    lets_out: bool = False  # it is held back no longer

    @property
    def saved(self) -> Saved:
        """What it leaves behind once stored."""
        if not self.writes:
            return Saved(self.record, self.link, created=False, changed=False)
        return Saved(
            self.record.model_copy(update={"version": self.record.version + 1}),
            self.link.model_copy(update={"version": self.link.version + 1}),
            created=self.created,
            changed=True,
            lets_go=self.created or self.lets_out,
        )


def drafted(context: Context, key: RecordKey, push: Push, actor: Actor, record: Record | None, link: Link) -> Draft:
    """What saving the push onto this record and link would store. Reads and writes nothing.

    Raises Invalid, Stale, Refused ``record_too_large`` or what the kind's rule says, NotFound (PATCH of nothing).
    """
    if record is not None and record.moved_to:
        raise renamed(record)
    check_revision(record, push.if_match)
    pushed, content = _contents(key, record, push, held_to=held_to_totals(link))
    if record is None or record.deleted:
        born = _born(context, key, (pushed or content, content), record, actor)
        return _draft(context, born, _fresh(key, link), push, actor, record)
    content = as_paid(record.content, content, link)
    check_size(content, pushed)
    if content == record.content and pushed == record.pushed and _holds(link, push) == link:
        return Draft(record, link)
    refused = export_rules.RULES[key.kind].refusal(record.content, content, link, context.settings)
    if refused:
        told, status = f"the {KINDS[key.kind].singular} is in the ledger as it is", 423 if refused == "locked" else 409
        raise Refused(refused, told, status=status)
    now = context.at.clock.now()
    edited = record.model_copy(
        update={
            "content": content,
            "pushed": pushed,
            **(
                {"revision": record.revision + 1, "updated_at": now, "changed_by": actor.changed_by}
                if content != record.content
                else {}
            ),
        }
    )
    return _draft(context, edited, link, push, actor, record)


def read_pair(context: Context, key: RecordKey) -> tuple[Record | None, Link]:
    """The record, if there is one, and its main link, a blank one if there is none."""
    at = context.at
    record = at.records.get(key)
    link = at.links.get(LinkKey(*key))
    return record, link or blank_link(key)


def blank_link(key: RecordKey) -> Link:
    """The main link of a record that has none yet."""
    return Link(company=key.company, kind=key.kind, id=key.id, stage=KINDS[key.kind].stage)


def renamed(record: Record) -> Refused:
    """What an id that was given up answers."""
    return Refused("renamed", f"its id is {record.moved_to} now", extra={"renamed_to": record.moved_to})


def check_revision(record: Record | None, if_match: int | None) -> None:
    current = record.revision if record is not None and not record.deleted else 0
    if if_match is not None and if_match != current:
        raise Stale(current)


def _contents(
    key: RecordKey, record: Record | None, push: Push, *, held_to: bool = False
) -> tuple[Content | None, Content]:
    """What was pushed, as a whole content, and what the record becomes by it. ``held_to``: its totals stay the CRM's
    word whatever becomes of its lines."""
    live = record if record is not None and not record.deleted else None
    pushed, content = _said(key, live, push)
    before = live.content if live is not None else None
    content = KINDS[key.kind].identified(content, before)
    if push.mode == "merge" and before is not None and not held_to:
        pushed = _without_old_totals(key.kind, pushed, content, before, push.fields)
    return pushed, _without_derived(key.kind, pushed, content, before)


def _without_old_totals(
    sort: str, pushed: Content | None, content: Content, before: Content, said: Collection[str]
) -> Content | None:
    """What was pushed, less what vouched for lines that are others now, and was not said with these (decision 33)."""
    kind = KINDS[sort]
    if pushed is None or not _comes_from_others(kind, content, before):
        return pushed
    return pushed.model_copy(update=dict.fromkeys(kind.derived - set(said)))


def _comes_from_others(kind: Kind[Any], content: Content, before: Content) -> bool:
    return any(getattr(content, name) != getattr(before, name) for name in kind.derived_from)


def merged(record: Record, fields: Mapping[str, Any]) -> Content:
    """What the record would say with these fields; nothing is stored. Raises Invalid."""
    return _contents(record.key, record, Push(fields, "merge"))[1]


def _without_derived(sort: str, pushed: Content | None, content: Content, before: Content | None) -> Content:
    """What was filled in from the ledger stands until something is said that it comes from."""
    kind = KINDS[sort]
    names = [name for name in kind.derived if name in kind.hub_fields or getattr(pushed, name, None) is None]
    if before is None or not names:
        return content
    as_it_was = content.model_copy(update={name: getattr(before, name) for name in names})
    if _comes_from_others(kind, content, before):
        return content.model_copy(update=dict.fromkeys(names))
    return before if as_it_was == before else as_it_was


def _said(key: RecordKey, live: Record | None, push: Push) -> tuple[Content | None, Content]:
    kind = KINDS[key.kind]
    if push.mode == "merge":
        if live is None:
            raise NotFound(kind.singular)
        if not push.fields:  # holds alone
            return live.pushed, live.content
        content = content_from(key.kind, patched(live.content, push.fields))
        pushed = content_from(key.kind, patched(live.pushed or _without_totals(live), push.fields))
        return pushed, edits.replaced_by(kind, live.content, content)
    pushed = content_from(key.kind, push.fields)
    if live is None:
        return pushed, pushed
    if push.if_match is not None:
        return pushed, edits.replaced_by(kind, live.content, pushed)
    return pushed, edits.pushed_onto(kind, live.content, pushed, live.pushed)


def _without_totals(live: Record) -> Content:
    """A record that the CRM never pushed, without what the ledger alone says of it: nobody here holds it to that."""
    return live.content.model_copy(update=dict.fromkeys(KINDS[live.kind].derived))


def _born(
    context: Context, key: RecordKey, said: tuple[Content, Content], tombstone: Record | None, actor: Actor
) -> Record:
    """``said``: what was pushed, and what the record becomes by it."""
    pushed, content = said
    check_size(content, pushed)
    return Record(
        company=key.company,
        kind=key.kind,
        id=key.id,
        revision=tombstone.revision + 1 if tombstone else 1,
        content=content,
        pushed=pushed,
        updated_at=context.at.clock.now(),
        changed_by=actor.changed_by,
        version=tombstone.version if tombstone else 0,
    )


def _fresh(key: RecordKey, link: Link) -> Link:
    """The link of a record that is new, or new again after it was deleted."""
    return Link(
        company=key.company, kind=key.kind, id=key.id, stage=link.stage, version=link.version, wanted=link.wanted
    )


def _holds(link: Link, push: Push) -> Link:
    update = {
        name: hold
        for name, hold in (("do_not_export", push.do_not_export), ("do_not_import", push.do_not_import))
        if hold is not None
    }
    held = link.model_copy(update=update) if update else link
    # What was kept out meanwhile is news once it may come in.
    return held.model_copy(update={"base_at": None}) if _lets_in(link, held) else held


def _lets_in(before: Link, after: Link) -> bool:
    """Whether edits of the ledger that a hold kept out may come in now."""
    return before.do_not_import.on and not after.do_not_import.on and before.seen is not None


def _draft(context: Context, record: Record, link: Link, push: Push, actor: Actor, before: Record | None) -> Draft:
    """One transaction: record, link, history. Setting a hold takes a turn, so that it cannot overlap a send."""
    now = context.at.clock.now()
    created = before is None or before.deleted
    old = None if created or before is None else before.content
    changes = edits.changes_between(KINDS[record.kind], old, record.content) if old is not None else ()
    held = _holds(link, push)
    after = export_rules.after_save(record, _set_free(held, changes), context.settings, now, born=created)
    writes: list[Write] = [PutRecord(record), PutLink(after)]
    if created or changes:
        entry = record_entry(
            record.key,
            at=now,
            mark=f"rev{record.revision}",
            direction="here",
            action="created" if created else "edited",
            actor=actor.sub,
            diff=diff(changes),
        )
        writes.append(PutEntry(entry))
        writes += telling.told(record, context.at) if push.tell_crm else []
    if held != link:
        writes.append(PutEntry(_hold_entry(link, held, actor, now)))
    turns = (held != link or _would_be_late(context, old, record, link)) and not created
    return Draft(
        record,
        after,
        tuple(writes),
        created=created,
        takes_turn=turns,
        lets_in=_lets_in(link, held),
        lets_out=link.do_not_export.on and not held.do_not_export.on,
    )


_HOLDS = {"do_not_export": "Do not export", "do_not_import": "Do not import"}


def _hold_entry(before: Link, after: Link, actor: Actor, now: datetime) -> Entry:
    """Who held it back or let it go, and why."""
    holds: dict[str, Hold] = {name: getattr(after, name) for name in _HOLDS}
    changed = {_HOLDS[name]: hold for name, hold in holds.items() if hold != getattr(before, name)}
    told = (f"{label}: {(hold.reason or 'on') if hold.on else 'off'}" for label, hold in changed.items())
    return record_entry(
        after.key.record,
        at=now,
        mark=f"hold-v{before.version}",
        direction="here",
        action="held" if any(hold.on for hold in changed.values()) else "released",
        message="; ".join(told),
        actor=actor.sub,
    )


def _would_be_late(context: Context, before: Content | None, record: Record, link: Link) -> bool:
    """Whether the edit is one that a document in the ledger refuses, and this one may be on its way there: then it must
    not overlap its being sent, or it would pass what keeps it from a sent one."""
    if before is None or link.document_id or not link.is_due:
        return False
    sent = link.model_copy(update={"document_id": "on its way"})
    return bool(export_rules.RULES[record.kind].refusal(before, record.content, sent, context.settings))


def _set_free(link: Link, changes: tuple[Change, ...]) -> Link:
    """A field that somebody changed is no longer held; an order to clear it, or to put it back, is overtaken."""
    changed = {change.field for change in changes}
    free = {
        name: tuple(field for field in getattr(link, name) if field not in changed)
        for name in ("held_fields", "clears")
    }
    if not changed:
        return link
    agreed = known_again(link, changed & set(link.held_fields))
    return agreed.model_copy(update={**free, "reverting": without(link, changed)})


def changes_of(before: Record, draft: Draft) -> tuple[Change, ...]:
    """What a draft would change in the record."""
    return edits.changes_between(KINDS[before.kind], before.content, draft.record.content)
