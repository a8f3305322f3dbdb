"""How many calls went to one organisation each day, for the chart of the last weeks. Pure.

The counts stand in the state that each call changes anyway, so they cost no write; numbers alone, without their dates,
so that the item stays below one write unit.
"""

from __future__ import annotations

from datetime import date, timedelta

from ledgerlink.state.limits import LimitState

DAYS = 35  # kept, today among them


def counted(state: LimitState, day: date, calls: int) -> LimitState:
    """``calls`` more on that day. One earlier than the newest (a zone was changed) counts where it belongs."""
    newest = state.made_until or day
    if day > newest:
        made = (*state.made, *[0] * min((day - newest).days, DAYS))
        newest = day
    else:
        made = state.made or (0,)
    made = (*[0] * ((newest - day).days + 1 - len(made)), *made)[-DAYS:]
    at = len(made) - 1 - (newest - day).days
    if at < 0:
        return state
    made = (*made[:at], made[at] + calls, *made[at + 1 :])
    return state.model_copy(update={"made": made, "made_until": newest})


def by_day(state: LimitState) -> dict[date, int]:
    """From the first day that was counted, at most ``DAYS`` ago, to the newest, oldest first."""
    if state.made_until is None:
        return {}
    first = state.made_until - timedelta(days=len(state.made) - 1)
    return {first + timedelta(days=at): calls for at, calls in enumerate(state.made)}
