"""What a CSV is, whoever made it: encodings, delimiters, line ends, quotation marks, and what cannot be read."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerlink.errors import Invalid
from ledgerlink.rules import csv_reading
from ledgerlink.rules.csv_reading import Row, Shape, rows, shape_of

KNOWN = frozenset({"id", "name", "linked_xero_contact"})
TEXT = "id,name\na,Müller\nb,Łódź\n"


def read(data: bytes, *, piece: int = 7) -> tuple[Shape, list[Row]]:
    """Through pieces as small as a network may give them."""

    def pieces() -> Iterator[bytes]:
        return (data[start : start + piece] for start in range(0, len(data), piece))

    shape = shape_of(pieces, KNOWN)
    return shape, list(rows(pieces, shape))


def cells(data: bytes | str) -> list[dict[str, str]]:
    return [row.cells for row in read(data.encode() if isinstance(data, str) else data)[1]]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le").join([b"\xff\xfe", b""]),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", "|").encode(),
        ("sep=;\n" + TEXT.replace(",", ";")).encode(),
        TEXT.replace("id,name", '"ID" , Name').replace(" ,", ",").encode(),
        TEXT.rstrip("\n").encode(),
        ("\ufeff" + TEXT.replace("\n", "\n\n") + ",\n ,  \n").encode(),
    ],
)
def test_the_same_rows_come_out_of_every_make_of_file(data: bytes) -> None:
    assert cells(data) == [{"id": "a", "name": "Müller"}, {"id": "b", "name": "Łódź"}]


def test_line_numbers_are_those_of_the_file() -> None:
    _, found = read(b'id,name\na,"two\nlines"\n\nb,x\n')
    assert [(row.line, row.cells["id"]) for row in found] == [(2, "a"), (5, "b")]
    assert found[0].cells["name"] == "two\nlines"


def test_the_delimiter_is_the_one_that_makes_the_columns_appear() -> None:
    """A name with commas in the header does not mislead it."""
    shape, _ = read(b"id;name;a, b, c, d\nx;y;z\n")
    assert (shape.delimiter, shape.columns) == (";", ("id", "name", "a,_b,_c,_d"))


def test_a_file_that_is_not_utf8_at_all_is_read_as_windows_1252_and_says_so() -> None:
    shape, found = read("id,name\na,Müller\n".encode("cp1252"))
    assert (shape.encoding, found[0].cells["name"]) == ("cp1252", "Müller")
    assert "Windows-1252" in shape.notes[0]


def test_one_broken_row_among_utf8_is_told_and_the_others_are_right() -> None:
    _, found = read("id,name\na,Müller\n".encode() + b"b,M\xfcller\n" + "c,Łódź\n".encode())
    assert [row.problem for row in found if row.cells["id"] == "b"] == [
        "holds text that is not UTF-8, unlike the rest of the file"
    ]
    assert [row.cells["name"] for row in found if not row.problem] == ["Müller", "Łódź"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"PK\x03\x04rest of a spreadsheet", "save it as CSV"),
        (b"\x00\x01\x02 id", "not a text file"),
        (b"a,b,c\n1,2,3\n", "names none of the columns id, name, "),
        (b"id,name,ID\n1,2,3\n", "this column is there twice"),
    ],
)
def test_what_is_no_csv_of_ours_is_refused_as_a_whole(data: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read(data)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"b,x,surplus", "has 3 cells, but the header has 2"),
        (b'b,"x"y', "quotation marks do not match"),
    ],
)
def test_a_row_that_cannot_be_read_spoils_no_other(line: bytes, problem: str) -> None:
    _, found = read(b"id,name\na,1\n" + line + b"\nc,3\n")
    assert [(row.line, row.problem) for row in found] == [(2, ""), (3, problem), (4, "")]


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_lines() -> None:
    _, found = read(b'id,name\na,1\nb,"open\nc,3\n')
    assert [(row.line, bool(row.problem)) for row in found] == [(2, False), (3, True)]
    assert found[1].problem == "a quotation mark is opened and never closed (lines 3 to 4)"


def test_short_rows_and_trailing_empty_cells_are_no_mistakes() -> None:
    assert cells("id,name\na\nb,x,,,\n") == [{"id": "a"}, {"id": "b", "name": "x"}]


def test_a_cell_of_a_megabyte_is_read_and_larger_ones_are_told() -> None:
    big = b"x" * 1_000_000
    assert len(cells(b"id,name\na," + big + b"\n")[0]["name"]) == 1_000_000
    _, found = read(b"id,name\na," + big * 5 + b"\nb,y\n", piece=65536)
    assert "a cell of more than" in found[0].problem
    assert found[1].cells == {"id": "b", "name": "y"}


def test_a_hundred_thousand_rows_take_flat_memory() -> None:
    def pieces(count: int) -> Iterator[bytes]:
        yield b"id,name\n"
        for n in range(0, count, 100):
            yield b"".join(b"o%d,Some name that is not short at all\n" % k for k in range(n, n + 100))

    def peak(count: int) -> int:
        tracemalloc.start()
        shape = shape_of(lambda: pieces(count), KNOWN)
        assert sum(1 for _ in rows(lambda: pieces(count), shape)) == count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small = peak(10_000)
    assert peak(100_000) < small * 1.5


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    try:
        shape = shape_of(lambda: [b"id,name\n" + data], KNOWN)
        list(rows(lambda: [b"id,name\n" + data], shape))
    except Invalid as refused:
        assert refused.problems  # noqa: PT017  # either it is read or it says why not


def test_the_limit_of_a_cell_is_ours() -> None:
    assert csv_reading.MOST_IN_CELL > 1_000_000
