"""``undo``: what another job did to each record is taken back, or listed with the reason why it is not (J3).

It is planned like any job: page by page through the images the job kept and the results it wrote. ``undoing`` carries
the plan out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledgerlink.errors import NotFound
from ledgerlink.flows.context import Context
from ledgerlink.kinds import KINDS
from ledgerlink.ports import Claimed
from ledgerlink.rules import jobs as job_rules
from ledgerlink.rules import undo as rules
from ledgerlink.state.activity import Entry
from ledgerlink.state.image import Image
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import images, receipts, undoing
from .send import calls_of
from .work import Step, Work

PAGE = 500
UNDONE = frozenset({"organizations"})  # kinds
UNDONE_HERE = frozenset({"products"})  # what came; what was sent since stays in the ledger
BORN = frozenset({"invoices", "credit-notes", "payments"})  # what a job made of the ledger's goes again, here alone
THERE = frozenset({"invoices", "credit-notes", "products"})  # what a job did with them in the ledger, untouched since
_SENT = ("created", "updated", "archived")


@dataclass(frozen=True)
class Subject:
    """A record that the job changed here, if there is an image of it, else in the ledger."""

    key: RecordKey
    title: str = ""
    image: Image | None = None
    sure: bool = True  # False: of a job that died; it may not have been sent


class Undo:
    """See ``work.Bulk``. ``Job.undoes`` says which job."""

    name = "undo"
    title = "Undo"
    direct = False
    needs_ledger = False  # only where something is put back in it
    undoable = False

    def begin(self, context: Context, job: Job) -> Job:
        return job

    def plan(self, work: Work) -> Step:
        source = _source(work)
        number, _, start = (work.job.cursor or "0.0").partition(".")
        subjects = _subjects(work, source, int(number))
        items = lines(work, source, subjects[int(start) : int(start) + PAGE])
        further = int(start) + PAGE < len(subjects)
        job = work.planned(items)
        figures = {
            name: job.memory.get(name, 0) + count
            for name, count in (
                ("create", 0),
                ("update", sum(bool(item.put_back) for item in items)),
                ("archive", sum(item.outcome == "archive" for item in items)),
            )
        }
        if any(figures.values()):
            job = job.model_copy(update={"calls": work.calls(needed=calls_of(figures), used=0)})
        cursor = f"{number}.{int(start) + PAGE}" if further else f"{int(number) + 1}.0"
        job = job.model_copy(update={"cursor": cursor, "memory": {**job.memory, **figures}})
        return Step(job, finished=not further and int(number) >= _last(source))

    def carry_out(self, work: Work) -> Step:
        return undoing.carry_out(work, lambda items: _anew(work, items))

    def withdraw(self, work: Work) -> Step:
        return undoing.withdraw(work)


def _source(work: Work) -> Job:
    """The job that is undone."""
    found = work.at.jobs.get(work.company, work.job.undoes)
    if found is None:
        raise NotFound("job")
    return found


def _subjects(work: Work, source: Job, number: int) -> list[Subject]:
    kept: dict[RecordKey, list[Image]] = {}
    for image in images.read(work.at, source, number):
        kept.setdefault(image.key.record, []).append(image)
    records = work.at.records.many(kept)
    here = [Subject(key, _title(some[-1]), rules.in_one(some, records.get(key))) for key, some in kept.items()]
    if number < source.results:
        sent = [item for item in work.at.jobs.read_chunk(source, "result", number) if item.outcome in _SENT]
    elif number < source.ordered:
        sent = [i for i in work.at.jobs.read_chunk(source, "wanted", number) if i.outcome in job_rules.SENDING]
    else:
        sent = []
    there = {work.record_key(item): item for item in sent if item.id}
    sure = number < source.results
    return [*here, *(Subject(key, item.title, sure=sure) for key, item in there.items() if key not in kept)]


def _last(source: Job) -> int:
    """The number of the last page: of a job that failed, the one it died on may be half done."""
    return max(source.results, source.ordered)


def _title(image: Image) -> str:
    return KINDS[image.key.kind].title(image.record.content) if image.record is not None else ""


def _anew(work: Work, items: Iterable[JobItem]) -> list[JobItem]:
    """The lines as they would be planned now."""
    source = _source(work)
    subjects = [
        Subject(work.record_key(item), item.title, Image.of_data(item.before) if item.before else None)
        for item in items
    ]
    return lines(work, source, subjects)


def lines(work: Work, source: Job, subjects: Sequence[Subject]) -> list[JobItem]:
    """What undoing does to each of these, as lines of a plan."""
    at = work.at
    records = at.records.many(subject.key for subject in subjects)
    links = at.links.many(LinkKey(*subject.key) for subject in subjects)
    asked = [s.key for s in subjects if s.image is None or _was_sent(s.image, links.get(LinkKey(*s.key)))]
    entries = receipts.since(at, asked, source.started_at)
    found: list[JobItem] = []
    for subject in subjects:
        record, link = records.get(subject.key), links.get(LinkKey(*subject.key))
        undo = _undo(work, source, subject, record, link, entries.get(subject.key, []))
        if undo.reason == "history_gone" and not subject.sure:
            continue
        found.append(_line(subject, record, link, undo))
    return _without_taken(work, found)


def _without_taken(work: Work, items: list[JobItem]) -> list[JobItem]:
    """Lines that link a record to its old document again, where that is another record's by now, say so."""
    old = {item.named: Image.of_data(item.before).linked_to for item in items if item.outcome == "link" and item.before}
    taken: set[tuple[str, str]] = set()
    for kind in {kind for kind, _ in old}:
        mine = {named: document for named, document in old.items() if named[0] == kind}
        claims = work.at.links.claimed(work.company, KINDS[kind].document_type, mine.values())
        taken |= {name for name, document in mine.items() if claims.get(document, Claimed()).link is not None}
    gone: dict[str, object] = {"outcome": "skip", "reason": "link_taken", "diff": {}, "before": None, "put_back": None}
    return [item.model_copy(update=gone) if item.named in taken else item for item in items]


