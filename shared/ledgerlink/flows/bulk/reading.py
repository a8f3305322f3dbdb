"""What an import reads in one turn: a page of the ledger's list, what was named, or more of a list that came whole.

A few that were named are asked for by their ids; for many everything is read, where that takes fewer calls.
Some lists have no pages (``facts/xero.md §3.4``: items): what is more than a turn can take in is kept with the job and
taken from there, so that the list is asked for once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledgerlink.flows.inbound.batch import TakenIn
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.reasons import reason
from ledgerlink.state.document import Document
from ledgerlink.state.job import ChunkSort, JobItem
from ledgerlink.state.link import LinkKey

from .crawling import CLOCKS_DIFFER, Crawling, read_on
from .documents import as_data, document_of
from .work import Work, ids_at_once, ledger_of

MOST = 1000  # documents taken in by one turn
FEW_CALLS = 5  # by id, that need no look at how many pages there are
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Kept:
    """Chunks of documents that were read and not yet taken in."""

    next: int = 0
    end: int = 0
    delta: bool = False  # they are of a delta after the pages


@dataclass(frozen=True)
class Read:
    """What one turn has to take in, and how far the reading is."""

    documents: list[Document]
    progress: Crawling
    kept: Kept = Kept()
    missing: tuple[JobItem, ...] = ()  # lines for named documents that the ledger does not know
    delta: bool = False
    by_pages: bool | None = None  # of a choice: whether it is found on pages; None where nobody looked

    @property
    def finished(self) -> bool:
        return self.progress.finished and self.kept.next >= self.kept.end

    def news(self, taken: list[TakenIn]) -> list[TakenIn]:
        """Of a delta after the pages, what says nothing new was counted with its page."""
        return [each for each in taken if not (self.delta and each.outcome == "unchanged")]

    def memory(self, work: Work) -> dict[str, object]:
        how = {} if self.by_pages is None else {"by_pages": self.by_pages}
        return {**work.job.memory, **self.progress.to_remember(), "kept": self.kept.__dict__, **how}


@dataclass(frozen=True)
class Reading:
    """How documents of a type are read. ``unknown``: the reason code for an id that the ledger does not know."""

    document_type: str
    unknown: str

    def next(self, work: Work) -> Read:
        """What this turn takes in."""
        read = self._next(work)
        if not (work.job.chosen and read.by_pages and read.finished):
            return read
        return replace(read, missing=tuple(self._on_no_page(work, read.documents)))

    def _next(self, work: Work) -> Read:
        so_far, by_pages = Crawling.remembered(work.job.memory), work.job.memory.get("by_pages")
        kept = Kept(**work.job.memory.get("kept", {}))
        if kept.next < kept.end:
            items = work.at.jobs.read_chunk(work.job, "read", kept.next)
            documents = [document_of(self.document_type, item) for item in items]
            return Read(documents, so_far, replace(kept, next=kept.next + 1), delta=kept.delta, by_pages=by_pages)
        by_id = -(-work.job.chosen // ids_at_once(self._kind))
        if work.job.chosen and (by_pages is False or by_id <= FEW_CALLS):
            return self._chosen(work, so_far)
        delta = so_far.page >= so_far.pages
        documents, progress = read_on(ledger_of(work.context), self.document_type, so_far, work.now)
        if work.job.chosen and by_pages is None:
            by_pages = progress.pages <= by_id
            if not by_pages:
                return replace(self._chosen(work, Crawling(used=progress.used)), by_pages=False)
        if work.job.chosen:
            documents = self._of_choice(work, documents)
        kept = self._keep(work, documents[MOST:], Kept(kept.end, kept.end, delta))
        return Read(documents[:MOST], progress, kept, delta=delta, by_pages=by_pages)

    @property
    def _kind(self) -> str:
        return BY_DOCUMENT[self.document_type].name

    def _of_choice(self, work: Work, documents: list[Document]) -> list[Document]:
        """Those of a page that were named, by their own ids or their records'."""
        named = work.chosen(0, work.job.chosen)
        wanted = {*named, *(id_.lower() for id_ in named)}
        holders = self._holders(work, documents)
        return [each for each in documents if not wanted.isdisjoint((each.id, holders.get(each.id, "")))]

    def _holders(self, work: Work, documents: list[Document]) -> dict[str, str]:
        """The ids of the records that these documents are linked to."""
        claims = work.at.links.claimed(work.company, self.document_type, [document.id for document in documents])
        return {id_: claim.link.id for id_, claim in claims.items() if claim.link is not None}

    def _on_no_page(self, work: Work, documents: list[Document]) -> Iterable[JobItem]:
        """Lines for those that were named and that the whole list did not have."""
        seen = {*(document.id for document in documents), *self._holders(work, documents).values()}
        sorts: tuple[tuple[ChunkSort, int], ...] = (("plan", work.job.chunk), ("result", work.job.results))
        for sort, end in sorts:
            for number in range(end):
                for item in work.at.jobs.read_chunk(work.job, sort, number):
                    seen |= {item.id, item.document_id}
        left = [id_ for id_ in work.chosen(0, work.job.chosen) if seen.isdisjoint((id_, id_.lower()))]
        links = work.at.links.many(LinkKey(work.company, self._kind, id_) for id_ in left)
        linked = {key.id: link.document_id for key, link in links.items() if link.document_id}
        return self._missing(self._kind, dict.fromkeys(linked.get(id_, id_.lower()) for id_ in left), seen)

    def _keep(self, work: Work, documents: list[Document], kept: Kept) -> Kept:
        for start in range(0, len(documents), MOST):
            some = documents[start : start + MOST]
            work.at.jobs.write_chunk(work.job, "read", kept.end, [_line(each) for each in some])
            kept = replace(kept, end=kept.end + 1)
        return kept

    def _chosen(self, work: Work, so_far: Crawling) -> Read:
        kind = self._kind
        most = ids_at_once(kind)
        named = work.chosen(so_far.page * most, most)
        links = work.at.links.many(LinkKey(work.company, kind, id_) for id_ in named)
        linked = {key.id: link.document_id for key, link in links.items() if link.document_id}
        ids = list(dict.fromkeys(linked.get(id_, id_.lower()) for id_ in named))
        asked = [id_ for id_ in ids if _ID.fullmatch(id_)]
        documents = ledger_of(work.context).read(self.document_type, asked, purpose="backfill")
        there = {document.id for document in documents}
        newest = max((d.updated_at for d in documents), default=work.now - CLOCKS_DIFFER)
        progress = replace(
            so_far,
            page=so_far.page + 1,
            pages=-(-work.job.chosen // most),
            total=work.job.chosen,
            newest=so_far.newest or max(newest, work.now - CLOCKS_DIFFER),
            used=so_far.used + bool(asked),
        )
        return Read(documents, progress, missing=tuple(self._missing(kind, ids, there)))

    def _missing(self, kind: str, ids: Iterable[str], there: set[str]) -> Iterable[JobItem]:
        told = reason(self.unknown)
        for id_ in ids:
            if id_ not in there:
                yield JobItem(
                    kind=kind, id="", outcome="failed", reason=told.code, document_id=id_, message=told.message
                )


def _line(document: Document) -> JobItem:
    return JobItem(kind=document.kind, id="", outcome="read", document_id=document.id, document=as_data(document))
