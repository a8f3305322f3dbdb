"""What documents need is made first: the customers and products they name are ordered; who waited goes on (D2, D3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

from ledgerlink.flows import waking
from ledgerlink.flows.entries import diff, record_entry
from ledgerlink.flows.gathering import facts_for
from ledgerlink.flows.notices import telling
from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.kinds.organization import Organization
from ledgerlink.ports import PutEntry, PutLink, PutRecord, Write
from ledgerlink.rules import edits
from ledgerlink.rules import export as rules
from ledgerlink.rules.decisions import Create, Decision, First, Wait
from ledgerlink.state.link import ON_RECORD, Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .drain import Drain, Selected

PAGE = 200
MOST_LOOKED_AT = 2_000  # of what waits for records, in one look
LOOK_ON = timedelta(minutes=1)
LOOK_AGAIN = timedelta(minutes=15)


def order(drain: Drain, firsts: Iterable[First]) -> list[LinkKey]:
    """Put what is to be made first into the queue; returns what went there now."""
    keys = list(dict.fromkeys(key for first in firsts for key in first.order))
    if not keys:
        return []
    links, now = drain.at.links.many(keys), drain.at.clock.now()
    wanted = []
    for key in keys:
        link = links.get(key) or Link(company=key.company, kind=key.kind, id=key.id, stage=KINDS[key.kind].stage)
        if not link.is_due and not link.document_id:
            wanted.append(rules.due(link.model_copy(update={"create_ordered": True}), now))
    stored = drain.at.commit.each([[PutLink(link)] for link in wanted])
    return [link.key for link, kept in zip(wanted, stored, strict=True) if kept]


def wake(drain: Drain) -> bool:
    """Make due what waited for a record, where the rules now say something else; True if there was any.

    Whoever changes what others may wait for rouses them (``waking``). This finds them however it came about: all that
    wait are looked at when nothing else is due, and from time to time. Of very many only so many a drain, and the
    next one goes on there; then those that wait for what this drain linked are asked for by name.
    """
    begun, woken, looked = drain.looked_to, False, 0
    after: str | None = begun or None
    while looked < MOST_LOOKED_AT and drain.may_send():
        page = drain.at.links.waiting(drain.company, ON_RECORD, after=after, limit=PAGE)
        woken = _wake(drain, page.items) or woken
        looked += len(page.items)
        after = page.next
        if after is None:
            break
    if after is not None:
        linked, drain.linked = drain.linked, set()
        woken = waking.wake_all(drain.company, linked, drain.at) or woken
    drain.looked_to = after or ""
    pause = LOOK_ON if after is not None else LOOK_AGAIN
    drain.look_at = drain.at.clock.now() + pause if looked or begun else None
    return woken


def _wake(drain: Drain, keys: Collection[LinkKey]) -> bool:
    links = drain.at.links.many(keys)
    waiting = [link for key in keys if (link := links.get(key)) is not None and link.waits_on.startswith(ON_RECORD)]
    records = drain.at.records.many(link.key.record for link in waiting)
    pairs = [(records[link.key.record], link) for link in waiting if link.key.record in records]
    read = facts_for(drain.context, [record for record, _ in pairs], [link for _, link in pairs])
    facts = replace(read, batch=())  # they are looked at together, and not sent together
    ready = []
    for record, link in pairs:
        decided = rules.complete(rules.decide(record, link, drain.context.settings), record, link, facts)
        if not _still(decided, link):
            ready.append(rules.due(link, drain.at.clock.now()))
    return any(drain.at.commit.each([[PutLink(link)] for link in ready]))


def _still(decision: Decision, link: Link) -> bool:
    """Whether it would wait for the same thing again."""
    if isinstance(decision, First) and not decision.order:
        decision = decision.otherwise
    return isinstance(decision, Wait) and (decision.reason, decision.on) == (link.reason, link.waits_on)


# ------------------------------------------------------------------ the person on a document


def name_persons(drain: Drain, selected: Iterable[Selected]) -> None:
    """A different person on a later document becomes the customer's primary one (K1). Sent late is not later."""
    wanted = {
        content.organization_id: (content.person, each.link.order)
        for each in sorted(selected, key=lambda each: each.link.order)
        if isinstance(each.decision, Create)
        and isinstance(content := each.record.content, MoneyDocument)
        and (content.person.first_name or content.person.last_name or content.person.email)
    }
    if not wanted:
        return
    keys = [RecordKey(drain.company, "organizations", id) for id in wanted]
    records, links = drain.at.records.many(keys), drain.at.links.many(LinkKey(*key) for key in keys)
    groups = []
    for key in keys:
        record, link = records.get(key), links.get(LinkKey(*key))
        if record is None or link is None or record.deleted:
            continue
        assert isinstance(record.content, Organization)
        person, order = wanted[key.id]
        if record.content.person != person and order > link.person_of:
            named = link.model_copy(update={"person_of": order})
            groups.append(_named(drain, record, named, record.content.model_copy(update={"person": person})))
    drain.at.commit.each(groups)


def _named(drain: Drain, record: Record, link: Link, content: Organization) -> list[Write]:
    now = drain.at.clock.now()
    changes = edits.changes_between(KINDS[record.kind], record.content, content)
    told = {"content": content, "revision": record.revision + 1, "updated_at": now, "changed_by": "crm"}
    edited = record.model_copy(update=told)
    entry = record_entry(
        record.key,
        at=now,
        mark=f"rev{edited.revision}",
        direction="here",
        action="edited",
        reason="person_on_document",
        diff=diff(changes),
    )
    after = rules.after_save(edited, link, drain.context.settings, now, born=False)
    return [PutRecord(edited), PutLink(after), PutEntry(entry), *telling.told(edited, drain.at)]
