"""Settling: what the ledger said about each part is stored under the link's version, once, whoever repeats it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledgerlink.flows import lanes
from ledgerlink.flows.entries import diff, entry_id, job_of, record_entry
from ledgerlink.flows.notices import telling
from ledgerlink.flows.records.holders import with_holders
from ledgerlink.kinds import BY_DOCUMENT, KINDS, Content
from ledgerlink.ports import (
    CERTAIN,
    Answered,
    Claim,
    Claimed,
    Confirmed,
    DropDispatch,
    PutDispatch,
    PutEntry,
    PutLink,
    PutRecord,
    Rejected,
    Reply,
    TellCrm,
    Unclaim,
    Write,
)
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import settle as rules
from ledgerlink.rules import taking_in, told_back, warned
from ledgerlink.rules.dispatch import SURELY_OVER, Reading, Settled
from ledgerlink.rules.merge import Change
from ledgerlink.state.activity import Entry
from ledgerlink.state.dispatch import Dispatch, DispatchedPart
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .drain import Drain

TRIES = 4
LOST = timedelta(seconds=20)  # before the ledger is tried again after it lost an answer
BUSY = timedelta(seconds=30)  # where the ledger does not say how long
_WORD = {"create": "created", "update": "updated", "archive": "archived"}


def settle(drain: Drain, dispatch: Dispatch, reading: Reading, reply: Reply) -> None:
    """Store every verdict; then the dispatch goes, or stays for what is still unknown."""
    correlation = reply.correlation if isinstance(reply, Answered) else ""
    may_ask = drain.may_send()  # there is time for one more call
    settled = with_holders(drain.context.ledger, dispatch, reading.settled) if may_ask else reading.settled
    left = settle_parts(drain, dispatch, settled, correlation)
    if reading.pause:
        _pause(drain, reading)
    if reading.unknown or left:
        _keep(drain, dispatch, reading)
        return
    drain.at.commit.all(DropDispatch(dispatch))
    if any(isinstance(s.verdict, Confirmed) for s in reading.settled) and drain.lane.half_open:
        drain.lane = drain.lane.model_copy(update={"half_open": False})


def settle_parts(
    drain: Drain, dispatch: Dispatch, settled: Sequence[Settled], correlation: str = "", *, looked_up: bool = False
) -> Sequence[Settled]:
    """Store the verdicts; returns those that could not be stored although tried several times.

    ``looked_up``: the documents are not the ledger's answer to the call but were read later, and may have been edited.
    """
    sent = drain.context.ledger.sent(dispatch) if settled and (looked_up or dispatch.action != "create") else {}
    left = list(settled)
    for _ in range(TRIES):
        if not left:
            break
        known = _known(drain, dispatch, left)
        groups = [(s, _writes(drain, dispatch, s, known, sent, correlation)) for s in left]
        outcomes = iter(_store(drain, dispatch, [writes for _, writes in groups if writes]))
        left = [s for s, writes in groups if writes and not next(outcomes)]
        drain.linked |= {s.part.key(drain.company).record for s, _ in groups if isinstance(s.verdict, Confirmed)}
        _have_it_read(drain, dispatch, groups, sent)
    return left


def _have_it_read(
    drain: Drain, dispatch: Dispatch, groups: list[tuple[Settled, list[Write]]], sent: Mapping[str, Content]
) -> None:
    """Somebody edited what we had sent before we heard of it, or it changed what is left of another document, or less
    is left of that than was known here: the import is to read it, whoever else tells it to."""
    news = [
        (s.verdict.document.type, s.verdict.document.id)
        for s, writes in groups
        for write in writes
        if isinstance(s.verdict, Confirmed)
        and isinstance(write, PutLink)
        and write.link.document_id == s.verdict.document.id
        and rules.says_more(write.link, s.verdict.document)
    ]
    news += [
        settled
        for s, writes in groups
        if writes and isinstance(s.verdict, Confirmed)
        for document in _as_answered_and_sent(s.verdict.document, sent.get(s.part.reference))
        for settled in taking_in.of(document.kind).settles(document)
        if settled[0] in BY_DOCUMENT
    ]
    news += _less_left(drain, dispatch, [s for s, writes in groups if writes])
    if news:
        drain.at.marks.add(drain.context.organisation, news, since=f"{CERTAIN}{drain.at.ids.new()}")
        drain.at.doorbells.ring(drain.company, "import", again=True)


def _less_left(drain: Drain, dispatch: Dispatch, settled: Sequence[Settled]) -> list[tuple[str, str]]:
    """The documents that could not be paid or credited as they were known here."""
    refused = [s.part for s in settled if isinstance(s.verdict, Rejected) and s.verdict.code in rules.LESS_LEFT]
    sent = drain.context.ledger.sent(dispatch) if refused else {}
    wanted = [
        Document.model_construct(
            type=dispatch.document_type,
            id=part.document_id,
            kind=part.kind,
            updated_at=dispatch.opened_at,
            content=sent[part.reference],
        )
        for part in refused
        if part.reference in sent
    ]
    named = (each for document in wanted for each in taking_in.of(document.kind).settles(document))
    return [each for each in named if each[0] in BY_DOCUMENT]


def _as_answered_and_sent(document: Document, sent: Content | None) -> Iterator[Document]:
    """What is taken back comes without what it stood on (``facts/xero.md §4.3``): that is what we sent."""
    yield document
    if sent is not None:
        yield document.model_copy(update={"content": sent})


_ORDER: tuple[tuple[type, ...], ...] = ((Claim, Unclaim), (PutRecord, TellCrm), (PutLink,))


def _store(drain: Drain, dispatch: Dispatch, groups: list[list[Write]]) -> list[bool]:
    """One after the other what is true whether or not the next is stored: history, claim, what the record is told; last
    the link, which says that all of it is. Who finds it unsaid does all again, and writes the same. A transaction would
    cost everything twice."""
    remember(drain, dispatch, [write.entry for group in groups for write in group if isinstance(write, PutEntry)])
    kept = [True] * len(groups)
    for sorts in _ORDER:
        some = {
            at: writes
            for at, group in enumerate(groups)
            if kept[at] and (writes := [write for write in group if isinstance(write, sorts)])
        }
        for at, stored in zip(some, drain.at.commit.each(list(some.values())), strict=True):
            kept[at] = stored
    return kept


def remember(drain: Drain, dispatch: Dispatch, entries: Sequence[Entry]) -> None:
    """Add to the history what became of parts of a dispatch."""
    together = entry_id(dispatch.opened_at, dispatch.id) if len(dispatch.parts) > 1 else ""
    drain.at.activity.add(entries, together=together)


@dataclass(frozen=True)
class Known:
    """The links of a dispatch, who holds the documents that were just created, and the records that are told back
    what became of them."""

    links: dict[LinkKey, Link]
    claims: dict[str, Claimed]
    records: dict[RecordKey, Record]
    crm_listens: bool = False


def _known(drain: Drain, dispatch: Dispatch, left: Sequence[Settled]) -> Known:
    created = [s.verdict.document.id for s in left if isinstance(s.verdict, Confirmed) and not s.part.document_id]
    claims = drain.at.links.claimed(drain.company, dispatch.document_type, created) if created else {}
    links = drain.at.links.many(s.part.key(drain.company) for s in left)
    told = [
        s.part.key(drain.company).record
        for s in left
        if isinstance(s.verdict, Confirmed) and s.verdict.document.settlement is not None
    ]
    records = drain.at.records.many(told) if told else {}
    return Known(links, claims, records, bool(told) and telling.listens(drain.company, drain.at))


def _writes(
    drain: Drain,
    dispatch: Dispatch,
    settled: Settled,
    known: Known,
    sent: dict[str, Content],
    correlation: str,
) -> list[Write]:
    """The writes that settle one part; none where it was settled before or the record is gone."""
    part, now = settled.part, drain.at.clock.now()
    writes: list[Write]
    link = known.links.get(part.key(drain.company))
    if link is None or link.last_dispatch == dispatch.id:
        return []
    said = {"job": job_of(part.ordered_by), "correlation": correlation}
    if not isinstance(settled.verdict, Confirmed):
        refused = settled.verdict
        told = "; ".join(refused.details) or refused.message
        entry = _entry(drain, dispatch, part, now, outcome="failed", reason=refused.code, message=told, **said)
        return [PutLink(rules.rejected(link, dispatch, part, refused, now)), PutEntry(entry)]
    document = settled.verdict.document
    holder = known.claims.get(document.id, Claimed()).link
    if document.id != link.document_id and (link.document_id or holder not in (None, link.key)):
        entry = _entry(drain, dispatch, part, now, outcome="failed", reason="linked_elsewhere", **said)
        writes = [PutLink(rules.parked(link, dispatch.id, "linked_elsewhere", now)), PutEntry(entry)]
        return [*writes, Unclaim(link.key, document.type, document.id)] if holder == link.key else writes
    content = sent.get(part.reference)
    changes = _changes(link, part, content)
    warnings = settled.verdict.warnings
    after = _decided(drain, rules.confirmed(link, dispatch, part, content, document, now, warnings), now)
    lost = warned.ACCOUNT_REMOVED if warned.loses_account(dispatch, content, document, warnings) else ""
    said |= {"reason": lost, "message": "; ".join(warned.in_words(warnings))}
    record = known.records.get(link.key.record)
    if record is not None and not record.deleted and (wrong := told_back.wrong_with(record, link, part, after)):
        after = rules.not_as_said(after, link, wrong, now)
        said |= {"reason": wrong.code, "message": wrong.message}
    entry = _entry(drain, dispatch, part, now, document_id=document.id, diff=diff(changes), **said)
    writes = [PutEntry(entry)]
    if record is not None and not record.deleted:
        kept = told_back.after_sending(record, link, part, document, now)
        after = told_back.at_revision(after, part, link, kept.revision)
        after = after.model_copy(update={**export_rules.columns(kept), "updated_at": now})
        if kept is not record:
            writes += [PutRecord(kept), *([telling.tell(kept)] if known.crm_listens else [])]
    writes.append(PutLink(after))
    if link.document_id and not after.document_id:  # taken off to be put back: the import leaves what is deleted alone
        writes.append(Unclaim(link.key, document.type, document.id, tombstone="payment_lifted"))
    return writes if link.document_id else [*writes, Claim(link.key, document.type, document.id)]


def _decided(drain: Drain, link: Link, now: datetime) -> Link:
    """The link with why what stands here is not there, or that it goes, where all that went was an undo."""
    undone = link.exported < link.wanted and not link.is_due and link.state != "error"
    record = drain.at.records.get(link.key.record) if undone else None
    if record is None:
        return link
    followed = export_rules.follow(link, export_rules.decide(record, link, drain.context.settings), now)
    return followed.model_copy(update={"last_outcome": link.last_outcome, "last_job": link.last_job})


def _changes(link: Link, part: DispatchedPart, sent: Content | None) -> list[Change]:
    """What the update overwrote: kept for 400 days, so that every value can be restored (rule X4)."""
    theirs = link.seen or link.base
    if sent is None or theirs is None:
        return []
    kind = KINDS[link.kind]
    fields = [kind.field(name) for name in part.fields]
    return [Change(field.name, field.of(theirs), field.of(sent)) for field in fields]


def _entry(drain: Drain, dispatch: Dispatch, part: DispatchedPart, now: datetime, **more: object) -> Entry:
    return record_entry(
        part.key(drain.company).record,
        at=dispatch.opened_at,
        mark=dispatch.id,
        direction="export",
        action=_WORD[dispatch.action],
        **more,
    )


def _pause(drain: Drain, reading: Reading) -> None:
    """The ledger said not now: until when, or until a person has reconnected."""
    now = drain.at.clock.now()
    if reading.pause in ("ledger_busy", "day_limit"):
        drain.stop(now + (reading.retry_after or BUSY))
        return
    drain.stop()
    connection = drain.context.connection
    lanes.pause(
        drain.company,
        drain.at,
        reading.pause,
        still=lambda: drain.at.companies.connection(drain.company).version == connection.version,
    )


def _keep(drain: Drain, dispatch: Dispatch, reading: Reading) -> None:
    """Some of it is unknown: repeat while the key is safe, else find out when nothing can arrive any more."""
    drain.lane = drain.lane.model_copy(update={"half_open": True})
    drain.stop(drain.at.clock.now() + LOST)
    if reading.answered:  # the ledger repeats its answer for this key: asking again tells nothing new
        kept = dispatch.model_copy(update={"state": "unknown", "resolve_at": dispatch.deadline + SURELY_OVER})
        drain.at.commit.all(PutDispatch(kept))
