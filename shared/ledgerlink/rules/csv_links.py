"""The link columns of a CSV (K9): which ledger, and whether a cell has the form of an id of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .csv_cells import restored
from .csv_columns import ID, LINK

_UUID = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?", re.IGNORECASE)
_NOBODY = "00000000-0000-0000-0000-000000000000"
_RECORD_ID = re.compile(r"[A-Za-z0-9._~@+-]{1,47}")

# Ledgers people may have linked to before; their columns are understood, and told apart from a typing error.
OTHERS = {"linked_quickbooks_customer": "QuickBooks", "linked_sage_contact": "Sage"}
KNOWN = frozenset({ID, LINK, *OTHERS})


@dataclass(frozen=True)
class LinkCell:
    """What a row says about its link: a contact's id, nothing, or what is wrong with it."""

    document_id: str = ""
    problem: str = ""


def link_cell(cells: Mapping[str, str]) -> LinkCell:
    """An empty cell changes nothing."""
    for column, ledger in OTHERS.items():
        told = restored(cells.get(column, "")).strip()
        if told and ledger == "QuickBooks" and not told.isdecimal():
            return LinkCell(
                problem=f"{told[:60]!r} is not a QuickBooks customer, which is digits; and QuickBooks is not connected"
            )
        if told:
            return LinkCell(problem=f"{ledger} is not connected; this company's ledger is Xero")
    told = restored(cells.get(LINK, "")).strip()
    if not told:
        return LinkCell()
    found = _UUID.fullmatch(told)
    if found is None or found[1] == _NOBODY:
        return LinkCell(problem=f"{told[:60]!r} is not a ContactID of Xero (8-4-4-4-12 hexadecimal digits)")
    return LinkCell(found[1].lower())


def record_id(cells: Mapping[str, str]) -> tuple[str, str]:
    """The row's record id, or what is wrong with it."""
    id_ = restored(cells.get(ID, "")).strip()
    if not id_:
        return "", "the cell 'id' is empty"
    if not _RECORD_ID.fullmatch(id_):
        return "", f"{id_[:60]!r} cannot be an id: letters, digits and . _ ~ @ + - only, 47 at most"
    return id_, ""
