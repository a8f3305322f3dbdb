"""What a plan of a send has learnt of its new products' codes: which items the ledger has, and who is first to a code.

A turn makes one call and keeps its answer with the job: of several, the first would be thrown away whenever a later one
is put off, and so on for ever. Each code is asked for once a job, whichever pages its products stand on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledgerlink.kinds.product import Product
from ledgerlink.rules.products import keys_of
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.record import Record, RecordKey

from .work import Work, ledger_of

CODES_AT_ONCE = 25
IN_CHUNK = 1000
_HELD = "skip"  # by an item that is there


def asked_more(work: Work, new: Sequence[Record]) -> Job | None:
    """The job after asking for the next of these products' codes; None where all were."""
    lines = _read(work)
    known = {line.title for line in lines}
    first = {key: record for record in reversed(new) for key in keys_of(_content(record)) if key not in known}
    asking = dict(list(reversed(first.items()))[:CODES_AT_ONCE])
    if not asking:
        return None
    codes = [" ".join(_content(record).code.split()) for record in asking.values()]
    found = ledger_of(work.context).having("item", "code", codes, purpose="backfill")
    held = {key for document in found for key in keys_of(document.content)}  # type: ignore[arg-type]
    more = [
        JobItem(kind=record.kind, id=record.id, title=key, outcome=_HELD if key in held else "create")
        for key, record in asking.items()
    ]
    _write(work, lines, more)
    memory = {**work.job.memory, "codes": len(lines) + len(more), "codes_calls": calls_used(work.job) + 1}
    used = calls_used(work.job) + 1
    calls = work.calls(needed=max(work.job.calls.needed, used), used=used)
    return work.job.model_copy(update={"memory": memory, "calls": calls})


def calls_used(job: Job) -> int:
    """The calls that this took so far."""
    return int(job.memory.get("codes_calls", 0))


def taken(work: Work, new: Sequence[Record]) -> Iterator[RecordKey]:
    """Those whose code an item has already, or another product of this plan will have: codes are unique there."""
    lines = {line.title: line for line in _read(work)}
    for record in new:
        for key in keys_of(_content(record)):
            if key in lines and (lines[key].outcome == _HELD or lines[key].id != record.id):
                yield record.key


def _read(work: Work) -> list[JobItem]:
    """A line for each code: as compared, and which product is first to it."""
    count = int(work.job.memory.get("codes", 0))
    chunks = range(-(-count // IN_CHUNK))
    return [line for number in chunks for line in work.at.jobs.read_chunk(work.job, "codes", number)][:count]


def _write(work: Work, lines: Sequence[JobItem], more: Sequence[JobItem]) -> None:
    """The chunks that change: the last one, filled up, and what does not fit into it."""
    full = [*lines, *more]
    for start in range(len(lines) // IN_CHUNK * IN_CHUNK, len(full), IN_CHUNK):
        work.at.jobs.write_chunk(work.job, "codes", start // IN_CHUNK, full[start : start + IN_CHUNK])


def _content(record: Record) -> Product:
    assert isinstance(record.content, Product)
    return record.content
