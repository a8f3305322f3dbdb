"""Finding documents by id with as few calls as may be: 40 ids a call, or page by page where that is fewer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ledgerlink.ports import Ledger, Purpose
from ledgerlink.state.document import Document

from .crawling import Crawling, read_on

IDS_AT_ONCE = 40


@dataclass(frozen=True)
class Finding:
    """How far the search is. Pages first if there are many ids: the first page tells how many more there would be."""

    crawling: Crawling = field(default_factory=Crawling)
    asked: str = ""  # ids up to this one were asked for by id
    by_id: int = 0  # calls made so

    @property
    def used(self) -> int:
        return self.crawling.used + self.by_id

    def calls_left(self, left: Collection[str]) -> int:
        """The calls still needed, as far as that is known."""
        by_ids = -(-sum(id_ > self.asked for id_ in left) // IDS_AT_ONCE)
        return min(by_ids, self._pages_left()) if not self.asked else by_ids

    def _pages_left(self) -> int:
        crawl = self.crawling
        return crawl.pages - crawl.page + (crawl.shifted and not crawl.delta_done)

    def next(
        self, ledger: Ledger, document_type: str, left: Collection[str], now: datetime, *, purpose: Purpose
    ) -> tuple[list[Document], Finding]:
        """One call's worth of those in ``left``; none, and the search unchanged, when it is over."""
        unasked = sorted(id_ for id_ in left if id_ > self.asked)
        if not unasked or (not self.asked and self._pages_left() <= 0):
            return [], self
        if self.asked or -(-len(unasked) // IDS_AT_ONCE) <= self._pages_left():
            some = unasked[:IDS_AT_ONCE]
            documents = ledger.read(document_type, some, purpose=purpose)
            return documents, replace(self, asked=some[-1], by_id=self.by_id + 1)
        documents, crawling = read_on(ledger, document_type, self.crawling, now, purpose)
        wanted = set(left)
        return [document for document in documents if document.id in wanted], replace(self, crawling=crawling)

    @classmethod
    def remembered(cls, memory: dict[str, Any]) -> Finding:
        told = memory.get("finding", {})
        return cls(Crawling.remembered(memory), told.get("asked", ""), told.get("by_id", 0))

    def to_remember(self) -> dict[str, Any]:
        return {**self.crawling.to_remember(), "finding": {"asked": self.asked, "by_id": self.by_id}}
