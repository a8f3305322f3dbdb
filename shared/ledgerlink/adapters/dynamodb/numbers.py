"""Account numbers of linked records, searched while somebody types: a text within them has no index, so they are kept.

One read of the slim list, at most every half minute, serves every letter typed meanwhile. What is found nowhere may be
too new to be known, and is worth another read.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from ledgerlink.state.link import LinkKey

from .errors import translated
from .items import link_key
from .reading import LOOKED_AT
from .tables import LinkItem

GOOD_FOR_S = 30.0
TOO_NEW_S = 1.0
COMPANIES = 20  # known at once in one process

_NEEDED = ["company", "sk", "number", "document_id"]


@dataclass(frozen=True)
class _Numbers:
    read_at: float
    rows: tuple[tuple[str, LinkKey], ...]

    def having(self, text: str, limit: int) -> list[LinkKey]:
        found: list[LinkKey] = []
        for number, key in self.rows:
            if text in number:
                found.append(key)
                if len(found) == limit:
                    break
        return found


@dataclass
class Numbers:
    """By company and kind, the latest used last."""

    _known: OrderedDict[str, _Numbers] = field(default_factory=OrderedDict)

    def having(self, company: str, kind: str, text: str, *, limit: int) -> list[LinkKey]:
        """Linked records whose number contains the text, however it is written."""
        wanted, partition = text.casefold(), f"{company}#{kind}"
        known = self._fresh(partition, GOOD_FOR_S)
        found = known.having(wanted, limit)
        if not found and any(letter.isdigit() for letter in wanted):
            found = self._fresh(partition, TOO_NEW_S).having(wanted, limit)
        return found

    def _fresh(self, partition: str, good_for_s: float) -> _Numbers:
        known, now = self._known.get(partition), time.monotonic()
        if known is None or now - known.read_at > good_for_s:
            known = _Numbers(now, _read(partition))
            self._known[partition] = known
        self._known.move_to_end(partition)
        while len(self._known) > COMPANIES:
            self._known.popitem(last=False)
        return known


def _read(partition: str) -> tuple[tuple[str, LinkKey], ...]:
    with translated():
        rows = LinkItem.list_index.query(partition, page_size=LOOKED_AT * 4, attributes_to_get=_NEEDED)
        return tuple(
            (row.number.casefold(), link_key(row.company, row.sk)) for row in rows if row.number and row.document_id
        )
