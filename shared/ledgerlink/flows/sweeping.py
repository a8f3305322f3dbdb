"""The sweeper: every minute it rings for whatever is due, stale or overdue. All it does is wake; others work."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledgerlink.flows.notices.subscriptions import SUMMARY
from ledgerlink.ports import Ports, PutLink, Woken
from ledgerlink.rules.dispatch import chunks
from ledgerlink.rules.export import due
from ledgerlink.state.lane import Direction
from ledgerlink.state.record import RecordKey

AT_ONCE = 50


@dataclass(frozen=True)
class Swept:
    """What was woken, for the log line."""

    rung: int
    woken: int


def sweep(at: Ports) -> Swept:
    """Make due what waited for a time that has come, then ring for every company that has something to do."""
    woken = _wake_links(at)
    bells: set[tuple[str, Direction]] = {(company, "export") for company in at.links.companies_with_due()}
    things = at.wakes.due(at.clock.now())
    for thing in dict.fromkeys(replace(thing, name="") if thing.what == "stale" else thing for thing in things):
        bells |= _bells(at, thing)  # however many documents of an organisation are stale, it is one lane
    _tell(at, things)
    rung = [bell for bell in sorted(bells) if _worth_ringing(at, *bell)]
    for company, direction in rung:
        at.doorbells.ring(company, direction, again=True)
    return Swept(len(rung), woken)


def _wake_links(at: Ports) -> int:
    now = at.clock.now()
    keys = at.links.waiting_until(now)
    for some in chunks(keys, AT_ONCE):
        links = at.links.many(some)
        ready = [link for link in links.values() if link.wake_at is not None and link.wake_at <= now]
        at.commit.each([[PutLink(due(link, now))] for link in ready])
    return len(keys)


def _bells(at: Ports, thing: Woken) -> set[tuple[str, Direction]]:
    """Which lanes to ring for a thing whose time has come; jobs and notices are sent on their own queues."""
    match thing.what:
        case "lane":
            return {(thing.company, "import" if thing.name == "import" else "export")}
        case "dispatch":
            return {(thing.company, "export")}
        case "cursor" if thing.name == SUMMARY:
            at.doorbells.notice(thing.company, SUMMARY)
        case "cursor":
            return {(thing.company, "import")}
        case "stale":
            company = at.companies.of_organisation(thing.company.removeprefix("organisation#"))
            return {(company, "import")} if company else set()
        case "job":
            at.doorbells.job(thing.company, thing.name)
        case "notice":
            at.doorbells.notice(thing.company, thing.name)
    return set()


def _tell(at: Ports, things: list[Woken]) -> None:
    """Ring for what the CRM is to be told, many at once."""
    records: dict[str, list[RecordKey]] = {}
    for thing in things:
        if thing.what == "crm-notice":
            kind, _, id_ = thing.name.partition("#")
            records.setdefault(thing.company, []).append(RecordKey(thing.company, kind, id_))
        elif thing.what == "crm-webhook":
            at.doorbells.crm(thing.company)
    for company, named in records.items():
        at.doorbells.crm(company, named)


def _worth_ringing(at: Ports, company: str, direction: Direction) -> bool:
    lane = at.lanes.get(company, direction)
    now = at.clock.now()
    return lane.open_for_work(now) and lane.free(now)
