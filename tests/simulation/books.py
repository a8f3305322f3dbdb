"""The ledger's books, watched: who changed which field of which contact, when, and from what to what.

Xero keeps no versions, so the harness keeps them: it stands where the simulator commits, and sees late writes too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.xero.app import Simulator
from local.xero.books import Books, Change, Row
from local.xero.messages import Json, Request

from .virtual import VirtualTime

Flat = dict[str, str]


@dataclass(frozen=True)
class Written:
    """One document before and after one write. ``before`` is None where it was made by it."""

    at: float
    author: str  # hub, human
    kind: str
    id: str
    before: Flat | None
    after: Flat


class WatchedBooks(Books):
    """Books that tell about every committed change."""

    tell: Callable[[str, str, Row | None, Row], None]

    def settle(self) -> list[Change]:
        first: dict[tuple[str, str], Row | None] = {}
        names = {id(table): name for name, table in self.tables.items()}
        for table, row, old in self._journal:
            first.setdefault((names[id(table)], row), old)
        changes = super().settle()
        for (name, row_id), old in first.items():
            row = self.tables[name].get(row_id)
            if row is not None and (old is None or old.fields != row.fields):
                self.tell(name, row_id, old, row)
        return changes


@dataclass
class Ledger:
    """The simulator as the world's people and judges see it. ``flatten`` makes a row comparable, by kind."""

    app: Simulator
    time: VirtualTime
    flatten: Mapping[str, Callable[[Json], Flat]]
    history: list[Written] = field(default_factory=list)
    judges: list[Callable[[Written], None]] = field(default_factory=list)
    on_change: list[Callable[[], None]] = field(default_factory=list)
    _author: str = "hub"

    def __post_init__(self) -> None:
        shelf = self.app.world.shelf
        for name, books in list(shelf.items()):
            watched = WatchedBooks(books.organisation, books.tables, books.changes)
            watched.tell = self._told
            shelf[name] = watched
        self.organisation = next(iter(shelf))

    def rows(self, kind: str) -> Iterator[Row]:
        return iter(self.app.world.shelf[self.organisation].tables[kind].ordered())

    def row(self, kind: str, id: str) -> Row | None:
        return self.app.world.shelf[self.organisation].tables[kind].get(id)

    def control(self, path: str, body: Json) -> Any:
        """One of the simulator's controls; returns the answer's status and body."""
        request = Request("POST", f"/_sim/{path}", body=_json(body))
        with self.time.aside():
            answer = self.app.answer(request)
        return answer.status, answer.body

    def human(self, action: str, kind: str, id: str, fields: Json) -> bool:
        """A person at work in Xero's own screens; False where Xero did not let them."""
        with self._writing("human"):
            status, _ = self.control("human", {"action": action, "kind": kind, "id": id, "fields": fields})
        return bool(status == 200)

    def seed(self, kind: str, rows: list[Json]) -> None:
        with self._writing("human"):
            status, body = self.control("seed", {kind: rows})
        assert status == 200, body

    @contextmanager
    def _writing(self, author: str) -> Iterator[None]:
        before, self._author = self._author, author
        try:
            yield
        finally:
            self._author = before

    def _told(self, kind: str, id: str, old: Row | None, new: Row) -> None:
        flat = self.flatten.get(kind)
        if flat is None:
            return
        before = flat(old.fields) if old is not None else None
        written = Written(self.time.seconds, self._author, kind, id, before, flat(new.fields))
        self.history.append(written)
        for judge in self.judges:
            judge(written)
        for hear in self.on_change:
            hear()


def _json(body: Json) -> bytes:
    import json

    return json.dumps(body).encode()
