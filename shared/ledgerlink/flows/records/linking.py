"""Linking by hand: one record, one document, both ways; never while it is being sent (K8, K14)."""

from __future__ import annotations

from datetime import datetime

from ledgerlink.errors import FieldProblem, Invalid, NotFound, Refused
from ledgerlink.flows import lanes, waking
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import diff, plain, record_entry
from ledgerlink.kinds import KINDS
from ledgerlink.ports import CERTAIN, Claim, Claimed, PutEntry, PutLink, Unclaim, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules.merge import Change, agree, three_way
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import merged, questions
from .drafting import Draft, Push, Saved, drafted, read_pair


def link(context: Context, key: RecordKey, document_id: str, actor: Actor, *, confirm: bool = False) -> Link:
    """Link a record to a document of the ledger.

    Where saving then overwrites the document (update_linked_contact_on_edit), the field diff comes back first as
    Refused ``link_needs_confirmation`` (428) and nothing happens until ``confirm``. Raises NotFound, Invalid,
    Refused ``link_taken`` or ``in_flight``, NotConnected, LedgerBusy, Conflict.
    """
    _, before = pair_of(context, key)
    document = read_document(context, KINDS[key.kind].document_type, document_id)
    held: list[str] = []

    def writes() -> list[Write]:
        record, link = pair_of(context, key)
        if link.document_id == document.id:
            return []
        _check(context, record, link, document, confirm=confirm)
        held.extend(link.suggestions)
        return link_writes(context, record, link, document, actor)

    lanes.turn(key.company, [LinkKey(*key)], context.at, writes)
    questions.after_linking(context, LinkKey(*key), document.id, dict.fromkeys(held))
    after = context.at.links.get(LinkKey(*key))
    assert after is not None
    if after.is_due:
        context.at.doorbells.ring(key.company, "export")
    waking.rouse(key.company, [key], context.at)
    if before.document_id:
        merged.look_again(context)
    _read_money(context, document)
    return after


def save_linked(
    context: Context, key: RecordKey, push: Push, document_id: str, actor: Actor, *, confirm: bool = False
) -> Saved:
    """Save a record and link it in the same step; nothing is created in the ledger, and nothing saved where refused.

    Raises what ``save`` and ``link`` raise.
    """
    document = read_document(context, KINDS[key.kind].document_type, document_id)
    drafts: list[Draft] = []

    def writes() -> list[Write]:
        draft = drafted(context, key, push, actor, *read_pair(context, key))
        drafts.append(draft)
        if draft.link.document_id == document.id:
            return list(draft.writes)
        _check(context, draft.record, draft.link, document, confirm=confirm)
        linked = link_writes(context, draft.record, draft.link, document, actor)
        saved = [write for write in draft.writes if not isinstance(write, PutLink)]
        return [*saved, *linked]

    lanes.turn(key.company, [LinkKey(*key)], context.at, writes)
    held = dict.fromkeys(id_ for draft in drafts for id_ in draft.link.suggestions)
    questions.after_linking(context, LinkKey(*key), document.id, held)
    record, link = context.at.records.get(key), context.at.links.get(LinkKey(*key))
    assert record is not None
    assert link is not None
    if link.is_due:
        context.at.doorbells.ring(key.company, "export")
    waking.rouse(key.company, [key], context.at)
    _read_money(context, document)
    return Saved(record, link, created=drafts[-1].created, changed=True)


def _read_money(context: Context, document: Document) -> None:
    """What is paid and left of a document just linked comes here now: nothing of it would be news again. Not before it
    is linked, or it might be taken for one that was made there."""
    if document.settlement is not None:
        marked = [(document.type, document.id)]
        context.at.marks.add(context.organisation, marked, since=f"{CERTAIN}{context.at.ids.new()}")
        context.at.doorbells.ring(context.company.id, "import")


def _check(context: Context, record: Record, link: Link, document: Document, *, confirm: bool) -> None:
    """Raises Refused where the document is another record's, or values would be overwritten unconfirmed."""
    claims = context.at.links.claimed(record.company, document.type, [document.id])
    check_free(claims.get(document.id, Claimed()), link.key)
    changes = overwritten(record, link, document)
    if changes and context.settings.update_linked_contact_on_edit and not confirm:
        shown = {change.field: {"from": plain(change.before), "to": plain(change.after)} for change in changes}
        detail = "linking overwrites values in the ledger"
        if document.status == "archived":
            detail += f", once somebody restores the {document.type} there: it is archived"
        raise Refused("link_needs_confirmation", detail, status=428, extra={"diff": shown})


