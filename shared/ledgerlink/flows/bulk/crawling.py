"""Reading everything of one type from the ledger, a page a turn, and knowing whether something slipped past.

Pages come newest first. A document that changes meanwhile moves to the front: if it was read already, nothing is
missed but its news, which the import lane brings; if it was still to come, it is never read, but then everything
before it moves back by one and the next page begins with the end of this one. So a crawl whose pages do not overlap
has seen every document, at ceil(N / 1000) calls; one whose pages do is followed by a delta from its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledgerlink.ports import Crawl, Ledger, Purpose
from ledgerlink.state.document import Document

TAIL = 40  # ids of a page's end: more edits than that within the very end of one page are not to be expected
CLOCKS_DIFFER = timedelta(minutes=5)
DELTA_PAGES = 5


@dataclass(frozen=True)
class Crawling:
    """How far the reading is. Kept in the job's memory between turns."""

    page: int = 0  # the last page read
    pages: int = 1
    total: int = 0
    newest: datetime | None = None  # nothing that changed before was missed: the delta starts here
    tail: tuple[str, ...] = ()
    shifted: bool = False
    delta_done: bool = False
    used: int = 0

    @property
    def finished(self) -> bool:
        return self.page >= self.pages and (self.delta_done or not self.shifted)

    @property
    def needed(self) -> int:
        return max(self.used, self.pages + self.shifted)

    @classmethod
    def remembered(cls, memory: dict[str, Any]) -> Crawling:
        known = dict(memory.get("crawl", {}))
        newest = datetime.fromisoformat(known["newest"]) if known.get("newest") else None
        return cls(**{**known, "newest": newest, "tail": tuple(known.get("tail", ()))})

    def to_remember(self) -> dict[str, Any]:
        newest = self.newest.isoformat() if self.newest else None
        return {"crawl": {**self.__dict__, "newest": newest, "tail": list(self.tail)}}


def read_on(
    ledger: Ledger, document_type: str, so_far: Crawling, now: datetime, purpose: Purpose = "backfill"
) -> tuple[list[Document], Crawling]:
    """The next page, or the delta where one is needed; documents of the last page's end are not repeated."""
    if so_far.page < so_far.pages:
        return _next_page(ledger.crawl(document_type, so_far.page + 1, purpose=purpose), so_far, now)
    delta = ledger.changed_since(document_type, so_far.newest, purpose=purpose, pages=DELTA_PAGES)
    newest = delta.documents[-1].updated_at if delta.documents else so_far.newest
    return delta.documents, _with(so_far, delta_done=delta.complete, newest=newest, used=so_far.used + 1)


def _next_page(crawl: Crawl, so_far: Crawling, now: datetime) -> tuple[list[Document], Crawling]:
    seen = set(so_far.tail)
    repeated = any(document.id in seen for document in crawl.documents)
    grew = so_far.page > 0 and crawl.total != so_far.total
    first = max((now - CLOCKS_DIFFER, *(document.updated_at for document in crawl.documents[:1])))
    read = _with(
        so_far,
        page=crawl.page,
        pages=crawl.pages,
        total=crawl.total,
        newest=so_far.newest or first,
        tail=tuple(document.id for document in crawl.documents[-TAIL:]),
        shifted=so_far.shifted or repeated or grew,
        used=so_far.used + 1,
    )
    return [document for document in crawl.documents if document.id not in seen], read


def _with(crawling: Crawling, **changes: Any) -> Crawling:
    return Crawling(**{**crawling.__dict__, **changes})
