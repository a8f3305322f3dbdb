"""A bulk job: planned, applied, followed, cancelled, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ledgerlink.kinds import Value

JobKind = Literal["import-contacts", "export-organizations", "import-links", "import-organizations"]
JobStatus = Literal["planning", "planned", "running", "done", "failed", "cancelled"]
Outcome = Literal["created", "updated", "archived", "linked", "unchanged", "skipped", "suggested", "left_out", "failed"]


class Progress(Value):
    """Counts by outcome; ``total`` is known once planned."""

    total: int = 0
    done: int = 0
    created: int = 0
    updated: int = 0
    archived: int = 0
    linked: int = 0
    unchanged: int = 0
    skipped: int = 0
    suggested: int = 0
    left_out: int = 0
    failed: int = 0


class Calls(Value):
    """Ledger calls: what the job needs and used, what is left today, when it would end at the paced rate."""

    needed: int = 0
    used: int = 0
    remaining_today: int | None = None
    finishes_at: datetime | None = None


class JobEmail(Value):
    """Who hears when it ends, and whether the message went out."""

    to: str = ""
    status: Literal["none", "pending", "sent", "failed"] = "none"


class Job(Value):
    """One bulk job. Its plan and its results are NDJSON.gz chunks in the bucket, named by number."""

    company: str
    id: str
    kind: JobKind
    status: JobStatus = "planning"
    dry_run: bool = False
    applying: bool = False  # a plan that is carried out (now or by ``apply``)
    cancel_asked: bool = False
    started_by: str = ""  # sub
    email: JobEmail = JobEmail()
    ids: tuple[str, ...] = ()
    options: dict[str, Any] = {}
    progress: Progress = Progress()
    calls: Calls = Calls()
    started_at: datetime
    finished_at: datetime | None = None
    planned_at: datetime | None = None
    settings_version: int = 0
    organisation: str = ""
    cursor: str = ""  # where the next turn goes on
    chunk: int = 0  # plan chunks written
    applied: int = 0  # plan chunks carried out
    results: int = 0  # result chunks written
    error: str = ""
    wake_at: datetime | None = None  # when the sweeper takes it up again, should its message be lost
    version: int = 0


class JobItem(Value):
    """One record of a plan or a result."""

    kind: str
    id: str
    outcome: str  # in a plan: create, update, archive, link, unchanged, skip, suggest, fail
    reason: str = ""
    message: str = ""
    diff: dict[str, dict[str, Any]] = {}  # field -> {from, to}
    overwritten: tuple[str, ...] = ()  # fields whose value on the other side is replaced
    revision: int = 0  # of the record the plan was made on
    document_id: str = ""
    document_at: datetime | None = None
    line: int = 0  # of a CSV
    document: dict[str, Any] | None = None  # what the ledger said, for applying without reading again
