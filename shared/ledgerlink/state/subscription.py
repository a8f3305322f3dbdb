"""A subscription: which e-mails about a company a person wants."""

from __future__ import annotations

from typing import Literal

from ledgerlink.kinds import Value

Topic = Literal[
    "own_jobs",
    "others_jobs",
    "connection_lost",
    "connection_back",
    "ledger_decisions",
    "crm_webhook_paused",
    "daily_summary",
]


class Subscription(Value):
    """What one person said; topics that are not named stay at their default. ``who``: the address in lower case."""

    company: str
    who: str
    sub: str = ""  # of whoever last said so: jobs know who started them by that
    member: bool = False  # was among the members then, so that one who no longer is hears nothing more
    topics: dict[Topic, bool] = {}
    version: int = 0
