"""What flows need from the outside, in our nouns. Adapters implement these; tests have small fakes under one contract.

Everything stored carries a ``version`` and is written only if the stored version is still the one that was read:
``Commit`` takes such conditional writes as values and applies all of them or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from .kinds import Content
from .state.activity import Entry
from .state.company import Choice, Company, Connection, Organisation, Tokens
from .state.crm import CrmDelivery, CrmNotice, CrmWebhook
from .state.dispatch import Action, Dispatch
from .state.document import Document
from .state.job import ChunkSort, Job, JobItem
from .state.lane import Direction, Lane
from .state.link import Link, LinkKey
from .state.mapping import Mappings
from .state.member import Member
from .state.notice import Notice
from .state.record import Record, RecordKey
from .state.reference import Reference
from .state.subscription import Subscription
from .state.suggestion import Suggestion

T = TypeVar("T")
R = TypeVar("R")


# ------------------------------------------------------------------ time, names, hands


class Clock(Protocol):
    """The only source of time. Locally and in tests it can be moved."""

    def now(self) -> datetime:
        """Aware, UTC, microseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Pause; never more than one second at a time."""
        ...


class Ids(Protocol):
    """Fresh names: sortable by time of making, unique without asking anyone."""

    def new(self) -> str: ...


class Parallel(Protocol):
    """A few hands at once, joined before it returns."""

    def map(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]: ...


# ------------------------------------------------------------------ conditional writes


@dataclass(frozen=True)
class PutRecord:
    """Store ``record`` if the stored version is ``record.version`` (0: if there is none); it becomes one higher."""

    record: Record


@dataclass(frozen=True)
class PutLink:
    """Store ``link`` likewise."""

    link: Link


@dataclass(frozen=True)
class Claim:
    """Take the document for this link, if no other link has it (a tombstone yields): keeps links one to one."""

    link: LinkKey
    document_type: str
    document_id: str


@dataclass(frozen=True)
class Unclaim:
    """Give the document up, if this link holds it; a ``tombstone`` then keeps it from coming back by itself."""

    link: LinkKey
    document_type: str
    document_id: str
    tombstone: str = ""


@dataclass(frozen=True)
class MoveClaim:
    """Hand the document over from one link to another, if the first holds it (a record got another id)."""

    link: LinkKey
    to: LinkKey
    document_type: str
    document_id: str


@dataclass(frozen=True)
class PutLane:
    """Store the lane if nobody stored it since: how a turn is taken (see ``state.lane``)."""

    lane: Lane


@dataclass(frozen=True)
class PutDispatch:
    """Store a dispatch likewise."""

    dispatch: Dispatch


@dataclass(frozen=True)
class DropDispatch:
    """Remove a dispatch whose last part is settled."""

    dispatch: Dispatch


@dataclass(frozen=True)
class PutEntry:
    """Write a history entry; writing the same id again changes nothing."""

    entry: Entry


@dataclass(frozen=True)
class PutCompany:
    """Store the company likewise."""

    company: Company


@dataclass(frozen=True)
class PutConnection:
    """Store the connection likewise."""

    connection: Connection


@dataclass(frozen=True)
class ClaimOrganisation:
    """Pair a ledger organisation with the company, if it is unpaired or already this one's."""

    company: str
    organisation: str


@dataclass(frozen=True)
class PutJob:
    """Store the job likewise."""

    job: Job


@dataclass(frozen=True)
class PutSuggestion:
    """Store a suggestion likewise."""

    suggestion: Suggestion


@dataclass(frozen=True)
class PutReference:
    """Store the ledger's lists likewise."""

    company: str
    reference: Reference


@dataclass(frozen=True)
class PutMappings:
    """Store the company's mappings likewise."""

    company: str
    mappings: Mappings


@dataclass(frozen=True)
class PutNotice:
    """Store an e-mail notice likewise."""

    notice: Notice


@dataclass(frozen=True)
class PutSubscription:
    """Store what somebody wants to hear by e-mail likewise."""

    subscription: Subscription


