"""Fixes of errors that the hub can run, each told first as what it would do (Q3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ledgerlink.errors import FieldProblem, Invalid, NotFound, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.company import mapping
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import plain
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.records import drafting, linking, saving
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.holders import TAKEN
from ledgerlink.kinds import KINDS
from ledgerlink.ports import Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import safe_edits
from ledgerlink.rules.fixes import fixes_of
from ledgerlink.rules.mapping import MAPPING_KINDS
from ledgerlink.rules.safe_edits import Step
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import Mapped, MappingKind, Side
from ledgerlink.state.record import Record, RecordKey

from . import safe_editing
from .problems import WRONG, retry


@dataclass(frozen=True)
class Fixed:
    """What a fix did, or would do: ``diff`` is what it overwrites, ``document`` whom it is about."""

    outcome: str
    diff: dict[str, dict[str, Any]] = field(default_factory=dict)
    document: Document | None = None
    steps: tuple[Step, ...] = ()  # of a safe edit, each a write to the ledger
    note: str = ""


def fix(
    context: Context, key: RecordKey, fix: str, params: Mapping[str, Any], actor: Actor, *, dry_run: bool = False
) -> Fixed:
    """Run one of the fixes that the error offers, or a safe edit; ``dry_run`` tells what it would do.

    Raises NotFound, Invalid (not offered, bad params), and what linking, saving and safe edits raise.
    """
    if fix in safe_edits.WAYS:
        return _safe_edit(context, key, fix, params, actor, dry_run)
    record, link = linking.pair_of(context, key)
    if link.state not in WRONG or link.error is None:
        raise NotFound("error of this record")
    offered = [each.id for each in fixes_of(record, link)]
    if fix not in offered:
        raise Invalid(FieldProblem("fix", f"is not one of {', '.join(offered)}"))
    return _FIXES[fix](context, record, link, params, actor, dry_run)


def _safe_edit(
    context: Context, key: RecordKey, way: str, params: Mapping[str, Any], actor: Actor, dry_run: bool
) -> Fixed:
    if dry_run:
        plan = safe_editing.plan(context, key, way, params)
    else:
        plan = safe_editing.run(context, key, way, params, actor)
    shown = {name: {"from": plain(before), "to": plain(after)} for name, (before, after) in plan.diff.items()}
    return Fixed("would_edit" if dry_run else "due", shown, steps=plan.steps, note=plan.message)


def _link(
    context: Context, record: Record, link: Link, params: Mapping[str, Any], actor: Actor, dry_run: bool
) -> Fixed:
    given = params.get("document_id") or (link.error.holder if link.error else "")
    if given:
        document = linking.read_document(context, KINDS[record.kind].document_type, str(given))
    else:
        document = _holder(context, record, link)
    if dry_run:
        claims = context.at.links.claimed(record.company, document.type, [document.id])
        if document.id in claims:
            linking.check_free(claims[document.id], link.key)
        shown = {
            c.field: {"from": plain(c.before), "to": plain(c.after)}
            for c in linking.overwritten(record, link, document)
        }
        return Fixed("would_link", shown, document)
    linking.link(context, record.key, document.id, actor, confirm=True)
    return Fixed("linked", document=document)


def _holder(context: Context, record: Record, link: Link) -> Document:
    """The contact that has the name, number or mark. Raises Invalid where it cannot be told by itself."""
    kind, ledger = KINDS[record.kind], context.ledger
    if link.reason == "reference_taken":
        found = ledger.find(kind.document_type, [kind.reference(record.id)], purpose="person")
    else:
        name = TAKEN.get(link.reason, "name")
        value = kind.field(name).of(kind.ledger_view(record.content))
        found = [d for d in ledger.having(kind.document_type, name, [value], purpose="person") if d.status == "active"]
    if len(found) != 1:
        raise Invalid(FieldProblem("params.document_id", "cannot be told by itself; name the contact", "needed"))
    return found[0]


def _recreate(
    context: Context, record: Record, link: Link, params: Mapping[str, Any], actor: Actor, dry_run: bool
) -> Fixed:
    if dry_run:
        return Fixed("would_create")

    def writes() -> list[Write]:
        record, link = linking.pair_of(context, record_key)
        if not link.document_id:
            return []
        now = context.at.clock.now()
        free = linking.parted(link).model_copy(update={"tombstone": "", "create_ordered": True, "ordered_by": "person"})
        after = export_rules.follow(free, export_rules.decide(record, free, context.settings), now)
        return linking.parting(link, after, actor, now)

    record_key = record.key
    lanes.turn(record.company, [link.key], context.at, writes)
    context.at.doorbells.ring(record.company, "export")
    return Fixed("due")


def _retry(
    context: Context, record: Record, link: Link, params: Mapping[str, Any], actor: Actor, dry_run: bool
) -> Fixed:
    if dry_run:
        return Fixed("would_retry")
    retry(context, actor, keys=[link.key])
    return Fixed("due")


def _edit(
    context: Context, record: Record, link: Link, params: Mapping[str, Any], actor: Actor, dry_run: bool
) -> Fixed:
    fields = params.get("fields")
    if not isinstance(fields, dict) or not fields:
        raise Invalid(FieldProblem("params.fields", "say which fields become what"))
    push = Push(fields, "merge", if_match=record.revision)
    draft = drafting.drafted(context, record.key, push, actor, record, link)
    shown = {c.field: {"from": plain(c.before), "to": plain(c.after)} for c in drafting.changes_of(record, draft)}
    if dry_run:
        return Fixed("would_edit", shown)
    saved = saving.save(context, record.key, push, actor)
    if saved.link.state in WRONG:
        raise Refused(saved.link.reason, "; ".join(saved.link.error.details) if saved.link.error else "")
    return Fixed("due" if saved.link.is_due else saved.link.state, shown)


def _map(context: Context, record: Record, link: Link, params: Mapping[str, Any], actor: Actor, dry_run: bool) -> Fixed:
    """One more pair of a mapping; whatever waited for it goes on."""
    kind, source, target = (str(params.get(name) or "") for name in ("mapping", "from", "to"))
    if kind not in MAPPING_KINDS or not source or not target:
        raise Invalid(FieldProblem("params", "say mapping, from and to"))
    sort: MappingKind = kind
    pair = Mapped(source=source, side=cast(Side, str(params.get("side") or "")), target=target)
    if not dry_run:
        mapping.add(context, sort, pair, actor)
        retry(context, actor, keys=[link.key])
    return Fixed("would_map" if dry_run else "due")


def _refresh(
    context: Context, record: Record, link: Link, params: Mapping[str, Any], actor: Actor, dry_run: bool
) -> Fixed:
    if dry_run:
        return Fixed("would_retry")
    reference_data.refresh(context, purpose="person")
    retry(context, actor, keys=[link.key])
    return Fixed("due")


_Runs = Callable[[Context, Record, Link, Mapping[str, Any], Actor, bool], Fixed]
_FIXES: dict[str, _Runs] = {
    "link_to_holder": _link,
    "link": _link,
    "unlink_and_create": _recreate,
    "retry": _retry,
    "edit": _edit,
    "map": _map,
    "refresh_and_retry": _refresh,
}
