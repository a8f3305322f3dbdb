"""A CSV of organizations or of their links as a file: its shape, and its rows with what is wrong with them alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.rules import csv_columns, csv_links, csv_reading
from ledgerlink.rules.csv_reading import Pieces, Shape


@dataclass(frozen=True)
class CsvRow:
    """One row: whose it is, what it says, or why it cannot be used."""

    line: int
    id: str
    cells: dict[str, str]
    document_id: str = ""
    problem: str = ""
    twin: str = ""  # another row links the same contact: this one may only repeat what is so already
    behind: int = 0  # the line of that row, or of the one about the same organization


def shape_of(pieces: Pieces, *, with_fields: bool) -> Shape:
    """What the file is. Raises Invalid without an ``id`` column, or one that says anything about the records."""
    useful = csv_columns.NAMES if with_fields else frozenset[str]()
    shape = csv_reading.shape_of(pieces, csv_links.KNOWN | useful)
    links = csv_links.KNOWN - {csv_columns.ID}
    if csv_columns.ID not in shape.columns:
        raise Invalid(FieldProblem("id", "the file needs a column 'id'"))
    if not with_fields and not links & set(shape.columns):
        raise Invalid(FieldProblem("file", f"the file needs a column '{csv_columns.LINK_TITLE}'"))
    return shape


def unknown_columns(shape: Shape) -> list[str]:
    """Columns nobody reads."""
    known = csv_links.KNOWN | csv_columns.NAMES
    return [name for name in shape.columns if name and name not in known]


def read(pieces: Pieces, shape: Shape, *, with_fields: bool) -> Iterator[CsvRow]:
    """Every row, with what is wrong with it alone."""
    for row in csv_reading.rows(pieces, shape):
        id_, wrong = csv_links.record_id(row.cells)
        cell = csv_links.link_cell(row.cells)
        problem = row.problem or wrong or cell.problem
        cells = {name: text for name, text in row.cells.items() if text and name in csv_columns.NAMES}
        yield CsvRow(row.line, id_, cells if with_fields else {}, cell.document_id, problem)
