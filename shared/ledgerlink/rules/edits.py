"""What counts as an edit by the CRM: what differs from what it last pushed, not from what stands here.

Otherwise a CRM that has not yet heard of an edit made in the ledger would undo it by repeating itself.
"""

from __future__ import annotations

from typing import Any, TypeVar

from ledgerlink.kinds import Content, Kind

from .merge import Change

C = TypeVar("C", bound=Content)


def pushed_onto(kind: Kind[Any], current: C, pushed: C, last_pushed: C | None) -> C:
    """``current`` with everything that ``pushed`` says differently from ``last_pushed``.

    Fields travel as units (a phone, an address); what the hub itself keeps is never taken from a push.
    """
    if last_pushed is None:
        return _keeping_ours(kind, current, pushed)
    result = current
    for field in kind.fields:
        new = field.of(pushed)
        if new != field.of(last_pushed):
            result = field.put(result, new)
    heads = {field.name.split(".")[0] for field in kind.fields}
    plain = set(kind.model.model_fields) - heads - kind.hub_fields
    changed = {name: getattr(pushed, name) for name in plain if getattr(pushed, name) != getattr(last_pushed, name)}
    return result.model_copy(update=changed) if changed else result


def replaced_by(kind: Kind[Any], current: C, pushed: C) -> C:
    """``pushed`` as it is, with what the hub itself keeps: for a caller who has seen the current revision."""
    return _keeping_ours(kind, current, pushed)


def changes_between(kind: Kind[Any], before: Content, after: Content) -> tuple[Change, ...]:
    """Every field that differs, blanks too: for the history."""
    found = [Change(f.name, f.of(before), f.of(after)) for f in kind.fields if f.of(before) != f.of(after)]
    heads = {field.name.split(".")[0] for field in kind.fields}
    for name in kind.model.model_fields:
        if name not in heads and name not in kind.hub_fields and getattr(before, name) != getattr(after, name):
            found.append(Change(name, getattr(before, name), getattr(after, name)))
    return tuple(found)


def _keeping_ours(kind: Kind[Any], current: C, pushed: C) -> C:
    return pushed.model_copy(update={name: getattr(current, name) for name in kind.hub_fields})
