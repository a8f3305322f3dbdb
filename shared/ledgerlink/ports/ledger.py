"""The ledger: what goes to it, what it answers, how a company comes to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from ledgerlink.kinds import Content
from ledgerlink.state.company import Choice, Organisation, Tokens
from ledgerlink.state.dispatch import Action, Dispatch
from ledgerlink.state.document import Document
from ledgerlink.state.link import LinkKey, Warned
from ledgerlink.state.reference import Reference

from .work import Purpose, Seen


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
    """The ledger has it, and this is what it answered; what it remarked may mean that not all of it stands."""

    document: Document
    warnings: tuple[Warned, ...] = ()


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
    seen: Seen = field(default_factory=Seen)
    correlation: str = ""


@dataclass(frozen=True)
class RefusedWhole:
    """The call was refused without a verdict per element, so nothing was applied."""

    rejected: Rejected
    seen: Seen = field(default_factory=Seen)
    correlation: str = ""


@dataclass(frozen=True)
class NotSent:
    """Certainly not applied: limits, missing consent, no connection made."""

    reason: Literal["ledger_busy", "day_limit", "needs_reconnect", "missing_scope"]
    retry_after: timedelta | None = None
    seen: Seen = field(default_factory=Seen)


@dataclass(frozen=True)
class Unknown:
    """It may or may not have been applied. ``answered`` when the ledger answered with an error it will repeat."""

    detail: str
    answered: bool = False
    seen: Seen = field(default_factory=Seen)


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
        """Contacts by text, for people who type; a hundred at most, in no order that means anything."""
        ...

    def organisation(self) -> Organisation: ...

    def lists(self, *, purpose: Purpose = "live") -> LedgerLists:
        """Tax rates, accounts, tracking, currencies and the organisation, whole: six calls."""
        ...


class Ledgers(Protocol):
    """Opens a company's ledger."""

    def of(self, company: str, *, timezone: str = "UTC") -> Ledger:
        """Its calls are counted by the days of ``timezone``. Raises NotConnected."""
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
