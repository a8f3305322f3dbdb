"""Bulk jobs: started, followed, applied, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, StrictBool, model_validator

from admin_api.access import FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown
from admin_api.history import Diff
from admin_api.reading import LARGE, LONGEST_ID, Cursor, JobId, Limit
from admin_api.shapes import NamedRecord, RecordRef
from ledgerlink.flows.bulk import jobs as flow
from ledgerlink.flows.bulk import undo_asked as undoing
from ledgerlink.flows.context import Context
from ledgerlink.kinds import KINDS, Value
from ledgerlink.state.job import Calls, Job, JobEmail, JobItem, JobStatus, Progress

from .companies import COMPANY

routes = Router()


class JobIn(Value):
    kind: str
    dry_run: StrictBool = False
    ids: list[Annotated[str, Field(max_length=LONGEST_ID)]] | None = Field(
        None, description="Without ids: all eligible"
    )
    records: list[NamedRecord] | None = None
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="{from_date}, {kinds[]} or {upload_id}, as the kind of job has; another is refused, naming those",
    )

    @model_validator(mode="after")
    def _names_once(self) -> JobIn:
        if self.ids is not None and self.records is not None:
            raise ValueError("give ids or records, not both")
        return self

    @property
    def chosen(self) -> list[tuple[str, str]] | None:
        return None if self.records is None else [(record.kind, record.id) for record in self.records]


class JobOut(Shown):
    id: str
    kind: str
    status: JobStatus
    dry_run: bool
    started_by: str
    progress: Progress
    figures: dict[str, int] = Field(description="What this kind of job counts besides outcomes")
    calls: Calls
    email: JobEmail
    started_at: datetime
    finished_at: datetime | None
    planned_at: datetime | None
    waiting_for: str | None = Field(description="A code of GET /v1/reasons: what keeps it from going on now")
    stopping: bool = Field(description="It was cancelled, and ends once it is known what became of what is under way")
    error: str | None
    notes: list[str]
    undoes: str | None = Field(description="The job that this one undoes")
    undone_by: str | None = Field(description="The job that undoes this one, or did")


class JobPage(Shown):
    items: list[JobOut]
    next: str | None


class JobItemOut(Shown):
    record: RecordRef = Field(description="Its id is blank where the line is about a document without a record here")
    title: str = Field(description="What people call it; where nothing is known of it, the ledger's id")
    outcome: str
    reason: str | None
    message: str | None
    diff: dict[str, Diff]
    overwritten: list[str]
    accounting_code: str | None
    ledger_url: str | None = Field(description="Opens the document in the ledger")
    line: int | None


class JobItemPage(Shown):
    items: list[JobItemOut]
    next: str | None


@routes.post(f"{COMPANY}/jobs", tags=["jobs"], status_code=202, **open_to(*FINANCE, most_bytes=LARGE))
def start_job(at: At, who: Who, body: JobIn) -> JobOut:
    """Start a job, or plan it with `dry_run`; it goes on by itself and tells by e-mail when it is over."""
    return shown(
        flow.start(
            at, body.kind, who.actor, dry_run=body.dry_run, ids=body.ids, records=body.chosen, options=body.options
        )
    )


@routes.get(f"{COMPANY}/jobs", tags=["jobs"], **open_to(*READERS))
def list_jobs(at: At, limit: Limit = 50, cursor: Cursor = None) -> JobPage:
    """The company's jobs, newest first."""
    page = flow.page(at, after=cursor, limit=limit)
    return JobPage(items=[shown(job) for job in page.items], next=page.next)


@routes.get(f"{COMPANY}/jobs/<job>", tags=["jobs"], **open_to(*READERS))
def get_job(at: At, job: JobId) -> JobOut:
    """A job as of its last turn."""
    return shown(flow.get(at, job))


@routes.get(f"{COMPANY}/jobs/<job>/items", tags=["jobs"], **open_to(*READERS))
def job_items(
    at: At,
    job: JobId,
    outcome: Annotated[str | None, Query(max_length=20)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JobItemPage:
    """What became of each record; of a plan, what would.

    `drifted` is all but `unchanged`. A page may be short before the end: read on."""
    page = flow.items(at, job, outcome=outcome, after=cursor, limit=limit)
    return JobItemPage(items=[_item(at, each) for each in page.items], next=page.next)


@routes.post(f"{COMPANY}/jobs/<job>/apply", tags=["jobs"], status_code=202, **open_to(*FINANCE))
def apply_job(at: At, who: Who, job: JobId) -> JobOut:
    """Carry out a plan; what changed since it was made is left out."""
    return shown(flow.apply(at, job, who.actor))


@routes.post(f"{COMPANY}/jobs/<job>/cancel", tags=["jobs"], status_code=202, **open_to(*FINANCE))
def cancel_job(at: At, job: JobId) -> JobOut:
    """Stop a job: what has gone has gone, what has not is taken back."""
    return shown(flow.cancel(at, job))


@routes.post(f"{COMPANY}/jobs/<job>/undo", tags=["jobs"], status_code=202, **open_to(*FINANCE))
def undo_job(at: At, who: Who, job: JobId, dry_run: Annotated[bool, Query()] = False) -> JobOut:
    """Take back what a job did, by a job of its own.

    With `dry_run` it is a plan first: what would be put back, and what cannot be, with the reason.
    """
    return shown(undoing.undo(at, job, who.actor, dry_run=dry_run))


def shown(job: Job) -> JobOut:
    """A job as the API tells of it."""
    told = {
        name: getattr(job, name) for name in ("id", "kind", "status", "dry_run", "started_by", "progress", "figures")
    }
    return JobOut(
        **told,
        calls=job.calls,
        email=job.email,
        started_at=job.started_at,
        finished_at=job.finished_at,
        planned_at=job.planned_at,
        waiting_for=job.waiting_for or None,
        stopping=job.cancel_asked and not job.finished_at,
        error=job.error or None,
        notes=list(job.notes),
        undoes=job.undoes or None,
        undone_by=job.undone_by or None,
    )


def _item(at: Context, item: JobItem) -> JobItemOut:
    return JobItemOut(
        record=RecordRef(kind=item.kind, id=item.id),
        title=item.title or ("" if item.id else item.document_id),
        outcome=item.outcome,
        reason=item.reason or None,
        message=item.message or None,
        diff={name: Diff(from_=told.get("from"), to=told.get("to")) for name, told in item.diff.items()},
        overwritten=list(item.overwritten),
        accounting_code=item.document_id or None,
        ledger_url=_url(at, item),
        line=item.line or None,
    )


def _url(at: Context, item: JobItem) -> str | None:
    """The page of the line's document in the ledger, where it is connected."""
    kind, organisation = KINDS.get(item.kind), at.connection.organisation
    if kind is None or organisation is None or not item.document_id:
        return None
    return at.at.ledgers.url(organisation, kind.document_type, item.document_id)
