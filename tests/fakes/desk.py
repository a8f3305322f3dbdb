"""Companies, connections, tokens, lanes, cursors and marks in memory, under the versions the ports promise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ledgerlink.errors import Conflict
from ledgerlink.ports import (
    ClaimOrganisation,
    Clock,
    Cursor,
    Page,
    PutCompany,
    PutConnection,
    PutEntry,
    PutLane,
    PutNotice,
    Write,
)
from ledgerlink.state.activity import Entry
from ledgerlink.state.company import Company, Connection, Tokens
from ledgerlink.state.lane import Direction, Lane
from ledgerlink.state.notice import Notice
from ledgerlink.state.subscription import Subscription


class Desk:
    """What the control table holds. ``before_write`` is called before each write: there others can be faster."""

    def __init__(self, clock: Clock, *companies: Company) -> None:
        self._clock = clock
        self._items: dict[tuple[str, ...], Any] = {}
        self._states: dict[str, tuple[dict[str, Any], datetime]] = {}
        self.owners: dict[str, str] = {}
        self.entries: list[Entry] = []
        self.before_write: Callable[[], None] = lambda: None
        for company in companies:
            self.all(PutCompany(company))

    # Commit

    def all(self, *writes: Write) -> None:
        self.before_write()
        for write in writes:
            self._check(write)
        for write in writes:
            self._apply(write)

    def each(self, groups: Sequence[Sequence[Write]]) -> list[bool]:
        return [self._tried(group) for group in groups]

    def _tried(self, group: Sequence[Write]) -> bool:
        try:
            self.all(*group)
        except Conflict:
            return False
        return True

    def _check(self, write: Write) -> None:
        if isinstance(write, ClaimOrganisation):
            if self.owners.get(write.organisation, write.company) != write.company:
                raise Conflict(write.organisation)
        elif not isinstance(write, PutEntry):
            key, value = _keyed(write)
            self._same(key, value.version)

    def _apply(self, write: Write) -> None:
        if isinstance(write, ClaimOrganisation):
            self.owners[write.organisation] = write.company
        elif isinstance(write, PutEntry):
            self.entries.append(write.entry)
        else:
            self._put(*_keyed(write))

    def _same(self, key: tuple[str, ...], version: int) -> None:
        stored = self._items.get(key)
        if (stored.version if stored else 0) != version:
            raise Conflict(str(key))

    def _put(self, key: tuple[str, ...], value: Any) -> Any:
        stored = value.model_copy(update={"version": value.version + 1})
        self._items[key] = stored
        return stored

    # Companies

    def get(self, company: str) -> Company | None:
        return self._items.get(("company", company))

    def everyone(self) -> list[Company]:
        return [value for key, value in self._items.items() if key[0] == "company"]

    def connection(self, company: str) -> Connection:
        found: Connection = self._items.get(("connection", company)) or Connection(company=company)
        return found

    def of_organisation(self, organisation: str) -> str | None:
        return self.owners.get(organisation)

    def tokens(self, company: str) -> Tokens | None:
        return self._items.get(("tokens", company))

    def put_tokens(self, company: str, tokens: Tokens) -> Tokens:
        self.before_write()
        self._same(("tokens", company), tokens.version)
        stored: Tokens = self._put(("tokens", company), tokens)
        return stored

    def drop_tokens(self, company: str) -> None:
        self._items.pop(("tokens", company), None)

    def remember_state(self, state: str, data: Mapping[str, Any], *, expires_at: datetime) -> None:
        self._states[state] = (dict(data), expires_at)

    def take_state(self, state: str) -> dict[str, Any] | None:
        data, expires_at = self._states.pop(state, (None, None))
        return data if expires_at is not None and expires_at > self._clock.now() else None

    # Notices

    def notices(self) -> list[Notice]:
        return [value for key, value in self._items.items() if key[0] == "notice"]

    def lane(self, company: str, direction: Direction) -> Lane:
        found: Lane = self._items.get(("lane", company, direction)) or Lane(company=company, direction=direction)
        return found


def _keyed(write: Write) -> tuple[tuple[str, ...], Any]:
    match write:
        case PutCompany(company):
            return ("company", company.id), company
        case PutConnection(connection):
            return ("connection", connection.company), connection
        case PutLane(lane):
            return ("lane", lane.company, lane.direction), lane
        case PutNotice(notice):
            return ("notice", notice.company, notice.id), notice
    raise AssertionError(f"the desk holds no {type(write).__name__}")


class DeskLanes:
    """``ports.Lanes`` without dispatches."""

    def __init__(self, desk: Desk) -> None:
        self.get = desk.lane


class MemoryCursors:
    """``ports.Cursors``."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, str], Cursor] = {}

    def get(self, company: str, document_type: str) -> Cursor:
        return self._stored.get((company, document_type), Cursor(document_type))

    def put(self, company: str, cursor: Cursor) -> None:
        if self.get(company, cursor.document_type).version != cursor.version:
            raise Conflict(cursor.document_type)
        self._stored[company, cursor.document_type] = replace(cursor, version=cursor.version + 1)


class MemoryMarks:
    """``ports.Marks``, as far as the door needs it."""

    def __init__(self) -> None:
        self.since: dict[tuple[str, str, str], str] = {}

    def add(self, organisation: str, documents: Iterable[tuple[str, str]], *, since: str) -> None:
        for document_type, document_id in documents:
            self.since[organisation, document_type, document_id] = since


class NoSubscriptions:
    """``ports.Subscriptions``: nobody said anything."""

    def get(self, company: str, who: str) -> None:
        return None

    def all(self, company: str) -> list[Subscription]:
        return []


class Bells:
    """Remembers who was rung."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str]] = []

    def ring(self, company: str, direction: Direction, *, again: bool = False) -> None:
        self.rung.append((company, direction))

    def notice(self, company: str, notice: str) -> None:
        self.rung.append((company, f"notice {notice}"))


class NoLinks:
    """``ports.Links`` of companies without any record."""

    def match_keys(self, company: str, kind: str, *, after: str | None = None, limit: int = 1000) -> Page:
        return Page([])
