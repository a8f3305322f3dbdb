"""Records, their links and their history, as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ledgerlink.state.activity import Entry
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey
from ledgerlink.state.suggestion import Suggestion


@dataclass(frozen=True)
class Page:
    """One page of a list, and where the next one starts (None at the end)."""

    items: list[Any]
    next: str | None = None


@dataclass(frozen=True)
class Changed:
    """A record in the change feed, who changed it, and where to read on."""

    key: RecordKey
    changed_by: str
    place: str


class Records(Protocol):
    """The CRM's records. All reads are strong unless said otherwise."""

    def get(self, key: RecordKey) -> Record | None: ...

    def many(self, keys: Iterable[RecordKey]) -> dict[RecordKey, Record]: ...

    def page(self, company: str, kind: str, *, starting: str = "", after: str | None = None, limit: int = 200) -> Page:
        """Records of a kind by id, deleted ones too; only those whose id starts like this."""
        ...

    def changes(self, company: str, *, since: str | None, limit: int) -> Page:
        """The change feed: records by time of change, eventually consistent; items are Records."""
        ...

    def changed(self, company: str, *, since: str, limit: int) -> list[Changed]:
        """The same without the records themselves."""
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
    status_is_not: tuple[str, ...] = ()
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

    def add(self, entries: Sequence[Entry], *, together: str = "") -> None:
        """``together``: what the ids of all these begin with, if they are about one dispatch (cheaper). Of a dispatch
        all entries are added this way, or none."""
        ...

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


class Suggestions(Protocol):
    """Possible duplicates."""

    def get(self, company: str, suggestion: str) -> Suggestion | None: ...

    def many(self, company: str, suggestions: Iterable[str]) -> list[Suggestion]:
        """By their ids; missing ones are absent."""
        ...

    def open(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        """Those not decided yet."""
        ...

    def of_document(self, company: str, document_id: str) -> list[Suggestion]:
        """All about one document, decided or not."""
        ...

    def count(self, company: str) -> int: ...
