"""A lane: one company's right to talk to the ledger in one direction. Its version is the fence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from ledgerlink.kinds import Value

Direction = Literal["export", "import"]

LEASE = timedelta(seconds=135)  # longer than a function may run (120 s), shorter than the queue hides a message (150 s)


class Lane(Value):
    """Who drives, until when, and whether driving makes sense now.

    Every commit that must not overlap a send (opening a dispatch; a person's link, unlink, hold or delete) also stores
    the lane with its version raised. Whoever decided on an older version loses and decides again.
    """

    company: str
    direction: Direction
    holder: str = ""
    lease_until: datetime | None = None
    paused: str = ""  # reason code: needs_reconnect, not_connected, day_limit
    not_before: datetime | None = None
    half_open: bool = False  # after a lost answer: one dispatch at a time until one is confirmed
    look_at: datetime | None = None  # when what waits for records is looked at again, should nobody ring before
    looked_to: str = ""  # how far the last look at it came; "" is its end
    version: int = 0

    @property
    def wake_at(self) -> datetime | None:
        """When the sweeper rings for it."""
        return self.not_before or (self.look_at if not self.paused else None)

    def free(self, now: datetime) -> bool:
        """Whether nobody drives (a lease that ran out is nobody's)."""
        return not self.holder or self.lease_until is None or self.lease_until <= now

    def open_for_work(self, now: datetime) -> bool:
        """Whether ringing makes sense: not paused, not told to wait."""
        return not self.paused and (self.not_before is None or self.not_before <= now)
