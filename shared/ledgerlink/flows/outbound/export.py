"""The export: drain a company's queue into the ledger, one lease long (``docs/architecture.md``, the write protocol).

A drain resolves what an earlier one left open, then goes round by round: select what is due and decide, look at the
ledger before overwriting, write ahead, send, settle. What it could not do stays due, and the sweeper rings again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from ledgerlink.errors import Conflict, NotConnected, Transient
from ledgerlink.flows import lanes, waking
from ledgerlink.flows.carrying_out import carry_out
from ledgerlink.flows.connection import first_look
from ledgerlink.flows.context import open_context
from ledgerlink.flows.gathering import facts_for
from ledgerlink.kinds import KINDS
from ledgerlink.ports import Ports
from ledgerlink.rules import export as rules
from ledgerlink.rules.decisions import Archive, Create, Decision, First, Send, Update
from ledgerlink.rules.dispatch import MOST_AT_ONCE, MOST_DOCUMENTS
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record

from . import dispatching, looking, ordering, recovery
from .drain import Drain, Selected

ROUND = MOST_DOCUMENTS * MOST_AT_ONCE
PAGE = 200
BY_THEMSELVES = ("", "person")  # orders that are no bulk job's
WORTH_WAITING = timedelta(seconds=5)  # for the ledger's limits, within a drain; longer goes through the wake index


@dataclass(frozen=True)
class Drained:
    """What a drain did, for its log line."""

    driven: bool
    sent: int = 0
    decided: int = 0
    more: bool = False


def export_due(company: str, at: Ports, *, seconds_left: Callable[[], float]) -> Drained:
    """Drain the company's export queue, once. What the ledger or the tables do wrong ends it, and nothing is lost."""
    context = open_context(company, at)
    if context.connection.state != "connected":
        lanes.pause(
            company, at, context.why_closed, still=lambda: at.companies.connection(company).state != "connected"
        )
        return Drained(driven=False)
    if first_look.holds(context):
        return Drained(driven=False)
    lane = lanes.take(company, "export", at, holder=at.ids.new())
    if lane is None:
        return Drained(driven=False)
    drain = Drain(at=at, context=context, lane=lane, seconds_left=seconds_left)
    drain.look_at, drain.looked_to = lane.look_at, lane.looked_to
    try:
        _drive(drain)
    except NotConnected:
        drain.stop()  # the lane was paused where the consent was found gone; the records stay due
    except Transient as trouble:
        drain.stop(trouble.retry_at)
    except Conflict:
        drain.stop()  # somebody else drives by now
    finally:
        drain.lane = drain.lane.model_copy(update={"look_at": drain.look_at, "looked_to": drain.looked_to})
        lanes.release(drain.lane, at, not_before=drain.not_before, half_open=drain.lane.half_open)
    more = not drain.stopped and not drain.may_send()
    if more:
        at.doorbells.ring(company, "export", again=True)
    return Drained(True, drain.sent, drain.decided, more)


def _drive(drain: Drain) -> None:
    if drain.context.settings.integration_enabled:
        recovery.settle_what_was_left(drain)
    while drain.may_send():
        selected = _select(drain)
        if not selected and (_wake(drain) or ordering.wake(drain)):
            continue
        if not selected or not _pace(drain):
            return
        dispatching.send(drain, looking.look(drain, selected))


def _wake(drain: Drain) -> bool:
    """What waited for the integration to be switched on: whoever did so woke the first page only."""
    if not drain.context.settings.integration_enabled:
        return False
    return waking.wake(drain.company, "setting:integration_enabled", drain.at)


def _pace(drain: Drain) -> bool:
    """Wait, at most a second at a time, until the ledger's limits allow a call; False when that is too far off."""
    while drain.may_send():
        calls, retry_at = drain.at.limits.ready(drain.context.organisation, "live")
        if calls:
            return True
        wait = retry_at - drain.at.clock.now() if retry_at is not None else timedelta(seconds=1)
        if wait > WORTH_WAITING:
            drain.stop(retry_at)
            return False
        drain.at.clock.sleep(min(1.0, max(0.05, wait.total_seconds())))
    return False


def _select(drain: Drain) -> list[Selected]:
    """The next parts to send, of the earliest stage that has any; what needs no call is carried out on the way."""
    busy = lanes.in_flight(drain.at.lanes.open_dispatches(drain.company))
    for stage in sorted({kind.stage for kind in KINDS.values()}):
        selected: list[Selected] = []
        after: str | None = None
        while True:
            page = drain.at.links.due(drain.company, stage=stage, after=after, limit=PAGE)
            free = [key for key in page.items if key not in busy and key not in drain.held_back]
            while free and len(selected) < ROUND:  # none is passed by one that was made after it (D18)
                some, free = free[: ROUND - len(selected)], free[ROUND - len(selected) :]
                found, first = _decide(drain, some, busy)
                if first:  # customers and products before the documents that name them
                    return _decide(drain, first, busy)[0] or _select(drain)
                selected += found
            after = page.next
            if after is None or len(selected) >= ROUND:
                break
        if selected:
            ordering.name_persons(drain, selected)
            return selected
    return []


def _complete(drain: Drain, decided: list[tuple[Record, Link, Decision]]) -> list[tuple[Record, Link, Decision]]:
    """What is to be sent is decided for good once everything it names was read, in one go for all."""
    to_send = [record for record, _, decision in decided if isinstance(decision, Send)]
    if not any(rules.asks_for_facts(record) for record in to_send):
        return decided
    facts = facts_for(drain.context, to_send, [link for _, link, decision in decided if isinstance(decision, Send)])
    return [
        (record, link, rules.complete(decision, record, link, facts) if isinstance(decision, Send) else decision)
        for record, link, decision in decided
    ]


def _live_only(drain: Drain) -> bool:
    """Whether today's calls are too few for bulk work: then a job's records stay due, and others pass them."""
    if drain.live_only is None:
        calls, retry_at = drain.at.limits.ready(drain.context.organisation, "backfill")
        soon = retry_at is not None and retry_at - drain.at.clock.now() <= WORTH_WAITING
        drain.live_only = not calls and not soon
    return drain.live_only


def _decide(drain: Drain, keys: list[LinkKey], busy: Collection[LinkKey]) -> tuple[list[Selected], list[LinkKey]]:
    """Read the candidates strongly, decide, and carry out at once what needs no call. Second: what was ordered to be
    made before them."""
    links = drain.at.links.many(keys)
    records = drain.at.records.many(key.record for key in keys)
    decided: list[tuple[Record, Link, Decision]] = []
    for key in keys:
        link, record = links.get(key), records.get(key.record)
        if link is None or record is None or not link.is_due:
            continue  # the index lags; it was settled meanwhile
        decided.append((record, link, rules.decide(record, link, drain.context.settings)))
    decided = _complete(drain, decided)
    ordered = ordering.order(drain, [decision for _, _, decision in decided if isinstance(decision, First)])
    selected: list[Selected] = []
    others: list[tuple[Link, Decision]] = []
    for record, link, decision in decided:
        if isinstance(decision, First):
            if not ordered:
                others.append((link, decision.otherwise))
        elif not isinstance(decision, Create | Update | Archive):
            others.append((link, decision))
        elif link.ordered_by in BY_THEMSELVES or not _live_only(drain):
            selected.append(Selected(record, link, decision))
    carry_out(drain.at, others, records)
    drain.decided += len(others)
    return selected, ordered