@dataclass(frozen=True)
class TellCrm:
    """Note that the CRM is to be told of a record's new revision, over whatever was noted before.

    It goes into the transaction of the change itself, whose condition it shares. The turn of whoever sends an older
    revision at this moment stays.
    """

    notice: CrmNotice


@dataclass(frozen=True)
class PutCrmNotice:
    """Store what became of a notice, if nobody stored it since."""

    notice: CrmNotice


@dataclass(frozen=True)
class PutCrmWebhook:
    """Store the CRM's endpoint likewise."""

    webhook: CrmWebhook


@dataclass(frozen=True)
class PutCrmDelivery:
    """Log an attempt; writing the same id again changes nothing."""

    delivery: CrmDelivery


Write = (
    PutRecord
    | PutLink
    | Claim
    | Unclaim
    | MoveClaim
    | PutLane
    | PutDispatch
    | DropDispatch
    | PutEntry
    | PutCompany
    | PutConnection
    | ClaimOrganisation
    | PutJob
    | PutNotice
    | PutSubscription
    | PutSuggestion
    | PutReference
    | PutMappings
    | TellCrm
    | PutCrmNotice
    | PutCrmWebhook
    | PutCrmDelivery
)


class Commit(Protocol):
    """Conditional writes, all or none."""

    def all(self, *writes: Write) -> None:
        """Apply every write or none. Raises Conflict when a condition fails, StoreBusy when trying again may help.

        At most 100 writes.
        """
        ...

    def each(self, groups: Sequence[Sequence[Write]]) -> list[bool]:
        """Apply each group as one; True where it was applied, False where a condition failed. Raises StoreBusy."""
        ...


# ------------------------------------------------------------------ what is stored


@dataclass(frozen=True)
class Page:
    """One page of a list, and where the next one starts (None at the end)."""

    items: list[Any]
    next: str | None = None


class Records(Protocol):
    """The CRM's records. All reads are strong unless said otherwise."""

    def get(self, key: RecordKey) -> Record | None: ...

    def many(self, keys: Iterable[RecordKey]) -> dict[RecordKey, Record]: ...

    def page(self, company: str, kind: str, *, after: str | None = None, limit: int = 200) -> Page:
        """Records of a kind by id, deleted ones too."""
        ...

    def changes(self, company: str, *, since: str | None, limit: int) -> Page:
        """The change feed: records by time of change, eventually consistent; items are Records."""
        ...


@dataclass(frozen=True)
class LinkFilter:
    """What a list of records is narrowed to; None is "either"."""

    state: str | None = None
    linked: bool | None = None
    has_error: bool | None = None
    do_not_export: bool | None = None
    do_not_import: bool | None = None
    status: str | None = None
    accounting_code: str | None = None
    q: str | None = None  # in title, number or e-mail
    updated_since: str | None = None
    exported_since: str | None = None
    exported_until: str | None = None
    imported_since: str | None = None
    imported_until: str | None = None
    sort: str = "title"  # a column of ``SORTS``, "-" before it: the other way round


SORTS = ("title", "number", "email", "status", "state", "updated_at", "last_export_at", "last_import_at")


@dataclass(frozen=True)
class Claimed:
    """Who holds a document: a link, or a tombstone that says why nobody shall (``unlinked_by_person`` …)."""

    link: LinkKey | None = None
    tombstone: str = ""


