"""A page of documents compared with their links: what agrees, what is put right, what is listed with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ledgerlink.flows.carrying_out import carry_out
from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.inbound.batch import TakenIn
from ledgerlink.flows.inbound.taking_in import foresee, take_in
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.ports import CERTAIN, PutEntry, PutLink, Write
from ledgerlink.rules import comparison as rules
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import jobs as job_rules
from ledgerlink.rules.decisions import Archive, Create, Update
from ledgerlink.rules.import_ import Source
from ledgerlink.rules.merge import Change
from ledgerlink.state.document import Document
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import documents as pages
from . import receipts
from .work import Work

_COUNTED: dict[rules.Missed, str] = {"missed_webhook": "missed_webhooks", "missed_delta": "missed_deltas"}
_FROM_THE_LEDGER = frozenset({"created", "updated", "linked"})


@dataclass
class Compared:
    """Lines for the job, in the order of the documents, and what was counted besides."""

    items: list[JobItem] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Pair:
    """A document and what is linked to it, as read just now."""

    document: Document
    record: Record
    link: Link
    differing: tuple[Change, ...]
    standing: rules.Standing

    @property
    def diff(self) -> dict[str, dict[str, object]]:
        return {c.field: {"from": job_rules.plain(c.before), "to": job_rules.plain(c.after)} for c in self.differing}


@dataclass(frozen=True)
class Comparison:
    """One page at work. What a plan only foretells, a comparison puts right."""

    work: Work
    document_type: str
    documents: Sequence[Document]
    planning: bool = False

    def carried_out(self) -> Compared:
        """Compare and put right what the rules can; repeated, it does nothing twice."""
        pairs = self._pairs
        taken = self._taken_in()
        for id_, each in taken.items():  # only touched in the ledger: what differs then differed before
            if id_ in pairs and each.outcome == "unchanged":
                pairs[id_] = self._as_of_now(pairs[id_])
        if not self.planning:
            _send(self.work, [p for p in pairs.values() if isinstance(p.standing, rules.Unsent)])
            _say(self.work, [p for p in pairs.values() if isinstance(p.standing, rules.Differs)])
            self._look_again([each for each in taken.values() if each.outcome == "again"])
        found, came_in = Compared(), set[str]()
        for document in self.documents:
            pair, came = pairs.get(document.id), taken.get(document.id)
            if pair is None and (came is None or came.outcome == "skipped"):
                found.figures["unknown"] += document.status == "active"
                continue
            found.items.append(self._line(pair, came))
            came_in |= {document.id} if came is not None else set()
        found.items = [self._with_cause(item) for item in self._with_receipts(found.items)]
        for item in found.items:
            news = item.reason in _COUNTED or (item.document_id in came_in and item.outcome != "unchanged")
            found.figures.update(_figures(item, self._missed[item.document_id] if news else ""))
        return found

    @cached_property
    def _pairs(self) -> dict[str, Pair]:
        at = self.work.at
        claims = at.links.claimed(self.work.company, self.document_type, [d.id for d in self.documents])
        keys = {id_: claim.link for id_, claim in claims.items() if claim.link is not None}
        links = at.links.many(keys.values())
        records = at.records.many(key.record for key in keys.values())
        found = {}
        for document in self.documents:
            link = links.get(keys[document.id]) if document.id in keys else None
            record = records.get(link.key.record) if link is not None else None
            if link is None or record is None or record.deleted or link.document_id != document.id:
                continue
            differing = rules.differences(record, link, document)
            standing = rules.standing(record, link, document, self.work.context.settings, differing)
            found[document.id] = Pair(document, record, link, differing, standing)
        return found

    @cached_property
    def _missed(self) -> Mapping[str, rules.Missed]:
        at, now = self.work.at, self.work.now
        marked = at.marks.among(self.work.context.organisation, self.document_type, [d.id for d in self.documents])
        cursor = at.cursors.get(self.work.company, self.document_type).newest
        return {d.id: rules.who_missed(d, cursor, marked=d.id in marked, now=now) for d in self.documents}

    def _taken_in(self) -> dict[str, TakenIn]:
        """The news among them, taken in as a webhook would have it; and what a setting lets in only now."""
        pairs = self._pairs
        news = [d for d in self.documents if d.id in pairs and isinstance(pairs[d.id].standing, rules.News)]
        noted = [d for d in self.documents if d.id in pairs and isinstance(pairs[d.id].standing, rules.Noted)]
        settings, since = self.work.context.settings, self.work.context.connection.connected_at
        born = [d for d in self.documents if d.id not in pairs and rules.is_missed_birth(d, since, settings)]
        ways: tuple[tuple[Source, list[Document]], ...] = (("event", [*news, *born]), ("job", noted))
        found: dict[str, TakenIn] = {}
        for source, documents in ways:
            if documents:
                _ = self._missed  # before they are taken in: a mark may go meanwhile
                intake = pages.intake(self.work, self.document_type, documents, source=source, planning=self.planning)
                taken = foresee(intake, documents) if self.planning else take_in(intake, documents)
                found |= {each.document.id: each for each in taken}
        return found

    def _as_of_now(self, pair: Pair) -> Pair:
        link = rules.touched(pair.link, pair.document)
        settings = self.work.context.settings
        return replace(pair, standing=rules.standing(pair.record, link, pair.document, settings, pair.differing))

    def _look_again(self, again: Sequence[TakenIn]) -> None:
        """In flight, or somebody changes it right now: the import lane reads it once that is over."""
        if again:
            documents = [(self.document_type, each.document.id) for each in again]
            self.work.at.marks.add(
                self.work.context.organisation, documents, since=f"{CERTAIN}{self.work.at.ids.new()}"
            )

    def _line(self, pair: Pair | None, came: TakenIn | None) -> JobItem:
        if came is not None and (pair is None or isinstance(pair.standing, rules.News | rules.Noted)):
            versions = {pair.link.key: pair.link.version} if pair is not None else {}
            return pages.planned_line(came, versions) if self.planning else pages.line(came)
        assert pair is not None
        item = JobItem(
            kind=pair.link.kind,
            id=pair.link.id,
            title=BY_DOCUMENT[self.document_type].title(pair.record.content),
            outcome="unchanged",
            document_id=pair.document.id,
            link_version=pair.link.version,
        )
        told: dict[str, object] = {}
        match pair.standing:
            case rules.Unsent():
                told = {"outcome": "updated", "reason": "not_sent", "overwritten": job_rules.overwritten(pair.diff)}
            case rules.Differs(reason):
                told = {"outcome": "skipped", "reason": reason}
        item = item.model_copy(update={**told, "diff": pair.diff} if told else {})
        return _planned(item) if self.planning else item

    def _with_receipts(self, items: Sequence[JobItem]) -> list[JobItem]:
        """In a turn that is repeated: what the first try put right now looks unchanged, or on its way."""
        if not self.work.again or self.planning:
            return list(items)
        unclear = [self.work.record_key(item) for item in items if item.id and _is_unclear(item)]
        entries = receipts.of_job(self.work.at, unclear, self.work.job.id)
        keyed = [(item, entries.get(self.work.record_key(item))) for item in items]
        return [receipts.restored(item, entry) if entry is not None else item for item, entry in keyed]

    def _with_cause(self, item: JobItem) -> JobItem:
        """What came from the ledger says who should have told of it."""
        done = job_rules.COUNTED_AS.get(item.outcome, item.outcome)
        if done not in _FROM_THE_LEDGER or item.reason:
            return item
        pair = self._pairs.get(item.document_id)
        noted = pair is not None and isinstance(pair.standing, rules.Noted)
        return item.model_copy(update={"reason": "noted_before" if noted else self._missed[item.document_id]})


def _is_unclear(item: JobItem) -> bool:
    return item.outcome in ("unchanged", "left_out") or item.reason == "on_its_way"


def _planned(item: JobItem) -> JobItem:
    return item.model_copy(update={"outcome": job_rules.PLANNED_AS.get(item.outcome, item.outcome)})


def _figures(item: JobItem, missed: rules.Missed) -> Counter[str]:
    outcome = job_rules.COUNTED_AS.get(item.outcome, item.outcome)
    figures = Counter({"compared": 1})
    if outcome == "unchanged":
        return figures
    figures["drifted"] += 1
    if outcome not in _FROM_THE_LEDGER:
        figures["listed"] += 1
    elif item.reason == "not_sent":
        figures["sent"] += 1
    else:
        figures["brought_in"] += 1
    if missed:
        figures[_COUNTED[missed]] += 1
    return figures


def _send(work: Work, pairs: Sequence[Pair]) -> None:
    """Into the export queue, as saving would have put it; the history says that the comparison found it."""
    links = work.at.links.many(pair.link.key for pair in pairs)
    groups: list[list[Write]] = []
    for pair in pairs:
        link = links.get(pair.link.key, pair.link)
        decision = export_rules.decide(pair.record, link, work.context.settings)
        if link.is_due or not isinstance(decision, Create | Update | Archive):
            continue
        entry = record_entry(
            pair.record.key,
            at=work.now,
            mark=f"compared-v{link.version}",
            direction="export",
            action="compared",
            reason="not_sent",
            actor=work.job.started_by,
            job=work.job.id,
            document_id=pair.document.id,
            diff=diff(pair.differing),
        )
        groups.append([PutLink(export_rules.follow(link, decision, work.now)), PutEntry(entry)])
    if groups:
        work.at.commit.each(groups)
        work.at.doorbells.ring(work.company, "export")


def _say(work: Work, pairs: Sequence[Pair]) -> None:
    """What a link does not say of itself yet, it says from now on."""
    standing = [(pair.link, pair.standing) for pair in pairs if isinstance(pair.standing, rules.Differs)]
    carry_out(work.at, [(link, differs.decision) for link, differs in standing if differs.decision is not None])
