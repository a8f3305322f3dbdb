"""Waking: whoever changes a thing makes due, page by page, what waited for it."""

from __future__ import annotations

from ledgerlink.ports import Ports, PutLink
from ledgerlink.rules.export import due

PAGE = 200


def wake(company: str, waits_on: str, at: Ports) -> bool:
    """Make due one page of what waits on ``waits_on``; True if there was any, so there may be more."""
    page = at.links.waiting(company, waits_on, limit=PAGE)
    links = at.links.many(page.items)
    ready = [link for link in links.values() if link.waits_on == waits_on]
    at.commit.each([[PutLink(due(link, at.clock.now()))] for link in ready])
    return bool(ready)
