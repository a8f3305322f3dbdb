"""Gathering what decisions about documents need, for a whole batch in a few reads."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from ledgerlink.rules import export as rules
from ledgerlink.rules.facts import Facts
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import Record

from .context import Context


def facts_for(context: Context, records: Iterable[Record]) -> Facts:
    """Everything these records' documents name, and the company's lists and mappings as of now."""
    at, company = context.at, context.company
    records = tuple(records)
    named = sorted({key for record in records for key in rules.needs(record)})
    return Facts(
        company=company,
        settings=context.settings,
        today=at.clock.now().astimezone(ZoneInfo(company.timezone)).date(),
        organisation=context.connection.organisation,
        links=at.links.many(LinkKey(*key) for key in named),
        records=at.records.many(named),
        reference=context.reference,
        mappings=context.mappings,
        batch=records,
    )
