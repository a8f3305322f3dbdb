"""A merge in the ledger: the people are told whose link went over to the survivor, or what they must sort out (K12)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from ledgerlink.kinds import KINDS
from ledgerlink.ports import PutNotice, Write
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.notice import Notice

from .context import Context

RING_AGAIN = timedelta(seconds=60)


def told(context: Context, link: Link, document: Document, holder: LinkKey | None) -> list[Write]:
    """The notice that goes with a merge; ``holder``: who has the survivor already, so that the link did not follow."""
    if not context.connection.connected_email:
        return []
    now = context.at.clock.now()
    notice = Notice(
        company=context.company.id,
        id=f"merged-{document.id}-v{link.version}",
        template="merged",
        to=context.connection.connected_email,
        data={
            "page": "conflicts" if holder is not None else f"records/{link.kind}/{quote(link.id)}",
            "document": KINDS[link.kind].document_type,
            "merged": KINDS[link.kind].title(document.content),
            "singular": KINDS[link.kind].singular,
            "title": link.title or link.id,
            "holder": holder.id if holder is not None else "",
        },
        created_at=now,
        wake_at=now + RING_AGAIN,
    )
    return [PutNotice(notice)]
