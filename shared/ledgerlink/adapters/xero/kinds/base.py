"""What the generic adapter asks a kind about its documents in Xero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ledgerlink.kinds import Content, Kind
from ledgerlink.ports import Outgoing
from ledgerlink.state.document import Document

Element = Mapping[str, Any]
"""One document as Xero writes it: its own field names, parsed from JSON."""

ZERO = "00000000-0000-0000-0000-000000000000"
"""The id of a document that was refused, even under HTTP 200 (``facts/xero.md §3.2``)."""


@dataclass(frozen=True)
class WireKind:
    """One kind of document in Xero."""

    kind: Kind[Any]
    endpoint: str  # "/Contacts"
    envelope: str  # the plural that wraps elements, both ways: "Contacts"
    id_field: str  # "ContactID"
    key_field: str  # where our own reference stands: "ContactNumber"
    category: str  # of webhook events; "" where Xero sends none
    gone: str  # reason code: the ledger does not know the id we sent
    to_wire: Callable[[Outgoing], dict[str, Any]]
    from_wire: Callable[[Element, str], Document]  # second: the organisation's short code, for the deep link
    content: Callable[[Element], Content]  # what an element says, in ledger view; blank where it says nothing
    unique: Mapping[str, str]  # our fields that no two documents share -> the wire's names
    url: Callable[[str, str], str]  # opens a document in Xero: its id and the organisation's short code
    write_query: str = "summarizeErrors=false"  # else one bad element refuses the whole batch (facts §3.2)

    read_query: Mapping[str, str] = field(default_factory=dict)  # asked for with every list
    path: Callable[[Outgoing], str] | None = None  # where its address depends on what it is about
    taken_back_by: str = "POST"  # the method; DELETE says all by its address alone
    unasked: frozenset[str] = frozenset()  # what lists of it do not take: items always come whole (facts §3.4)
    ids_filter: bool = True  # there is IDs=…; else one document by its path, several by the whole list
    path_key: bool = True  # one document can be asked for by our reference in the path
    only: str = ""  # the condition that leaves out other kinds of the same endpoint
    is_mine: Callable[[Element], bool] = lambda _element: True  # where several kinds share an endpoint
    read_key: Callable[[Element], str] | None = None  # where our reference is only a part of that field

    def key_of(self, element: Element) -> str:
        """Our own reference on an element, as we sent it."""
        return self.read_key(element) if self.read_key else str(element.get(self.key_field) or "")

    @property
    def document_type(self) -> str:
        return self.kind.document_type


def deep_link(page: str, short_code: str) -> str:
    """Opens a page of Xero in the right organisation, whichever one the person looked at last (rule K11)."""
    if not short_code:
        return f"https://go.xero.com{page}"
    return (
        f"https://go.xero.com/organisationlogin/default.aspx?shortcode={quote(short_code, safe='!')}&redirecturl={page}"
    )
