"""The unlinked records as a job looks through them: read once, and then only what changed.

A job that read them anew for each page of the ledger would read every record as often as the ledger has pages. So their
keys lie with the job, and each page goes through them there; what people and the CRM saved meanwhile is added from the
change feed. What an import made itself is linked and of no interest.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from ledgerlink.flows.records.feed import stamp
from ledgerlink.flows.records.recognising import Row, among, rows
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.rules.duplicates import Candidates
from ledgerlink.state.document import Document
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import RecordKey

from .work import Work

LAGS = timedelta(seconds=5)  # an index; so much is read again
ROWS = 20_000  # in one body
CHANGES = 1_000  # in one read


@dataclass(frozen=True)
class _Kept:
    """What lies with the job: bodies of rows, and up to when the feed was read."""

    bodies: int = 0
    since: str = ""


@dataclass
class Unlinked:
    """For one turn; ``to_remember`` goes with the job."""

    work: Work
    document_type: str
    _kept: _Kept = field(init=False)

    def __post_init__(self) -> None:
        self._kept = _Kept(**self.work.job.memory.get("unlinked", {}))

    def like(self, documents: Iterable[Document]) -> Candidates:
        """Those that one of these documents may be."""
        self._bring_up_to_date()
        return among(self.work.context, self.document_type, documents, self._rows())

    def to_remember(self) -> dict[str, Any]:
        return {"unlinked": self._kept.__dict__} if self._kept.since else {}

    def _bring_up_to_date(self) -> None:
        work, kept = self.work, self._kept
        began = work.now - LAGS
        if kept.since:
            keys = list(self._changed())
            links = work.at.links.many(LinkKey(*key) for key in keys)
            self._keep((link.id, link.match.split("\n")) for link in links.values() if link.match)
        else:
            self._keep(rows(work.context, self.document_type))
        self._kept = replace(self._kept, since=max(stamp(began), kept.since))

    def _changed(self) -> Iterator[RecordKey]:
        """Records that somebody saved since the last look."""
        kind, place = BY_DOCUMENT[self.document_type].name, self._kept.since
        while True:
            some = self.work.at.records.changed(self.work.company, since=place, limit=CHANGES)
            yield from (each.key for each in some if each.key.kind == kind and each.changed_by != "ledger")
            if len(some) < CHANGES:
                return
            place = some[-1].place

    def _keep(self, found: Iterable[Row]) -> None:
        each = iter(found)
        while some := list(islice(each, ROWS)):
            text = "".join("\t".join((id_, *keys)) + "\n" for id_, keys in some)
            key = self._key(self._kept.bodies)
            self.work.at.files.put(key, zlib.compress(text.encode(), 1), content_type="application/zlib")
            self._kept = replace(self._kept, bodies=self._kept.bodies + 1)

    def _rows(self) -> Iterator[Row]:
        """All of them; of a record that is there more than once the last counts."""
        for number in range(self._kept.bodies):
            for line in _lines(self.work.at.files.open(self._key(number))):
                id_, *keys = line.split("\t")
                yield id_, keys

    def _key(self, number: int) -> str:
        return f"jobs/{self.work.company}/{self.work.job.id}/unlinked-{number:05}"


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    press, rest = zlib.decompressobj(), b""
    for piece in pieces:
        *whole, rest = (rest + press.decompress(piece)).split(b"\n")
        yield from (line.decode() for line in whole)
