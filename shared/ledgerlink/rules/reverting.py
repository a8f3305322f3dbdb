"""Putting values back in the ledger that an export overwrote (J3): ordered by the job that undoes it, then held.

What was put back differs from what stands here. So it travels neither way, until somebody changes it on either side.
The order to archive a document stays, as a mark of why it is archived, until a person restores it in the ledger.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from ledgerlink.kinds import KINDS, Content, Field
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, Reverting
from ledgerlink.state.record import content_of

from .merge import agree, is_edit, same

C = TypeVar("C", bound=Content)


def fields_of(link: Link) -> tuple[str, ...]:
    """The fields that are to be put back."""
    return link.reverting.fields if link.reverting is not None else ()


def put_back(view: C, theirs: Content | None, link: Link) -> tuple[C, tuple[str, ...]]:
    """What we say with the old values in it, and in which fields the ledger does not say so yet."""
    if link.reverting is None or theirs is None or not link.reverting.fields:
        return view, ()
    wanted = content_of(link.kind, link.reverting.content)
    differing = [field for field in _fields(link) if not _same(field.of(theirs), field.of(wanted))]
    for field in differing:
        view = field.put(view, field.of(wanted))
    return view, tuple(field.name for field in differing)


def is_done(link: Link, known: Content) -> bool:
    """Whether the ledger, which says ``known``, says all that is to be put back."""
    if link.reverting is None or link.reverting.archive:
        return False  # archived, it is kept as a mark
    wanted = content_of(link.kind, link.reverting.content)
    return all(_same(field.of(known), field.of(wanted)) for field in _fields(link))


def _same(one: Any, other: Any) -> bool:
    """Whether both say the same: a line that was taken out and comes back gets another id of the ledger's."""
    return same(_without_ids(one), _without_ids(other))


def _without_ids(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return tuple(each.model_copy(update={"id": ""}) if hasattr(each, "id") else each for each in value)


def put_back_now(link: Link) -> dict[str, Any]:
    """What a link remembers of it afterwards: the fields are held."""
    if link.reverting is None or link.reverting.archive:
        return {}
    return {"reverting": None, "held_fields": tuple(dict.fromkeys((*link.held_fields, *link.reverting.fields)))}


def archives(link: Link) -> bool:
    """Whether the document is to be archived, or was, because the export that made it was undone."""
    return link.reverting is not None and link.reverting.archive


def without(link: Link, changed: Collection[str]) -> Reverting | None:
    """The order once somebody changed these fields: theirs is newer than what is to be put back."""
    order = link.reverting
    if order is None or order.archive:
        return order
    if order.whole and set(order.fields) & set(changed):
        return None
    left = tuple(name for name in order.fields if name not in changed)
    return order.model_copy(update={"fields": left}) if left else None


def known_again(link: Link, fields: Collection[str]) -> Link:
    """The link once these held fields were changed here: what the ledger says in them is known, so that only the new
    value is news."""
    base, seen = link.base, link.seen
    if base is None or seen is None or not fields:
        return link
    kind = KINDS[link.kind]
    for field in kind.fields:
        if field.name in fields:
            base = field.put(base, field.of(seen))
    return link.model_copy(update={"base": base, "seen": None if agree(kind, base, seen) else seen})


def still(link: Link, document: Document) -> Reverting | None:
    """The order once the document was read: what was edited there meanwhile stays, and so does what was restored."""
    known = link.seen or link.base
    if archives(link) and link.document_status == "archived" and document.status == "active":
        return None
    if link.reverting is None or known is None:
        return link.reverting
    edited = [field.name for field in _fields(link) if is_edit(field.of(known), field.of(document.content))]
    return without(link, edited)


def _fields(link: Link) -> list[Field]:
    return [KINDS[link.kind].field(name) for name in fields_of(link)]
