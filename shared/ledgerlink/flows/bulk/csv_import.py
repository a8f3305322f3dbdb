"""``import-organizations`` and ``import-links``: a CSV of any length out of an upload, in flat memory.

First the rows, a thousand a turn: fields are saved, and links that are new are put aside. Then the ledger is read, a
page a turn, and what each page has is linked; what no page had does not exist. Either is a plan or done at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context
from ledgerlink.flows.csv import rows as csv_rows
from ledgerlink.flows.csv import uploads
from ledgerlink.flows.csv.deciding import DOCUMENT_TYPE
from ledgerlink.flows.csv.file import CsvRow, read, shape_of
from ledgerlink.flows.csv.inward import notes_of
from ledgerlink.flows.csv.twins import by_file
from ledgerlink.rules.csv_reading import Shape
from ledgerlink.state.document import Document
from ledgerlink.state.job import Job, JobItem

from . import images, planned_csv
from .csv_lines import actor_of, line, planned_line, row_of, with_receipts
from .finding import Finding
from .work import Step, Work, check_options, ledger_of

ROWS = 1000  # a turn
MOST_ROWS = 250_000


class CsvImport:
    """See ``work.Bulk``. Options: ``upload_id``."""

    direct = True
    needs_ledger = False  # only rows with new links do
    undoable = True

    def __init__(self, name: str, title: str, *, with_fields: bool) -> None:
        self.name, self.title, self.with_fields = name, title, with_fields

    def begin(self, context: Context, job: Job) -> Job:
        check_options(job, "upload_id")
        if job.chosen:
            raise Invalid(FieldProblem("ids", "the file names the records", "unknown_field"))
        uploads.check(context, job.options.get("upload_id"))
        return job

    def plan(self, work: Work) -> Step:
        return self._page(work)

    def carry_out(self, work: Work) -> Step:
        return planned_csv.apply_page(work, with_fields=self.with_fields) if work.job.dry_run else self._page(work)

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)

    # -------------------------------------------------------------- pages

    def _page(self, work: Work) -> Step:
        memory = work.job.memory
        if "shape" not in memory:
            return self._survey(work)
        if memory["row"] < work.job.progress.total:
            return self._rows(work)
        return self._links(work)

    def _survey(self, work: Work) -> Step:
        """Find out what the file is, and how many rows it has."""
        shape = shape_of(lambda: _pieces(work), with_fields=self.with_fields)
        total = sum(1 for _ in islice(self._all(work, shape), MOST_ROWS + 1))
        if total > MOST_ROWS:
            raise Invalid(FieldProblem("file", f"more than {MOST_ROWS:,} rows; send it in parts"))
        told = {
            "memory": {"shape": asdict(shape), "row": 0, "wanted": 0},
            "notes": notes_of(shape, with_fields=self.with_fields),
            "progress": work.job.progress.model_copy(update={"total": total}),
        }
        return Step(work.job.model_copy(update=told), finished=not total)

    def _rows(self, work: Work) -> Step:
        """The next rows: those whose link is new are put aside, the others carried out."""
        memory = work.job.memory
        start = memory["row"]
        rows = list(islice(self._all(work, _shape(memory)), start, start + ROWS))
        aside = csv_rows.new_links(work.context, rows)
        if aside:
            items = [JobItem(kind="", id=row.id, outcome="wanted", row=row.cells, **_of_row(row)) for row in aside]
            work.at.jobs.write_chunk(work.job, "wanted", memory["wanted"], items)
        lines = {row.line for row in aside}
        job = self._carried_out(work, [row for row in rows if row.line not in lines], {})
        told = {"row": start + len(rows), "wanted": memory["wanted"] + bool(aside)}
        job = job.model_copy(update={"memory": {**job.memory, **told, "rows_chunks": max(job.chunk, job.results)}})
        return Step(job, finished=job.memory["row"] >= job.progress.total and not job.memory["wanted"])

    def _links(self, work: Work) -> Step:
        """The next call's worth of contacts, and the rows that wait for them."""
        ledger = ledger_of(work.context)
        left = _left(work)
        search = Finding.remembered(work.job.memory)
        documents, further = search.next(ledger, DOCUMENT_TYPE, left, work.now, purpose="backfill")
        over = further == search
        found = {document.id: document for document in documents}
        job = work.job
        for some in _rows_of(work, {at_line for id_, at_line in left.items() if over or id_ in found}):
            job = self._carried_out(work, some, found, job)
        used = further.used
        still = left.keys() - found.keys()
        needed = used if over else used + further.calls_left(still)
        calls = work.calls(needed=needed, used=used)
        job = job.model_copy(update={"calls": calls, "memory": {**job.memory, **further.to_remember()}})
        return Step(job, finished=over or not still)

    def _carried_out(
        self, work: Work, rows: Sequence[CsvRow], documents: dict[str, Document], job: Job | None = None
    ) -> Job:
        """The rows carried out or planned, and their chunk written. The total stays the file's."""
        job = job or work.job
        results = csv_rows.carry_out(
            work.context,
            rows,
            documents,
            actor_of(job),
            with_fields=self.with_fields,
            dry_run=job.status == "planning",
            job=job.id,
            keep=images.keeper(work, job.results),
        )
        total = job.progress.total
        if job.status == "planning":
            cells = {row.line: row for row in rows}
            items = [planned_line(each, cells[each.line], documents.get(each.document_id)) for each in results]
            return work.planned(items, job, total=total)
        return work.settled(with_receipts(work, [line(each) for each in results]), job)

    def _all(self, work: Work, shape: Shape) -> Iterator[CsvRow]:
        rows = read(lambda: _pieces(work), shape, with_fields=self.with_fields)
        return by_file(rows, with_fields=self.with_fields)


def _pieces(work: Work) -> Any:
    return uploads.pieces(work.context, work.job.options["upload_id"])


def _shape(memory: dict[str, Any]) -> Shape:
    told = memory["shape"]
    return Shape(told["encoding"], told["delimiter"], tuple(told["columns"]), told["skip"])


def _of_row(row: CsvRow) -> dict[str, Any]:
    return {"line": row.line, "document_id": row.document_id}


def _left(work: Work) -> dict[str, int]:
    """The contacts no call has brought yet, with the line of the row put aside for each: those no chunk since then has
    a line for. Ids and lines alone, so that a long file stays small."""
    job = work.job
    sort, count = ("plan", job.chunk) if job.status == "planning" else ("result", job.results)
    done = set()
    for number in range(job.memory["rows_chunks"], count):
        done |= {item.line for item in work.at.jobs.read_chunk(job, "plan" if sort == "plan" else "result", number)}
    return {item.document_id: item.line for some in _aside(work) for item in some if item.line not in done}


def _rows_of(work: Work, lines: set[int]) -> Iterator[list[CsvRow]]:
    """The rows put aside at these lines, some at a time."""
    for some in _aside(work):
        rows = [row_of(item) for item in some if item.line in lines]
        if rows:
            yield rows


def _aside(work: Work) -> Iterator[list[JobItem]]:
    for number in range(work.job.memory["wanted"]):
        yield work.at.jobs.read_chunk(work.job, "wanted", number)
