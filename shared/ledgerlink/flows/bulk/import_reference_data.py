"""``import-reference-data``: the ledger's own lists, now; one line for each thing in them."""

from __future__ import annotations

from collections.abc import Iterator

from ledgerlink.flows.context import Context
from ledgerlink.flows.inbound import reference_data
from ledgerlink.kinds import Value
from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.reference import Reference

from .work import Step, Work, ledger_of, undated

CALLS = 6


class ImportReferenceData:
    """See ``work.Bulk``."""

    name = "import-reference-data"
    title = "Import of tax rates, accounts, tracking, currencies"
    direct = True
    needs_ledger = True
    undoable = False

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        return undated(job)

    def plan(self, work: Work) -> Step:
        before = work.at.reference.get(work.company)
        now = ledger_of(work.context).lists(purpose="person").reference
        items = [_planned(item) for item in _lines(before, now)]
        job = work.planned(items, calls=work.calls(needed=2 * CALLS, used=CALLS))
        return Step(job, finished=True)

    def carry_out(self, work: Work) -> Step:
        ledger_of(work.context)
        before = work.at.reference.get(work.company)
        after = reference_data.refresh(work.context, purpose="person")
        used = work.job.calls.used + CALLS
        job = work.settled(list(_lines(before, after)), calls=work.calls(needed=used, used=used))
        return Step(job, finished=True)

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)


def _planned(item: JobItem) -> JobItem:
    return item.model_copy(update={"outcome": rules.PLANNED_AS.get(item.outcome, item.outcome)})


_LISTS = {
    "tax-rates": ("tax_rates", "code"),
    "accounts": ("accounts", "id"),
    "tracking-categories": ("tracking_categories", "id"),
    "currencies": ("currencies", "code"),
}


def _lines(before: Reference, after: Reference) -> Iterator[JobItem]:
    """One line for each thing, new, changed or as it was; what the ledger no longer tells is skipped here too."""
    for kind, (attribute, id_name) in _LISTS.items():
        old: dict[str, Value] = {getattr(each, id_name): each for each in getattr(before, attribute)}
        new: dict[str, Value] = {getattr(each, id_name): each for each in getattr(after, attribute)}
        for id_, thing in new.items():
            known = old.get(id_)
            outcome = "created" if known is None else "unchanged" if known == thing else "updated"
            yield JobItem(kind=kind, id=id_, title=str(getattr(thing, "name", "")), outcome=outcome)
        for id_ in old.keys() - new.keys():
            yield JobItem(kind=kind, id=id_, outcome="skipped", reason="not_in_ledger")
