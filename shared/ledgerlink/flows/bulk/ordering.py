"""Putting a job's records into the export queue, and taking back what has not gone when the job is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledgerlink.flows import lanes
from ledgerlink.flows.carrying_out import carry_out
from ledgerlink.flows.gathering import facts_for
from ledgerlink.ports import PutLink
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import jobs as rules
from ledgerlink.rules.decisions import Create, Decision, First, Nothing, Send
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .work import Work

TRIES = 4
BEHIND_LIVE = "~"  # sorts after every time: a job's records go when nothing live is due


def order_chunk(work: Work) -> Job:
    """Order the next chunk of the plan, and note in a chunk of its own what was ordered and what needed no call."""
    items = ordered(work, work.plan_chunk(work.job.ordered))
    work.at.jobs.write_chunk(work.job, "wanted", work.job.ordered, items)
    return work.job.model_copy(update={"ordered": work.job.ordered + 1})


def ordered(work: Work, planned: Sequence[JobItem]) -> list[JobItem]:
    """Each line as it now stands: in the queue (its outcome still a plan's word), or settled here and now."""
    settled = {item.named: rules.done_as(item) for item in planned if item.outcome == "unchanged" or not item.revision}
    left = [item for item in planned if item.named not in settled]
    for _ in range(TRIES):
        if not left:
            break
        orders = _orders(work, left)
        puts = [order for order in orders if order.link is not None]
        stored = work.at.commit.each([[PutLink(order.link)] for order in puts if order.link is not None])
        lost = {order.item.named for order, kept in zip(puts, stored, strict=True) if not kept}
        settled |= {order.item.named: order.item for order in orders if order.item.named not in lost}
        left = [item for item in left if item.named in lost]
    settled |= {item.named: rules.left_out(item, "changed_meanwhile") for item in left}
    return [settled[item.named] for item in planned]


@dataclass(frozen=True)
class Order:
    """A line as it now stands, and the link to be stored for it, if any."""

    item: JobItem
    link: Link | None = None


def _orders(work: Work, items: Sequence[JobItem]) -> list[Order]:
    """Decide each line afresh on what is stored now, and carry out at once what needs no call."""
    links = work.at.links.many(LinkKey(*work.record_key(item)) for item in items)
    records = work.at.records.many(work.record_key(item) for item in items)
    decide = decider(work, [record for record in records.values() if not record.deleted])
    orders: list[Order] = []
    others: list[tuple[Link, Decision]] = []
    for item in items:
        record, link = records.get(work.record_key(item)), link_of(links, work.record_key(item))
        if record is None or record.deleted:
            orders.append(Order(rules.left_out(item, "changed_since_plan")))
            continue
        if work.job.id in (link.ordered_by, link.last_job):  # by an earlier try of this turn
            orders.append(Order(item if item.outcome in rules.SENDING else rules.done_as(item)))
            continue
        decision = decide(record, link)
        now = rules.planned_as(record, link, decision)
        if work.job.dry_run and not rules.same_plan(item, now):
            orders.append(Order(rules.left_out(item, "changed_since_plan")))
        elif now.outcome in rules.SENDING:
            orders.append(Order(now, _due(work, link)))
        else:
            orders.append(Order(rules.done_as(now)))
            by_job = link.model_copy(update={"ordered_by": work.job.id})
            others.append((by_job, decision))
    news = [(link, decision) for link, decision in others if _is_news(link, decision, work.now)]
    carry_out(work.at, news, records)
    return orders


def decider(work: Work, records: Sequence[Record]) -> Callable[[Record, Link], Decision]:
    """What would be done about each if the job ordered it now. What is made first on its behalf does not keep it."""
    with_facts = any(export_rules.asks_for_facts(record) for record in records)
    facts = facts_for(work.context, records) if with_facts else None

    def decide(record: Record, link: Link) -> Decision:
        ordered = link.model_copy(update={"ordered_by": work.job.id})
        decision = export_rules.decide(record, ordered, work.context.settings)
        if facts is None or not isinstance(decision, Send):
            return decision
        final = export_rules.complete(decision, record, ordered, facts)
        return decision if isinstance(final, First | Create) else final

    return decide


def _is_news(link: Link, decision: Decision, now: datetime) -> bool:
    """Whether the decision is not what the link says already: what is unchanged costs no write."""
    after = export_rules.follow(link, decision, now)
    return not isinstance(decision, Nothing) and (after.state, after.reason) != (link.state, link.reason)


def _due(work: Work, link: Link) -> Link | None:
    """The link in the export queue as the job's; None where another job put it there, which then sends it."""
    if link.is_due and link.ordered_by not in ("", "person"):
        return None
    return behind_live(work, link.model_copy(update={"ordered_by": work.job.id}))


def behind_live(work: Work, link: Link) -> Link:
    """The link in the export queue, behind what live traffic puts there."""
    place = link.order or f"{BEHIND_LIVE}{work.job.started_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    return export_rules.due(link.model_copy(update={"order": place}), work.now)


def take_back(work: Work, items: Sequence[JobItem]) -> None:
    """What the job ordered and nobody sends goes back to what it would be without the job."""
    busy = lanes.in_flight(work.at.lanes.open_dispatches(work.company))
    keys = [LinkKey(*work.record_key(item)) for item in items if item.outcome in rules.SENDING]
    for _ in range(TRIES):
        links = [
            link
            for link in work.at.links.many(keys).values()
            if link.ordered_by == work.job.id and link.last_job != work.job.id and link.key not in busy
        ]
        records = work.at.records.many(link.key.record for link in links)
        puts = []
        for link in links:
            free = link.model_copy(update={"ordered_by": "", "queued_at": None, "order": ""})
            decision = export_rules.decide(records[link.key.record], free, work.context.settings)
            puts.append([PutLink(export_rules.follow(free, decision, work.now))])
        if all(work.at.commit.each(puts)):
            return


def link_of(links: Mapping[LinkKey, Link], key: RecordKey) -> Link:
    """The record's main link; a blank one where none was ever stored."""
    return links.get(LinkKey(*key)) or Link(company=key.company, kind=key.kind, id=key.id)
