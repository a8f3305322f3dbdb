"""The comparison under the world's faults: in the end both sides say the same field by field, or a reason is listed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledgerlink.errors import NotFound
from ledgerlink.flows.bulk import jobs
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import Record

from . import organizations as kind
from .books import Ledger
from .doors import ADMIN, Doors
from .reached import Reached
from .store import COMPANY, Store
from .verdicts import Verdicts
from .virtual import VirtualTime

SETTLED = ("unchanged", "skipped", "failed")


class Bucket:
    """``ports.Files`` in memory: chunks of jobs. It has no weather of its own."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        self.files[key] = body

    def open(self, key: str) -> Iterator[bytes]:
        if key not in self.files:
            raise NotFound("file")
        yield self.files[key]

    def size(self, key: str) -> int | None:
        return len(self.files[key]) if key in self.files else None


@dataclass
class Comparing:
    """An administrator who has everything compared, and reads what it says."""

    time: VirtualTime
    doors: Doors
    store: Store
    ledger: Ledger
    bucket: Bucket
    verdicts: Verdicts
    reached: Reached
    started: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start one; ask again until somebody answers."""
        for _ in range(60):
            outcome = self.doors.ask(lambda context: jobs.start(context, "reconcile", ADMIN))
            if outcome.ok:
                self.started.append(outcome.value.id)
                return
            self.time.pass_(10)

    def judge(self) -> None:
        """The last one against both sides' books, as they are now."""
        job = self.store.control(COMPANY, f"job#{self.started[-1]}") if self.started else {}
        if job.get("status") != "done":
            self._wrong(f"the comparison is {job.get('status')}: {job.get('error') or job.get('waiting_for')}")
            return
        self.reached("compared")
        lines = {item.id: item for item in self._lines(job) if item.kind == kind.KIND}
        for record in self.store.records(kind.KIND).values():
            link = self.store.link(LinkKey(*record.key))
            row = self.ledger.row(kind.BOOK, link.document_id) if link is not None and link.document_id else None
            if not record.deleted and row is not None:
                self._one(record, kind.flat_row(row.fields), lines.get(record.id))

    def _one(self, record: Record, theirs: dict[str, str], line: JobItem | None) -> None:
        ours = kind.flat_content(record.content)
        differ = [name for name in (*kind.FIELDS, "active") if ours[name] != theirs[name]]
        if line is None:
            self._wrong(f"{record.id} is linked and was not compared")
        elif line.outcome not in SETTLED:
            self._wrong(f"{record.id} drifted again by itself: {line.outcome} {line.reason} {line.diff}")
        elif differ and (line.outcome == "unchanged" or not line.reason):
            self._wrong(f"{record.id} differs in {differ} and is told as {line.outcome} {line.reason}")
        elif line.reason:
            self.reached("difference listed")

    def _lines(self, job: dict[str, object]) -> Iterator[JobItem]:
        for number in range(int(str(job.get("results", 0)))):
            packed = self.bucket.files[f"jobs/{COMPANY}/{job['id']}/result-{number:05}.ndjson.gz"]
            yield from (JobItem.model_validate_json(line) for line in gzip.decompress(packed).splitlines())

    def _wrong(self, told: str) -> None:
        self.verdicts("compared", self.time.seconds, told)
