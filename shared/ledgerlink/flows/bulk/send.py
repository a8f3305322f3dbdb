"""Jobs that send: every record of some kinds to the ledger, created, updated or archived there (K3, D7).

The job itself sends nothing. It puts its records into the export queue, behind whatever live traffic puts there, and
follows what becomes of them: the settlement of a record names the job that ordered it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context
from ledgerlink.kinds import KINDS
from ledgerlink.rules import jobs as rules
from ledgerlink.rules import sending
from ledgerlink.rules.dispatch import MOST_DOCUMENTS
from ledgerlink.rules.profiles import CompanySettings
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import codes_taken, following, names_taken, ordering, products_first, wrong_products
from .going_through import anew
from .work import Step, Work, check_options, from_date, ledger_of, undated

PAGE = 1000
LOOK = 40  # contacts read at once before archiving
SHOWN = 50  # products that stop a send are named
AHEAD = 2000  # records in the queue before the first ring: full calls from the start, and soon enough


def everything(_record: Record, _settings: CompanySettings) -> bool:
    return True


@dataclass
class Send:
    """See ``work.Bulk``. ``eligible``: which records go where none are named."""

    name: str
    title: str
    kinds: tuple[str, ...]
    eligible: Callable[[Record, CompanySettings], bool] = everything
    direct: bool = False
    needs_ledger: bool = True
    undoable: bool = False

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        left_out = [KINDS[kind].singular for kind in self.kinds if not sending.is_dated(kind)]
        if len(left_out) == len(self.kinds):
            return undated(job)
        check_options(job, "from_date")
        if from_date(job) is None:
            return job
        if job.chosen:
            raise Invalid(FieldProblem("options.from_date", "is for all; those that are named go whatever their date"))
        note = f"Left out for from_date, being without a date: {', '.join(f'every {name}' for name in left_out)}."
        return job.model_copy(update={"notes": (note,)}) if left_out else job

    def plan(self, work: Work) -> Step:
        """Page by page; then what only the ledger knows is put into a plan that somebody will look at."""
        match work.job.memory.get("pass"):
            case "names":
                step = names_taken.look(work, wanted=work.job.memory["names_given"])
            case "nothing goes":
                step = wrong_products.nothing_goes(work)
            case _:
                step = self._list(work)
        passes = step.job.memory.get("passes", ())
        if not step.finished or not passes:
            return step
        job = anew(step.job)
        return Step(job.model_copy(update={"memory": {**job.memory, "pass": passes[0], "passes": passes[1:]}}))

    def _list(self, work: Work) -> Step:
        """The next page of records, a line each."""
        records, missing, after = self._named(work) if work.job.chosen else self._all(work)
        links = work.at.links.many(LinkKey(*record.key) for record in records)
        decide = ordering.decider(work, records)
        pairs = [(record, ordering.link_of(links, record.key)) for record in records]
        items = [rules.planned_as(record, link, decide(record, link)) for record, link in pairs]
        told = wrong_products.looked_for(work, records, items)
        if isinstance(told, Step):
            return told
        items, wrong = told
        job = work.planned([*items, *missing])
        figures = {name: job.memory.get(name, 0) + _count(items, name) for name in sorted(rules.SENDING)}
        used = codes_taken.calls_used(job)
        calls = work.calls(needed=calls_of(figures) + used, used=used)
        names = job.memory.get("names_given", 0) + names_taken.names_in(items)
        wrong = sorted({*job.memory.get("wrong_products", ()), *wrong})[:SHOWN]
        memory = {**job.memory, **figures, "names_given": names, "wrong_products": wrong}
        # Only who looks at the plan first gains by knowing; without one the ledger says so at no further call.
        memory["passes"] = [*(["names"] if names and job.dry_run else []), *(["nothing goes"] if wrong else [])]
        return Step(job.model_copy(update={"cursor": after or "", "memory": memory, "calls": calls}), not after)

    def carry_out(self, work: Work) -> Step:
        """First everything into the queue, chunk by chunk; then see, chunk by chunk, what became of it."""
        job = work.job
        if job.ordered < job.chunk:
            waiting = products_first.wait_for(work)
            if waiting is not None:
                return waiting
            ordered = ordering.order_chunk(work)
            if ordered.ordered == ordered.chunk or ordered.ordered * PAGE >= AHEAD:
                work.at.doorbells.ring(work.company, "export")
            return Step(ordered)
        if job.applied < job.chunk:
            return following.follow_chunk(work)
        return Step(job, finished=True)

    def withdraw(self, work: Work) -> Step:
        job = work.job
        if job.status == "planning" or job.applied >= job.chunk:
            return Step(job, finished=True)
        if job.applied >= job.ordered:  # never ordered
            items = [rules.left_out(item, "cancelled") for item in work.plan_chunk(job.applied)]
            return Step(work.settled(items, applied=job.applied + 1))
        ordering.take_back(work, work.at.jobs.read_chunk(job, "wanted", job.applied))
        return following.follow_chunk(work, cancelled=True)

    def _all(self, work: Work) -> tuple[list[Record], list[JobItem], str | None]:
        """The next records, kind by kind, and where the page after starts."""
        kind, _, cursor = (work.job.cursor or f"{self.kinds[0]}:").partition(":")
        page = work.at.records.page(work.company, kind, after=cursor or None, limit=PAGE)
        wanted = [r for r in page.items if not r.deleted and self.eligible(r, work.context.settings)]
        day = from_date(work.job)
        if day is not None and any(map(sending.is_dated, self.kinds)):
            wanted = [r for r in wanted if sending.is_since(r, day)]
        if page.next:
            return wanted, [], f"{kind}:{page.next}"
        later = self.kinds[self.kinds.index(kind) + 1 :]
        return wanted, [], f"{later[0]}:" if later else None

    def _named(self, work: Work) -> tuple[list[Record], list[JobItem], str | None]:
        """The next of those named, and lines for those that are not there."""
        start = int(work.job.cursor or 0)
        named = work.named(start, PAGE)
        if len(self.kinds) > len(_SENT_TOGETHER) and any(not kind for kind, _ in named):
            raise Invalid(FieldProblem("records", "name the records with their kinds"))
        keys = [RecordKey(work.company, sort, id_) for kind, id_ in named for sort in self._sorts(kind)]
        there = [record for record in work.at.records.many(keys).values() if not record.deleted]
        known = {id_ for record in there for id_ in ((record.kind, record.id), ("", record.id))}
        missing = [self._missing(kind, id_) for kind, id_ in named if (kind, id_) not in known]
        after = str(start + PAGE) if start + PAGE < work.job.chosen else None
        place = {name: n for n, name in enumerate(named)}
        there.sort(key=lambda r: place.get((r.kind, r.id), place.get(("", r.id), 0)))
        return there, missing, after

    def _sorts(self, kind: str) -> tuple[str, ...]:
        return tuple(sort for sort in self.kinds if kind in ("", sort))

    def _missing(self, kind: str, id_: str) -> JobItem:
        kind = kind or self.kinds[0]
        told = f"There is no such {KINDS[kind].singular}." if kind in self.kinds else f"{self.name} sends no {kind}."
        return JobItem(kind=kind, id=id_, outcome="fail", reason="no_such_record", message=told)


_SENT_TOGETHER = ("invoices", "credit-notes")  # their ids may be named without saying which


def _count(items: Sequence[JobItem], outcome: str) -> int:
    return sum(item.outcome == outcome for item in items)


def calls_of(figures: dict[str, int]) -> int:
    """The fewest calls for so many records: 50 a write, one look before updates, contacts read before archiving."""
    writes = sum(ceil(count / MOST_DOCUMENTS) for count in figures.values())
    return writes + bool(figures["update"]) + ceil(figures["archive"] / LOOK)
