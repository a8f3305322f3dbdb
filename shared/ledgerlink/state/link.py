"""A link: the pair part ↔ document, one to one both ways, with its sync state. The export queue is the due ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict

from ledgerlink.kinds import Content, Value

from .record import Hold, RecordKey
from .settlement import Settlement

SyncState = Literal["unlinked", "due", "sending", "linked", "skipped", "error", "unknown", "parked", "conflict"]
Tombstone = Literal["", "unlinked_by_person", "deleted_here"]


class LinkKey(NamedTuple):
    """Which link: the record's key and the part ("main" where a record needs only one document)."""

    company: str
    kind: str
    id: str
    part: str = "main"

    @property
    def record(self) -> RecordKey:
        return RecordKey(self.company, self.kind, self.id)


ON_RECORD = "record:"  # what ``waits_on`` begins with where a record is waited for


def on_record(key: RecordKey) -> str:
    """What ``waits_on`` says of a link that waits for this record."""
    return f"{ON_RECORD}{key.kind}/{key.id}"


class SyncError(Value):
    """Why a link cannot go: a catalogued code, our words, what the ledger said, and since when."""

    code: str
    message: str
    since: datetime
    field: str = ""
    details: tuple[str, ...] = ()  # every problem at once, each in plain words
    codes: tuple[str, ...] = ()  # of those found before sending, each one's; ``code`` is the first's
    holder: str = ""  # the document that has the name or number we wanted


class Warned(Value):
    """What the ledger remarked when it took a document: a code of ours where we know what it means, and its words."""

    code: str = ""
    message: str


class Clashing(Value):
    """One field on which both sides disagree since their last agreement (state ``conflict``)."""

    field: str
    crm: str  # JSON of the value
    ledger: str  # JSON of the value
    since: datetime


class Reverting(Value):
    """Values to be put back in the ledger: the order of a job that undoes an export."""

    job: str
    fields: tuple[str, ...] = ()
    content: dict[str, Any] = {}  # what these fields are to say, as plain data of the kind; blank: emptied again
    archive: bool = False  # the document was made by that export, and goes
    whole: bool = False  # all of it or nothing: lines, tax and totals hang together


class SafeEdit(Value):
    """An edit of a paid document under way: our payments are taken off it, it is updated, they are put back (P3).

    On the document's link for as long as the edit is pursued; whatever ends that brings the payments back.
    """

    payments: tuple[str, ...]  # records, by id
    by: str
    since: datetime


class Refusal(Value):
    """Why a safe edit came to nothing: told until the record is edited or the edit is ordered again."""

    code: str
    field: str
    message: str


class Lift(Value):
    """On a payment's link: it is to come ``off`` its document in the ledger, and then ``back``."""

    phase: Literal["off", "back"]
    account: str  # the ledger's id of the account it is put back to
    refused: str = ""  # why it stayed: a reason code


class Link(Value):
    """Sync state of one part. Everything decided about it is decided on this and its record."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    company: str
    kind: str
    id: str
    part: str = "main"
    stage: int = 1

    state: SyncState = "unlinked"
    reason: str = ""  # code from ledgerlink.reasons, for skipped, waiting, parked and error
    error: SyncError | None = None
    attempts: int = 0  # refusals by the ledger; limits and lost answers cost none

    document_type: str = ""
    document_id: str = ""
    document_status: str = "active"  # the ledger's, in our words: "active", "archived"
    base: Content | None = None  # ledger view last agreed on
    base_at: datetime | None = None  # the ledger's UpdatedDateUTC of ``base``
    seen: Content | None = None  # the ledger's newer content where it was not (fully) taken over
    silent: tuple[str, ...] = ()  # blank here when the pair first agreed: what the ledger says there is still to come
    line_ids: dict[str, str] = {}  # our lines -> the ledger's, so that an update keeps every one of them
    settlement: Settlement | None = None  # what the ledger last told of payments and credits, as taken in
    warnings: tuple[Warned, ...] = ()  # of the last send
    suggestions: tuple[str, ...] = ()  # open "may be the same as": not created until a person decides
    clears: tuple[str, ...] = ()  # a person ordered these emptied in the ledger; gone once sent or changed
    reverting: Reverting | None = None
    safe_edit: SafeEdit | None = None
    edit_refused: Refusal | None = None
    issued_anew: str = ""  # the record that says instead what it should have said: it was credited in full
    lift: Lift | None = None
    lifted: tuple[str, ...] = ()  # documents it had before: taken back by us, and never to be taken for it again
    held_fields: tuple[str, ...] = ()  # travel neither way until someone changes them (after an undo)
    clashes: tuple[Clashing, ...] = ()

    wanted: int = 0  # the record's revision that should be in the ledger
    exported: int = 0  # the revision that is
    last_dispatch: str = ""
    generation: int = 0  # of the create: a new one after "it certainly never arrived"
    create_ordered: bool = False  # may be created by itself (settings at its birth, a job, a person, a document)
    ordered_by: str = ""  # a job's id or "person": go even where settings keep it back
    queued_at: datetime | None = None  # set while due; the export queue is an index over it
    order: str = ""  # within the queue: first in, first out; documents as made
    made_at: datetime | None = None  # when the CRM made it, where it says so
    person_of: str = ""  # of a customer: the ``order`` of the document that its primary person was taken from
    waits_on: str = ""  # "setting:…", "record:…", "time", "conflict", "suggestion"
    wake_at: datetime | None = None  # for waits on time

    do_not_export: Hold = Hold()
    do_not_import: Hold = Hold()
    tombstone: Tombstone = ""
    last_export_at: datetime | None = None
    last_import_at: datetime | None = None
    last_outcome: str = ""  # of the last settlement: created, updated, unchanged, archived, failed …
    last_job: str = ""  # the job that ordered it, if one did

    title: str = ""
    number: str = ""
    email: str = ""
    status: str = ""
    match: str = ""  # fingerprints of what it is recognised by (rules.duplicates)
    updated_at: datetime | None = None
    version: int = 0  # of the stored item; 0 = never stored

    @property
    def key(self) -> LinkKey:
        return LinkKey(self.company, self.kind, self.id, self.part)

    @property
    def is_lifting(self) -> bool:
        """Whether a safe edit holds it: nobody links, unlinks, deletes or holds it until that has ended."""
        if self.lift is None:
            return self.safe_edit is not None
        return not self.lift.refused and (self.lift.phase == "off" or self.state == "due")

    @property
    def is_due(self) -> bool:
        return self.queued_at is not None
