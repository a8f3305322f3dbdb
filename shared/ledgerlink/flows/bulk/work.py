"""One turn of a bulk job under way: what it has in hand, the chunks it writes, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Protocol

from ledgerlink.errors import FieldProblem, Invalid, NotConnected
from ledgerlink.flows.context import Context, connected_context
from ledgerlink.ports import Ledger, Ports
from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import Calls, Job, JobItem
from ledgerlink.state.record import RecordKey

IDS_IN_CHUNK = 1000
IDS_AT_ONCE = 40  # that a list can be asked for in one call
CONDITIONS_AT_ONCE = 25  # where it takes them as conditions only (facts/xero.md §3.4): its address would be too long
_TAKE_IDS = frozenset({"organizations", "invoices"})


def ids_at_once(kind: str) -> int:
    """How many documents of a kind are asked for by id in one call."""
    return IDS_AT_ONCE if kind in _TAKE_IDS else CONDITIONS_AT_ONCE


def ledger_of(context: Context) -> Ledger:
    """The company's ledger. Raises NotConnected, with the code ``integration_disabled`` where it is switched off."""
    if not context.settings.integration_enabled:
        raise NotConnected("the integration is switched off", code="integration_disabled")
    return connected_context(context.company.id, context.at).ledger


def check_options(job: Job, *known: str) -> None:
    """Raises Invalid for an option that the job would ignore, naming those it has."""
    has = f"it has {', '.join(known)}" if known else "it has none"
    told = f"not an option of this job: {has}"
    if unknown := sorted(set(job.options) - set(known)):
        raise Invalid(*(FieldProblem(f"options.{name}", told, "unknown_field") for name in unknown))


def undated(job: Job) -> Job:
    """The job of things without dates, which says so where it was given one. Raises Invalid."""
    check_options(job, "from_date")
    if from_date(job) is not None:
        return job.model_copy(update={"notes": ("What is listed has no date: from_date was not used.",)})
    return job


def from_date(job: Job) -> date | None:
    """The option ``from_date``, if it was given. Raises Invalid."""
    told = job.options.get("from_date")
    if told in (None, ""):
        return None
    try:
        return date.fromisoformat(told)
    except (TypeError, ValueError):
        raise Invalid(FieldProblem("options.from_date", "a date, YYYY-MM-DD")) from None


@dataclass(frozen=True)
class Step:
    """What a turn did: the job as it is now, whether the phase is over, and when and why not to go on at once."""

    job: Job
    finished: bool = False
    delay_s: float = 0.0
    waiting_for: str = ""


@dataclass(frozen=True)
class Work:
    """A job in a turn. Whatever a turn does may be done again: it is committed with the job at the turn's end."""

    context: Context
    job: Job

    @property
    def at(self) -> Ports:
        return self.context.at

    @property
    def company(self) -> str:
        return self.context.company.id

    @property
    def now(self) -> datetime:
        return self.at.clock.now()

    @property
    def again(self) -> bool:
        """Whether an earlier turn at this place did not end well, so that some of it may be done already."""
        return self.job.tries > 1

    def planned(self, items: Sequence[JobItem], job: Job | None = None, **changes: Any) -> Job:
        """Write the next chunk of the plan; of a plan for its own sake the figures show what would happen."""
        job = job or self.job
        if items:
            self.at.jobs.write_chunk(job, "plan", job.chunk, items)
        total = job.progress.total + len(items)
        told = rules.counted(items, job.progress) if job.dry_run else job.progress
        progress = told.model_copy(update={"total": changes.pop("total", None) or total})
        return job.model_copy(update={"chunk": job.chunk + bool(items), "progress": progress, **changes})

    def settled(self, items: Sequence[JobItem], job: Job | None = None, **changes: Any) -> Job:
        """Write the next chunk of results and count it."""
        job = job or self.job
        if items:
            self.at.jobs.write_chunk(job, "result", job.results, items)
        figures = rules.counted(items, job.counted)
        told = {
            "results": job.results + bool(items),
            "counted": figures,
            "progress": figures.model_copy(update={"total": max(job.progress.total, figures.done)}),
            "failures": rules.with_failures(job.failures, items),
        }
        return job.model_copy(update={**told, **changes})

    def plan_chunk(self, number: int) -> list[JobItem]:
        return self.at.jobs.read_chunk(self.job, "plan", number)

    def chosen(self, start: int, most: int) -> list[str]:
        """The next of the records that were named when the job was started."""
        return [item.id for item in islice(self._named(start), most)]

    def named(self, start: int, most: int) -> list[tuple[str, str]]:
        """The same with their kinds, "" where only ids were given."""
        return [item.named for item in islice(self._named(start), most)]

    def _named(self, start: int) -> Iterator[JobItem]:
        for number in range(start // IDS_IN_CHUNK, -(-self.job.chosen // IDS_IN_CHUNK)):
            chunk = self.at.jobs.read_chunk(self.job, "ids", number)
            yield from chunk[max(0, start - number * IDS_IN_CHUNK) :]

    def calls(self, *, needed: int, used: int) -> Calls:
        """The calls as known now, with what the ledger says is left and when it would be done."""
        budget = self.at.limits.budget(self.context.organisation)
        left = max(0, needed - used)
        return Calls(
            needed=needed,
            used=used,
            remaining_today=budget.day_remaining,
            finishes_at=rules.finishes_at(self.now, left, budget),
        )

    def record_key(self, item: JobItem) -> RecordKey:
        return RecordKey(self.company, item.kind, item.id)


class Bulk(Protocol):
    """A kind of bulk job. Each method does one page and returns; whatever it does must bear being done twice."""

    name: str
    title: str  # as its e-mail calls it
    direct: bool  # without ``dry_run`` nothing is planned: every page is carried out as it is read
    needs_ledger: bool
    undoable: bool  # it changes records or documents, and keeps how they were

    def begin(self, context: Context, job: Job) -> Job:
        """The job as it will be stored. Raises Invalid or Refused for what cannot be started."""
        ...

    def plan(self, work: Work) -> Step: ...

    def carry_out(self, work: Work) -> Step: ...

    def withdraw(self, work: Work) -> Step:
        """Take back what was ordered and has not gone: the job was cancelled."""
        ...
