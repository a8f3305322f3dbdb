"""Reading a CSV of unknown make: its encoding, its delimiter, its columns, then row by row with line numbers.

The bytes are read twice, in pieces: once to find out what they are, once for the rows. Nothing is guessed that can be
known: the delimiter is the one that makes the known column names appear, and text is taken for Windows-1252 only where
not a single letter of it is UTF-8.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from ledgerlink.errors import FieldProblem, Invalid

from .csv_cells import header_name

DELIMITERS = ",;\t|"
MOST_IN_CELL = 4 * 1024 * 1024
HEAD = 128 * 1024
_ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as Python carries them along
_ABOVE_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)

Pieces = Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Shape:
    """How a file is to be read."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]  # normalised names, in the file's order
    skip: int = 0  # lines before the header
    notes: tuple[str, ...] = ()  # what whoever sent it should know


@dataclass(frozen=True)
class Row:
    """One row: the line it begins on, and its cells by column, or why it could not be read."""

    line: int
    cells: dict[str, str]
    problem: str = ""


def shape_of(pieces: Pieces, known: Collection[str]) -> Shape:
    """What the file is. ``known``: names of columns to look for. Raises Invalid for what is no CSV with a header."""
    encoding, head, notes = _encoding(pieces())
    text = head.decode(encoding, "replace" if encoding == "utf-16" else "surrogateescape").removeprefix("\ufeff")
    if not text.strip():
        raise Invalid(FieldProblem("file", "the file is empty"))
    if "\x00" in text:
        raise Invalid(FieldProblem("file", "this is not a text file; save it as CSV (UTF-8)"))
    skip, chosen = 0, ""
    if found := _SEPARATOR_LINE.match(text):  # Excel's own hint
        skip, chosen, text = 1, found[1], text[found.end() :]
    delimiter, columns = _header(text, chosen or DELIMITERS, known)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise Invalid(*(FieldProblem(name, "this column is there twice") for name in twice))
    return Shape(encoding, delimiter, columns, skip, notes)


def rows(pieces: Pieces, shape: Shape) -> Iterator[Row]:
    """Every row but blank ones, in flat memory. A row that cannot be read is told; reading goes on after it."""
    csv.field_size_limit(MOST_IN_CELL)
    errors = "replace" if shape.encoding == "utf-16" else "surrogateescape"
    raw = io.BufferedReader(cast(io.RawIOBase, _Stream(iter(pieces()))), 64 * 1024)
    lines = io.TextIOWrapper(raw, encoding=shape.encoding, errors=errors, newline="")
    reader = csv.reader(lines, delimiter=shape.delimiter, strict=True)
    for _ in range(shape.skip + 1):
        next(reader, None)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, _unreadable(str(error), line, reader.line_num))
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, cells, shape)


def _row(line: int, cells: list[str], shape: Shape) -> Row:
    while len(cells) > len(shape.columns) and not cells[-1].strip():
        cells.pop()  # spreadsheets leave empty ones at the end
    if len(cells) > len(shape.columns):
        return Row(line, {}, f"has {len(cells)} cells, but the header has {len(shape.columns)}")
    found = {name: cell for name, cell in zip(shape.columns, cells, strict=False) if name}
    if any(_ESCAPED.search(cell) or "\ufffd" in cell for cell in found.values()):
        return Row(line, found, "holds text that is not UTF-8, unlike the rest of the file")
    return Row(line, found)


def _unreadable(error: str, first: int, last: int) -> str:
    where = f" (lines {first} to {last})" if last > first else ""
    if "field limit" in error:
        return f"holds a cell of more than {MOST_IN_CELL:,} characters{where}; is a quotation mark missing?"
    if "end of data" in error:
        return f"a quotation mark is opened and never closed{where}"
    return f"quotation marks do not match{where}"


def _encoding(pieces: Iterable[bytes]) -> tuple[str, bytes, tuple[str, ...]]:
    """The encoding of all of it, and its beginning."""
    head, escaped, proper = b"", False, False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for piece in pieces:
        if len(head) < HEAD:
            head += piece
        if head[:4] == b"PK\x03\x04":
            raise Invalid(FieldProblem("file", "this is a spreadsheet file; save it as CSV (UTF-8)"))
        if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16", _first_of(head, pieces), ()
        text = decoder.decode(piece)
        if not text.isascii():
            escaped = escaped or _ESCAPED.search(text) is not None
            proper = proper or _ABOVE_ASCII.search(text.removeprefix("\ufeff")) is not None
    escaped = escaped or bool(decoder.decode(b"", final=True))
    if escaped and not proper:
        note = "The file is not UTF-8; it was read as Windows-1252. Check letters with accents."
        return "cp1252", head, (note,)
    return "utf-8-sig", head, ()


def _first_of(head: bytes, pieces: Iterable[bytes]) -> bytes:
    more = iter(pieces)
    while len(head) < HEAD and (piece := next(more, b"")):
        head += piece
    return head[: HEAD - HEAD % 2]


def _header(text: str, delimiters: str, known: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The delimiter with which most known columns appear, and all columns with it."""
    best: tuple[tuple[int, int], str, tuple[str, ...]] | None = None
    for delimiter in delimiters:
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        columns = tuple(header_name(cell) for cell in cells)
        score = (sum(name in known for name in columns), -len(columns) if delimiter == "|" else len(columns))
        if best is None or score > best[0]:
            best = (score, delimiter, columns)
    if best is None or not best[0][0]:
        first = [name for name in ("id", "name") if name in known]
        named = [*first, *sorted(set(known) - set(first))]
        raise Invalid(FieldProblem("file", f"the first line names none of the columns {', '.join(named[:6])} …"))
    return best[1], best[2]


class _Stream(io.RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
