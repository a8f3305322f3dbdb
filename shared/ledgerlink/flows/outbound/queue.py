"""The export queue as people see it: what will go in which order, what waits, and what will be done (Q1)."""

from __future__ import annotations

from dataclasses import dataclass

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context
from ledgerlink.ports import Page
from ledgerlink.rules import export as rules
from ledgerlink.rules.decisions import Decision
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record


@dataclass(frozen=True)
class Queued:
    """One part that is to go, and what the rules say about it now."""

    record: Record
    link: Link
    decision: Decision


STAGES = ("due", "waiting")


def export_queue(context: Context, *, after: str | None, limit: int) -> tuple[list[Queued], str | None]:
    """First what is due, in order; then what waits for something, longest first. Raises Invalid (cursor)."""
    stage, cursor = _place(after)
    found: list[Queued] = []
    while True:
        page = _page(context, stage, cursor, limit - len(found))
        found += _queued(context, page.items, waiting=stage == "waiting")
        cursor = page.next
        if cursor is None:
            if stage == "waiting":
                return found, None
            stage = "waiting"
        if len(found) >= limit:
            return found, f"{stage}:{cursor or ''}"


def _page(context: Context, stage: str, cursor: str | None, limit: int) -> Page:
    links, company = context.at.links, context.company.id
    read = links.due if stage == "due" else links.held_up
    return read(company, after=cursor, limit=limit)


def _queued(context: Context, keys: list[LinkKey], *, waiting: bool) -> list[Queued]:
    links = context.at.links.many(keys)
    records = context.at.records.many(key.record for key in keys)
    return [
        Queued(records[key.record], links[key], rules.decide(records[key.record], links[key], context.settings))
        for key in keys
        if key in links and key.record in records and links[key].state == "due" and links[key].is_due != waiting
    ]


def _place(after: str | None) -> tuple[str, str | None]:
    stage, _, cursor = (after or "due:").partition(":")
    if stage not in STAGES:
        raise Invalid(FieldProblem("cursor", "not a cursor of ours", "cursor"))
    return stage, cursor or None
