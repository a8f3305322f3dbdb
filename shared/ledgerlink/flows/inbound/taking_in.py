"""Taking documents in: each is compared with what is known, decided by rule, and stored under the link's version.

Order and repeats do not matter: what was stored before is recognised by its content and time, and what somebody changed
meanwhile is left for another look.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from ledgerlink.flows import lanes
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.imaging import Keep, image_of, keep_none
from ledgerlink.flows.notices import telling
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.ports import (
    CERTAIN,
    Claim,
    Claimed,
    PutEntry,
    PutLink,
    PutNotice,
    PutRecord,
    PutSuggestion,
    Unclaim,
    Write,
)
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import import_ as rules
from ledgerlink.rules import reverting, settlement, taking_in
from ledgerlink.rules.duplicates import Candidates, Match
from ledgerlink.rules.import_ import Grounds, Source
from ledgerlink.rules.merge import Change
from ledgerlink.state.document import Document
from ledgerlink.state.image import Image
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey
from ledgerlink.state.suggestion import Suggestion

from . import merging

PASSES = 4
NAMES = uuid.UUID("6f2d0c39-2f0b-5a0e-9d5c-6c65646765a1")  # our namespace for ids made from the ledger's


@dataclass(frozen=True)
class TakenIn:
    """What became of one document: created, updated, linked, unchanged, skipped, suggested, conflict, or ``again``."""

    document: Document
    outcome: str
    reason: str = ""
    key: LinkKey | None = None
    changes: tuple[Change, ...] = ()
    due: bool = False  # the record now has something to export
    before: tuple[Record, Link] | None = None  # as they were; None where there was neither


@dataclass(frozen=True)
class Intake:
    """A batch being taken in: for whom, from where, and as of which link versions."""

    context: Context
    source: Source
    now: datetime
    actor: str = "ledger"
    job: str = ""
    versions: Mapping[LinkKey, int] | None = None  # as read before the ledger was; None: times alone decide
    candidates: Callable[[], Candidates] = Candidates  # the unlinked records; asked for only when needed
    planning: bool = False  # nothing is to be stored or marked
    keep: Keep = keep_none  # told what is about to be changed, as it was

    @cached_property
    def crm_listens(self) -> bool:
        """Asked once for the batch."""
        return telling.listens(self.context.company.id, self.context.at)

    def told(self, record: Record) -> list[Write]:
        """What goes with the record's change, so that the CRM hears of it."""
        return [telling.tell(record)] if self.crm_listens else []


@dataclass
class Known:
    """What is known here about the batch, read strongly after the ledger was."""

    busy: set[LinkKey]
    claims: Mapping[str, Claimed]
    links: dict[LinkKey, Link]
    records: dict[RecordKey, Record]
    named: Mapping[tuple[str, str], RecordKey] = field(default_factory=dict)  # records of documents they refer to
    touched: set[Hashable] = field(default_factory=set)

    def take(self, *things: Hashable) -> bool:
        """Whether this pass writes none of these yet; if so, they are taken (one transaction, one write per item)."""
        if self.touched & set(things):
            return False
        self.touched |= set(things)
        return True


Step = tuple[TakenIn, list[Write]]


def born_id(company: str, document: Document) -> str:
    """The id of a record made from a document: always the same one."""
    return str(uuid.uuid5(NAMES, f"{company}/{document.type}/{document.id}"))


def take_in(intake: Intake, documents: Sequence[Document]) -> list[TakenIn]:
    """Take the documents in; one result each, in their order. Rings the export if something became due.

    The payments that a document tells of go first: once what is paid was stored with it, nobody would look for them.
    """
    told = _payments_on(intake, documents)
    paid = {each.document.id: each for each in _take(intake, [payment for some in told.values() for payment in some])}
    early = {id_ for id_, some in told.items() if any(paid[each.id].outcome == "again" for each in some)}
    taken = {each.document.id: each for each in _take(intake, [d for d in documents if d.id not in early])}
    new = [payment for id_, some in told.items() if _is_new(taken.get(id_)) for payment in some]
    _take(intake, new)
    return [taken.get(d.id) or TakenIn(d, "again", "changed_meanwhile") for d in documents]


