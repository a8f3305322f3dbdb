"""The unlinked records of a kind by what they are recognised by."""

from __future__ import annotations

from ledgerlink.flows.context import Context
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.rules.duplicates import Candidates


def candidates(context: Context, document_type: str) -> Candidates:
    """All of them, read through the slim list index."""
    found = Candidates()
    after: str | None = None
    while True:
        page = context.at.links.match_keys(context.company.id, BY_DOCUMENT[document_type].name, after=after)
        for id_, keys in page.items:
            found.add(id_, keys)
        after = page.next
        if after is None:
            return found
