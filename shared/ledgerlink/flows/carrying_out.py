"""Carrying out the decisions that need no call to the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ledgerlink.ports import Ports, PutEntry, PutLink, PutRecord, Write
from ledgerlink.rules import export as rules
from ledgerlink.rules import told_back
from ledgerlink.rules.decisions import Decision, Nothing
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record, RecordKey

from .entries import decided_entry
from .notices import telling


def carry_out(
    at: Ports, decisions: list[tuple[Link, Decision]], records: Mapping[RecordKey, Record] | None = None
) -> None:
    """Store what needs no call: agreed, skipped, waiting, refused, parked, in conflict. Who lost the race stays due.

    ``records``: of those that turn out to agree, to be told what they come to.
    """
    now = at.clock.now()
    groups: list[list[Write]] = []
    for link, decision in decisions:
        after = rules.follow(link, decision, now)
        told: list[Write] = []
        record = (records or {}).get(link.key.record)
        if record is not None and isinstance(decision, Nothing):
            after, told = _told(record, after, at, now)
        entry = decided_entry(link, decision, now)
        groups.append([PutLink(after), *told, *([PutEntry(entry)] if entry is not None else [])])
    if groups:
        at.commit.each(groups)


def _told(record: Record, link: Link, at: Ports, now: datetime) -> tuple[Link, list[Write]]:
    """A record that lacks its totals has them again; nothing of that travels."""
    whole = told_back.as_agreed(record, link, now)
    if whole is record:
        return link, []
    seen = {"wanted": whole.revision, "exported": whole.revision, "updated_at": now, **rules.columns(whole)}
    return link.model_copy(update=seen), [PutRecord(whole), *telling.told(whole, at)]
