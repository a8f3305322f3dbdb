"""Waking: whoever changes a thing makes due, page by page, what waited for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ledgerlink.ports import Ports, PutLink
from ledgerlink.rules.export import due
from ledgerlink.state.link import ON_RECORD, on_record
from ledgerlink.state.record import RecordKey

PAGE = 200
MOST_PAGES = 50  # in one request


def wake(company: str, waits_on: str, at: Ports) -> bool:
    """Make due one page of what waits on ``waits_on``; True if there was any, so there may be more."""
    page = at.links.waiting(company, waits_on, limit=PAGE)
    links = at.links.many(page.items)
    ready = [link for link in links.values() if link.waits_on == waits_on]
    at.commit.each([[PutLink(due(link, at.clock.now()))] for link in ready])
    return bool(ready)


def wake_all(company: str, records: Collection[RecordKey], at: Ports) -> bool:
    """Make due a page of what waits on each of these records; True if there was any."""
    return any(at.parallel.map(lambda key: wake(company, on_record(key), at), list(records)))


def rouse(company: str, records: Iterable[RecordKey], at: Ports) -> None:
    """Records became what others may have waited for: linked, let go, saved for the first time. Makes those due, and
    rings. One look where nobody waits for any record."""
    some = set(records)
    if some and at.links.waiting(company, ON_RECORD, limit=1).items and wake_all(company, some, at):
        at.doorbells.ring(company, "export")


def set_free(company: str, waits_on: str, mended: Collection[str], at: Ports) -> None:
    """Make due what waits on ``waits_on``, and errors that what changed may have mended; then ring."""
    woken = False
    for _ in range(MOST_PAGES):
        if not wake(company, waits_on, at):
            break
        woken = True
    if _retry(company, mended, at) or woken:
        at.doorbells.ring(company, "export")


def _retry(company: str, mended: Collection[str], at: Ports) -> bool:
    after: str | None = None
    found = False
    for _ in range(MOST_PAGES):
        page = at.links.errors(company, after=after, limit=PAGE)
        links = at.links.many(page.items).values()
        ready = [link for link in links if link.state in ("error", "parked") and link.reason in mended]
        # It was to go when it failed: whatever keeps back what nobody asked for does not keep back this.
        again = (due(link, at.clock.now()).model_copy(update={"ordered_by": "person"}) for link in ready)
        at.commit.each([[PutLink(link)] for link in again])
        found = found or bool(ready)
        after = page.next
        if after is None:
            break
    return found
