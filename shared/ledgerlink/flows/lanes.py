"""Taking, keeping and giving back a lane; and taking a turn on it, which never overlaps a send."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from ledgerlink.errors import Conflict, Refused, StoreBusy
from ledgerlink.ports import Ports, PutLane, Write
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.lane import LEASE, Direction, Lane
from ledgerlink.state.link import LinkKey

TRIES = 5


def take(company: str, direction: Direction, at: Ports, *, holder: str) -> Lane | None:
    """The lane with a fresh lease, or None: somebody drives, it is paused, or its time has not come."""
    lane = at.lanes.get(company, direction)
    now = at.clock.now()
    if not lane.free(now) or not lane.open_for_work(now):
        return None
    leased = lane.model_copy(update={"holder": holder, "lease_until": now + LEASE, "not_before": None})
    try:
        at.commit.all(PutLane(leased))
    except Conflict:
        return None
    return stored(leased)


def stored(lane: Lane) -> Lane:
    """The lane as it is after it was put."""
    return lane.model_copy(update={"version": lane.version + 1})


def still_mine(lane: Lane, at: Ports) -> Lane | None:
    """The lane as stored now, if we still drive it (a person's turn may have raised its version)."""
    current = at.lanes.get(lane.company, lane.direction)
    now = at.clock.now()
    if current.holder != lane.holder or current.lease_until is None or current.lease_until <= now or current.paused:
        return None
    return current


def change(company: str, direction: Direction, at: Ports, edit: Callable[[Lane], Lane]) -> Lane:
    """Store an edited lane, over whoever is faster. Raises StoreBusy after several tries."""
    for _ in range(TRIES):
        lane = at.lanes.get(company, direction)
        edited = edit(lane)
        if edited == lane:
            return lane
        try:
            at.commit.all(PutLane(edited))
            return stored(edited)
        except Conflict:
            continue
    raise StoreBusy(f"the {direction} lane is contended")


def pause(
    company: str,
    at: Ports,
    reason: str,
    *,
    still: Callable[[], bool],
    directions: tuple[Direction, ...] = ("export", "import"),
) -> None:
    """Close lanes until a person acts; a paused lane is not rung.

    ``still``: whether the reason holds, asked after the lane was read. Whoever takes the reason away stores the lane as
    well, so that no lane is closed for a reason that is gone, and nobody opens it again.
    """
    for direction in directions:
        change(company, direction, at, lambda lane: lane.model_copy(update={"paused": reason}) if still() else lane)


def reopened(company: str, at: Ports, reason: str) -> list[Write]:
    """The writes that go with taking a reason away: lanes closed for it open, and the sweeper rings for the company."""
    inward, outward = at.lanes.get(company, "import"), at.lanes.get(company, "export")
    opened = {lane.direction: "" if lane.paused == reason else lane.paused for lane in (inward, outward)}
    not_before = outward.not_before or at.clock.now()
    return [
        PutLane(inward.model_copy(update={"paused": opened["import"]})),
        PutLane(outward.model_copy(update={"paused": opened["export"], "not_before": not_before})),
    ]


def release(lane: Lane, at: Ports, *, not_before: datetime | None = None, half_open: bool | None = None) -> None:
    """Give the lane back; keep what was learnt: when to go on, and whether one dispatch at a time."""

    def edit(current: Lane) -> Lane:
        if current.holder != lane.holder:
            return current  # the lease ran out and somebody else drives
        learnt = {
            "half_open": current.half_open if half_open is None else half_open,
            "not_before": not_before or current.not_before,  # somebody else wants the company rung for
            "look_at": lane.look_at,
            "looked_to": lane.looked_to,
        }
        return current.model_copy(update={"holder": "", "lease_until": None, **learnt})

    change(lane.company, lane.direction, at, edit)


def turn(company: str, keys: Sequence[LinkKey], at: Ports, writes: Callable[[], Iterable[Write]]) -> None:
    """Commit a person's change of links so that it cannot overlap their being sent.

    ``writes`` reads and decides afresh each time it is called. Raises Refused ``in_flight`` while one of ``keys`` is in
    an open dispatch or part of a safe edit under way, Conflict when others kept being faster.
    """
    for attempt in range(TRIES):
        lane = at.lanes.get(company, "export")
        if set(keys) & in_flight(at.lanes.open_dispatches(company)):
            raise Refused("in_flight", "the record is being sent to the ledger right now")
        if any(link.is_lifting for link in at.links.many(keys).values()):
            raise Refused("in_flight", "the record is part of a safe edit that is under way")
        try:
            at.commit.all(*writes(), PutLane(lane))
            return
        except Conflict:
            if attempt == TRIES - 1:
                raise


def in_flight(dispatches: Iterable[Dispatch]) -> set[LinkKey]:
    """Every part that is in an open dispatch."""
    return {part.key(dispatch.company) for dispatch in dispatches for part in dispatch.parts}
