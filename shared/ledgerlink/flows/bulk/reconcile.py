"""``reconcile``: every link compared with the ledger, kind by kind, in full pages at a call per thousand.

First the ledger is read page by page and each page compared (``comparing``). What is linked and was on no page is then
asked for by id: either it had moved between pages, or the ledger no longer knows it. Drift is put right by the rules
that webhooks and saves go by, or listed with the reason why it stays. Every night by itself, and on demand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context
from ledgerlink.kinds import KINDS, LISTED, Kind
from ledgerlink.rules.comparison import births_wanted
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import Link, LinkKey

from . import planned_comparison
from .comparing import Compared, Comparison
from .crawling import Crawling, read_on
from .work import Step, Work, check_options, ids_at_once, ledger_of

NAME = "reconcile"
LINKS_AT_ONCE = 1000
LOOKED_AT = 5000  # links a turn, where all of them were on a page


class Reconcile:
    """See ``work.Bulk``. Options: ``kinds``, a list of names. What is named are records, of the first kind."""

    name = NAME
    title = "Comparison with the ledger"
    direct = True
    needs_ledger = True
    undoable = True

    def begin(self, context: Context, job: Job) -> Job:
        ledger_of(context)
        check_options(job, "kinds")
        kinds = job.options.get("kinds") or by_stage()
        if not isinstance(kinds, list) or not set(kinds) <= set(LISTED):
            raise Invalid(FieldProblem("options.kinds", f"a list of {', '.join(by_stage())}"))
        return job.model_copy(update={"memory": {"kinds": kinds, "phase": "named" if job.chosen else "pages"}})

    def plan(self, work: Work) -> Step:
        return self._page(work, planning=True)

    def carry_out(self, work: Work) -> Step:
        return planned_comparison.apply_some(work) if work.job.dry_run else self._page(work, planning=False)

    def withdraw(self, work: Work) -> Step:
        return Step(work.job, finished=True)

    # -------------------------------------------------------------- pages

    def _page(self, work: Work, *, planning: bool) -> Step:
        match work.job.memory["phase"]:
            case "pages":
                return self._crawl(work, planning=planning)
            case "named":
                return self._named(work, planning=planning)
            case _:
                return self._rest(work, planning=planning)

    def _crawl(self, work: Work, *, planning: bool) -> Step:
        """The next page of the kind at hand."""
        kind, so_far = _kind(work), Crawling.remembered(work.job.memory)
        if so_far.page == 0 and not _is_used(work, kind):
            return _next_kind(work)
        documents, read = read_on(ledger_of(work.context), kind.document_type, so_far, work.now)
        compared = Comparison(work, kind.document_type, documents, planning).carried_out()
        if so_far.page >= so_far.pages:  # of a delta after the pages, what says nothing new was counted with its page
            compared = _news(compared)
        memory = read.to_remember()
        if read.finished:
            memory = {**Crawling().to_remember(), "phase": "rest", "after": None, "past": ""}
            memory["used"] = work.job.memory.get("used", 0) + read.used
        used = work.job.memory.get("used", 0) + read.used
        return Step(
            _written(work, compared, memory, used=used, needed=used + read.needed - read.used, planning=planning)
        )

    def _rest(self, work: Work, *, planning: bool) -> Step:
        """The next of those that are linked and were on no page, a call's worth."""
        kind, memory = _kind(work), work.job.memory
        links, place = _unseen(work, kind, _seen(work, kind, planning=planning))
        compared, used = Compared(), memory.get("used", 0)
        if links:
            compared = _asked(work, kind, links, planning=planning)
            used += 1
        told: dict[str, Any] = {**place, "used": used}
        over = place["after"] is None and not place["past"]
        kinds = memory["kinds"][1:] if over else memory["kinds"]
        if over:
            told |= {
                "kinds": kinds,
                "phase": "pages",
                "chunk": max(work.job.chunk, work.job.results) + bool(compared.items),
            }
        return Step(_written(work, compared, told, used=used, needed=used, planning=planning), finished=not kinds)

    def _named(self, work: Work, *, planning: bool) -> Step:
        kind, start = _kind(work), work.job.memory.get("named", 0)
        most = ids_at_once(kind.name)
        ids = work.chosen(start, most)
        links = work.at.links.many(LinkKey(work.company, kind.name, id_, part) for id_ in ids for part in kind.parts)
        compared = _asked(work, kind, [link for link in links.values() if link.document_id], planning=planning)
        there = {item.id for item in compared.items}
        compared.items += [_not_linked(kind, id_) for id_ in ids if id_ not in there]
        used = work.job.memory.get("used", 0) + 1
        needed = used + max(0, -(-(work.job.chosen - start - most) // most))
        told = {"named": start + most, "used": used}
        job = _written(work, compared, told, used=used, needed=needed, planning=planning)
        return Step(job, finished=start + most >= work.job.chosen)


def by_stage() -> list[str]:
    """The kinds' names in the order in which they depend on each other."""
    return sorted(LISTED, key=lambda name: (KINDS[name].stage, name))


def _kind(work: Work) -> Kind[Any]:
    return KINDS[work.job.memory["kinds"][0]]


def _is_used(work: Work, kind: Kind[Any]) -> bool:
    """Whether there can be anything to compare: a kind of which nothing is here costs no call."""
    here = work.at.records.page(work.company, kind.name, limit=1).items
    return bool(here) or births_wanted(kind.name, work.context.settings)


def _next_kind(work: Work) -> Step:
    kinds = work.job.memory["kinds"][1:]
    return Step(work.job.model_copy(update={"memory": {**work.job.memory, "kinds": kinds}}), finished=not kinds)


def _news(compared: Compared) -> Compared:
    news = [item for item in compared.items if item.outcome != "unchanged"]
    figures = Counter({name: count for name, count in compared.figures.items() if name not in ("compared", "unknown")})
    return Compared(news, figures)


def _written(work: Work, compared: Compared, memory: dict[str, Any], *, used: int, needed: int, planning: bool) -> Job:
    """The job with these lines written and counted."""
    figures = dict(Counter(work.job.figures) + compared.figures)
    told: dict[str, Any] = {
        "calls": work.calls(needed=needed, used=used),
        "memory": {**work.job.memory, **memory},
        "figures": figures,
    }
    if planning:
        return work.planned(compared.items, **told)
    return work.settled(compared.items, **told)


def _seen(work: Work, kind: Kind[Any], *, planning: bool) -> set[str]:
    """The documents of the kind that were on a page: the lines about them say so."""
    job, seen = work.job, set[str]()
    for number in range(job.memory.get("chunk", 0), job.chunk if planning else job.results):
        for item in work.at.jobs.read_chunk(job, "plan" if planning else "result", number):
            if item.document_id and item.kind == kind.name:
                seen.add(item.document_id)
    return seen


def _unseen(work: Work, kind: Kind[Any], seen: set[str]) -> tuple[list[Link], dict[str, Any]]:
    """Some links whose document was on no page, and where to look on."""
    after, past = work.job.memory.get("after"), work.job.memory.get("past", "")
    for _ in range(LOOKED_AT // LINKS_AT_ONCE):
        page = work.at.records.page(work.company, kind.name, after=after, limit=LINKS_AT_ONCE)
        there = [record for record in page.items if not record.deleted and record.id > past]
        links = work.at.links.many(
            LinkKey(work.company, kind.name, record.id, part) for record in there for part in kind.parts
        )
        left = sorted(
            (link for link in links.values() if link.document_id and link.document_id not in seen),
            key=lambda link: (link.id, link.part),
        )
        if left:
            ids = list(dict.fromkeys(link.id for link in left))
            some = [link for link in left if link.id in set(ids[: ids_at_once(kind.name) // len(kind.parts)])]
            if len(some) < len(left):
                return some, {"after": after, "past": some[-1].id}
            return some, {"after": page.next, "past": ""}
        after, past = page.next, ""
        if after is None:
            break
    return [], {"after": after, "past": ""}


def _asked(work: Work, kind: Kind[Any], links: Sequence[Link], *, planning: bool) -> Compared:
    """These compared with their documents, read by id; what that does not bring, the ledger does not know."""
    ids = [link.document_id for link in links]
    documents = ledger_of(work.context).read(kind.document_type, ids, purpose="backfill") if ids else []
    compared = Comparison(work, kind.document_type, documents, planning).carried_out()
    there = {document.id for document in documents}
    for link in (link for link in links if link.document_id not in there):
        words = {"title": link.title, "document_id": link.document_id, "reason": "missing_in_ledger"}
        compared.items.append(JobItem(kind=kind.name, id=link.id, outcome="fail" if planning else "failed", **words))
        compared.figures.update({"compared": 1, "drifted": 1, "listed": 1, "missing": 1})
    return compared


def _not_linked(kind: Kind[Any], id_: str) -> JobItem:
    return JobItem(kind=kind.name, id=id_, outcome="unchanged", reason="not_linked")
