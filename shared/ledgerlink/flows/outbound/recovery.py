"""What an earlier drain left open: repeat it while its key is safe, else find out what became of it (step 9)."""

from __future__ import annotations

from datetime import timedelta

from ledgerlink.flows import lanes
from ledgerlink.flows.entries import record_entry
from ledgerlink.kinds import Content
from ledgerlink.ports import Claimed, Confirmed, DropDispatch, PutDispatch, PutLink
from ledgerlink.rules import dispatch as rules
from ledgerlink.rules import settle as settled
from ledgerlink.state.dispatch import Dispatch, DispatchedPart
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link

from . import dispatching, settling
from .drain import Drain

LOOK_UP_PAGES = 50  # of 1,000: what may have changed in the 20 minutes since
CLOCKS_DIFFER = timedelta(minutes=5)  # ours and the ledger's, when asking what changed since a dispatch was opened


def settle_what_was_left(drain: Drain) -> None:
    """Go through the open dispatches of the company, oldest first."""
    for dispatch in sorted(drain.at.lanes.open_dispatches(drain.company), key=lambda d: d.opened_at):
        if drain.stopped:
            return
        open_parts = _unsettled(drain, dispatch)
        if not open_parts:
            drain.at.commit.all(DropDispatch(dispatch))
        elif rules.may_repeat(dispatch, drain.at.clock.now()):
            _repeat(drain, dispatch)
        elif dispatch.state == "open":
            _give_up_repeating(drain, dispatch)
    _look_up(drain)


def _unsettled(drain: Drain, dispatch: Dispatch) -> list[tuple[DispatchedPart, Link]]:
    links = drain.at.links.many(part.key(drain.company) for part in dispatch.parts)
    return [
        (part, link)
        for part in dispatch.parts
        if (link := links.get(part.key(drain.company))) is not None and link.last_dispatch != dispatch.id
    ]


def _repeat(drain: Drain, dispatch: Dispatch) -> None:
    """The same bytes under the same key: if the first attempt arrived, the ledger repeats its answer."""
    if not drain.may_send() or not dispatching.write_ahead(drain, []):
        return  # taking a turn first: whoever holds an older lane can no longer write ahead
    reply = dispatching.attempt(drain, dispatch)
    settling.settle(drain, dispatch, rules.read(dispatch.parts, reply, repeated=True), reply)


def _give_up_repeating(drain: Drain, dispatch: Dispatch) -> None:
    unknown = {"state": "unknown", "resolve_at": dispatch.deadline + rules.SURELY_OVER}
    drain.at.commit.all(PutDispatch(dispatch.model_copy(update=unknown)))
    drain.lane = drain.lane.model_copy(update={"half_open": True})


def _look_up(drain: Drain) -> None:
    """One delta read per document type tells what became of every unknown dispatch whose time is over."""
    now = drain.at.clock.now()
    ripe = [d for d in drain.at.lanes.open_dispatches(drain.company) if rules.may_look_up(d, now)]
    for document_type in sorted({d.document_type for d in ripe}):
        unknown = [d for d in ripe if d.document_type == document_type]
        since = min(d.opened_at for d in unknown) - CLOCKS_DIFFER
        delta = drain.context.ledger.changed_since(document_type, since, pages=LOOK_UP_PAGES)
        if not delta.complete:
            continue  # too much changed to be sure; the next drain asks again
        for dispatch in unknown:
            _resolve(drain, dispatch, delta.documents)


def _resolve(drain: Drain, dispatch: Dispatch, documents: list[Document]) -> None:
    """Adopt what carries our mark and says what we sent; what is not there was never applied and goes anew."""
    sent = drain.context.ledger.sent(dispatch)
    found: list[rules.Settled] = []
    for part, link in _unsettled(drain, dispatch):
        matches = _not_others(drain, link, [d for d in documents if _is_it(dispatch, part, link, d, sent)])
        if len(matches) == 1:
            found.append(rules.Settled(part, Confirmed(matches[0])))
        else:
            _without_match(drain, dispatch, part, several=len(matches) > 1)
    if not settling.settle_parts(drain, dispatch, found, looked_up=True) and not _unsettled(drain, dispatch):
        drain.at.commit.all(DropDispatch(dispatch))


def _not_others(drain: Drain, link: Link, matches: list[Document]) -> list[Document]:
    """Of several, the one claimed for this link when an answer was being stored; else those that are nobody's."""
    if len(matches) < 2:
        return matches
    held = drain.at.links.claimed(drain.company, matches[0].type, [match.id for match in matches])
    ours = [match for match in matches if held.get(match.id, Claimed()).link == link.key]
    return ours or [match for match in matches if held.get(match.id, Claimed()) == Claimed()] or matches


def _is_it(dispatch: Dispatch, part: DispatchedPart, link: Link, document: Document, sent: dict[str, Content]) -> bool:
    """A create is ours by its mark; an update only if the document shows what the body said."""
    if dispatch.action == "create":
        # One that we took back ourselves still carries our mark.
        return document.reference == part.reference and document.id not in link.lifted
    if document.id != part.document_id:
        return False
    if dispatch.action == "archive":
        return document.status == "archived"
    return settled.arrived(link, part, sent[part.reference], document)


def _without_match(drain: Drain, dispatch: Dispatch, part: DispatchedPart, *, several: bool) -> None:
    for _ in range(lanes.TRIES):
        link = drain.at.links.get(part.key(drain.company))
        if link is None or link.last_dispatch == dispatch.id:
            return
        if drain.at.commit.each([[PutLink(_no_match(drain, dispatch, link, several))]])[0]:
            return


def _no_match(drain: Drain, dispatch: Dispatch, link: Link, several: bool) -> Link:
    if not several:
        return settled.never_arrived(link, dispatch.id)
    entry = record_entry(
        link.key.record,
        at=dispatch.opened_at,
        mark=dispatch.id,
        direction="export",
        action="decided",
        outcome="failed",
        reason="several_matches",
    )
    settling.remember(drain, dispatch, [entry])
    return settled.parked(link, dispatch.id, "several_matches", drain.at.clock.now())
