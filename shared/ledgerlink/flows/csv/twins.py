"""Two rows of a CSV about one organization, or for one contact: the first that takes part counts, the other is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from .file import CsvRow


@dataclass
class Taken:
    """Which line has which organization, and which contact."""

    with_fields: bool
    ids: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)

    def marked(self, row: CsvRow) -> CsvRow:
        """The row, with the line that came before it where one did."""
        if row.problem or not self._speaks(row):
            return row
        if row.id in self.ids:
            line = self.ids[row.id]
            return replace(row, problem=f"line {line} is about the same organization", behind=line)
        if row.document_id in self.documents:
            line = self.documents[row.document_id]
            return replace(row, twin=f"line {line} links the same contact", behind=line)
        return row

    def take(self, row: CsvRow) -> None:
        if self._speaks(row):
            self.ids.setdefault(row.id, row.line)
            if row.document_id:
                self.documents.setdefault(row.document_id, row.line)

    def leave(self, lines: set[int]) -> None:
        """These took no part after all."""
        self.ids = {id_: line for id_, line in self.ids.items() if line not in lines}
        self.documents = {id_: line for id_, line in self.documents.items() if line not in lines}

    def _speaks(self, row: CsvRow) -> bool:
        """A row of links without a link says nothing."""
        return self.with_fields or bool(row.document_id)


def by_file(rows: Iterable[CsvRow], *, with_fields: bool) -> Iterator[CsvRow]:
    """The rows of a file too long to be decided as one: whether the first will fail is not known when the other is met,
    so the first counts even then."""
    taken = Taken(with_fields)
    for row in rows:
        marked = taken.marked(row)
        if marked.problem and marked.behind:
            marked = replace(marked, problem=f"{marked.problem}; only the first is looked at, even if it fails")
        elif marked.twin:
            marked = replace(
                marked,
                twin=f"line {marked.behind} names the same contact; only the first is looked at, even if it fails",
            )
        if not marked.problem:
            taken.take(marked)
        yield marked
