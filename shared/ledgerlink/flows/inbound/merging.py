"""A merge in the ledger: the people are told whose link went over to the survivor, or what they must sort out (K12)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ledgerlink.flows.context import Context
from ledgerlink.flows.notices import subscriptions
from ledgerlink.kinds import KINDS
from ledgerlink.ports import PutNotice
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey


def told(context: Context, link: Link, document: Document, holder: LinkKey | None) -> Sequence[PutNotice]:
    """The notices that go with a merge; ``holder``: who has the survivor already, so that the link did not follow."""
    return subscriptions.notices(
        context.company.id,
        "ledger_decisions",
        "merged",
        context.at,
        id=f"merged-{document.id}-v{link.version}",
        data={
            "page": "conflicts" if holder is not None else f"records/{link.kind}/{quote(link.id)}",
            "document": KINDS[link.kind].document_type,
            "merged": KINDS[link.kind].title(document.content),
            "singular": KINDS[link.kind].singular,
            "title": link.title or link.id,
            "holder": holder.id if holder is not None else "",
        },
        concerned=[context.connection.connected_email],
    )