class Links(Protocol):
    """Links and the indexes over them. ``get``, ``many``, ``claimed`` are strong; indexes lag."""

    def get(self, key: LinkKey) -> Link | None: ...

    def many(self, keys: Iterable[LinkKey]) -> dict[LinkKey, Link]: ...

    def of_record(self, key: RecordKey) -> list[Link]: ...

    def claimed(self, company: str, document_type: str, document_ids: Iterable[str]) -> dict[str, Claimed]:
        """Who holds these documents; free ones are absent."""
        ...

    def due(self, company: str, *, stage: int | None = None, after: str | None = None, limit: int = 200) -> Page:
        """The export queue in order; items are LinkKeys."""
        ...

    def waiting(self, company: str, waits_on: str, *, after: str | None = None, limit: int = 200) -> Page:
        """Who waits on a thing; items are LinkKeys. ``record:`` alone is any record."""
        ...

    def waiting_until(self, now: datetime, *, limit: int = 200) -> list[LinkKey]:
        """Links of any company that wait on a time which has come."""
        ...

    def errors(self, company: str, *, after: str | None = None, limit: int = 200) -> Page:
        """Links in state error or parked, oldest first; items are LinkKeys."""
        ...

    def count_errors(self, company: str) -> int: ...

    def search(self, company: str, kind: str, where: LinkFilter, *, after: str | None = None, limit: int = 50) -> Page:
        """Main links of a kind, filtered, by title; items are LinkKeys."""
        ...

    def conflicts(self, company: str, *, after: str | None = None, limit: int = 200) -> Page:
        """Links in state conflict; items are LinkKeys."""
        ...

    def count_conflicts(self, company: str) -> int: ...

    def count_due(self, company: str) -> int: ...

    def held_up(self, company: str, *, after: str | None = None, limit: int = 200) -> Page:
        """Links that will go once something has happened; items are LinkKeys."""
        ...

    def count_held_up(self, company: str) -> int: ...

    def by_number(self, company: str, kind: str, text: str, *, limit: int = 10) -> list[LinkKey]:
        """Linked records whose number contains the text; half a minute old at most."""
        ...

    def match_keys(self, company: str, kind: str, *, after: str | None = None, limit: int = 1000) -> Page:
        """Unlinked records with the keys they are recognised by; items are (id, keys)."""
        ...

    def companies_with_due(self) -> list[str]:
        """Every company that has something in its export queue."""
        ...


class Activity(Protocol):
    """The history."""

    def add(self, entries: Sequence[Entry]) -> None: ...

    def get(self, key: RecordKey, entry: str) -> Entry | None: ...

    def find(self, company: str, entry: str) -> Entry | None:
        """An entry by its id alone, eventually consistent."""
        ...

    def of_record(self, key: RecordKey, *, after: str | None = None, limit: int = 50) -> Page: ...

    def of_company(
        self, company: str, *, after: str | None = None, limit: int = 50, since: datetime | None = None
    ) -> Page:
        """Newest first."""
        ...


class Lanes(Protocol):
    """Lanes and the dispatches open on them."""

    def get(self, company: str, direction: Direction) -> Lane: ...

    def open_dispatches(self, company: str) -> list[Dispatch]:
        """Every dispatch not yet settled, read strongly."""
        ...


class Companies(Protocol):
    """Companies, connections, tokens and the pairing."""

    def get(self, company: str) -> Company | None: ...

    def all(self) -> list[Company]: ...

    def connection(self, company: str) -> Connection: ...

    def of_organisation(self, organisation: str) -> str | None:
        """Which company an organisation is paired with."""
        ...

    def tokens(self, company: str) -> Tokens | None: ...

    def put_tokens(self, company: str, tokens: Tokens) -> Tokens:
        """Encrypt and store; the stored version must still be ``tokens.version``. Raises Conflict."""
        ...

    def drop_tokens(self, company: str) -> None: ...

    def remember_state(self, state: str, data: Mapping[str, Any], *, expires_at: datetime) -> None:
        """Keep an OAuth state until it is taken."""
        ...

    def take_state(self, state: str) -> dict[str, Any] | None:
        """The state's data, once; None if unknown or taken. Whether it expired is the caller's to say."""
        ...


CERTAIN = "seen-"  # begins the ``since`` of a mark made because we saw the news ourselves: it is no echo of ours


class Members(Protocol):
    """People and machine clients with their roles; few."""

    def get(self, who: str) -> Member | None: ...

    def all(self) -> list[Member]: ...

    def put(self, member: Member) -> None:
        """Raises Conflict."""
        ...

    def drop(self, who: str) -> None: ...