def _was_sent(image: Image, link: Link | None) -> bool:
    """Whether what the job linked was sent since."""
    before = image.link.last_export_at if image.link is not None else None
    return link is not None and link.last_export_at != before


def _undo(
    work: Work, source: Job, subject: Subject, record: Record | None, link: Link | None, entries: list[Entry]
) -> rules.Undo:
    here = subject.image is not None and subject.key.kind in (
        UNDONE_HERE if subject.image.existed else UNDONE_HERE | BORN
    )
    if subject.image is None and subject.key.kind in THERE:
        context = work.context
        return rules.of_document(
            _of_job(entries, source.id), entries, record, link, context.settings, context.reference
        )
    if subject.key.kind not in UNDONE and not here:
        return rules.Undo("skip", "not_undone")
    if subject.image is not None:
        return rules.of_image(subject.image, record, link, () if here else entries)
    return rules.of_export(_of_job(entries, source.id), record, link, work.context.settings)


def _of_job(entries: Sequence[Entry], job: str) -> list[Entry]:
    """What the job sent, or had sent: a comparison leaves it to the queue, like a save."""
    ours = [entry for entry in entries if entry.job == job]
    had_sent = [entry.at for entry in ours if entry.action == "compared"]
    return [entry for entry in entries if entry.job == job or (had_sent and entry.at >= min(had_sent))]


def _line(subject: Subject, record: Record | None, link: Link | None, undo: rules.Undo) -> JobItem:
    content = record.content if record is not None else None
    image = subject.image if undo.outcome != "skip" else None
    return JobItem(
        kind=subject.key.kind,
        id=subject.key.id,
        title=KINDS[subject.key.kind].title(content) if content is not None else subject.title,
        outcome=undo.outcome,
        reason=undo.reason,
        message=undo.message,
        diff=undo.diff,
        overwritten=job_rules.overwritten(undo.diff),
        revision=record.revision if record is not None else 0,
        link_version=link.version if link is not None else 0,
        document_id=link.document_id if link is not None else "",
        before=image.to_data() if image is not None else None,
        put_back=undo.put_back or None,
    )
