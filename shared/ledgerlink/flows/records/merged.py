"""Records in conflict because their contact was merged into another record's: looked at anew once that is given up."""

from __future__ import annotations

from ledgerlink.flows.context import Context
from ledgerlink.ports import CERTAIN
from ledgerlink.state.link import LinkKey


def look_again(context: Context) -> None:
    """A document was given up here. Whose own was merged into it may now follow: it is read once more (K12)."""
    at, company = context.at, context.company.id
    waiting: list[LinkKey] = []
    after: str | None = None
    while True:
        page = at.links.conflicts(company, after=after)
        waiting += page.items
        after = page.next
        if after is None:
            break
    links = [link for link in at.links.many(waiting).values() if link.reason == "merged_into_linked"]
    if links:
        documents = [(link.document_type, link.document_id) for link in links]
        at.marks.add(context.organisation, documents, since=f"{CERTAIN}{at.ids.new()}")
        at.doorbells.ring(company, "import")
