"""Weather: which faults a world has, and how often. Every seed has its own; storms pass, so the rest can settle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

# Chances per call (a call the fault can strike), on an average day.
AWS = {
    "kill_before": 0.002,
    "kill_after": 0.002,
    "stall": 0.002,  # the function is frozen for a while, as Lambda does to whoever is busy elsewhere
    "slow": 0.010,
    "throttle": 0.004,
    "error_before": 0.003,
    "error_after": 0.004,
    "timeout_before": 0.002,
    "timeout_after": 0.003,
    "conflict": 0.006,  # two transactions met
    "false_condition": 0.004,
    "left_over": 0.010,  # a batch read answers half of it
    "lag": 0.150,  # an index answers what it knew a while ago
}
QUEUE = {"lost": 0.03, "twice": 0.06, "not_deleted": 0.03, "late": 0.05, "shuffled": 0.05}
HTTP = {
    "kill_before": 0.015,
    "kill_sent": 0.030,  # the request is on its way, or was carried out
    "stall": 0.015,
    "refused": 0.025,  # no connection
    "stray": 0.030,  # no answer, and the request arrives later
    "outage": 0.005,  # nobody is reached for minutes; what was sent last may arrive yet
    "limit_minute": 0.025,
    "limit_day": 0.007,
    "limit_concurrent": 0.015,
    "limit_app": 0.007,
    "error_before": 0.030,
    "error_after": 0.045,
    "error_midway": 0.025,  # a 500 in the middle of a batch
    "timeout_before": 0.030,
    "timeout_after_apply": 0.050,
    "late_apply": 0.050,
    "reset": 0.025,
    "reset_applied": 0.025,
    "torn": 0.030,
    "torn_before": 0.010,
    "html": 0.030,
    "html_before": 0.015,
    "element_error": 0.025,
    "bad_request": 0.010,  # refused as a whole, for a reason nobody names
    "latency": 0.075,
}
CRM = {
    "kill_before": 0.01,
    "kill_sent": 0.03,  # the notice was heard, and nobody knows
    "stall": 0.02,
    "refused": 0.03,
    "lost": 0.02,  # no answer, and nobody heard
    "slow": 0.03,  # heard, but the answer takes too long
    "error": 0.04,
    "trouble": 0.03,
    "busy": 0.02,
}
DOOR = {"webhook_late": 0.3, "webhook_lost": 0.1, "webhook_twice": 0.15, "webhook_mixed": 0.2}


class Weather:
    """The rates of one world. ``now`` is 0 in calm weather and 1 in the world's own. ``only``: these faults and no
    others, by name (``http.reset``) and rate."""

    def __init__(self, dice: Random, only: Mapping[str, float] | None = None) -> None:
        self._dice = dice
        self.now = 0.0
        self.struck: Counter[str] = Counter()
        if only is None:
            mood = dice.choice(("mild", "mixed", "mixed", "stormy", "one thing"))
            self.rates = {group: self._in(mood, rates) for group, rates in GROUPS.items()}
        else:
            self.rates = {g: {name: only.get(f"{g}.{name}", 0.0) for name in rates} for g, rates in GROUPS.items()}

    def _in(self, mood: str, rates: Mapping[str, float]) -> dict[str, float]:
        if mood == "one thing":
            worst = self._dice.sample(sorted(rates), k=min(2, len(rates)))
            return {name: rate * (8 if name in worst else 0.2) for name, rate in rates.items()}
        most = {"mild": 0.5, "mixed": 2.0, "stormy": 4.0}[mood]
        return {name: rate * self._dice.uniform(0.0, most) for name, rate in rates.items()}

    def strikes(self, group: str, names: Sequence[str]) -> str:
        """One of these faults, or "" as nearly always."""
        if not self.now:
            return ""
        rates = self.rates[group]
        left = self._dice.random()
        for name in names:
            left -= rates[name] * self.now
            if left < 0:
                self.struck[f"{group}.{name}"] += 1
                return name
        return ""

    def happens(self, group: str, name: str) -> bool:
        """Whether this one happens now."""
        return bool(self.strikes(group, (name,)))

    def rate(self, group: str, name: str) -> float:
        return self.rates[group][name] * self.now


GROUPS: dict[str, Mapping[str, float]] = {"aws": AWS, "queue": QUEUE, "http": HTTP, "crm": CRM, "door": DOOR}
