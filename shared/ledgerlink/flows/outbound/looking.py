"""Looking before overwriting: what changed in the ledger since we last agreed is read first, not written over.

The ledger has no versions (``facts/xero.md §3.1``), so one delta read before a round of updates is what stands between
a bookkeeper's edit and ours. A document that is newer than our base is marked stale and waits for the import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ledgerlink.kinds import KINDS
from ledgerlink.ports import CERTAIN, PutLink
from ledgerlink.rules import export as rules
from ledgerlink.rules.decisions import Archive, Create, Update
from ledgerlink.rules.dispatch import chunks
from ledgerlink.rules.import_ import is_newer
from ledgerlink.rules.polling import OVERLAP
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link

from .drain import Drain, Look, Selected

FRESH = timedelta(seconds=20)  # how long one look serves the rounds of a drain
SAME_SECOND = timedelta(seconds=2)  # times are whole seconds, and the boundary may be exclusive
IDS_AT_ONCE = 40


def look(drain: Drain, selected: list[Selected]) -> list[Selected]:
    """What may still be sent once the ledger was looked at. Creates need no look."""
    creates = [s for s in selected if isinstance(s.decision, Create)]
    updates = [s for s in selected if isinstance(s.decision, Update)]
    blind = [s for s in selected if isinstance(s.decision, Archive) and not KINDS[s.link.kind].listed]
    archives = [s for s in selected if isinstance(s.decision, Archive) and s not in blind]
    unchanged = [s for some in _by_type(updates) for s in _unchanged(drain, some)]
    return blind + creates + unchanged + [s for some in _by_type(archives) for s in _closed(drain, some)]


def _by_type(selected: list[Selected]) -> Iterator[list[Selected]]:
    """Those of each type of document: a round may have several, and the ledger is asked about one at a time."""
    for document_type in sorted({s.link.document_type for s in selected}):
        yield [s for s in selected if s.link.document_type == document_type]


def _unchanged(drain: Drain, updates: list[Selected]) -> list[Selected]:
    """The updates whose documents, of one type, are still as we last saw them."""
    document_type = updates[0].link.document_type
    known = {s.link.document_id: s.link for s in updates}
    marked = drain.at.marks.among(drain.context.organisation, document_type, known)
    changed = _changed(drain, document_type, list(known.values()))
    newer = {id_ for id_, link in known.items() if id_ in changed and is_newer(link, changed[id_])}
    if newer - marked:
        _mark(drain, document_type, newer - marked)
    if newer | marked:
        drain.at.doorbells.ring(drain.company, "import", again=True)
    drain.held_back |= {s.link.key for s in updates if s.link.document_id in newer | marked}
    return [s for s in updates if s.link.document_id not in newer | marked]


def _changed(drain: Drain, document_type: str, links: list[Link]) -> dict[str, Document]:
    """The documents that changed since we agreed; a look a moment ago serves."""
    now = drain.at.clock.now()
    since = _since(drain, document_type, links)
    last = drain.looks.get(document_type)
    if last is not None and last.serves(since, now, FRESH):
        return last.changed
    delta = drain.context.ledger.changed_since(document_type, since)
    if delta.complete:
        found = {document.id: document for document in delta.documents}
        drain.looks[document_type] = Look(now, since, found)
        return found
    return {
        document.id: document
        for ids in chunks([link.document_id for link in links], IDS_AT_ONCE)
        for document in drain.context.ledger.read(document_type, ids)
    }


def _since(drain: Drain, document_type: str, links: list[Link]) -> datetime | None:
    """Everything up to the import's cursor was applied or is marked; a base may be younger than that."""
    agreed = [link.base_at for link in links]
    oldest = None if None in agreed else min(at for at in agreed if at is not None)
    cursor = drain.at.cursors.get(drain.company, document_type).newest
    if cursor is not None:
        cursor -= OVERLAP
    known = [at for at in (oldest, cursor) if at is not None]
    return max(known) - SAME_SECOND if known else None


def _mark(drain: Drain, document_type: str, ids: Iterable[str]) -> None:
    documents = ((document_type, id_) for id_ in ids)
    drain.at.marks.add(drain.context.organisation, documents, since=f"{CERTAIN}{drain.at.ids.new()}")


def _closed(drain: Drain, archives: list[Selected]) -> list[Selected]:
    """The archives that the documents themselves, read now, leave possible. Balances come only with the contact."""
    go: list[Selected] = []
    for some in chunks(archives, IDS_AT_ONCE):
        document_type = some[0].link.document_type
        read = drain.context.ledger.read(document_type, [s.link.document_id for s in some])
        documents = {document.id: document for document in read}
        for s in some:
            document = documents.get(s.link.document_id)
            if document is None:
                drain.held_back.add(s.link.key)  # a read that lacks it is no proof that it is gone
                continue
            if document.status == "archived":  # somebody was faster: the import is to say so
                _mark(drain, document_type, [document.id])
                drain.at.doorbells.ring(drain.company, "import", again=True)
                drain.held_back.add(s.link.key)
                continue
            decision = rules.having_looked(s.decision, document)
            if isinstance(decision, Archive):
                go.append(s)
            else:
                drain.at.commit.each([[PutLink(rules.follow(s.link, decision, drain.at.clock.now()))]])
    return go
