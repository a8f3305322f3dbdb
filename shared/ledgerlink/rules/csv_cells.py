"""Cells of a CSV that people open in a spreadsheet: what would run as a formula is neutralised, and comes back intact.

A cell that begins with ``= + - @``, tab or a line break gets an apostrophe before it, which spreadsheets take as "this
is text". One that already begins with apostrophes before such a character gets one more, so the way back is exact.
"""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*[=+\-@\t\r\n]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def neutralised(text: str) -> str:
    """The text as a cell."""
    return f"'{text}" if _RUNS.match(text) else text


def restored(cell: str) -> str:
    """The text of a cell."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def has_control_characters(cell: str) -> bool:
    return _CONTROL.search(cell) is not None


def header_name(cell: str) -> str:
    """A column's name however it is written: ``Linked Xero contact`` is ``linked_xero_contact``."""
    return re.sub(r"[\s_-]+", "_", cell.strip().strip("\ufeff").strip()).casefold()