def read_document(context: Context, document_type: str, document_id: str) -> Document:
    """The document, read from the ledger. Raises Invalid if there is none."""
    found = context.ledger.read(document_type, [document_id], purpose="person")
    if not found:
        raise Invalid(FieldProblem("document_id", f"the ledger has no {document_type} with this id", "unknown"))
    return found[0]


def check_free(claim: Claimed, key: LinkKey) -> None:
    """Raises Refused ``link_taken``, naming who has it."""
    if claim.link is not None and claim.link != key:
        holder = {"kind": claim.link.kind, "id": claim.link.id}
        raise Refused("link_taken", f"linked to {claim.link.kind} {claim.link.id}", extra={"linked_to": holder})


def overwritten(record: Record, link: Link, document: Document) -> tuple[Change, ...]:
    """What linking would change in the ledger: from its values to ours."""
    kind = KINDS[record.kind]
    return three_way(
        kind,
        base=None,
        crm=kind.ledger_view(record.content),
        ledger=document.content,
        owners={},
        direction="crm",
        held=link.held_fields if link.document_id in ("", document.id) else (),
    ).to_ledger


def link_writes(context: Context, record: Record, link: Link, document: Document, actor: Actor) -> list[Write]:
    """The writes that link a pair; re-linking gives the old document up."""
    now = context.at.clock.now()
    kind = KINDS[record.kind]
    agreed = agree(kind, kind.ledger_view(record.content), document.content)
    # Of another document nothing is kept: its lines are not this one's.
    free = parted(link) if link.document_id not in ("", document.id) else link
    linked = free.model_copy(
        update={
            "document_type": document.type,
            "document_id": document.id,
            "document_status": document.status,
            # Where both say the same already, that is what they agree on; else nothing is agreed until one side won.
            "base": document.content if agreed else None,
            "base_at": document.updated_at,
            "seen": None if agreed else document.content,
            "silent": (),
            # Of what was paid only how much is known: the import brings each of its payments.
            "settlement": document.settlement and document.settlement.model_copy(update={"parts": None}),
            "tombstone": "",
            "suggestions": (),
            "clashes": (),
            "error": None,
            "exported": 0,
            "reverting": None,
        }
    )
    after = export_rules.follow(linked, export_rules.decide(record, linked, context.settings), now)
    entry = record_entry(
        record.key,
        at=now,
        mark=f"v{link.version}",
        direction="here",
        action="linked",
        actor=actor.sub,
        document_id=document.id,
        diff=diff(overwritten(record, link, document)),
    )
    writes: list[Write] = [PutLink(after), Claim(link.key, document.type, document.id), PutEntry(entry)]
    if link.document_id:
        writes.append(Unclaim(link.key, link.document_type, link.document_id))
    return writes


def unlink(context: Context, key: RecordKey, actor: Actor) -> Link:
    """Part a pair. Neither side is created or matched again by itself (K14). Raises NotFound, Refused ``in_flight``."""

    def writes() -> list[Write]:
        _, link = pair_of(context, key)
        if not link.document_id:
            return []
        return parting(link, parted(link), actor, context.at.clock.now(), tombstone="unlinked_by_person")

    lanes.turn(key.company, [LinkKey(*key)], context.at, writes)
    after = context.at.links.get(LinkKey(*key))
    assert after is not None
    merged.look_again(context)
    return after


def parting(link: Link, after: Link, actor: Actor, now: datetime, *, tombstone: str = "") -> list[Write]:
    """The writes by which a record gives up its document; ``tombstone``: why that shall come to nobody by itself."""
    entry = record_entry(
        link.key.record,
        at=now,
        mark=f"v{link.version}",
        direction="here",
        action="unlinked",
        actor=actor.sub,
        document_id=link.document_id,
    )
    return [
        PutLink(after),
        Unclaim(link.key, link.document_type, link.document_id, tombstone=tombstone),
        PutEntry(entry),
    ]


def parted(link: Link) -> Link:
    """The link of a record whose document was given up: nothing goes or comes by itself."""
    return Link(
        company=link.company,
        kind=link.kind,
        id=link.id,
        part=link.part,
        stage=link.stage,
        wanted=link.wanted,
        do_not_export=link.do_not_export,
        do_not_import=link.do_not_import,
        tombstone="unlinked_by_person",
        state="skipped",
        reason="unlinked_by_person",
        **{name: getattr(link, name) for name in ("title", "number", "email", "status", "match", "updated_at")},
        last_export_at=link.last_export_at,
        last_import_at=link.last_import_at,
        version=link.version,
    )


def pair_of(context: Context, key: RecordKey) -> tuple[Record, Link]:
    """The record and its main link. Raises NotFound."""
    record = context.at.records.get(key)
    link = context.at.links.get(LinkKey(*key))
    if record is None or record.deleted or link is None:
        raise NotFound(KINDS[key.kind].singular)
    return record, link
