"""Sending: batches are written ahead, sent, read and settled, part by part (steps 4 to 8 of the write protocol)."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from itertools import groupby

from ledgerlink.errors import Conflict
from ledgerlink.flows import lanes
from ledgerlink.flows.carrying_out import carry_out
from ledgerlink.kinds import KINDS
from ledgerlink.ports import NotSent, Outgoing, PutDispatch, PutLane, Reply, Request
from ledgerlink.rules import dispatch as rules
from ledgerlink.rules.decisions import Archive, Create, Problem, Refuse, Update
from ledgerlink.state.dispatch import Action, Dispatch, DispatchedPart
from ledgerlink.state.link import LinkKey

from . import settling
from .drain import Drain, Selected

ANSWER = 20.0  # seconds for a whole answer
ALONE = 2  # lost answers after which a document goes alone: one that breaks its call must not take others along
REPEATS = 2  # of the same bytes under the same key, within one drain


def send(drain: Drain, selected: list[Selected]) -> None:
    """Send what was selected: written ahead in one transaction, then at most four calls at once, then settled."""
    as_made = drain.context.settings.sync_inventory
    requests = [request for batch in _batches(selected, as_made=as_made) for request in _fitting(drain, batch)]
    parts = {s.link.key: s for s in selected}
    one_by_one = drain.lane.half_open or any(KINDS[s.link.kind].in_order for s in selected)
    width = 1 if one_by_one else rules.MOST_AT_ONCE
    for wave in rules.chunks(requests, width):
        if not drain.may_send():
            return
        dispatches = [_dispatch(drain, request, parts) for request in wave]
        if not write_ahead(drain, dispatches):
            return  # a person took a turn, or the lease is gone: decide again
        _deliver(drain, list(zip(map(_stored, dispatches), wave, strict=True)), parts)
        if drain.lane.half_open:
            return


def _batches(selected: list[Selected], *, as_made: bool) -> Iterator[tuple[str, Action, list[Outgoing]]]:
    """Same type and action, at most 50, in the order they became due; what got lost twice goes alone.

    ``as_made``: documents of different kinds move the same stock, so none passes one that was made before it (D18, S7):
    a credit note between two invoices ends a call.
    """

    def sort(s: Selected) -> tuple[str, Action, bool]:
        kind = KINDS[s.record.kind]
        one_each = kind.alone or (kind.taken_back_alone and isinstance(s.decision, Archive))
        return kind.document_type, _action(s), one_each or s.link.generation >= ALONE

    in_order = sorted(selected, key=lambda s: s.link.order)
    first = {key: place for place, key in reversed([*enumerate(map(sort, in_order))])}
    if not (as_made and all(KINDS[s.record.kind].in_order for s in selected)):
        in_order = sorted(in_order, key=lambda s: first[sort(s)])
    for (document_type, action, alone), same in groupby(in_order, key=sort):
        for some in rules.chunks(same, 1 if alone else rules.MOST_DOCUMENTS):
            yield document_type, action, [_outgoing(s) for s in some]


def _action(selected: Selected) -> Action:
    match selected.decision:
        case Create():
            return "create"
        case Update():
            return "update"
        case Archive():
            return "archive"


def _outgoing(selected: Selected) -> Outgoing:
    decision, link = selected.decision, selected.link
    return Outgoing(
        key=link.key,
        action=_action(selected),
        reference=link.document_id or KINDS[link.kind].reference(link.id, decision.content),
        content=decision.content,
        document_id=link.document_id,
        fields=decision.fields if isinstance(decision, Update) else (),
    )


def _fitting(drain: Drain, batch: tuple[str, Action, list[Outgoing]]) -> Iterator[Request]:
    """The batch as requests that fit the wire and the write-ahead; one that never fits is refused."""
    document_type, action, outgoing = batch
    request = drain.context.ledger.compose(document_type, action, outgoing)
    if len(request.body) <= rules.MOST_BYTES and len(gzip.compress(request.body)) <= rules.MOST_STORED:
        yield request
    elif len(outgoing) > 1:
        middle = len(outgoing) // 2
        yield from _fitting(drain, (document_type, action, outgoing[:middle]))
        yield from _fitting(drain, (document_type, action, outgoing[middle:]))
    else:
        link = drain.at.links.get(outgoing[0].key)
        if link is not None:
            problem = Problem("too_large", "record", "is larger than the ledger takes in one call")
            carry_out(drain.at, [(link, Refuse((problem,)))])


def _dispatch(drain: Drain, request: Request, parts: dict[LinkKey, Selected]) -> Dispatch:
    now = drain.at.clock.now()
    id_ = drain.at.ids.new()
    return Dispatch(
        company=drain.company,
        id=id_,
        document_type=request.document_type,
        action=request.action,
        # The organisation is in the key because the ledger scopes keys by app, not by organisation (facts §3.3).
        key=f"{drain.context.organisation}-{id_}",
        method=request.method,
        path=request.path,
        body=request.body,
        body_hash=hashlib.sha256(request.body).hexdigest(),
        parts=tuple(_part(outgoing, parts[outgoing.key]) for outgoing in request.outgoing),
        opened_at=now,
        deadline=now + rules.SAME_KEY,
    )


def _part(outgoing: Outgoing, selected: Selected) -> DispatchedPart:
    return DispatchedPart(
        kind=outgoing.key.kind,
        id=outgoing.key.id,
        part=outgoing.key.part,
        revision=selected.record.revision,
        reference=outgoing.reference,
        document_id=outgoing.document_id,
        ordered_by=selected.link.ordered_by,
        fields=outgoing.fields,
        lines=() if isinstance(selected.decision, Archive) else selected.decision.lines,
    )


def write_ahead(drain: Drain, dispatches: list[Dispatch]) -> bool:
    """Store the dispatches if the lane is still as we know it. False: it is not; the drain goes on or has stopped."""
    try:
        drain.at.commit.all(*(PutDispatch(d) for d in dispatches), PutLane(drain.lane))
    except Conflict:
        current = lanes.still_mine(drain.lane, drain.at)
        if current is None:
            drain.stop()
        else:
            drain.lane = current
        return False
    drain.lane = lanes.stored(drain.lane)
    return True


Batch = list[tuple[Dispatch, Request]]


def _deliver(drain: Drain, wave: Batch, parts: dict[LinkKey, Selected]) -> None:
    """Send a wave and settle it; a batch refused as a whole goes again in halves, a lost answer is asked for again."""
    replies = drain.at.parallel.map(lambda pair: attempt(drain, pair[0]), wave)
    halves: Batch = []
    for (dispatch, request), reply in zip(wave, replies, strict=True):
        reading = rules.read(dispatch.parts, reply)
        for _ in range(REPEATS):
            if not reading.unknown or reading.answered or not drain.may_send():
                break
            reply = attempt(drain, dispatch)
            reading = rules.read(dispatch.parts, reply, repeated=True)
        settling.settle(drain, dispatch, reading, reply)
        if reading.halve:
            halves += _halves(drain, request, parts)
    for some in rules.chunks(halves, rules.MOST_AT_ONCE):
        if drain.may_send() and write_ahead(drain, [dispatch for dispatch, _ in some]):
            _deliver(drain, [(_stored(dispatch), half) for dispatch, half in some], parts)


def _stored(dispatch: Dispatch) -> Dispatch:
    return dispatch.model_copy(update={"version": dispatch.version + 1})


def attempt(drain: Drain, dispatch: Dispatch) -> Reply:
    """One attempt, unless its time is over by the clock as it is now."""
    if not rules.may_repeat(dispatch, drain.at.clock.now()):
        return NotSent("ledger_busy")
    drain.sent += 1
    return drain.context.ledger.send(dispatch, seconds=ANSWER)


def _halves(drain: Drain, request: Request, parts: dict[LinkKey, Selected]) -> Batch:
    middle = len(request.outgoing) // 2
    both = (request.outgoing[:middle], request.outgoing[middle:])
    requests = [drain.context.ledger.compose(request.document_type, request.action, half) for half in both]
    return [(_dispatch(drain, half, parts), half) for half in requests]
