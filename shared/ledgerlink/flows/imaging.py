"""What is about to be changed, as it was: whoever changes records for a job tells this before it commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledgerlink.ports import PutLink, PutRecord, Write
from ledgerlink.state.image import Image
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record

Keep = Callable[[Sequence[Image]], None]


def keep_none(images: Sequence[Image]) -> None:
    """Nobody will undo it."""


def image_of(key: LinkKey, record: Record | None, link: Link | None, writes: Sequence[Write]) -> Image:
    """``record`` and ``link`` as stored, and how these writes would leave them."""
    stored = next((write.record for write in writes if isinstance(write, PutRecord)), None)
    linked = next((write.link for write in writes if isinstance(write, PutLink)), link)
    after = stored or record
    assert after is not None
    document_id = linked.document_id if linked is not None else ""
    return Image(key, record, link, after.revision, after.version + bool(stored), after.updated_at, document_id)
