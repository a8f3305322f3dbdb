"""E-mail preferences: what each person wants to hear, and the notices that go out by it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ledgerlink.errors import Conflict, FieldProblem, Invalid, Stale, StoreBusy
from ledgerlink.flows.context import Context
from ledgerlink.ports import Ports, PutNotice, PutSubscription
from ledgerlink.rules import subscriptions as rules
from ledgerlink.state.company import Company
from ledgerlink.state.notice import Notice, Template
from ledgerlink.state.subscription import Subscription, Topic

TRIES = 5
SUMMARY = "daily-summary"  # the cursor that says when the next one is due
RING_AGAIN = timedelta(minutes=2)


@dataclass(frozen=True)
class Choice:
    """A topic as it stands for somebody, and as it would if they had said nothing."""

    topic: Topic
    on: bool
    default: bool


def show(context: Context, email: str) -> tuple[list[Choice], int]:
    """All topics for one person, and the version of what they said."""
    said = context.at.subscriptions.get(context.company.id, email.casefold())
    connector = bool(email) and email.casefold() == context.connection.connected_email.casefold()
    choices = []
    for topic in rules.TOPICS:
        default = rules.default_of(topic, connector=connector)
        choices.append(Choice(topic, rules.wants(said, topic, default), default))
    return choices, said.version if said is not None else 0


def put(
    context: Context, email: str, sub: str, topics: Mapping[Topic, bool | None], *, if_match: int | None = None
) -> None:
    """Say what one wants; a topic left out or None is as if nothing was said of it. Raises Invalid, Stale."""
    if not email:
        raise Invalid(FieldProblem("email", "your sign-in carries no e-mail address to write to"))
    at, company, who = context.at, context.company.id, email.casefold()
    chosen = {topic: on for topic, on in topics.items() if on is not None}
    for _ in range(TRIES):
        before = at.subscriptions.get(company, who) or Subscription(company=company, who=who)
        if if_match is not None and if_match != before.version:
            raise Stale(before.version)
        said = {"topics": chosen, "sub": sub, "member": at.members.get(who) is not None}
        with suppress(Conflict):
            at.commit.all(PutSubscription(before.model_copy(update=said)))
            break
    else:
        raise StoreBusy("the subscription is contended")
    if chosen.get("daily_summary"):
        begin_summaries(context.company, at)


def begin_summaries(company: Company, at: Ports) -> None:
    """Have the sweeper ring in the mornings, if it does not already."""
    cursor = at.cursors.get(company.id, SUMMARY)
    if cursor.next_poll_at is not None:
        return
    next_at = rules.next_morning(at.clock.now(), company.timezone, company.id)
    with suppress(Conflict):  # somebody else began them
        at.cursors.put(company.id, replace(cursor, next_poll_at=next_at))


def wants_own_jobs(company: str, email: str, at: Ports) -> bool:
    """Whether whoever starts a job hears of its end."""
    return bool(email) and rules.wants(at.subscriptions.get(company, email.casefold()), "own_jobs", default=True)


def notices(
    company: str,
    topic: Topic,
    template: Template,
    at: Ports,
    *,
    id: str,
    data: Mapping[str, Any],
    concerned: Collection[str] = (),
    job: str = "",
    but_sub: str = "",
) -> list[PutNotice]:
    """One for each who hears of it, to be stored with what they tell of. ``but_sub`` hears of it otherwise.

    The sweeper rings for them at once; who may ring the queue itself may do so too.
    """
    now = at.clock.now()
    said = [each for each in at.subscriptions.all(company) if _may_see(each, at)]
    but = {each.who for each in said if but_sub and each.sub == but_sub}
    return [
        PutNotice(
            Notice(
                company=company,
                id=f"{id}-{hashlib.sha256(to.casefold().encode()).hexdigest()[:12]}",
                template=template,
                topic=topic,
                to=to,
                data=dict(data),
                created_at=now,
                job=job,
                wake_at=now,
            )
        )
        for to in rules.addresses(topic, said, concerned=concerned, but=but)
    ]


def _may_see(said: Subscription, at: Ports) -> bool:
    """A member who was let out of the company, or out of the hub, hears nothing more of it."""
    if not said.member:
        return True
    member = at.members.get(said.who)
    return member is not None and bool({"*", said.company} & set(member.companies))
