"""CSV in at once: links (K9) and organizations (K10) of up to 5,000 rows; more goes by upload and job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from ledgerlink.errors import Refused
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk.finding import Finding
from ledgerlink.flows.bulk.work import ledger_of
from ledgerlink.flows.context import Context
from ledgerlink.ports import Purpose
from ledgerlink.rules.csv_reading import Shape
from ledgerlink.state.document import Document

from .deciding import DOCUMENT_TYPE, RowResult
from .file import CsvRow, read, shape_of, unknown_columns
from .rows import carry_out, new_links

MOST_ROWS = 5_000
MOST_BYTES = 4_000_000


@dataclass(frozen=True)
class CsvResult:
    """What became of a file, row by row, in the order of its lines."""

    results: tuple[RowResult, ...]
    notes: tuple[str, ...] = ()
    dry_run: bool = False

    def count(self, outcome: str) -> int:
        """How many rows ended so: created, updated, linked, unchanged, failed."""
        return sum(result.outcome == outcome for result in self.results)

    @property
    def rows(self) -> int:
        return len(self.results)


def import_links(context: Context, data: bytes | str, actor: Actor, *, dry_run: bool = False) -> CsvResult:
    """Link organizations to contacts by the columns ``id`` and ``Linked Xero contact``; other columns are not read.

    Raises Invalid (no such columns, no text), Refused 413 (too large), NotConnected, LedgerBusy.
    """
    return _imported(context, data, actor, dry_run=dry_run, with_fields=False)


def import_organizations(context: Context, data: bytes | str, actor: Actor, *, dry_run: bool = False) -> CsvResult:
    """Create and change organizations by columns named like their fields, and link them; bad rows spoil no others.

    An absent column and an empty cell leave the field as it is. Raises what ``import_links`` raises.
    """
    return _imported(context, data, actor, dry_run=dry_run, with_fields=True)


def _imported(context: Context, data: bytes | str, actor: Actor, *, dry_run: bool, with_fields: bool) -> CsvResult:
    body = data.encode() if isinstance(data, str) else data
    if len(body) > MOST_BYTES:
        raise _too_large(f"{len(body):,} bytes; {MOST_BYTES:,} is the most here", with_fields)
    shape = shape_of(lambda: [body], with_fields=with_fields)
    rows = list(islice(read(lambda: [body], shape, with_fields=with_fields), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise _too_large(f"more than {MOST_ROWS:,} rows", with_fields)
    documents = find_documents(context, new_links(context, rows))
    results = carry_out(context, rows, documents, actor, with_fields=with_fields, dry_run=dry_run)
    return CsvResult(tuple(results), notes_of(shape, with_fields=with_fields), dry_run)


def find_documents(context: Context, rows: Sequence[CsvRow], purpose: Purpose = "person") -> dict[str, Document]:
    """The contacts these rows name, as far as the ledger has them. Raises NotConnected if it must be asked."""
    left = {row.document_id for row in rows}
    found: dict[str, Document] = {}
    search = Finding()
    while left:
        ledger = ledger_of(context)
        documents, further = search.next(ledger, DOCUMENT_TYPE, left, context.at.clock.now(), purpose=purpose)
        if further == search:
            break
        search = further
        found |= {document.id: document for document in documents}
        left -= found.keys()
    return found


def notes_of(shape: Shape, *, with_fields: bool) -> tuple[str, ...]:
    """What whoever sent the file should know about how it was read."""
    ignored = unknown_columns(shape) if with_fields else []
    told = f"Columns nobody reads here: {', '.join(name[:40] for name in ignored[:20])}."
    return (*shape.notes, told) if ignored else shape.notes


def _too_large(why: str, with_fields: bool) -> Refused:
    kind = "import-organizations" if with_fields else "import-links"
    way = f"POST …/uploads takes larger files; then start the job {kind} with options {{upload_id}}"
    return Refused("file_too_large", f"the file has {why}. {way}.", status=413, extra={"job": kind})
