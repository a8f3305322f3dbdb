"""Saving many records at once: each for itself, put together where that is faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledgerlink.errors import LedgerlinkError
from ledgerlink.flows import lanes, waking
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.ports import Write
from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import RecordKey

from . import drafting, linking, saving
from .drafting import Draft, Push, Saved

IN_ONE_TURN = 19  # records whose holds change together: five writes each at most, and a transaction holds 100


@dataclass(frozen=True)
class Item:
    """One record to be saved; ``link`` is a document to link it to in the same step."""

    key: RecordKey
    push: Push
    link: str = ""
    confirm: bool = False


Outcome = Saved | LedgerlinkError


def save_many(context: Context, items: Sequence[Item], actor: Actor) -> list[Outcome]:
    """Save them; one outcome each, in their order. A record named twice is saved twice, in that order."""
    done: list[Outcome | None] = [None] * len(items)
    left = list(range(len(items)))
    while left:
        once: dict[RecordKey, int] = {}
        for index in left:
            once.setdefault(items[index].key, index)
        for index, outcome in _round(context, items, sorted(once.values()), actor).items():
            done[index] = outcome
        left = [index for index in left if done[index] is None]
    if any(isinstance(outcome, Saved) and outcome.changed and outcome.link.is_due for outcome in done):
        context.at.doorbells.ring(context.company.id, "export")
    free = [outcome.record.key for outcome in done if isinstance(outcome, Saved) and outcome.lets_go]
    waking.rouse(context.company.id, free, context.at)
    return [outcome for outcome in done if outcome is not None]


def _round(context: Context, items: Sequence[Item], indexes: Sequence[int], actor: Actor) -> dict[int, Outcome]:
    """Each of these records once."""
    drafts, done = _drafts(context, items, indexes, actor)
    simple = {index: draft for index, draft in drafts.items() if not draft.takes_turn and not items[index].link}
    stored = iter(context.at.commit.each([draft.writes for draft in simple.values() if draft.writes]))
    lost = [index for index, draft in simple.items() if draft.writes and not next(stored)]
    done |= {index: draft.saved for index, draft in simple.items() if index not in set(lost)}
    holds = [index for index, draft in drafts.items() if draft.takes_turn and not items[index].link]
    for some in chunks(holds, IN_ONE_TURN):
        done |= _in_one_turn(context, items, some, actor)
    alone = [*lost, *(index for index in drafts if items[index].link)]
    return done | {index: _alone(context, items[index], actor) for index in alone}


def _drafts(
    context: Context, items: Sequence[Item], indexes: Sequence[int], actor: Actor
) -> tuple[dict[int, Draft], dict[int, Outcome]]:
    """What each would store, or why it cannot; read together."""
    keys = [items[index].key for index in indexes]
    records = context.at.records.many(keys)
    links = context.at.links.many(LinkKey(*key) for key in keys)
    drafts: dict[int, Draft] = {}
    failed: dict[int, Outcome] = {}
    for index in indexes:
        item = items[index]
        link = links.get(LinkKey(*item.key)) or drafting.blank_link(item.key)
        try:
            drafts[index] = drafting.drafted(context, item.key, item.push, actor, records.get(item.key), link)
        except LedgerlinkError as error:
            failed[index] = error
    return drafts, failed


def _in_one_turn(context: Context, items: Sequence[Item], indexes: Sequence[int], actor: Actor) -> dict[int, Outcome]:
    """Records whose holds change, in one transaction on the lane; each for itself where one of them is in flight."""
    drafts: dict[int, Draft] = {}
    failed: dict[int, Outcome] = {}

    def writes() -> list[Write]:
        nonlocal drafts, failed
        drafts, failed = _drafts(context, items, indexes, actor)
        saving.read_again(context, drafts.values())
        return [write for draft in drafts.values() for write in draft.writes]

    try:
        lanes.turn(context.company.id, [LinkKey(*items[index].key) for index in indexes], context.at, writes)
    except LedgerlinkError as error:
        if len(indexes) == 1:
            return {indexes[0]: error}
        return {index: _alone(context, items[index], actor) for index in indexes}
    return failed | {index: draft.saved for index, draft in drafts.items()}


def _alone(context: Context, item: Item, actor: Actor) -> Outcome:
    try:
        if item.link:
            return linking.save_linked(context, item.key, item.push, item.link, actor, confirm=item.confirm)
        return saving.save(context, item.key, item.push, actor)
    except LedgerlinkError as error:
        return error