def _payments_on(intake: Intake, documents: Sequence[Document]) -> dict[str, list[Document]]:
    """By the document's id, what it tells of its payments that was not known of it."""
    at, company = intake.context.at, intake.context.company.id
    money = [document for document in documents if document.settlement is not None]
    holders: dict[str, LinkKey] = {}
    for document_type in {document.type for document in money}:
        claims = at.links.claimed(company, document_type, [d.id for d in money if d.type == document_type])
        holders |= {id_: claim.link for id_, claim in claims.items() if claim.link is not None}
    links = at.links.many(holders.values()) if holders else {}
    found: dict[str, list[Document]] = {}
    for document in money:
        link = links.get(holders[document.id]) if document.id in holders else None
        known = link.settlement if link is not None else None
        if document.settlement is not None and document.settlement.says_more(known):
            found[document.id] = settlement.payments_on(document, known)
    return {id_: some for id_, some in found.items() if some}


def _is_new(taken: TakenIn | None) -> bool:
    return taken is not None and taken.outcome in ("created", "linked")


def _take(intake: Intake, documents: Sequence[Document]) -> list[TakenIn]:
    at = intake.context.at
    done: dict[str, TakenIn] = {}
    left = list({document.id: document for document in documents}.values())
    for _ in range(PASSES):
        if not left:
            break
        known = _known(intake, left)
        steps = [_one(intake, known, document) for document in left]
        intake.keep([_image(taken, writes) for taken, writes in steps if writes])
        stored = iter(at.commit.each([writes for _, writes in steps if writes]))
        done |= {taken.document.id: taken for taken, _ in steps}
        lost = [taken.document for taken, writes in steps if writes and not next(stored)]
        for write in (write for _, writes in steps for write in writes if isinstance(write, PutNotice)):
            at.doorbells.notice(intake.context.company.id, write.notice.id)
        left = lost + [taken.document for taken, _ in steps if taken.reason == "same_pass"]
    done |= {document.id: TakenIn(document, "again", "changed_meanwhile") for document in left}
    if any(taken.due for taken in done.values()):
        at.doorbells.ring(intake.context.company.id, "export")
    news = [taken.key.record for taken in done.values() if taken.key and (taken.changes or taken.outcome == "created")]
    telling.ring(intake.context.company.id, news, at)
    return [done[document.id] for document in documents]


def _image(taken: TakenIn, writes: list[Write]) -> Image:
    assert taken.key is not None
    record, link = taken.before or (None, None)
    return image_of(taken.key, record, link, writes)


def foresee(intake: Intake, documents: Sequence[Document]) -> list[TakenIn]:
    """What ``take_in`` would do with the documents now, without doing it; one result each, in their order."""
    done: dict[str, TakenIn] = {}
    left = list({document.id: document for document in documents}.values())
    while left:
        known = _known(intake, left)
        steps = [_one(intake, known, document)[0] for document in left]
        done |= {taken.document.id: taken for taken in steps}
        again = [taken.document for taken in steps if taken.reason == "same_pass"]
        left = again if len(again) < len(left) else []
    return [done[document.id] for document in documents]


def _known(intake: Intake, documents: list[Document]) -> Known:
    """Read in the order that makes a document of ours recognisable: open dispatches first, then the claims."""
    at, company = intake.context.at, intake.context.company.id
    busy = lanes.in_flight(at.lanes.open_dispatches(company))
    claims: dict[str, Claimed] = {}
    for document_type in {document.type for document in documents}:
        ids = [d.id for d in documents if d.type == document_type]
        ids += [d.merged_into for d in documents if d.type == document_type and d.merged_into]
        claims |= at.links.claimed(company, document_type, ids)
    keys = {claim.link for claim in claims.values() if claim.link is not None}
    for document in documents:
        kind = BY_DOCUMENT[document.type]
        keys.add(LinkKey(company, kind.name, born_id(company, document)))
        if (own := kind.id_of(document.reference)) is not None:
            keys.add(LinkKey(company, kind.name, own))
    records = at.records.many({key.record for key in keys})
    moved = {LinkKey(company, each.kind, each.moved_to) for each in records.values() if each.moved_to}
    records |= at.records.many({key.record for key in moved}) if moved else {}
    return Known(busy, claims, at.links.many(keys | moved), records, _named(intake, documents))


