"""The world outside that is no ledger: bucket, queues, mail, the CRM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from ledgerlink.state.lane import Direction
from ledgerlink.state.record import RecordKey


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
