"""Which unlinked records documents may be: everything is looked through, and only what shares a key is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledgerlink.flows.context import Context
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.rules import export as export_rules
from ledgerlink.rules.duplicates import Candidates
from ledgerlink.state.document import Document
from ledgerlink.state.link import LinkKey

CHECKED = 5  # of the records that a document may be, the likeliest

Row = tuple[str, Sequence[str]]  # a record's id and its keys


def candidates(context: Context, document_type: str, documents: Iterable[Document]) -> Candidates:
    """The unlinked records that one of these may be, looked for among all there are now."""
    return among(context, document_type, documents, rows(context, document_type))


def rows(context: Context, document_type: str) -> Iterator[Row]:
    """Every unlinked record, through the slim list index, which lags a moment."""
    after: str | None = None
    while True:
        page = context.at.links.match_keys(context.company.id, BY_DOCUMENT[document_type].name, after=after)
        yield from page.items
        after = page.next
        if after is None:
            return


def among(context: Context, document_type: str, documents: Iterable[Document], rows: Iterable[Row]) -> Candidates:
    """Those of ``rows`` that one of these documents may be, without what is linked by now."""
    kind = BY_DOCUMENT[document_type].name
    keys = [export_rules.RULES[kind].match_keys(document.content) for document in documents]
    wanted = frozenset().union(*keys)
    found = Candidates()
    for id_, theirs in rows:
        if not wanted.isdisjoint(theirs):
            found.add(id_, theirs)
    likely = {match.record for some in keys for match in found.of(some)[:CHECKED]}
    links = context.at.links.many(LinkKey(context.company.id, kind, id_) for id_ in likely)
    now = {link.id: link.match.split("\n") for link in links.values() if link.match and not link.document_id}
    for id_ in likely:
        found.drop(id_)
        if id_ in now:
            found.add(id_, now[id_])
    return found
