"""Items on the way in: what each does to the products here, said in the CRM's own codes (rules D1, D14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from ledgerlink.kinds import Content
from ledgerlink.kinds.product import Product
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import MappingKind, Side
from ledgerlink.state.record import Record

from . import import_, mapping
from .duplicates import Match
from .import_ import Born, Grounds, Ignore, Linked, LinkTo, Unlinked
from .products import SIDES, same_code


def linked(record: Record, link: Link, document: Document, grounds: Grounds) -> Linked:
    """An item known here, merged field by field. Of stock it says nothing: the CRM is its master."""
    return import_.of_linked(
        record,
        link,
        document,
        grounds.settings,
        grounds.source,
        ours=lambda said, known: in_our_codes(cast(Product, said), grounds, cast(Product, known)),
    )


def of_record(said: Content, record: Record, _link: Link, grounds: Grounds) -> Content:
    """What the ledger says of a product, in the codes that its record uses."""
    return in_our_codes(cast(Product, said), grounds, cast(Product, record.content))


def unlinked(document: Document, grounds: Grounds, tombstone: str) -> Unlinked:
    """An item nobody here knows: a product, with what is on hand, once a job asks for it."""
    if grounds.source == "event":
        return Ignore("items_by_job")
    if tombstone and tombstone not in import_.UNTIL_CHOSEN:
        return Ignore(tombstone)
    return Born(in_our_codes(cast(Product, document.content), grounds))


def recognised(
    document: Document, grounds: Grounds, tombstone: str, matches: Callable[[], Sequence[Match]]
) -> Unlinked:
    """The same, where products here may have its code: there is never a second record of one item."""
    found = matches()
    if len(found) > 1:
        return Ignore("code_shared")
    return LinkTo(found[0].record) if found else unlinked(document, grounds, tombstone)


def is_ours(record: Record, document: Document, grounds: Grounds) -> bool:
    """A code that looks like our mark on other documents says nothing: items are known by their code."""
    return same_code(cast(Product, record.content), cast(Product, document.content))


def in_our_codes(said: Product, grounds: Grounds, known: Product | None = None) -> Product:
    """What an item says, in the CRM's codes: the ones the product has where they mean the same, since several may."""
    known = known or Product.model_construct(code=said.code)
    for name, side in SIDES:
        trade, mine = getattr(said, name), getattr(known, name)
        group = known.revenue_group if name == "sale" and not mine.account_code else ""
        account = _code("account", trade.account_code, side, mine.account_code or group, grounds)
        told = {
            "account_code": "" if group and account == group else account,
            "tax_code": _code("tax", trade.tax_code, side, mine.tax_code, grounds),
        }
        said = said.model_copy(update={name: trade.model_copy(update=told)})
    return said


def _code(kind: MappingKind, code: str, side: Side, known: str, grounds: Grounds) -> str:
    """Ours for one of the ledger's; ``known``, where that is what it means."""
    if not code:
        return ""
    if known:
        means = mapping.resolve(kind, known, side, grounds.mappings, grounds.reference)
        if means is not None and means.code == mapping.check(kind, code, side, grounds.reference).code:
            return known
    return mapping.reverse(kind, code, side, grounds.mappings, grounds.reference)
