"""Who hears of what by e-mail: everybody who asked to, and those it concerns unless they said no."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from ledgerlink.state.subscription import Subscription, Topic

MOST_TOLD = 50  # of one thing: notices go into one transaction with what they tell of
MORNING = time(7)
SPREAD = timedelta(minutes=30)  # each company has its own minute within this


@dataclass(frozen=True)
class About:
    """A topic in words. ``concerns``: who hears of it without asking: whoever started the job, connected, or nobody."""

    title: str
    description: str
    why: str
    concerns: str = ""


TOPICS: Mapping[Topic, About] = {
    "own_jobs": About(
        "Jobs you started",
        "When an import, an export or another job of yours has ended: counts, and what failed.",
        "You get this because you started the job.",
        "starter",
    ),
    "others_jobs": About(
        "Jobs others started",
        "The same for jobs of others; of those that begin by themselves only when one fails.",
        "You get this because you asked to hear of jobs that others start.",
    ),
    "connection_lost": About(
        "Connection lost",
        "When the ledger no longer accepts the connection and somebody must re-authorise.",
        "You get this because you connected the company, or asked to hear of its connection.",
        "connector",
    ),
    "connection_back": About(
        "Connection back",
        "When it works again after that.",
        "You get this because you connected the company, or asked to hear of its connection.",
        "connector",
    ),
    "ledger_decisions": About(
        "Decided in the ledger",
        "When somebody merges contacts there, or does something else there that changes links here.",
        "You get this because you connected the company, or asked to hear what is decided in the ledger.",
        "connector",
    ),
    "crm_webhook_paused": About(
        "CRM webhook paused",
        "When the CRM says that its address is gone, so that it is told nothing more.",
        "You get this because you connected the company, or asked to hear of the CRM's webhook.",
        "connector",
    ),
    "daily_summary": About(
        "Daily summary",
        "Each morning, if anything waits for people: unresolved errors, conflicts, suggestions.",
        "You get this because you asked for the daily summary. It is sent only when something waits.",
    ),
}


def default_of(topic: Topic, *, connector: bool) -> bool:
    """Whether somebody hears of it who never said anything; ``connector``: who connected the company."""
    concerns = TOPICS[topic].concerns
    return concerns == "starter" or (concerns == "connector" and connector)


def wants(said: Subscription | None, topic: Topic, default: bool) -> bool:
    """Whether somebody hears of a topic."""
    return said.topics.get(topic, default) if said is not None else default


def addresses(
    topic: Topic, said: Iterable[Subscription], *, concerned: Collection[str] = (), but: Collection[str] = ()
) -> list[str]:
    """Where the e-mails about something go. ``concerned`` hear of it unless they said no; ``but`` hear otherwise."""
    known = {each.who: each for each in said}
    told = {address.casefold(): address for address in concerned if address}
    wanted = {
        who: told.get(who, who)
        for who in (*told, *known)
        if who not in but and wants(known.get(who), topic, who in told)
    }
    return [wanted[who] for who in sorted(wanted)][:MOST_TOLD]


def next_morning(now: datetime, timezone: str, company: str) -> datetime:
    """When the next summary is due: the coming morning in the company's zone, each company at its own minute."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    minute = SPREAD * (crc32(company.encode()) % 1000 / 1000)
    mornings = (datetime.combine(today + timedelta(days=n), MORNING, zone) + minute for n in (0, 1))
    return next(at for at in (each.astimezone(now.tzinfo) for each in mornings) if at > now)
