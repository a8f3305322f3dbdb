"""Gathering what decisions about documents need, for a whole batch in a few reads."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from ledgerlink.rules import export as rules
from ledgerlink.rules import lifting
from ledgerlink.rules.facts import Facts
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record

from .context import Context
from .inbound import reference_data


def facts_for(context: Context, records: Iterable[Record], links: Iterable[Link] = ()) -> Facts:
    """Everything these records' documents name, what their links wait for to be lifted, and the company's lists and
    mappings as of now."""
    at, company = context.at, context.company
    records = tuple(records)
    lifted = (key for link in links for key in lifting.names(link))
    named = sorted({*(key for record in records for key in rules.needs(record)), *lifted})
    with_codes = any(rules.asks_for_facts(record) for record in records)
    return Facts(
        company=company,
        settings=context.settings,
        today=at.clock.now().astimezone(ZoneInfo(company.timezone)).date(),
        organisation=context.connection.organisation,
        links=at.links.many(LinkKey(*key) for key in named),
        records=at.records.many(named),
        reference=reference_data.needed(context) if with_codes else context.reference,
        mappings=context.mappings,
        batch=records,
    )