@dataclass(frozen=True)
class Mark:
    """A document that should be read again, since when, and how often it failed to apply.

    ``since`` begins with the time of the change, if the ledger told it, and differs from every other mark's.
    """

    document_type: str
    document_id: str
    since: str
    attempts: int = 0

    @property
    def at(self) -> datetime | None:
        """When it changed, by the ledger's clock; None where nobody said."""
        try:
            return datetime.fromisoformat(self.since[:26]).replace(tzinfo=UTC)
        except ValueError:
            return None


class Marks(Protocol):
    """Stale marks: what changed in the ledger and is not yet applied here. One per document; they coalesce."""

    def add(self, organisation: str, documents: Iterable[tuple[str, str]], *, since: str) -> None:
        """Mark (type, id) pairs; ``since`` is any text that differs from the last one's."""
        ...

    def pending(self, organisation: str, *, after: Mark | None = None, limit: int = 40) -> list[Mark]:
        """Marks by type and id, after the one given."""
        ...

    def among(self, organisation: str, document_type: str, document_ids: Iterable[str]) -> set[str]:
        """Which of these documents are marked."""
        ...

    def count(self, organisation: str) -> int: ...

    def done(self, organisation: str, mark: Mark) -> None:
        """Remove the mark unless it was renewed meanwhile."""
        ...

    def postpone(self, organisation: str, mark: Mark) -> None:
        """It could not be applied now; count the attempt."""
        ...


@dataclass(frozen=True)
class Cursor:
    """How far a document type has been read: the newest UpdatedDateUTC applied, and when to read on."""

    document_type: str
    newest: datetime | None = None
    next_poll_at: datetime | None = None
    version: int = 0


class Cursors(Protocol):
    """Delta cursors of an organisation."""

    def get(self, company: str, document_type: str) -> Cursor: ...

    def put(self, company: str, cursor: Cursor) -> None:
        """Raises Conflict."""
        ...


@dataclass(frozen=True)
class Woken:
    """Something whose time has come: a poll, a paused lane, an unknown dispatch, a stale mark, a job, a notice."""

    company: str
    what: str  # "cursor", "lane", "dispatch", "stale", "job", "notice", "crm-notice", "crm-webhook"
    name: str


class Wakes(Protocol):
    """The index over everything that must happen later."""

    def due(self, now: datetime, *, limit: int = 200) -> list[Woken]: ...


@dataclass(frozen=True)
class Permit:
    """Leave to make ``calls`` calls now."""

    calls: int
    lease: str


@dataclass(frozen=True)
class NoPermit:
    """None now; ``retry_at`` is when it makes sense to ask again, ``reason`` why."""

    retry_at: datetime
    reason: Literal["ledger_busy", "day_limit"]


Purpose = Literal["person", "live", "backfill"]


@dataclass(frozen=True)
class Budget:
    """What the ledger last said is left."""

    minute_remaining: int | None = None
    day_remaining: int | None = None
    day_limit: int | None = None


class Limits(Protocol):
    """The limits shared by everything that calls one organisation."""

    def acquire(self, organisation: str, calls: int, purpose: Purpose) -> Permit | NoPermit:
        """Up to ``calls`` permits; fewer may be granted, never none in a Permit."""
        ...

    def settle(self, organisation: str, permit: Permit, seen: Sequence[Seen]) -> None:
        """Give the in-flight leases back and remember what the answers' headers said."""
        ...

    def budget(self, organisation: str) -> Budget: ...

    def ready(self, organisation: str, purpose: Purpose) -> tuple[int, datetime | None]:
        """How many calls ``acquire`` would grant now, and when there is one if that is none. Takes nothing."""
        ...


@dataclass(frozen=True)
class Seen:
    """What one answer said about the limits. None: the header was missing, which is not zero."""

    minute_remaining: int | None = None
    day_remaining: int | None = None
    problem: str = ""  # minute, day, concurrent, appminute on a 429
    retry_after: timedelta | None = None