def _named(intake: Intake, documents: list[Document]) -> dict[tuple[str, str], RecordKey]:
    """The records of the documents that these refer to: of a payment what it pays, of a credit what it went to."""
    wanted = {each for d in documents for each in taking_in.of(BY_DOCUMENT[d.type].name).refers_to(d)}
    found: dict[tuple[str, str], RecordKey] = {}
    for document_type in sorted({sort for sort, _ in wanted}):
        ids = [id_ for sort, id_ in wanted if sort == document_type]
        claims = intake.context.at.links.claimed(intake.context.company.id, document_type, ids)
        found |= {(document_type, id_): claim.link.record for id_, claim in claims.items() if claim.link is not None}
    return found


def _grounds(intake: Intake, known: Known, document: Document, source: Source | None = None) -> Grounds:
    if document.type == "contact":  # nothing of it is mapped
        return Grounds(intake.context.settings, source or intake.source)
    context = intake.context
    return Grounds(context.settings, source or intake.source, known.named, context.mappings, context.reference)


def _one(intake: Intake, known: Known, document: Document) -> Step:
    """Decide about one document; what to write, if anything."""
    claim = known.claims.get(document.id, Claimed())
    key = claim.link or _own(intake, known, document)
    if key is None:
        return _unlinked(intake, known, document, claim.tombstone)
    link, record = known.links.get(key), known.records.get(key.record)
    if key in known.busy:
        return TakenIn(document, "again", "in_flight", key), []
    if link is None or record is None:
        return TakenIn(document, "again", "changed_meanwhile", key), []
    if intake.versions is not None and link.version != intake.versions.get(key, link.version):
        return TakenIn(document, "again", "changed_meanwhile", key), []
    decided = (
        _ours(intake, known, document, record, link, claim.tombstone)
        if claim.link is None
        else _linked(intake, known, document, record, link)
    )
    return replace(decided[0], before=(record, link)), decided[1]


def _own(intake: Intake, known: Known, document: Document) -> LinkKey | None:
    """The record whose mark the document carries, if we have it."""
    kind = BY_DOCUMENT[document.type]
    id_ = kind.id_of(document.reference)
    key = LinkKey(intake.context.company.id, kind.name, id_) if id_ is not None else None
    return key if key in known.links else None


# ------------------------------------------------------------------ linked


def _linked(intake: Intake, known: Known, document: Document, record: Record, link: Link) -> Step:
    decision = taking_in.of(link.kind).linked(record, link, document, _grounds(intake, known, document))
    match decision:
        case rules.Ignore("unchanged" as reason):
            # Touched, though not in what we know of: from now on this is the time at which both sides agree, or each
            # look before an update would take it for newer and wait for an import that has nothing to do.
            return _store(
                intake, known, TakenIn(document, "unchanged", reason, link.key), record, link, _as_of(link, document)
            )
        case rules.Ignore(reason):
            outcome = "unchanged" if reason == "older" else "skipped"
            return TakenIn(document, outcome, reason, link.key), []
        case rules.Repoint(survivor):
            return _repoint(intake, known, document, link, survivor)
        case rules.Note(seen, reason):
            told = {"seen": seen, "reverting": reverting.still(link, document)}
            noted = _kept_out(link, document).model_copy(update=told)
            return _store(intake, known, TakenIn(document, "skipped", reason, link.key), record, link, noted)
        case rules.Edit():
            return _edit(intake, known, document, record, link, decision)


