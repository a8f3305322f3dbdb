"""Clearing: the only way to empty a field on the other side, ordered by a person, with a reason (rule K4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ledgerlink.errors import FieldProblem, Invalid, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.notices import telling
from ledgerlink.kinds import KINDS
from ledgerlink.ports import PutEntry, PutLink, PutRecord, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules.merge import Change, is_blank
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .linking import pair_of

Side = Literal["ledger", "crm", "both"]


def clear(context: Context, key: RecordKey, fields: Sequence[str], side: Side, reason: str, actor: Actor) -> Link:
    """Empty these fields here, in the ledger (by the next export), or on both sides.

    Emptied in the ledger alone, a field travels neither way until somebody changes it; else our value would refill it.
    Raises NotFound, Invalid (a field that is none, or is needed), Refused ``not_linked`` or ``in_flight``.
    """
    names = _names(key.kind, fields)
    lanes.turn(key.company, [LinkKey(*key)], context.at, lambda: _writes(context, key, names, side, reason, actor))
    after = context.at.links.get(LinkKey(*key))
    assert after is not None
    if after.is_due:
        context.at.doorbells.ring(key.company, "export")
    telling.ring(key.company, [key], context.at)
    return after


def _names(kind: str, fields: Sequence[str]) -> tuple[str, ...]:
    """``phones`` means each of its kinds."""
    found: list[str] = []
    problems = []
    for given in fields:
        known = [f.name for f in KINDS[kind].fields if f.name == given or f.name.startswith(f"{given}.")]
        if not known:
            problems.append(FieldProblem(f"fields.{given}", "is no field that travels", "unknown_field"))
        elif given in KINDS[kind].needed:
            problems.append(FieldProblem(f"fields.{given}", "is needed and cannot be emptied", "needed"))
        found += known
    if problems:
        raise Invalid(*problems)
    return tuple(dict.fromkeys(found))


def _writes(
    context: Context, key: RecordKey, names: tuple[str, ...], side: Side, reason: str, actor: Actor
) -> list[Write]:
    record, link = pair_of(context, key)
    if side == "ledger" and not link.document_id:
        raise Refused("not_linked", "there is nothing in the ledger to empty")
    now = context.at.clock.now()
    changes = _changes(record, names) if side != "ledger" else ()
    edited = record
    if changes:
        content = record.content
        for change in changes:
            content = KINDS[key.kind].field(change.field).put(content, change.after)
        told = {"content": content, "revision": record.revision + 1, "updated_at": now, "changed_by": actor.changed_by}
        edited = record.model_copy(update=told)
    ordered = link.model_copy(update=_order(link, names, side))
    saved = ordered.model_copy(
        update={**export_rules.columns(edited), "wanted": edited.revision, "updated_at": edited.updated_at}
    )
    after = export_rules.follow(saved, export_rules.decide(edited, saved, context.settings), now)
    entry = record_entry(
        key,
        at=now,
        mark=f"clear-v{link.version}",
        direction="here",
        action="cleared",
        message=f"{side}: {', '.join(names)}. {reason}",
        actor=actor.sub,
        diff=diff(changes),
    )
    writes: list[Write] = [PutLink(after), PutEntry(entry)]
    return [*writes, PutRecord(edited), *telling.told(edited, context.at)] if changes else writes


def _changes(record: Record, names: tuple[str, ...]) -> tuple[Change, ...]:
    fields = [KINDS[record.kind].field(name) for name in names]
    old = [(field, field.of(record.content)) for field in fields]
    return tuple(Change(field.name, value, field.blank(record.content)) for field, value in old if not is_blank(value))


def _order(link: Link, names: tuple[str, ...], side: Side) -> dict[str, object]:
    """What the link must remember. An order of a person goes although edits do not travel by themselves."""
    if side == "crm" or not link.document_id:
        return {}
    clears = tuple(dict.fromkeys((*link.clears, *names)))
    held = tuple(name for name in link.held_fields if name not in names)
    return {"clears": clears, "held_fields": (*held, *names) if side == "ledger" else held, "ordered_by": "person"}
