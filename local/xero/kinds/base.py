"""What a kind of document must say about itself; everything else is done once, for all kinds."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from local.xero.books import Books, Key, Row, Table
from local.xero.dates import wire
from local.xero.errors import Refused, bad_data, not_found
from local.xero.ids import ZERO, Ids, is_guid
from local.xero.messages import Json
from local.xero.settings import Settings
from local.xero.zones import today

_NOTHING = object()


@dataclass(slots=True)
class Work:
    """What is at hand while one organisation's books are read or worked on."""

    books: Books
    settings: Settings
    ids: Ids
    now: datetime
    app: str = ""  # who writes; "" for a person
    places: int = 2  # of unit amounts: unitdp (facts/xero.md §3.4)
    backorders: bool = False  # allowBackorders (§4.2)
    seeding: bool = False  # what is seeded has happened: locks and statuses are not in its way, no event tells of it
    warnings: list[str] = field(default_factory=list)  # of the element at hand
    shown: dict[str, tuple[Row, Json]] = field(default_factory=dict)  # contacts as this call has shown them

    def stamp(self) -> datetime:
        """Now, in the precision of UpdatedDateUTC."""
        return self.now.replace(microsecond=0) if self.settings.updated_precision == "second" else self.now

    def today(self) -> date:
        return today(str(self.books.organisation["Timezone"]), self.now)

    def table(self, kind: str) -> Table:
        return self.books.tables[kind]

    @property
    def base_currency(self) -> str:
        return str(self.books.organisation["BaseCurrency"])

    @property
    def person(self) -> bool:
        return not self.app


class Kind(ABC):
    """One kind: its names, its keys, its rules, and how a row looks in each sort of answer."""

    name: ClassVar[str]  # in `/_sim/state`: contacts
    singular: ClassVar[str]  # contact
    segment: ClassVar[str]  # in URLs and envelopes: Contacts
    id_field: ClassVar[str]
    scope: ClassVar[str]  # `<scope>.read` is enough for reading (facts/xero.md §1.5)
    other_scope: ClassVar[str] = ""  # that does as well
    error_flag: ClassVar[str] = "HasValidationErrors"  # or HasErrors (§3.2)
    category: ClassVar[str] = ""  # of webhook events; "" where Xero sends none (§5)

    # Writing: which requests there are, which of them take summarizeErrors, and how many elements (§3.2).
    verbs: ClassVar[frozenset[str]] = frozenset(("PUT", "POST", "POST one"))
    summarized: ClassVar[tuple[str, ...]] = ("PUT", "POST")
    largest_batch: ClassVar[int | None] = None

    # Reading (§3.4).
    fields: ClassVar[frozenset[str]]  # what `where` and `order` may name
    searched: ClassVar[tuple[str, ...]] = ()  # what searchTerm looks at
    paging: ClassVar[str] = "asked"  # never, asked, always
    modified_since: ClassVar[bool] = True
    conditions: ClassVar[bool] = True  # whether there is a `where`
    filters: ClassVar[Mapping[str, str]] = {}  # list parameter -> index; "" is the id
    forcing: ClassVar[frozenset[str]] = frozenset()  # parameters that page by themselves
    natural: ClassVar[str] = ""  # the field that short lists are ordered by
    optimised: ClassVar[frozenset[str]] = frozenset()  # fields a `where` may name over many records

    @abstractmethod
    def keys(self, row: Row) -> Iterable[Key]:
        """Index entries of a row."""

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        """Applies one element of a PUT or POST. Raises Refused, or CallRefused for the whole call."""
        raise not_found()

    def delete(self, work: Work, row: Row) -> Row | None:
        """A DELETE: the row as it is shown afterwards, or None where nothing is. Raises Refused."""
        raise not_found()

    @abstractmethod
    def whole(self, work: Work, row: Row) -> Json:
        """As in a page."""

    def single(self, work: Work, row: Row) -> Json:
        """As in a GET of its own address."""
        return self.whole(work, row)

    def listed(self, work: Work, row: Row) -> Json:
        """As in an unpaged list, which drops data (§3.4)."""
        return self.whole(work, row)

    def summary(self, work: Work, row: Row) -> Json:
        """As with summaryOnly=true."""
        return self.whole(work, row)

    def written(self, work: Work, row: Row) -> Json:
        """As in the answer to a write."""
        return self.single(work, row)

    def in_state(self, work: Work, row: Row) -> Json:
        """As in `GET /_sim/state`."""
        return self.whole(work, row)

    def echo(self, sent: Json) -> Json:
        """What was sent, as a refused element repeats it."""
        return sent

    def archived(self, row: Row) -> bool:
        """Whether lists leave the row out unless includeArchived=true."""
        return False

    def listable(self, work: Work, row: Row) -> bool:
        """Whether lists have the row at all."""
        return True

    def locate(self, books: Books, key: str) -> Row | None:
        """The row a URL names."""
        return books.tables[self.name].get(key)

    def narrowed(self, work: Work, rows: list[Row], parameters: Mapping[str, str]) -> list[Row]:
        """Filters of the kind's own; parameter names are lower case."""
        return rows

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        """What somebody does in Xero's own screens; raises Refused."""
        raise Refused(f"nobody can {action} a {self.singular.replace('_', ' ')}")

    def value(self, work: Work, row: Row, path: tuple[str, ...]) -> Any:
        """A field by its dotted name, None where it is missing."""
        found: Any = row.fields.get(path[0], _NOTHING)
        if found is _NOTHING:
            found = self.whole(work, row).get(path[0])
        for name in path[1:]:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def seeded(self, work: Work, sent: Json) -> Row:
        """A row put in by `POST /_sim/seed`: read-only fields are taken too, no event is raised."""
        raise Refused(f"{self.name} cannot be seeded")

    def event_data(self, row: Row) -> Json | None:
        """What a webhook event tells besides the id."""
        return None

    def save(self, work: Work, id: str, fields: Json, *, silent: bool = False, stamp: datetime | None = None) -> Row:
        updated = stamp or work.stamp()
        row = Row(id, {**fields, self.id_field: id, "UpdatedDateUTC": wire(updated)}, updated)
        return work.books.put(self.name, row, silent=silent or work.seeding)

    def existing(self, work: Work, id: str) -> Row:
        """The row a person means; raises the 404 of one that is not there."""
        row = self.locate(work.books, id)
        if row is None:
            raise not_found()
        return row

    def seed_id(self, work: Work, sent: Json) -> str:
        id = sent.get(self.id_field) or work.ids.guid()
        if not is_guid(id):
            raise bad_data(f"{self.id_field} {id!r} is not a GUID")
        return str(id).lower()

    def refused(self, sent: Json, messages: Sequence[str], id: str | None) -> Json:
        """A failed create carries the all-zero GUID (§3.2)."""
        told = {self.error_flag: True, "ValidationErrors": [{"Message": message} for message in messages]}
        return {**self.echo(sent), self.id_field: id or ZERO, **told}
