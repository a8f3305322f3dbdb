"""Carrying out the decisions that need no call to the ledger."""

from __future__ import annotations

from ledgerlink.ports import Ports, PutEntry, PutLink, Write
from ledgerlink.rules import export as rules
from ledgerlink.rules.decisions import Decision
from ledgerlink.state.link import Link

from .entries import decided_entry


def carry_out(at: Ports, decisions: list[tuple[Link, Decision]]) -> None:
    """Store what needs no call: agreed, skipped, waiting, refused, parked, in conflict. Who lost the race stays due."""
    now = at.clock.now()
    groups: list[list[Write]] = []
    for link, decision in decisions:
        group: list[Write] = [PutLink(rules.follow(link, decision, now))]
        entry = decided_entry(link, decision, now)
        groups.append(group if entry is None else [*group, PutEntry(entry)])
    if groups:
        at.commit.each(groups)
