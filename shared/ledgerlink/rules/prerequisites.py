"""What a document needs before it: its customer, its products. They are made first, or told for what keeps them (D2,
D3, D11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledgerlink.state.link import Link, LinkKey, on_record
from ledgerlink.state.record import Record, RecordKey

from .decisions import First, Wait
from .facts import Facts

_UNASKED = {"organizations": "contact_not_linked", "products": "product_not_sent"}
_STUCK = frozenset({"error", "parked", "conflict", "skipped"})


def missing(record: Record, needs: Iterable[RecordKey], facts: Facts) -> Iterator[Wait | First]:
    """One for each record that is needed and not in the ledger; a product that is not here is told with its line."""
    for key in needs:
        link, named = facts.link(key.kind, key.id), facts.records.get(key)
        if named is None or named.deleted:
            if key.kind == "organizations":
                yield Wait("contact_not_linked", on_record(key))
            continue
        found = _state(key, link or Link(company=key.company, kind=key.kind, id=key.id), facts)
        if found is not None:
            yield found


def _state(key: RecordKey, link: Link, facts: Facts) -> Wait | First | None:
    on = on_record(key)
    unasked = Wait(_UNASKED[key.kind], on)
    if link.do_not_export.on:
        return Wait("do_not_export", on)
    if link.document_id:
        return Wait(link.reason, on) if link.state == "parked" and link.document_status == "archived" else None
    if link.state in _STUCK:
        return Wait(link.reason, on)
    if link.is_due:
        return First((), unasked)
    if link.state == "due":  # and waits itself
        return Wait(link.reason, on)
    if key.kind == "organizations" and not facts.settings.create_linked_contact_for_document:
        return unasked
    return First((LinkKey(*key),), unasked)


def not_there(key: RecordKey, target: Link | None) -> Wait:
    """What keeps a payment or an allocation whose document is not in the ledger: what keeps that one, if anything."""
    on = on_record(key)
    if target is not None and target.do_not_export.on:
        return Wait("do_not_export", on)
    if target is not None and (target.state in _STUCK or (target.state == "due" and not target.is_due)):
        return Wait(target.reason or "document_not_in_ledger", on)
    return Wait("document_not_in_ledger", on)


def together(found: Sequence[Wait | First]) -> Wait | First | None:
    """Who waits for several waits for what cannot be helped first; else everything missing is made in one go."""
    wait = next((each for each in found if isinstance(each, Wait)), None)
    if wait is not None or not found:
        return wait
    firsts = [each for each in found if isinstance(each, First)]
    order = tuple(dict.fromkeys(key for each in firsts for key in each.order))
    return First(order, firsts[0].otherwise)
