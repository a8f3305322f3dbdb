"""The product, broken on purpose: each mutant takes one guard away, and the simulation must see it.

A mutant has the smallest world that was found to notice it: a seed, a few organizations, and as a rule one fault.
``test_mutants.py`` runs them all. Where a change of the product or of the harness lets one survive its world, look for
another one with ``make hunt``; one that survives every world guards nothing, or nobody judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from ledgerlink.adapters.dynamodb import operations
from ledgerlink.adapters.xero import answers, reading
from ledgerlink.adapters.xero.ledger import XeroLedger
from ledgerlink.errors import Conflict
from ledgerlink.flows import lanes
from ledgerlink.flows.inbound import batch, taking_in
from ledgerlink.flows.outbound import dispatching, export, looking, recovery, settling
from ledgerlink.flows.records import deleting
from ledgerlink.ports import Delta, DropDispatch, NotSent, PutDispatch, PutLane, PutLink, Unclaim, Unknown
from ledgerlink.rules import dispatch as dispatch_rules
from ledgerlink.rules import edits, lifting, limits, merge, payments, safe_edits, settlement
from ledgerlink.rules import import_ as import_rules
from ledgerlink.rules import settle as settle_rules
from ledgerlink.rules.decisions import First
from ledgerlink.state.image import Image
from ledgerlink.state.lane import Lane

Breaks = Iterator[Any]  # the patches that put the fault in


@dataclass(frozen=True)
class Mutant:
    """``patches`` put the fault in for as long as they last. The rest is a world that sees it."""

    patches: Callable[[], Breaks]
    seed: int
    size: int
    edits: int
    people: int
    minutes: float
    only: Mapping[str, float] | None  # None: any weather
    money: int
    undone: int
    page: int


MUTANTS: dict[str, Mutant] = {}


@contextmanager
def broken(name: str) -> Iterator[None]:
    """The product with this fault in it; "" is the product as it is."""
    with ExitStack() as stack:
        for each in MUTANTS[name].patches() if name else ():
            stack.enter_context(each)
        yield


def mutant(
    name: str,
    *,
    only: Mapping[str, float] | None,
    seed: int = 1,
    size: int = 8,
    edits: int = 8,
    people: int = 0,
    minutes: float = 12,
    money: int = 0,
    undone: int = 0,
    page: int = 0,
) -> Callable[[Callable[[], Breaks]], Callable[[], Breaks]]:
    """Lists the mutant that the function makes."""

    def listed(patches: Callable[[], Breaks]) -> Callable[[], Breaks]:
        MUTANTS[name] = Mutant(patches, seed, size, edits, people, minutes, only, money, undone, page)
        return patches

    return listed


# ------------------------------------------------------------------ sending


@mutant(
    "no quiesce: looked up at once, though what was sent may still arrive",
    seed=7,
    edits=15,
    minutes=30,
    only={"http.outage": 0.3},
)
def _no_quiesce() -> Breaks:
    yield patch.object(dispatch_rules, "SURELY_OVER", timedelta())
    yield patch.object(settling, "SURELY_OVER", timedelta())


@mutant(
    "no fence: written ahead whoever has the lane by now",
    seed=13,
    edits=8,
    people=5,
    minutes=15,
    only={"http.latency": 0.9},
)
def _no_fence() -> Breaks:
    def write_ahead(drain: Any, dispatches: Any) -> bool:
        if dispatches:
            drain.at.commit.all(*(PutDispatch(each) for each in dispatches))
        return True

    yield patch.object(dispatching, "write_ahead", write_ahead)


@mutant("a key is used again after ten minutes", seed=8, only={"http.kill_sent": 0.3})
def _late_key() -> Breaks:
    yield patch.object(dispatch_rules, "SAME_KEY", timedelta(minutes=10))


@mutant("sent before it is written ahead", seed=4, only={})
def _unwritten() -> Breaks:
    def write_ahead(drain: Any, dispatches: Any) -> bool:
        drain.at.commit.all(PutLane(drain.lane))
        drain.lane = lanes.stored(drain.lane)
        return True

    yield patch.object(dispatching, "write_ahead", write_ahead)


@mutant("repeated with today's content under yesterday's key", seed=5, edits=15, minutes=0, only={"http.reset": 0.5})
def _new_bytes() -> Breaks:
    repeat = recovery._repeat

    def anew(drain: Any, dispatch: Any) -> None:
        body = dispatch.body.replace(b'"}', b' "}', 1)
        repeat(drain, dispatch.model_copy(update={"body": body}))

    yield patch.object(recovery, "_repeat", anew)


@mutant(
    "no look before an update", seed=3, edits=15, minutes=0, only={"door.webhook_late": 0.9, "door.webhook_lost": 0.9}
)
def _no_look() -> Breaks:
    yield patch.object(looking, "_unchanged", lambda _drain, updates: updates)


@mutant("creates by POST, which takes over whatever matches", seed=6, only={})
def _create_by_post() -> Breaks:
    compose = XeroLedger.compose
    yield patch.object(XeroLedger, "compose", lambda self, *how: replace(compose(self, *how), method="POST"))


@mutant("a lane that somebody died with stays taken", seed=4, only={"aws.kill_after": 0.03})
def _lane_for_ever() -> Breaks:
    yield patch.object(Lane, "free", lambda self, now: not self.holder)


# ------------------------------------------------------------------ reading answers


@mutant("a 5xx counts as not sent", seed=3, only={"http.error_after": 0.3, "http.error_midway": 0.3})
def _error_not_sent() -> Breaks:
    reply = answers.reply

    def sure(*what: Any, **how: Any) -> Any:
        told = reply(*what, **how)
        return NotSent("ledger_busy", seen=told.seen) if isinstance(told, Unknown) and told.answered else told

    yield patch.object(answers, "reply", sure)


@mutant("a timeout counts as not applied", seed=1, minutes=30, only={"http.late_apply": 0.4})
def _timeout_not_applied() -> Breaks:
    send = XeroLedger.send

    def sure(self: Any, dispatch: Any, **how: Any) -> Any:
        told = send(self, dispatch, **how)
        return NotSent("ledger_busy") if isinstance(told, Unknown) and not told.answered else told

    yield patch.object(XeroLedger, "send", sure)


@mutant("an element with an error in a 200 counts as confirmed", seed=8, minutes=20, only={"http.element_error": 0.4})
def _error_confirmed() -> Breaks:
    verdict = answers._verdict

    def blind(element: Any, *how: Any) -> Any:
        clean = {name: told for name, told in element.items() if name not in ("ValidationErrors", "HasErrors")}
        zero = clean.get("ContactID", answers.ZERO) == answers.ZERO
        clean |= {"StatusAttributeString": "OK", "HasValidationErrors": False}
        clean |= {"UpdatedDateUTC": clean.get("UpdatedDateUTC") or "/Date(1795424400000+0000)/"}
        clean |= {"ContactID": "11111111-0000-0000-0000-000000000000"} if zero else {}
        return verdict(clean, *how)

    yield patch.object(answers, "_verdict", blind)


@mutant("a batch refused as a whole is every document's fault", seed=2, only={"http.bad_request": 0.4})
def _all_blamed() -> Breaks:
    read = dispatch_rules.read

    def blaming(parts: Any, reply: Any, **how: Any) -> Any:
        reading = read(parts, reply, **how)
        if not reading.halve:
            return reading
        settled = tuple(dispatch_rules.Settled(part, reply.rejected) for part in parts)
        return dispatch_rules.Reading(settled=settled)

    yield patch.object(dispatch_rules, "read", blaming)


@mutant("what is unknown counts as never sent", seed=3, edits=15, minutes=30, only={"http.outage": 0.3})
def _unknown_dropped() -> Breaks:
    yield patch.object(settling, "_keep", lambda drain, dispatch, _: drain.at.commit.all(DropDispatch(dispatch)))


# ------------------------------------------------------------------ settling


@mutant("a dispatch is settled as often as it is found", seed=1, only={"aws.kill_after": 0.02, "aws.kill_before": 0.02})
def _settled_twice() -> Breaks:
    def never(link: Any) -> Any:
        return link and link.model_copy(update={"last_dispatch": ""})

    known, unsettled = settling._known, recovery._unsettled

    def forgetful(drain: Any, dispatch: Any, left: Any) -> Any:
        found = known(drain, dispatch, left)
        return replace(found, links={key: never(link) for key, link in found.links.items()})

    def all_of(drain: Any, dispatch: Any) -> Any:
        return unsettled(drain, dispatch.model_copy(update={"id": "none"}))

    yield patch.object(settling, "_known", forgetful)
    yield patch.object(recovery, "_unsettled", all_of)


@mutant("an edit made while sending counts as sent", seed=27, only={"http.latency": 0.9})
def _edit_forgotten() -> Breaks:
    confirmed = settle_rules.confirmed

    def all_sent(link: Any, dispatch: Any, part: Any, *rest: Any) -> Any:
        return confirmed(link, dispatch, part.model_copy(update={"revision": link.wanted}), *rest)

    yield patch.object(settle_rules, "confirmed", all_sent)


# ------------------------------------------------------------------ people and the CRM


@mutant("a person's turn does not raise the lane's version", seed=23, people=3, only={"http.latency": 0.9})
def _no_turn() -> Breaks:
    def turn(company: str, keys: Any, at: Any, writes: Any) -> None:
        at.commit.all(*writes())

    yield patch.object(lanes, "turn", turn)


@mutant("a push is not compared with the one before", seed=4, only={})
def _push_over() -> Breaks:
    def over(kind: Any, current: Any, pushed: Any, _: Any) -> Any:
        return edits.replaced_by(kind, current, pushed)

    yield patch.object(edits, "pushed_onto", over)


@mutant("a deleted record keeps its contact", seed=3, people=2, only={})
def _claim_kept() -> Breaks:
    deletion = deleting.deletion

    def keeping(*what: Any, **how: Any) -> Any:
        return [write for write in deletion(*what, **how) if not isinstance(write, Unclaim)]

    yield patch.object(deleting, "deletion", keeping)


# ------------------------------------------------------------------ taking in


@mutant("a blank clears", seed=2, only={})
def _blank_clears() -> Breaks:
    for module in (merge, import_rules):
        yield patch.object(module, "is_edit", lambda before, after: not merge.same(before, after))


# ------------------------------------------------------------------ telling the CRM


@mutant("a change from the ledger is stored and its notice is not", seed=1, only={})
def _untold() -> Breaks:
    yield patch.object(batch.Intake, "told", lambda self, record: [])


# ------------------------------------------------------------------ money


@mutant("what is under way is sent again", seed=12, size=4, edits=1, money=10, minutes=25, only={"http.kill_sent": 0.2})
def _sent_beside() -> Breaks:
    blind = SimpleNamespace(**{**vars(lanes), "in_flight": lambda _dispatches: set()})
    yield patch.object(export, "lanes", blind)


@mutant("a payment is not measured by what is left", seed=2, size=4, edits=1, money=10, minutes=25, only={})
def _above() -> Breaks:
    yield patch.object(payments, "_amount_problems", lambda *_: ())


@mutant(
    "what has no number of its own counts as never arrived",
    size=4,
    edits=1,
    money=12,
    minutes=30,
    only={"http.error_after": 0.4},
)
def _unnumbered() -> Breaks:
    yield patch.object(recovery, "_is_it", _unless(lambda document: not getattr(document.content, "number", "")))


@mutant("money is sent before it is written ahead", size=4, edits=1, money=8, minutes=20, only={})
def _unwritten_money() -> Breaks:
    yield from _unwritten()


@mutant("what is paid in the ledger is not taken in", size=4, edits=1, money=12, minutes=30, only={})
def _unpaid() -> Breaks:
    yield patch.object(settlement, "taken_in", lambda content, *_, **__: settlement.News(content, ()))


def _unless(lost: Callable[[Any], bool]) -> Callable[..., bool]:
    """Recognising what was sent, but for these."""
    is_it = recovery._is_it
    return lambda dispatch, part, link, document, sent: (
        not lost(document) and is_it(dispatch, part, link, document, sent)
    )


# ------------------------------------------------------------------ safe edits


@mutant(
    "whatever stands on a document is lifted, whoever paid it", seed=2, size=4, edits=1, money=12, minutes=30, only={}
)
def _anybodys() -> Breaks:
    yield patch.object(safe_edits, "is_ours", lambda _paid: True)


@mutant("a payment and its document do not wait for each other", seed=2, size=4, edits=1, money=12, minutes=30, only={})
def _unaware() -> Breaks:
    def edited(decision: Any, *_: Any) -> Any:
        return decision.otherwise if isinstance(decision, First) else decision

    yield patch.object(lifting, "edited", edited)
    yield patch.object(lifting, "off", lambda decision, *_: decision)


@mutant("no limit of calls", seed=4, size=4, edits=1, money=6, minutes=30, only={})
def _unlimited() -> Breaks:
    yield patch.object(limits, "_paced", lambda *_: float(limits.IN_FLIGHT))


# ------------------------------------------------------------------ pages


@mutant(
    "only the first page of what changed is read",
    seed=3,
    size=12,
    edits=15,
    minutes=30,
    page=4,
    only={"http.error_after": 0.4},
)
def _first_page() -> Breaks:
    yield patch.object(reading, "seek", lambda ask, since, pages: Delta(ask(since, 1).documents))


@mutant(
    "the import takes our own payment for somebody's",
    seed=28,
    size=4,
    edits=1,
    money=10,
    minutes=30,
    only={"http.outage": 0.3},
)
def _theirs() -> Breaks:
    own = taking_in._own
    yield patch.object(taking_in, "_own", lambda i, k, document: None if _is_payment(document) else own(i, k, document))


def _is_payment(document: Any) -> bool:
    return bool(document.type == "payment")


# ------------------------------------------------------------------ undoing, and storing


@mutant(
    "an undo does not look whether somebody edited the record since",
    seed=1,
    size=8,
    edits=16,
    undone=4,
    minutes=30,
    only={"door.webhook_lost": 0.95},
)
def _over_edits() -> Breaks:
    yield patch.object(Image, "left", lambda self, record: True)


@mutant(
    "a dispatch is closed before it is stored what became of it",
    seed=9,
    edits=15,
    minutes=30,
    only={"aws.kill_after": 0.03},
)
def _closed_before() -> Breaks:
    settle = settling.settle

    def closing(drain: Any, dispatch: Any, *rest: Any) -> Any:
        with suppress(Conflict):
            drain.at.commit.all(DropDispatch(dispatch))
        return settle(drain, dispatch, *rest)

    yield patch.object(settling, "settle", closing)


@mutant("a link is stored over what somebody stored meanwhile", seed=17, edits=15, minutes=20, only={"aws.slow": 0.3})
def _stored_over() -> Breaks:
    yield patch.dict(operations._OPERATIONS, {PutLink: _whatever_is_there(operations._put_link)})


def _whatever_is_there(make: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    return lambda write: [replace(each, condition=None) for each in make(write)]