class Jobs(Protocol):
    """Bulk jobs; plan and results lie in Files."""

    def get(self, company: str, job: str) -> Job | None: ...

    def page(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        """Newest first."""
        ...

    def write_chunk(self, job: Job, sort: ChunkSort, number: int, items: Sequence[JobItem]) -> None:
        """Store a chunk; writing the same number again replaces it, so that a turn may be repeated."""
        ...

    def read_chunk(self, job: Job, sort: ChunkSort, number: int) -> list[JobItem]:
        """Raises NotFound."""
        ...


class Notices(Protocol):
    """E-mails to be sent."""

    def get(self, company: str, notice: str) -> Notice | None: ...


class Subscriptions(Protocol):
    """What people want to hear by e-mail; ``who`` is an address in lower case."""

    def get(self, company: str, who: str) -> Subscription | None: ...

    def all(self, company: str) -> list[Subscription]:
        """Everybody's who said something; few."""
        ...


class ReferenceData(Protocol):
    """The ledger's own lists and the company's mappings onto them."""

    def get(self, company: str) -> Reference:
        """As last read; empty where never."""
        ...

    def mappings(self, company: str) -> Mappings: ...


class Suggestions(Protocol):
    """Possible duplicates."""

    def get(self, company: str, suggestion: str) -> Suggestion | None: ...

    def open(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        """Those not decided yet."""
        ...

    def count(self, company: str) -> int: ...


class CrmNotices(Protocol):
    """What the CRM is to be told, where, and what became of it. All reads are strong."""

    def webhook(self, company: str) -> CrmWebhook:
        """The endpoint; a blank one where none was ever set."""
        ...

    def get(self, key: RecordKey) -> CrmNotice | None: ...

    def unfinished(self, company: str, *, after: str | None = None, limit: int = 100) -> Page:
        """Notices that are pending or held."""
        ...

    def delivery(self, company: str, delivery: str) -> CrmDelivery | None: ...

    def deliveries(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        """Attempts, newest first."""
        ...


@dataclass(frozen=True)
class Answer:
    """What was answered to a request, known by its fingerprint; ``status`` 0: it is being worked on."""

    fingerprint: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class Answers(Protocol):
    """Answers kept for a day by Idempotency-Key, so that a repeated request is not done twice."""

    def begin(self, company: str, key: str, fingerprint: str, now: datetime) -> Answer | None:
        """Take the key: None if it is ours now, else what is known under it."""
        ...

    def finish(self, company: str, key: str, answer: Answer, now: datetime) -> None: ...

    def forget(self, company: str, key: str) -> None: ...


class Files(Protocol):
    """The bucket."""

    def put(self, key: str, body: bytes, *, content_type: str) -> None: ...

    def open(self, key: str) -> Iterator[bytes]:
        """The body in pieces. Raises NotFound."""
        ...

    def size(self, key: str) -> int | None: ...

    def join(self, key: str, parts: Sequence[str], *, content_type: str) -> None:
        """The bodies of ``parts``, one after the other, as one; never held whole. Raises NotFound."""
        ...

    def upload_url(self, key: str, *, content_type: str) -> str: ...

    def download_url(self, key: str, *, filename: str) -> str: ...


class Doorbells(Protocol):
    """Hints that a company may have work. Losing, repeating or reordering them must not matter; they never raise."""

    def ring(self, company: str, direction: Direction, *, again: bool = False) -> None:
        """``again``: from within a drain or the sweeper, with an id of its own (not swallowed as a repetition)."""
        ...

    def job(self, company: str, job: str, *, delay_s: int = 0) -> None: ...

    def notice(self, company: str, notice: str) -> None: ...

    def crm(self, company: str, records: Iterable[RecordKey] = (), *, delay_s: int = 0) -> None:
        """These records have something to tell; none named: what was held back for the company is let go."""
        ...


@dataclass(frozen=True)
class CrmMessage:
    """One message as it is signed: an id that is the same however often it is sent, and the exact text."""

    id: str
    body: str


@dataclass(frozen=True)
class CrmAnswer:
    """What one attempt brought: the status of an answer, or in ``detail`` what kept one from coming."""

    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    text: str = field(default="", repr=False)  # the first 500 characters
    ms: int = 0


class Crm(Protocol):
    """The CRM's own endpoint: somebody's server, somewhere."""

    def check(self, url: str) -> None:
        """Raises Invalid, naming why nothing may be sent there."""
        ...

    def send(self, url: str, message: CrmMessage, secrets: Sequence[str]) -> CrmAnswer:
        """One attempt of at most ten seconds, signed with every secret; never raises for what the wire does."""
        ...


class Seals(Protocol):
    """Short secrets, sealed for a company and a purpose. Raises StoreBusy."""

    def seal(self, text: str, **purpose: str) -> str: ...

    def unseal(self, sealed: str, **purpose: str) -> str: ...


@dataclass(frozen=True)
class Mail:
    """One e-mail, text and HTML."""

    to: str
    subject: str
    text: str
    html: str


class Mailer(Protocol):
    """Sends e-mail. Raises Transient to try again, Refused when it never will."""

    def send(self, mail: Mail) -> None: ...


# ------------------------------------------------------------------ the ledger


@dataclass(frozen=True)
class Outgoing:
    """One document to be written: the whole content for a create, the changed fields for an update."""

    key: LinkKey
    action: Action
    reference: str
    content: Content
    document_id: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """The exact bytes of one write and what it holds, ready to be stored and sent."""

    document_type: str
    action: Action
    method: str
    path: str
    body: bytes
    outgoing: tuple[Outgoing, ...]


@dataclass(frozen=True)
class Confirmed:
    """The ledger has it, and this is what it answered."""

    document: Document


@dataclass(frozen=True)
class Rejected:
    """The ledger refused this one: a catalogued code, our words, its words."""

    code: str
    message: str
    details: tuple[str, ...] = ()
    holder: str = ""  # the document that holds a taken name or number, if the answer says so


Verdict = Confirmed | Rejected


@dataclass(frozen=True)
class Answered:
    """Verdicts per reference; a part without one is unknown. ``correlation`` is the ledger's id of the call."""

    verdicts: Mapping[str, Verdict]
    seen: Seen = Seen()
    correlation: str = ""


@dataclass(frozen=True)
class RefusedWhole:
    """The call was refused without a verdict per element, so nothing was applied."""

    rejected: Rejected
    seen: Seen = Seen()
    correlation: str = ""


@dataclass(frozen=True)
class NotSent:
    """Certainly not applied: limits, missing consent, no connection made."""

    reason: Literal["ledger_busy", "day_limit", "needs_reconnect", "missing_scope"]
    retry_after: timedelta | None = None
    seen: Seen = Seen()


@dataclass(frozen=True)
class Unknown:
    """It may or may not have been applied. ``answered`` when the ledger answered with an error it will repeat."""

    detail: str
    answered: bool = False
    seen: Seen = Seen()


Reply = Answered | RefusedWhole | NotSent | Unknown


@dataclass(frozen=True)
class Delta:
    """What changed since a time: documents in order of change. ``complete`` unless the caller's limit cut it."""

    documents: list[Document]
    complete: bool = True


@dataclass(frozen=True)
class Crawl:
    """One page of everything, the newest change first: read on from page 1 to ``pages``.

    What changes meanwhile moves to the front, so the others shift back and repeat and none is skipped; what itself
    moved comes with the delta from the crawl's start that has to follow.
    """

    documents: list[Document]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class LedgerLists:
    """The organisation as it is now, and its own lists."""

    organisation: Organisation
    reference: Reference


class Ledger(Protocol):
    """One company's ledger organisation. Reads raise LedgerBusy, NotConnected; a failed read is never "gone"."""

    def compose(self, document_type: str, action: Action, outgoing: Sequence[Outgoing]) -> Request:
        """The exact request. Pure."""
        ...

    def sent(self, dispatch: Dispatch) -> dict[str, Content]:
        """What a stored dispatch says, by reference, in ledger view; fields it does not carry are blank. Pure."""
        ...

    def send(self, dispatch: Dispatch, *, seconds: float) -> Reply:
        """One attempt, the whole answer within ``seconds``; never raises for what the wire does."""
        ...

    def read(self, document_type: str, ids: Sequence[str], *, purpose: Purpose = "live") -> list[Document]:
        """Documents by id (at most 40), archived ones too; ids the ledger does not know are absent."""
        ...

    def changed_since(
        self, document_type: str, since: datetime | None, *, purpose: Purpose = "live", pages: int = 5
    ) -> Delta:
        """Documents changed at or after ``since``, archived ones too."""
        ...

    def crawl(self, document_type: str, page: int = 1, *, purpose: Purpose = "backfill") -> Crawl:
        """One page of 1,000, archived ones too; the first tells how many there are."""
        ...

    def find(self, document_type: str, references: Sequence[str], *, purpose: Purpose = "live") -> list[Document]:
        """Documents carrying one of our references."""
        ...

    def having(
        self, document_type: str, field: str, values: Sequence[str], *, purpose: Purpose = "live"
    ) -> list[Document]:
        """Documents in which ``field`` ("name", "account_number") says one of these, in one call; archived ones too."""
        ...

    def search(self, text: str) -> list[Document]:
        """Contacts by text, for people who type; at most 10."""
        ...

    def organisation(self) -> Organisation: ...

    def lists(self, *, purpose: Purpose = "live") -> LedgerLists:
        """Tax rates, accounts, tracking, currencies and the organisation, whole: six calls."""
        ...


class Ledgers(Protocol):
    """Opens a company's ledger."""

    def of(self, company: str) -> Ledger:
        """Raises NotConnected."""
        ...

    def url(self, organisation: Organisation, document_type: str, document_id: str) -> str:
        """Opens a document in the ledger's own screens (rule K11). Pure."""
        ...


@dataclass(frozen=True)
class Consent:
    """Where to send the administrator's browser, and what must come back."""

    url: str
    state: str


class Consents(Protocol):
    """The ledger's OAuth side, in our words (``facts/xero.md §1``)."""

    def authorize_url(self, state: str, challenge: str | None = None) -> str: ...

    def exchange(self, code: str, now: datetime, verifier: str | None = None) -> tuple[Tokens, tuple[str, ...]]:
        """Tokens and scopes for a code. Raises Refused (bad code) or LedgerBusy."""
        ...

    def refresh(self, refresh_token: str, now: datetime) -> Tokens:
        """Raises NotConnected (consent is gone) or LedgerBusy."""
        ...

    def choices(self, access_token: str) -> tuple[Choice, ...]:
        """The organisations this consent covers."""
        ...

    def revoke(self, refresh_token: str) -> None: ...

    def disconnect(self, access_token: str, connection_id: str) -> bool:
        """Ends this one connection; True if the person has no other left, so that revoking takes nothing else away."""
        ...

    def missing_scopes(self, granted: Iterable[str]) -> tuple[str, ...]: ...


# ------------------------------------------------------------------ all of it


class Ports(Protocol):
    """Every port, built when first asked for. Flows take this one thing; ``wiring`` makes it, tests fake it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...
    @property
    def parallel(self) -> Parallel: ...
    @property
    def commit(self) -> Commit: ...
    @property
    def records(self) -> Records: ...
    @property
    def links(self) -> Links: ...
    @property
    def activity(self) -> Activity: ...
    @property
    def lanes(self) -> Lanes: ...
    @property
    def companies(self) -> Companies: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def cursors(self) -> Cursors: ...
    @property
    def wakes(self) -> Wakes: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def suggestions(self) -> Suggestions: ...
    @property
    def reference(self) -> ReferenceData: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def members(self) -> Members: ...
    @property
    def files(self) -> Files: ...
    @property
    def doorbells(self) -> Doorbells: ...
    @property
    def mailer(self) -> Mailer: ...
    @property
    def crm_notices(self) -> CrmNotices: ...
    @property
    def crm(self) -> Crm: ...
    @property
    def seals(self) -> Seals: ...
    @property
    def ledgers(self) -> Ledgers: ...
    @property
    def consents(self) -> Consents: ...
