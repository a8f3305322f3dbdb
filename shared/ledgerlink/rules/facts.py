"""What a decision about a document may need beside its record and link: the records it names, the ledger's own lists,
the company's mappings. Gathered by the flow in a few reads for a whole batch, then only looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

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
