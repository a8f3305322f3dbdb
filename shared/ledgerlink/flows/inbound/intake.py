"""News from the ledger: mark what changed as stale and ring the import lane. Webhooks are speed, sweeps are truth.

Nothing is read or applied here, so repeated, reordered and late news do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ledgerlink.ports import CERTAIN, Ports


@dataclass(frozen=True)
class Change:
    """A document changed in an organisation; ``at`` is when, by the ledger's clock, if it said so."""

    organisation: str
    document_type: str
    document_id: str
    at: datetime | None = None


@dataclass(frozen=True)
class TakenNote:
    """How many documents were marked, and how many changes belong to nobody here."""

    marked: int = 0
    unknown: int = 0


def take_note(changes: Iterable[Change], at: Ports) -> TakenNote:
    """Mark each changed document once and ring its company. Raises StoreBusy where that could not be stored."""
    told = list(changes)
    companies = {name: at.companies.of_organisation(name) for name in {change.organisation for change in told}}
    latest: dict[tuple[str, str, str], datetime | None] = {}
    for change in told:
        if companies[change.organisation] is not None:
            key = (change.organisation, change.document_type, change.document_id)
            latest[key] = _later(latest.get(key, change.at), change.at)
    _mark(latest, at)
    for company in sorted({company for company in companies.values() if company is not None}):
        at.doorbells.ring(company, "import")
    return TakenNote(len(latest), sum(companies[change.organisation] is None for change in told))


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two times; one that is not known counts as latest, so that it is never taken for an echo."""
    return None if one is None or other is None else max(one, other)


def _mark(latest: dict[tuple[str, str, str], datetime | None], at: Ports) -> None:
    """``since`` begins with the time of the change, which tells an echo of our own write from news; a fresh name after
    it makes it differ from every other mark's, so that news arriving while the last ones are applied is not lost."""
    groups: dict[tuple[str, datetime | None], list[tuple[str, str]]] = {}
    for (organisation, document_type, document_id), moment in latest.items():
        groups.setdefault((organisation, moment), []).append((document_type, document_id))
    for (organisation, moment), documents in groups.items():
        begins = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}-" if moment else CERTAIN
        at.marks.add(organisation, documents, since=f"{begins}{at.ids.new()}")
