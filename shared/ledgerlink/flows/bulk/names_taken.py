"""What a plan of an export cannot know from here: which names the ledger has given away already (K5).

Few names are asked for, for many it is cheaper to read all contacts, a thousand a call. A turn makes one call and keeps
its answer: of several, the first would be thrown away whenever a later one is put off, and so on for ever. Then the
plan is gone through once more, chunk by chunk, and what would be refused says so, with who has the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ledgerlink.rules import jobs as rules
from ledgerlink.state.document import Document
from ledgerlink.state.job import Job, JobItem

from .crawling import Crawling, read_on
from .going_through import go_through
from .work import Step, Work, ledger_of

DOCUMENT_TYPE = "contact"  # of all documents, the only ones whose names are unique
FEW = 100
NAMES_AT_ONCE = 25


def names_in(items: Iterable[JobItem]) -> int:
    """How many of these lines give a contact a name."""
    return sum(bool(rules.new_name(item)) for item in items)


def look(work: Work, *, wanted: int) -> Step:
    """One turn of it; ``wanted`` names in all."""
    memory = work.job.memory
    crawl = Crawling.remembered(memory)
    if wanted > FEW and not crawl.finished:
        documents, read = read_on(ledger_of(work.context), DOCUMENT_TYPE, crawl, work.now)
        return Step(_remembering(work, names=_kept(work, documents), **read.to_remember()))
    if wanted <= FEW and (names := _not_asked_for(work)):
        found = ledger_of(work.context).having(DOCUMENT_TYPE, "name", names, purpose="backfill")
        return Step(_remembering(work, names=_kept(work, found)))
    return _with_what_was_read(work)


def _not_asked_for(work: Work) -> list[str]:
    """The next names to ask for; none once the plan is gone through, which only takes names out of it."""
    items = (item for number in range(work.job.chunk) for item in work.plan_chunk(number))
    names = list(dict.fromkeys(name for item in items if (name := rules.new_name(item))))
    asked = work.job.memory.get("names", 0) * NAMES_AT_ONCE
    return names[asked : asked + NAMES_AT_ONCE]


def _kept(work: Work, documents: Iterable[Document]) -> int:
    """Stores what was read of this turn; answers how many such chunks there are now."""
    number = int(work.job.memory.get("names", 0))
    work.at.jobs.write_chunk(work.job, "names", number, [_line(d) for d in documents])
    return number + 1


def _line(document: Document) -> JobItem:
    return JobItem(kind="", id=document.id, outcome=document.status, title=getattr(document.content, "name", ""))


def _with_what_was_read(work: Work) -> Step:
    """The plan with what would be refused. The names are read once for as many chunks as a turn has time for: once a
    chunk would be quadratic."""
    holders, archived = _read(work)
    before = range(work.job.memory.get("gone_through", 0))
    earlier = {name: id_ for number in before for name, id_ in _given(work.plan_chunk(number))}

    def told(items: list[JobItem]) -> list[JobItem]:
        found = rules.with_names_taken(items, holders, earlier, archived)
        earlier.update(_given(found))
        return found

    return go_through(work, told)


def _given(items: Iterable[JobItem]) -> Iterator[tuple[str, str]]:
    """The names that these lines give, as compared, and to which record."""
    for item in items:
        if name := rules.new_name(item):
            yield rules.as_name(name), item.id


def _read(work: Work) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """The active contacts by name, and the names of archived ones."""
    active: dict[str, tuple[str, str]] = {}
    archived: set[str] = set()
    for number in range(work.job.memory.get("names", 0)):
        for line in work.at.jobs.read_chunk(work.job, "names", number):
            name = rules.as_name(line.title)
            if line.outcome == "active":
                active[name] = (line.id, line.title)
            else:
                archived.add(name)
    return active, archived


def _remembering(work: Work, **told: Any) -> Job:
    return work.job.model_copy(update={"memory": {**work.job.memory, **told}})
