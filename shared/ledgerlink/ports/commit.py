"""Conditional writes, as values, and who applies them: all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledgerlink.state.activity import Entry
from ledgerlink.state.company import Company, Connection
from ledgerlink.state.crm import CrmDelivery, CrmNotice, CrmWebhook
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.job import Job
from ledgerlink.state.lane import Lane
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.mapping import Mappings
from ledgerlink.state.notice import Notice
from ledgerlink.state.record import Record
from ledgerlink.state.reference import Reference
from ledgerlink.state.subscription import Subscription
from ledgerlink.state.suggestion import Suggestion


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
