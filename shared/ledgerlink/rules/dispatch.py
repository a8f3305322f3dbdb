"""How documents are put together for sending, and what an answer means for each of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from ledgerlink.ports import Answered, Confirmed, NotSent, RefusedWhole, Rejected, Reply, Unknown
from ledgerlink.state.dispatch import Dispatch, DispatchedPart

MOST_DOCUMENTS = 50  # per call (facts/xero.md §3.2)
MOST_BYTES = 3_500_000  # of a body on the wire (facts/xero.md §3.2)
MOST_STORED = 300_000  # of a compressed body: what must be stored with it fits one DynamoDB item of 400 KB
MOST_AT_ONCE = 4  # calls in flight; the ledger allows 5 (facts/xero.md §2.1)

SAME_KEY = timedelta(seconds=90)  # the ledger keeps a key 6 minutes: a repeat may be 4 and a half late (decision 0034)
SURELY_OVER = timedelta(minutes=15)  # after which nothing sent can still be applied

T = TypeVar("T")


@dataclass(frozen=True)
class Settled:
    """The ledger's word on one part."""

    part: DispatchedPart
    verdict: Confirmed | Rejected


@dataclass(frozen=True)
class Reading:
    """What an answer means: who is settled, who was certainly not applied, who is unknown, and what to do next."""

    settled: tuple[Settled, ...] = ()
    released: tuple[DispatchedPart, ...] = ()  # certainly not applied: still due, free to go again
    unknown: tuple[DispatchedPart, ...] = ()
    halve: bool = False  # nothing applied, and only smaller calls can tell whose fault it is
    pause: Literal["", "ledger_busy", "day_limit", "needs_reconnect", "missing_scope"] = ""
    retry_after: timedelta | None = None
    answered: bool = False  # the ledger answered with an error that it will repeat for this key


def read(parts: Sequence[DispatchedPart], reply: Reply, *, repeated: bool = False) -> Reading:
    """Classify each part of one attempt. ``repeated``: an earlier attempt may have arrived, so that one which did not
    leave the house says nothing about it."""
    match reply:
        case Answered(verdicts=verdicts):
            return Reading(
                settled=tuple(Settled(p, verdicts[p.reference]) for p in parts if p.reference in verdicts),
                unknown=tuple(p for p in parts if p.reference not in verdicts),
                answered=True,
            )
        case RefusedWhole(rejected=rejected):
            if len(parts) > 1:
                return Reading(released=tuple(parts), halve=True)
            return Reading(settled=tuple(Settled(p, rejected) for p in parts))
        case NotSent(reason=reason, retry_after=retry_after):
            left = tuple(parts)
            reading = Reading(unknown=left) if repeated else Reading(released=left)
            return replace(reading, pause=reason, retry_after=retry_after)
        case Unknown(answered=answered):
            return Reading(unknown=tuple(parts), answered=answered)


def chunks(items: Iterable[T], most: int) -> Iterator[list[T]]:
    """Lists of at most ``most``."""
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == most:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def may_repeat(dispatch: Dispatch, now: datetime) -> bool:
    """Whether the same bytes under the same key are still safe to send."""
    return dispatch.state == "open" and now < dispatch.deadline


def may_look_up(dispatch: Dispatch, now: datetime) -> bool:
    """Whether so much time has passed that what is not there never will be."""
    return now >= dispatch.deadline + SURELY_OVER