def _edit(
    intake: Intake, known: Known, document: Document, record: Record, link: Link, edit: rules.Edit, action: str = ""
) -> Step:
    """Store the merged record and link; the rules of export then say what the merged record still wants."""
    edited = record
    if edit.changes:
        edited = record.model_copy(
            update={
                "content": edit.content,
                "revision": record.revision + 1,
                "updated_at": intake.now,
                "changed_by": "ledger",
            }
        )
    taken_over = {change.field for change in edit.changes}
    merged = _as_of(link, document).model_copy(
        update={
            "base": edit.base,
            "seen": edit.seen,
            "held_fields": rules.held_still(link, document),
            "reverting": reverting.still(link, document),
            "clears": tuple(name for name in link.clears if name not in taken_over),
        }
    )
    if edit.level:
        merged = merged.model_copy(update={"exported": edited.revision})
    if edit.clashes:
        followed = export_rules.in_conflict(merged, edit.clashes, intake.now)
    else:
        followed = _refollow(edited, merged, intake)
    followed = followed.model_copy(
        update={
            **export_rules.columns(edited),
            "wanted": edited.revision,
            "updated_at": edited.updated_at,
            **({"last_import_at": intake.now} if edit.changes or action else {}),
        }
    )
    outcome = action or ("updated" if edit.changes else "conflict" if edit.clashes else "unchanged")
    taken = TakenIn(document, outcome, "conflict" if edit.clashes else "", link.key, edit.changes, followed.is_due)
    return _store(intake, known, taken, record, link, followed, edited)


def _refollow(record: Record, link: Link, intake: Intake) -> Link:
    """The sync state after taking in: exported as far as the merged record says nothing new."""
    if link.settlement is not None and link.exported >= link.wanted:  # nothing of what was paid travels back
        link = link.model_copy(update={"exported": record.revision})
    decided = export_rules.decide(record, link.model_copy(update={"wanted": record.revision}), intake.context.settings)
    return export_rules.follow(link.model_copy(update={"wanted": record.revision}), decided, intake.now)


def _as_of(link: Link, document: Document) -> Link:
    """The link knowing the document's time and status, and what was paid of it."""
    told = document.settlement.over(link.settlement) if document.settlement is not None else link.settlement
    update = {"base_at": document.updated_at, "document_status": document.status, "settlement": told}
    return link.model_copy(update=update)


def _kept_out(link: Link, document: Document) -> Link:
    """The same where nothing comes in: what is left is known, but of its payments only those that came."""
    known, after = link.settlement, _as_of(link, document)
    if after.settlement is None:
        return after
    parts = known.parts if known is not None else ()
    return after.model_copy(update={"settlement": after.settlement.model_copy(update={"parts": parts})})


def _store(
    intake: Intake, known: Known, taken: TakenIn, record: Record, link: Link, after: Link, edited: Record | None = None
) -> Step:
    """The writes, if anything changed and nothing else in this pass writes the same items."""
    if after == link and (edited is None or edited == record):
        return taken, []
    if not known.take(link.key):
        return TakenIn(taken.document, "again", "same_pass", link.key), []
    writes: list[Write] = [PutLink(after)]
    if edited is not None and edited != record:
        writes += [PutRecord(edited), *intake.told(edited)]
    if taken.changes or taken.outcome in ("conflict", "linked"):
        entry = record_entry(
            link.key.record,
            at=intake.now,
            mark=f"v{link.version}",
            direction="import",
            action="linked" if taken.outcome == "linked" else "updated",
            outcome="conflict" if taken.reason == "conflict" else "ok",
            reason=taken.reason,
            actor=intake.actor,
            job=intake.job,
            document_id=taken.document.id,
            diff=diff(taken.changes),
        )
        writes.append(PutEntry(entry))
    return taken, writes


