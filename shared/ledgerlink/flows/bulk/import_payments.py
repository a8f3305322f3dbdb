"""``import-payments``: what the schedule asks every two hours, now: payments, credits, reversals and what they settle.

Read is what changed since it was last asked, or since ``from_date``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context
from ledgerlink.flows.inbound import money_news
from ledgerlink.flows.inbound.taking_in import foresee
from ledgerlink.state.job import Job

from . import planned_documents
from .documents import intake, line, planned_line, with_receipts
from .work import Step, Work, check_options, from_date, ledger_of


class ImportPayments:
    """See ``work.Bulk``."""

    name = "import-payments"
    title = "Import of payments"
    direct = True
    needs_ledger = True
    undoable = False  # it is the ledger's to say

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        check_options(job, "from_date")
        if job.chosen:
            raise Invalid(FieldProblem("ids", "name documents to update-invoices; this job asks for all that changed"))
        from_date(job)
        return job

    def plan(self, work: Work) -> Step:
        news = _news(work)
        taken = [
            each
            for name in money_news.RECORDS
            for each in foresee(intake(work, name, planning=True), news.documents(name))
        ]
        keys = [each.key for each in taken if each.key is not None]
        versions = {key: link.version for key, link in work.at.links.many(keys).items()}
        used = len(news.deltas)
        job = work.planned([planned_line(each, versions) for each in taken], calls=work.calls(needed=used, used=used))
        return Step(job, finished=True)

    def carry_out(self, work: Work) -> Step:
        if work.job.dry_run:
            return planned_documents.apply_chunk(work)
        news = _news(work)
        taken = money_news.bring_in(work.context, news, intake(work, money_news.CLOCK))
        money_news.remember(work.context, news)
        used = work.job.calls.used + len(news.deltas)
        items = with_receipts(work, [line(each) for each in taken])
        job = work.settled(items, calls=work.calls(needed=used, used=used))
        return Step(job, finished=news.complete or bool(work.job.options.get("from_date")))

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)


def _news(work: Work) -> money_news.News:
    ledger_of(work.context)
    return money_news.gather(work.context, since=_since(work.job), purpose="person")


def _since(job: Job) -> datetime | None:
    told = from_date(job)
    return datetime.combine(told, datetime.min.time(), UTC) if told is not None else None
