"""Saving records: what the CRM pushes becomes a revision, and the export queue knows of it in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from ledgerlink.errors import Conflict, Stale
from ledgerlink.flows import lanes, waking
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.ports import CERTAIN
from ledgerlink.state.record import RecordKey

from .drafting import Draft, Push, Saved, drafted, read_pair

TRIES = 5


def save(context: Context, key: RecordKey, push: Push, actor: Actor) -> Saved:
    """Create or change a record. Rings the export if it became due.

    Raises Invalid, Stale (If-Match), Refused ``record_too_large``, NotFound (PATCH of nothing), Conflict.
    """
    for attempt in range(TRIES):
        try:
            saved = _save_once(context, key, push, actor)
        except Conflict as lost:
            if isinstance(lost, Stale) or attempt == TRIES - 1:
                raise
            continue
        if saved.changed and (saved.link.is_due or saved.link.waits_on.startswith("setting:")):
            context.at.doorbells.ring(key.company, "export")  # the setting may just have been changed
        if saved.lets_go:
            waking.rouse(key.company, [key], context.at)
        return saved
    raise AssertionError("unreachable")


def _save_once(context: Context, key: RecordKey, push: Push, actor: Actor) -> Saved:
    draft = drafted(context, key, push, actor, *read_pair(context, key))
    read_again(context, [draft])
    if draft.takes_turn:
        lanes.turn(key.company, [draft.link.key], context.at, lambda: draft.writes)
    elif draft.writes:
        context.at.commit.all(*draft.writes)
    return draft.saved


def read_again(context: Context, drafts: Iterable[Draft]) -> None:
    """Have the documents read that drafts let in. Before they are stored: a mark too many costs one read, one too few
    an edit."""
    documents = [(draft.link.document_type, draft.link.document_id) for draft in drafts if draft.lets_in]
    if documents:
        context.at.marks.add(context.organisation, documents, since=f"{CERTAIN}{context.at.ids.new()}")
        context.at.doorbells.ring(context.company.id, "import")
