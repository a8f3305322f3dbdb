"""One organisation's books: an indexed table per kind, and a journal to take back what a refused call changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from local.xero.messages import Json

Key = tuple[str, str]
Mark = tuple[int, int, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """One document. `fields` has Xero's names and is never changed in place: a change is a new row."""

    id: str
    fields: Json
    updated: datetime


class Table:
    """Rows by id and by the keys their kind names; `ordered` is Xero's default order."""

    def __init__(self, keys: Callable[[Row], Iterable[Key]]) -> None:
        self._keys = keys
        self._rows: dict[str, Row] = {}
        self._index: dict[Key, dict[str, None]] = {}
        self._ordered: list[Row] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, id: str) -> Row | None:
        """GUIDs are taken in any case."""
        return self._rows.get(id) or self._rows.get(id.lower())

    def find(self, index: str, value: str) -> Row | None:
        """The oldest row under that key."""
        return next((self._rows[id] for id in self._index.get((index, value), ())), None)

    def find_all(self, index: str, value: str) -> list[Row]:
        """Every row under that key, in order of their last change."""
        return [self._rows[id] for id in self._index.get((index, value), ())]

    def has(self, index: str, value: str) -> bool:
        return bool(self._index.get((index, value)))

    def ordered(self) -> list[Row]:
        """`UpdatedDateUTC ASC, <Id> ASC` (facts/xero.md §3.4); sorted once between two changes."""
        if self._ordered is None:
            self._ordered = sorted(self._rows.values(), key=lambda row: (row.updated, row.id))
        return self._ordered

    def replace(self, id: str, row: Row | None) -> Row | None:
        """Puts a row, or takes it away with None, and answers what was there."""
        old = self._rows.pop(id, None)
        if old:
            for key in self._keys(old):
                self._index[key].pop(id, None)
        if row:
            self._rows[id] = row
            for key in self._keys(row):
                self._index.setdefault(key, {})[id] = None
        self._ordered = None
        return old


@dataclass(frozen=True, slots=True)
class Change:
    """What a webhook may tell about: a row of a kind was created or updated."""

    kind: str
    id: str
    type: str  # CREATE or UPDATE


@dataclass(slots=True)
class Books:
    """`organisation` holds the fields of GET /Organisation."""

    organisation: Json
    tables: dict[str, Table]
    changes: list[Change] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # the next one of each prefix
    _journal: list[tuple[Table, str, Row | None]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.organisation["OrganisationID"])

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def put(self, kind: str, row: Row, *, silent: bool = False) -> Row:
        table = self.tables[kind]
        old = table.replace(row.id, row)
        self._journal.append((table, row.id, old))
        if not silent:
            self.changes.append(Change(kind, row.id, "UPDATE" if old else "CREATE"))
        return row

    def remove(self, kind: str, id: str) -> None:
        """Takes a row away; no event tells of it."""
        table = self.tables[kind]
        self._journal.append((table, id, table.replace(id, None)))

    def mark(self) -> Mark:
        return len(self._journal), len(self.changes), dict(self.numbers)

    def undo(self, mark: Mark) -> None:
        """Takes back everything since `mark`, numbers given out too."""
        journal, changes, self.numbers = mark
        while len(self._journal) > journal:
            table, id, old = self._journal.pop()
            table.replace(id, old)
        del self.changes[changes:]

    def settle(self) -> list[Change]:
        """Nothing before this can be taken back; answers what changed, each row once."""
        changes: dict[tuple[str, str], Change] = {}
        for change in self.changes:
            changes.setdefault((change.kind, change.id), change)
        self.changes = []
        self._journal.clear()
        return list(changes.values())