def _repoint(intake: Intake, known: Known, document: Document, link: Link, survivor: str) -> Step:
    """Follow a merge; where the survivor belongs to another record, a person must sort it out (K12)."""
    at = intake.context.at
    holder = known.claims.get(survivor, Claimed()).link
    writes: list[Write]
    entry = record_entry(
        link.key.record,
        at=intake.now,
        mark=f"m{link.version}",
        direction="import",
        action="merged",
        outcome="ok" if holder is None else "conflict",
        reason="" if holder is None else "merged_into_linked",
        document_id=survivor,
        actor=intake.actor,
    )
    if holder is not None and holder != link.key:
        if link.reason == "merged_into_linked":
            return TakenIn(document, "skipped", "merged_into_linked", link.key), []
        error = export_rules.plain_error("merged_into_linked", intake.now)
        clash = {"state": "conflict", "reason": "merged_into_linked", "error": error, "queued_at": None, "order": ""}
        after = _as_of(link, document).model_copy(update=clash)
        if not known.take(link.key):
            return TakenIn(document, "again", "same_pass", link.key), []
        writes = [PutLink(after), PutEntry(entry), *merging.told(intake.context, link, document, holder)]
        return TakenIn(document, "conflict", "merged_into_linked", link.key), writes
    if not known.take(link.key, document.id, survivor):
        return TakenIn(document, "again", "same_pass", link.key), []
    # Orders to put values back, or to archive it, were about the document that is gone.
    gone = {"reverting": None, "base_at": None}
    after = link.model_copy(update={"document_id": survivor, "document_status": "active", **gone})
    # The survivor's own content is read next; until then what we agreed with the loser is the best base there is.
    if not intake.planning:
        at.marks.add(intake.context.organisation, [(document.type, survivor)], since=f"{CERTAIN}{at.ids.new()}")
    writes = [
        PutLink(after),
        Unclaim(link.key, document.type, document.id),
        Claim(link.key, document.type, survivor),
        PutEntry(entry),
        *merging.told(intake.context, link, document, None),
    ]
    return TakenIn(document, "linked", "merged", link.key), writes


# ------------------------------------------------------------------ not linked


def _ours(intake: Intake, known: Known, document: Document, record: Record, link: Link, tombstone: str) -> Step:
    """A document with our mark that no link holds: our own create, whose settlement was lost."""
    if not taking_in.of(link.kind).is_ours(record, document, _grounds(intake, known, document)):
        return _unlinked(intake, known, document, tombstone)
    if record.deleted or tombstone or link.tombstone or link.document_id:
        reason = link.tombstone or tombstone or ("deleted_here" if record.deleted else "linked_elsewhere")
        return TakenIn(document, "skipped", reason, link.key), []
    return link_to(intake, known, document, record, link, base=document)


def link_to(
    intake: Intake, known: Known, document: Document, record: Record, link: Link, *, base: Document | None = None
) -> Step:
    """Link the record to the document and merge them; without a base the ledger's side wins where it speaks."""
    linked = link.model_copy(
        update={
            "document_type": document.type,
            "document_id": document.id,
            "document_status": document.status,
            "base": base.content if base else None,
            "base_at": document.updated_at if base else None,
            "tombstone": "",
            "suggestions": (),
        }
    )
    edit = taking_in.of(link.kind).linked(record, linked, document, _grounds(intake, known, document, "job"))
    if not known.take(document.id):
        return TakenIn(document, "again", "same_pass", link.key), []
    if not isinstance(edit, rules.Edit):
        noted = _as_of(linked, document).model_copy(update={"seen": document.content, "state": "linked"})
        taken, writes = _store(intake, known, TakenIn(document, "linked", "", link.key), record, link, noted)
    else:
        taken, writes = _edit(intake, known, document, record, linked, edit, "linked")
    taken = replace(taken, before=(record, link))
    return taken, [*writes, Claim(link.key, document.type, document.id)] if writes else []


def _unlinked(intake: Intake, known: Known, document: Document, tombstone: str) -> Step:
    company = intake.context.company.id
    kind = BY_DOCUMENT[document.type]
    key = LinkKey(company, kind.name, born_id(company, document))
    before = known.records.get(key.record)
    if before is not None and before.moved_to:
        key = LinkKey(company, kind.name, before.moved_to)
        before = known.records.get(key.record)
    gone = before is not None and before.deleted
    if gone and tombstone != "import_undone":
        return TakenIn(document, "skipped", "deleted_here", key), []
    rule = taking_in.of(kind.name)
    grounds = _grounds(intake, known, document)
    wanted = rule.unlinked(document, grounds, tombstone)
    if isinstance(wanted, rules.Ignore):
        return TakenIn(document, "skipped", wanted.reason), []
    if before is not None and not gone:  # born from it before, and unlinked since; a job was asked to bring it back
        return link_to(intake, known, document, before, known.links[key])
    if rule.recognised is not None:
        wanted = rule.recognised(document, grounds, tombstone, lambda: _matches(intake, document))
    match wanted:
        case rules.Suggest(matches=(best, *_)):
            return _suggest(intake, known, document, best)
        case rules.LinkTo(record=id_):
            return _link_exact(intake, known, document, LinkKey(company, kind.name, id_))
        case rules.Born():
            return _born(intake, known, document, key, wanted)
        case _:
            assert isinstance(wanted, rules.Ignore)
            return TakenIn(document, "skipped", wanted.reason), []


