"""What a decision about a document may need beside its record and link: the records it names, the ledger's own lists,
the company's mappings. Gathered by the flow in a few reads for a whole batch, then only looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ledgerlink.state.company import Company, Organisation
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.mapping import Mappings
from ledgerlink.state.record import Record, RecordKey
from ledgerlink.state.reference import Reference

from .profiles import CompanySettings


@dataclass(frozen=True)
class Facts:
    """As of one moment; a record or link that does not exist is absent."""

    company: Company
    settings: CompanySettings
    today: date  # in the company's zone
    organisation: Organisation | None = None
    links: Mapping[LinkKey, Link] = field(default_factory=dict)
    records: Mapping[RecordKey, Record] = field(default_factory=dict)
    reference: Reference = field(default_factory=Reference)
    mappings: Mappings = field(default_factory=Mappings)
    batch: tuple[Record, ...] = ()  # all that is to be sent with it, in the order it became due

    def link(self, kind: str, id: str) -> Link | None:
        return self.links.get(LinkKey(self.company.id, kind, id))

    def record(self, kind: str, id: str) -> Record | None:
        return self.records.get(RecordKey(self.company.id, kind, id))

    def before(self, record: Record) -> tuple[Record, ...]:
        """Those of the batch that go before it."""
        return self.batch[: self._place(record)]

    def number_before(self, record: Record, number: str) -> bool:
        """Whether one of its kind that goes before it has this number, whatever the case and the spaces."""
        first = self._first_with.get((record.kind, number.casefold()))
        return first is not None and first < self._place(record)

    def _place(self, record: Record) -> int:
        return self._places.get(record.key, len(self.batch))

    @cached_property
    def _places(self) -> Mapping[RecordKey, int]:
        places: dict[RecordKey, int] = {}
        for place, record in enumerate(self.batch):
            places.setdefault(record.key, place)
        return places

    @cached_property
    def _first_with(self) -> Mapping[tuple[str, str], int]:
        """Where the first of each kind and number stands: a batch may be a thousand, each asked about all others."""
        first: dict[tuple[str, str], int] = {}
        for place, record in enumerate(self.batch):
            number = " ".join(getattr(record.content, "number", "").split()).casefold()
            first.setdefault((record.kind, number), place)
        return first
