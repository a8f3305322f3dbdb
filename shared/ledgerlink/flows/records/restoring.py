"""Restoring: a value that was overwritten comes back from the history, as an edit of the person who asks (X4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid, NotFound
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.notices import telling
from ledgerlink.kinds import KINDS
from ledgerlink.state.activity import Entry
from ledgerlink.state.record import RecordKey

from .drafting import Push, Saved
from .saving import save


def restore(context: Context, entry_id: str, fields: Iterable[str] | None, actor: Actor) -> Saved:
    """Give the record the values it (or the ledger's document) had before that entry; all its fields, or these.

    Raises NotFound, Invalid (nothing to restore, or no such field in the entry), and what saving raises.
    """
    entry = context.at.activity.find(context.company.id, entry_id)
    if entry is None or entry.kind not in KINDS:
        raise NotFound("entry of the history")
    key = RecordKey(entry.company, entry.kind, entry.record)
    saved = save(context, key, Push(_before(entry, fields), "merge", tell_crm=True), actor)
    telling.ring(key.company, [key], context.at)
    return saved


def _before(entry: Entry, fields: Iterable[str] | None) -> dict[str, Any]:
    """The old values as a merge of the record."""
    wanted = list(entry.diff) if fields is None else list(fields)
    unknown = [name for name in wanted if name not in entry.diff]
    if unknown or not wanted:
        told = f"the entry has: {', '.join(entry.diff) or 'no overwritten values'}"
        raise Invalid(*(FieldProblem(name, told) for name in unknown or ["fields"]))
    merged: dict[str, Any] = {}
    keyed = {field.name: field.keyed for field in KINDS[entry.kind].fields}
    for name in wanted:
        head, _, tail = name.partition(".")
        value = entry.diff[name].before
        if not tail:
            merged[head] = value
        elif keyed.get(name):  # one element of a list; a blank one where there was none
            merged.setdefault(head, []).append({**(value or {}), "kind": tail})
        else:
            merged.setdefault(head, {})[tail] = value
    return merged