def _matches(intake: Intake, document: Document) -> list[Match]:
    return intake.candidates().of(export_rules.RULES[BY_DOCUMENT[document.type].name].match_keys(document.content))


def _born(intake: Intake, known: Known, document: Document, key: LinkKey, born: rules.Born) -> Step:
    """A new record; or one again, where an import that had brought it was undone."""
    if not known.take(key, document.id):
        return TakenIn(document, "again", "same_pass", key), []
    before, gone = known.records.get(key.record), known.links.get(key)
    revision = before.revision + 1 if before is not None else 1
    record = Record(
        company=key.company,
        kind=key.kind,
        id=key.id,
        revision=revision,
        content=born.content,
        updated_at=intake.now,
        changed_by="ledger",
        version=before.version if before is not None else 0,
    )
    link = Link(
        company=key.company,
        kind=key.kind,
        id=key.id,
        stage=BY_DOCUMENT[document.type].stage,
        state="linked",
        document_type=document.type,
        document_id=document.id,
        document_status=document.status,
        base=document.content,
        base_at=document.updated_at,
        settlement=document.settlement,
        wanted=revision,
        exported=revision,
        version=gone.version if gone is not None else 0,
        last_import_at=intake.now,
        updated_at=intake.now,
        **export_rules.columns(record),
    )
    entry = record_entry(
        key.record,
        at=intake.now,
        mark="born",
        direction="import",
        action="created",
        actor=intake.actor,
        job=intake.job,
        document_id=document.id,
    )
    writes: list[Write] = [PutRecord(record), PutLink(link), Claim(key, document.type, document.id), PutEntry(entry)]
    was = (before, gone) if before is not None and gone is not None else None
    return TakenIn(document, "created", "", key, before=was), [*writes, *intake.told(record)]


def _link_exact(intake: Intake, known: Known, document: Document, key: LinkKey) -> Step:
    at = intake.context.at
    if key in known.busy:
        return TakenIn(document, "again", "in_flight", key), []  # it may be just what is being made from it
    link, record = at.links.get(key), at.records.get(key.record)
    if link is None or record is None or link.document_id or record.deleted:
        return TakenIn(document, "again", "changed_meanwhile", key), []
    if intake.versions is not None and link.version != intake.versions.get(key, link.version):
        return TakenIn(document, "again", "changed_meanwhile", key), []
    return link_to(intake, known, document, record, link)


def _suggest(intake: Intake, known: Known, document: Document, best: Match) -> Step:
    """Hold both sides and ask."""
    at, company = intake.context.at, intake.context.company.id
    kind = BY_DOCUMENT[document.type]
    key = LinkKey(company, kind.name, best.record)
    link, record = at.links.get(key), at.records.get(key.record)
    if link is None or record is None or link.document_id or record.deleted:
        return TakenIn(document, "again", "changed_meanwhile", key), []
    if not known.take(key, document.id):
        return TakenIn(document, "again", "same_pass", key), []
    suggestion = Suggestion(
        company=company,
        id=str(uuid.uuid5(NAMES, f"{company}/{document.id}/{best.record}")),
        kind=kind.name,
        record=best.record,
        record_title=kind.title(record.content),
        document_type=document.type,
        document_id=document.id,
        document_title=kind.title(document.content),
        document_email=getattr(document.content, "email", ""),
        reason=best.reason,
        score=best.score,
        made_at=intake.now,
    )
    asked = link.model_copy(update={"suggestions": (*link.suggestions, suggestion.id)})
    after = export_rules.follow(asked, export_rules.decide(record, asked, intake.context.settings), intake.now)
    writes: list[Write] = [
        PutSuggestion(suggestion),
        PutLink(after),
        Unclaim(key, document.type, document.id, tombstone="possible_duplicate"),
    ]
    return TakenIn(document, "suggested", "possible_duplicate", key, before=(record, link)), writes
