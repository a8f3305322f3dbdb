"""A bulk job: planned, applied, followed, cancelled. Its plan and its results lie in the bucket, in numbered chunks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ledgerlink.kinds import Value

JobStatus = Literal["planning", "planned", "running", "done", "failed", "cancelled"]
ChunkSort = Literal["ids", "wanted", "read", "plan", "changed", "before", "result", "names", "codes", "products"]

BY_ITSELF = "clock"  # who starts what nobody starts
ENDED: tuple[JobStatus, ...] = ("done", "failed", "cancelled")


class Progress(Value):
    """Counts by outcome; ``total`` is known once planned. Of a plan: what would happen."""

    total: int = 0
    done: int = 0
    created: int = 0
    updated: int = 0
    archived: int = 0
    linked: int = 0
    unlinked: int = 0
    deleted: int = 0
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


class Failure(Value):
    """One record that failed, kept with the job for its e-mail."""

    kind: str = ""
    id: str = ""
    title: str = ""
    reason: str = ""
    message: str = ""
    line: int = 0


class Job(Value):
    """One bulk job, as of its last finished turn."""

    company: str
    id: str
    kind: str
    status: JobStatus = "planning"
    dry_run: bool = False  # planned first, carried out when a person applies it
    cancel_asked: bool = False
    started_by: str = ""  # sub
    email: JobEmail = JobEmail()
    options: dict[str, Any] = {}
    chosen: int = 0  # how many records were named; 0: all eligible. The names are chunks of sort "ids"
    figures: dict[str, int] = {}  # what this kind of job counts besides
    progress: Progress = Progress()
    counted: Progress = Progress()  # of finished result chunks; ``progress`` adds what is under way
    calls: Calls = Calls()
    started_at: datetime
    finished_at: datetime | None = None
    planned_at: datetime | None = None
    settings_version: int = 0
    organisation: str = ""
    cursor: str = ""  # where the next page of planning starts
    chunk: int = 0  # plan chunks written
    ordered: int = 0  # plan chunks whose records were put into the export queue
    applied: int = 0  # plan chunks carried out
    results: int = 0  # result chunks written
    memory: dict[str, Any] = {}  # what the kind of job itself needs to remember from turn to turn
    failures: tuple[Failure, ...] = ()  # the first few
    waiting_for: str = ""  # reason code: what keeps it from going on now
    error: str = ""  # why it failed as a whole
    notes: tuple[str, ...] = ()  # what whoever started it should know
    undoes: str = ""  # the job this one undoes
    undone_by: str = ""  # the job that undoes this one, or did

    turns: int = 0
    tries: int = 0  # turns begun since one ended well
    turn_until: datetime | None = None  # a turn is under way, until then at most
    not_before: datetime | None = None
    wake_at: datetime | None = None  # when the sweeper rings for it, should its message be lost
    version: int = 0


class JobItem(Value):
    """One record of a plan or a result."""

    kind: str
    id: str
    title: str = ""
    outcome: str  # in a plan: create, update, archive, link, unlink, delete, unchanged, skip, suggest, fail
    reason: str = ""
    message: str = ""
    diff: dict[str, dict[str, Any]] = {}  # field -> {from, to}
    overwritten: tuple[str, ...] = ()  # fields whose value on the other side is replaced
    revision: int = 0  # of the record the plan was made on
    link_version: int = 0  # of its link, likewise
    document_id: str = ""
    foreseen: bool = False  # that it waits for a product is the ledger's to say, once it is tried
    line: int = 0  # of a CSV
    document: dict[str, Any] | None = None  # what the ledger said, for applying without reading again
    row: dict[str, str] | None = None  # of a CSV, for applying without parsing again

    @property
    def named(self) -> tuple[str, str]:
        """Which record: ids of different kinds may be the same."""
        return self.kind, self.id

    before: dict[str, Any] | None = None  # record and link as they were (``state.image``)
    put_back: dict[str, Any] | None = None  # what the ledger's document is to say again, field by field
