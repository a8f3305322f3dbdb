"""Conflicts: a person says whose value stays, for all fields or field by field (X3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledgerlink.errors import FieldProblem, Invalid, NotFound, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.notices import telling
from ledgerlink.kinds import KINDS, Content
from ledgerlink.ports import PutEntry, PutLink, PutRecord, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import taking_in
from ledgerlink.rules.import_ import Grounds
from ledgerlink.rules.merge import Change, Side, same
from ledgerlink.state.activity import Entry
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

LOOKED_AT = 50  # entries of a record, for who changed a field


def resolve(context: Context, key: LinkKey, keep: Side | Mapping[str, Side], actor: Actor) -> Link:
    """Settle fields in dispute; fields not named stay in dispute. Blanks never clear, whoever is kept.

    Raises NotFound (no conflict), Refused (not about fields, or ``in_flight``), Invalid (no such field in dispute).
    """
    lanes.turn(key.company, [key], context.at, lambda: _resolution(context, key, keep, actor))
    after = context.at.links.get(key)
    assert after is not None
    if after.is_due:
        context.at.doorbells.ring(key.company, "export")
    telling.ring(key.company, [key.record], context.at)
    return after


def _resolution(context: Context, key: LinkKey, keep: Side | Mapping[str, Side], actor: Actor) -> list[Write]:
    at, kind = context.at, KINDS[key.kind]
    record, link = at.records.get(key.record), at.links.get(key)
    if record is None or link is None or link.state != "conflict":
        raise NotFound("conflict")
    theirs = link.seen or link.base
    if not link.clashes or theirs is None or link.base is None:
        raise Refused(link.reason, "this is not about fields")
    chosen = _choices(link, keep)
    base, content = link.base, record.content
    grounds = Grounds(context.settings, "job", _customer(context, theirs), context.mappings, context.reference)
    in_ours = taking_in.of(key.kind).in_ours(theirs, record, link, grounds)
    changes: list[Change] = []
    for name, side in chosen.items():
        field = kind.field(name)
        ours, value = field.of(record.content), field.of(in_ours)
        base = field.put(
            base, field.of(theirs)
        )  # what the ledger says is known from now on, so only ours is news, or nothing is
        if side == "ledger" and not same(ours, value):
            content = field.put(content, value)
            changes.append(Change(name, ours, value))
    now = at.clock.now()
    edited = record
    if changes:
        told = {"content": content, "revision": record.revision + 1, "updated_at": now, "changed_by": "admin"}
        edited = record.model_copy(update=told)
    left = [clash for clash in link.clashes if clash.field not in chosen]
    settled = link.model_copy(
        update={
            **export_rules.columns(edited),
            "base": base,
            "seen": link.seen if left or link.held_fields else None,
            "clashes": tuple(left),
            "wanted": edited.revision,
            "updated_at": edited.updated_at,
            "ordered_by": "person",
        }
    )
    after = export_rules.follow(settled, export_rules.decide(edited, settled, context.settings), now)
    entry = record_entry(
        key.record,
        at=now,
        mark=f"v{link.version}",
        direction="here",
        action="resolved",
        message=", ".join(f"{name}: {side}" for name, side in chosen.items()),
        actor=actor.sub,
        diff=diff(changes),
    )
    writes: list[Write] = [PutLink(after), PutEntry(entry)]
    return [*writes, PutRecord(edited), *telling.told(edited, at)] if changes else writes


def _customer(context: Context, theirs: Content) -> dict[tuple[str, str], RecordKey]:
    """The record of the contact that a document names."""
    contact = getattr(theirs, "organization_id", "")
    claims = context.at.links.claimed(context.company.id, "contact", [contact]) if contact else {}
    return {("contact", id_): claim.link.record for id_, claim in claims.items() if claim.link is not None}


def _choices(link: Link, keep: Side | Mapping[str, Side]) -> dict[str, Side]:
    names = [clash.field for clash in link.clashes]
    if keep == "crm" or keep == "ledger":
        return dict.fromkeys(names, keep)
    assert isinstance(keep, Mapping)
    unknown = [name for name in keep if name not in names]
    if unknown or not keep:
        told = f"in dispute are: {', '.join(names)}"
        raise Invalid(*(FieldProblem(f"fields.{name}", told) for name in unknown or [""]))
    return dict(keep)


def authors(context: Context, links: Sequence[Link]) -> dict[LinkKey, dict[str, Entry]]:
    """Of each pair, by field in dispute: the newest entry of the history that changed it here."""
    at = context.at
    pages = at.parallel.map(lambda link: at.activity.of_record(link.key.record, limit=LOOKED_AT).items, links)
    found: dict[LinkKey, dict[str, Entry]] = {}
    for link, entries in zip(links, pages, strict=True):
        here = [entry for entry in entries if entry.direction != "export"]
        names = [clash.field for clash in link.clashes]
        by_field = {name: next((e for e in here if name in e.diff or e.action == "created"), None) for name in names}
        found[link.key] = {name: entry for name, entry in by_field.items() if entry is not None}
    return found


def listed(context: Context, *, after: str | None, limit: int) -> tuple[list[tuple[Record, Link]], str | None]:
    """Pairs in conflict, oldest first."""
    page = context.at.links.conflicts(context.company.id, after=after, limit=limit)
    links = context.at.links.many(page.items)
    records = context.at.records.many(key.record for key in page.items)
    pairs = [
        (records[key.record], links[key])
        for key in page.items
        if key in links and key.record in records and links[key].state == "conflict"
    ]
    return pairs, page.next


def others(context: Context, links: Sequence[Link]) -> dict[LinkKey, RecordKey]:
    """Whose document each of these links' own was merged into, where it is not about fields."""
    merged = [link for link in links if link.error is not None and link.error.holder]
    found: dict[LinkKey, RecordKey] = {}
    for document_type in sorted({link.document_type for link in merged}):
        mine = {link.key: link.error.holder for link in merged if link.document_type == document_type and link.error}
        claims = context.at.links.claimed(context.company.id, document_type, set(mine.values()))
        held = {key: claims[id_].link for key, id_ in mine.items() if id_ in claims}
        found |= {key: holder.record for key, holder in held.items() if holder is not None}
    return found
