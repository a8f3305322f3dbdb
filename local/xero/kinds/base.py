"""What a kind of document must say about itself; everything else is done once, for all kinds."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from local.xero.books import Books, Key, Row
from local.xero.dates import wire
from local.xero.errors import not_found
from local.xero.ids import ZERO, Ids
from local.xero.messages import Json
from local.xero.settings import Settings

_NOTHING = object()


@dataclass(slots=True)
class Work:
    """What is at hand while one organisation's books are worked on."""

    books: Books
    settings: Settings
    ids: Ids
    now: datetime

    def stamp(self) -> datetime:
        """Now, in the precision of UpdatedDateUTC."""
        return self.now.replace(microsecond=0) if self.settings.updated_precision == "second" else self.now


class Kind(ABC):
    """One kind: its names, its keys, its rules, and how a row looks in each sort of answer."""

    name: ClassVar[str]  # in `/_sim/state`: contacts
    singular: ClassVar[str]  # contact
    segment: ClassVar[str]  # in URLs and envelopes: Contacts
    id_field: ClassVar[str]
    scope: ClassVar[str]  # `<scope>.read` is enough for reading (facts/xero.md §1.5)
    error_flag: ClassVar[str]  # HasErrors or HasValidationErrors (§3.2)
    category: ClassVar[str] = ""  # of webhook events; "" where Xero sends none (§5)
    fields: ClassVar[frozenset[str]]  # what `where` and `order` may name
    searched: ClassVar[tuple[str, ...]] = ()  # what searchTerm looks at

    @abstractmethod
    def keys(self, row: Row) -> Iterable[Key]:
        """Index entries of a row."""

    @abstractmethod
    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        """Applies one element of a PUT or POST. Raises Refused, or CallRefused for the whole call."""

    @abstractmethod
    def whole(self, row: Row) -> Json:
        """As in a paged or single GET."""

    def listed(self, row: Row) -> Json:
        """As in an unpaged list, which drops data (§3.4)."""
        return self.whole(row)

    def summary(self, row: Row) -> Json:
        """As with summaryOnly=true."""
        return self.whole(row)

    def written(self, row: Row) -> Json:
        """As in the answer to a write."""
        return self.whole(row)

    def echo(self, sent: Json) -> Json:
        """What was sent, as a refused element repeats it."""
        return sent

    def archived(self, row: Row) -> bool:
        """Whether lists leave the row out unless includeArchived=true."""
        return False

    def locate(self, books: Books, key: str) -> Row | None:
        """The row a URL names."""
        return books.tables[self.name].get(key)

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        """What somebody does in Xero's own screens; raises Refused."""
        raise not_found()

    def value(self, row: Row, path: tuple[str, ...]) -> Any:
        """A field by its dotted name, None where it is missing."""
        found: Any = row.fields.get(path[0], _NOTHING)
        if found is _NOTHING:
            found = self.whole(row).get(path[0])
        for name in path[1:]:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def seeded(self, work: Work, sent: Json) -> Row:
        """A row put in by `POST /_sim/seed`: read-only fields are taken too, no event is raised."""
        raise not_found()

    def save(self, work: Work, id: str, fields: Json, *, silent: bool = False, stamp: datetime | None = None) -> Row:
        updated = stamp or work.stamp()
        row = Row(id, {**fields, self.id_field: id, "UpdatedDateUTC": wire(updated)}, updated)
        return work.books.put(self.name, row, silent=silent)

    def refused(self, sent: Json, messages: Iterable[str], id: str | None) -> Json:
        """A failed create carries the all-zero GUID (§3.2)."""
        told = {self.error_flag: True, "ValidationErrors": [{"Message": message} for message in messages]}
        return {**self.echo(sent), self.id_field: id or ZERO, **told}
