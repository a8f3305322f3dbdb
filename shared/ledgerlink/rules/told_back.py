"""What a record is told back once its document was sent: its number, its totals, what is outstanding (D7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import TOTALS, MoneyDocument
from ledgerlink.state.dispatch import DispatchedPart
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from . import settlement
from .decisions import Problem
from .documents_out import another_total
from .reverting import archives


def after_sending(record: Record, link: Link, part: DispatchedPart, document: Document, now: datetime) -> Record:
    """The record with what the ledger answered about it: its number, its totals, what is outstanding (D7). The same one
    where that is no news. When it was sent stands on its link.

    Totals of what was sent are not those of what somebody has made of it since.
    """
    content, said, told = record.content, document.content, document.settlement
    if told is None or not isinstance(content, MoneyDocument) or not isinstance(said, MoneyDocument):
        return record
    if archives(link):  # its export was undone: what stands here stays
        return record
    plain = told.model_copy(update={"parts": None})
    stands = _stands(link, part)
    kept = settlement.taken_in(
        content, plain, link.settlement, sync_voids=True, targets={}, update=False, sent=stands
    ).content
    names = _open_totals(record) if stands else ()
    new = {name: value for name in names if (value := getattr(said, name)) is not None}
    kept = kept.model_copy(update=new if content.number else {**new, "number": said.number})
    if kept == content:
        return record
    return record.model_copy(
        update={"content": kept, "revision": record.revision + 1, "updated_at": now, "changed_by": "ledger"}
    )


def wrong_with(record: Record, before: Link, part: DispatchedPart, after: Link) -> Problem | None:
    """What is wrong with a document that the ledger took as it was sent: another total than the CRM says.

    ``after``: its link once the ledger had taken it.
    """
    if after.state != "linked" or not _stands(before, part) or not isinstance(record.content, MoneyDocument):
        return None
    return another_total(record, after) if record.content.status != "void" else None


def _stands(link: Link, part: DispatchedPart) -> bool:
    """Whether what was sent is what stands here: an edit since then is not, and what an undo says again is not."""
    return link.wanted <= part.revision and link.reverting is None


def as_agreed(record: Record, link: Link, now: datetime) -> Record:
    """The record once it turned out that both sides say the same: an edit that was taken back before it went has left
    it without its totals, which are those of the ledger's document still. The same one where it has them."""
    content, there = record.content, link.base
    if not isinstance(content, MoneyDocument) or not isinstance(there, MoneyDocument):
        return record
    if link.seen is not None or link.held_fields:  # both agree but for what somebody did there, or for what is held
        return record
    blank = [name for name in _open_totals(record) if getattr(content, name) is None]
    new = {name: value for name in blank if (value := getattr(there, name)) is not None}
    if not new:
        return record
    told = {"revision": record.revision + 1, "updated_at": now, "changed_by": "ledger"}
    return record.model_copy(update={"content": content.model_copy(update=new), **told})


def _open_totals(record: Record) -> Iterator[str]:
    """The totals that the CRM did not say itself."""
    for name in TOTALS:
        if getattr(record.pushed, name, None) is None or name in KINDS[record.kind].hub_fields:
            yield name


def at_revision(link: Link, part: DispatchedPart, before: Link, revision: int) -> Link:
    """The link of a record that was told something back: nothing of that travels."""
    exported = revision if before.wanted <= part.revision and link.state != "error" else link.exported
    return link.model_copy(update={"wanted": revision, "exported": exported})
