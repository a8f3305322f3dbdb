"""The import lane: what webhooks and looks marked stale is read and taken in; what is due is polled.

Webhooks are speed, sweeps are truth: a mark that cannot be applied now stays, a poll reads past everything applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from ledgerlink.errors import Conflict, NotConnected, Transient
from ledgerlink.flows import lanes
from ledgerlink.flows.context import Context, open_context
from ledgerlink.flows.records.recognising import candidates
from ledgerlink.kinds import BY_DOCUMENT, LISTED
from ledgerlink.ports import CERTAIN, Cursor, Mark, Ports
from ledgerlink.rules.import_ import is_echo
from ledgerlink.rules.polling import next_poll, read_from
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.link import Link, LinkKey

from . import first_look_job, money_news, nightly, reference_data
from .batch import Intake, TakenIn
from .taking_in import take_in

RESERVE = 35.0  # seconds that must be left to start a read
SURELY_GONE = 5  # reads that did not return a document before its mark is dropped


@dataclass(frozen=True)
class Imported:
    """What the lane did, for its log line."""

    driven: bool
    read: int = 0
    applied: int = 0
    left: int = 0


def import_due(company: str, at: Ports, *, seconds_left: Callable[[], float]) -> Imported:
    """Read and take in whatever is stale or due for a poll, once."""
    context = open_context(company, at)
    closed = _closed(context)
    if closed:
        _rest(company, at, closed)
        return Imported(driven=False)
    lane = lanes.take(company, "import", at, holder=at.ids.new())
    if lane is None:
        return Imported(driven=False)
    not_before: datetime | None = None
    taken: list[TakenIn] = []
    try:
        first_look_job.begin(context)
        taken = [*stale(context, seconds_left), *_polls(context, seconds_left)]
    except NotConnected:
        pass  # the lane was paused where the consent was found gone
    except Transient as trouble:
        not_before = trouble.retry_at or at.clock.now() + timedelta(seconds=30)
    finally:
        lanes.release(lane, at, not_before=not_before)
    again = [t for t in taken if t.outcome == "again"]
    return Imported(True, len(taken), len(taken) - len(again), len(again))


def _closed(context: Context) -> str:
    """Why the lane is closed, "" if it is open."""
    if context.connection.state != "connected":
        return context.why_closed
    return "" if context.settings.integration_enabled else "integration_disabled"


def _rest(company: str, at: Ports, reason: str) -> None:
    """Close the lane; without a connection the other one too."""

    def still() -> bool:
        return _closed(open_context(company, at)) == reason

    if reason == "integration_disabled":
        lanes.pause(company, at, reason, still=still, directions=("import",))
    else:
        lanes.pause(company, at, reason, still=still)


def stale(context: Context, seconds_left: Callable[[], float]) -> list[TakenIn]:
    """Go once through the stale marks, 40 documents a read. What could not be applied keeps its mark."""
    at, taken = context.at, []
    last: Mark | None = None
    while seconds_left() >= RESERVE:
        marks = at.marks.pending(context.organisation, after=last)
        if not marks:
            break
        last = marks[-1]
        for document_type in sorted({mark.document_type for mark in marks}):
            taken += _read(context, document_type, [m for m in marks if m.document_type == document_type])
    return taken


def _read(context: Context, document_type: str, marks: list[Mark]) -> list[TakenIn]:
    """Read the marked documents and take them in; echoes of our own writes are not worth a call."""
    at, company = context.at, context.company.id
    if document_type in money_news.CREDITS:
        return _follow(context, document_type, marks)
    dispatches = at.lanes.open_dispatches(company)
    claims = at.links.claimed(company, document_type, [mark.document_id for mark in marks])
    links = at.links.many(claim.link for claim in claims.values() if claim.link is not None)
    linked = {id_: links[claim.link] for id_, claim in claims.items() if claim.link in links}
    waiting = _ours_to_be(marks, document_type, linked, dispatches)
    echoes = [mark for mark in marks if mark.document_id in linked and is_echo(linked[mark.document_id], mark.at)]
    readable = [mark for mark in marks if mark not in echoes and mark.document_id not in waiting]
    taken = _take(context, document_type, readable, {link.key: link.version for link in linked.values()})
    outcome = {t.document.id: t.outcome for t in taken}
    done: list[Mark] = list(echoes)
    again: list[Mark] = []
    for mark in readable:
        tries = SURELY_GONE if mark.document_id in linked or document_type not in money_news.READ_IN_ORDER else 1
        gone = mark.document_id not in outcome and mark.attempts + 1 >= tries  # events of invoices tell of bills too
        (done if gone or outcome.get(mark.document_id, "again") != "again" else again).append(mark)
    at.parallel.map(lambda mark: at.marks.done(context.organisation, mark), done)
    at.parallel.map(lambda mark: at.marks.postpone(context.organisation, mark), again)
    return taken


def _follow(context: Context, document_type: str, marks: list[Mark]) -> list[TakenIn]:
    """Credits that are no records here: what they were set against is marked in their place."""
    money_news.follow(context, context.ledger.read(document_type, [mark.document_id for mark in marks]))
    context.at.parallel.map(lambda mark: context.at.marks.done(context.organisation, mark), marks)
    return []


def _ours_to_be(
    marks: list[Mark], document_type: str, linked: Mapping[str, Link], dispatches: list[Dispatch]
) -> set[str]:
    """Documents that wait for a dispatch to close: those in it, and those that may just be being created by it."""
    busy = lanes.in_flight(dispatches)
    waiting = {id_ for id_, link in linked.items() if link.key in busy}
    creating = any(d.action == "create" and d.document_type == document_type and d.state == "open" for d in dispatches)
    return waiting | {mark.document_id for mark in marks if creating and mark.document_id not in linked}


def _take(context: Context, document_type: str, marks: list[Mark], versions: Mapping[LinkKey, int]) -> list[TakenIn]:
    if not marks or document_type not in BY_DOCUMENT:
        return []  # of a kind that this version does not know; the mark goes after some tries
    documents = context.ledger.read(document_type, list(dict.fromkeys(mark.document_id for mark in marks)))
    unlinked = cache(lambda: candidates(context, document_type, documents))
    return take_in(Intake(context, "event", context.at.clock.now(), versions=versions, candidates=unlinked), documents)


def _polls(context: Context, seconds_left: Callable[[], float]) -> list[TakenIn]:
    """Ask what changed, for each document type whose time has come."""
    taken: list[TakenIn] = []
    if seconds_left() >= RESERVE:
        reference_data.poll(context, context.at.cursors.get(context.company.id, reference_data.CURSOR))
        nightly.begin(context, context.at.cursors.get(context.company.id, nightly.CURSOR))
    if seconds_left() >= RESERVE and money_news.is_due(context):
        taken += money_news.poll(context)
    for document_type in sorted({kind.document_type for kind in LISTED.values()} - set(money_news.READ_IN_ORDER)):
        cursor = context.at.cursors.get(context.company.id, document_type)
        now = context.at.clock.now()
        if seconds_left() < RESERVE or (cursor.next_poll_at is not None and cursor.next_poll_at > now):
            continue
        taken += poll(context, cursor)
    return taken


def poll(context: Context, cursor: Cursor) -> list[TakenIn]:
    """One delta read. The cursor becomes the newest time applied; a row that fails becomes a mark."""
    at, company = context.at, context.company
    now = at.clock.now()
    since = cursor.newest or context.connection.connected_at or now
    delta = context.ledger.changed_since(cursor.document_type, read_from(since, behind=cursor.behind))
    intake = Intake(
        context, "event", now, candidates=cache(lambda: candidates(context, cursor.document_type, delta.documents))
    )
    taken = take_in(intake, delta.documents)
    again = [(cursor.document_type, t.document.id) for t in taken if t.outcome == "again"]
    if again:
        at.marks.add(context.organisation, again, since=f"{CERTAIN}{at.ids.new()}")
    newest = max((document.updated_at for document in delta.documents), default=cursor.newest)
    later = next_poll(now, context.settings.business_hours, company.timezone, company.id)
    read_to = replace(
        cursor,
        newest=newest or since,
        next_poll_at=later if delta.complete else now,
        behind=not delta.complete,
    )
    with suppress(Conflict):  # somebody polled too; what it found is applied either way
        at.cursors.put(company.id, read_to)
    return taken
