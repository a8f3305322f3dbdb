"""Unresolved errors: tried again, or let rest (Q3). ``fixing`` runs the fixes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.ports import CERTAIN, PutEntry, PutLink, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules.dispatch import chunks
from ledgerlink.rules.fixes import MUST_CHOOSE
from ledgerlink.state.link import Link, LinkKey

AT_ONCE = 100
MOST = 5_000  # of one request; the rest is a second click
WRONG = ("error", "parked")


@dataclass(frozen=True)
class Tried:
    """How many go again, and whose problem trying again would not mend."""

    retried: int
    left: tuple[LinkKey, ...] = ()
    more: bool = False


@dataclass(frozen=True)
class Rested:
    """How many rest, and why the others do not."""

    skipped: int
    left: Mapping[LinkKey, str]


def retry(context: Context, actor: Actor, *, keys: Iterable[LinkKey] | None = None, code: str = "") -> Tried:
    """Make problems due again: these, those with one code, or all. Rings the lanes."""
    found = list(keys) if keys is not None else _wrong(context, MOST + 1)
    retried, left = 0, list[LinkKey]()
    for some in chunks(found[:MOST], AT_ONCE):
        links = context.at.links.many(some)
        wrong = [link for link in links.values() if link.state in WRONG and code in ("", link.reason)]
        able = [link for link in wrong if link.reason not in MUST_CHOOSE]
        left += [link.key for link in wrong if link not in able]
        if keys is not None:
            left += [key for key in some if key not in {link.key for link in wrong}]
        _read_again(context, [link for link in able if link.reason == "archived_in_ledger"])
        going = [link for link in able if link.reason != "archived_in_ledger"]
        done = context.at.commit.each([_again(context, link, actor) for link in going])
        retried += len(able) - len(going) + sum(done)
    if retried:
        context.at.doorbells.ring(context.company.id, "export")
    return Tried(retried, tuple(left), more=len(found) > MOST)


def _wrong(context: Context, most: int) -> list[LinkKey]:
    keys: list[LinkKey] = []
    after: str | None = None
    while len(keys) < most:
        page = context.at.links.errors(context.company.id, after=after)
        keys += page.items
        after = page.next
        if after is None:
            break
    return keys[:most]


def _again(context: Context, link: Link, actor: Actor) -> list[Write]:
    now = context.at.clock.now()
    ordered = export_rules.due(link, now).model_copy(update={"ordered_by": "person"})
    entry = record_entry(
        link.key.record, at=now, mark=f"retry-v{link.version}", direction="here", action="retried", actor=actor.sub
    )
    return [PutLink(ordered), PutEntry(entry)]


def _read_again(context: Context, links: list[Link]) -> None:
    """A person says it was restored in the ledger: the import looks, and the link resumes by itself."""
    if not links:
        return
    documents = [(link.document_type, link.document_id) for link in links]
    context.at.marks.add(context.organisation, documents, since=f"{CERTAIN}{context.at.ids.new()}")
    context.at.doorbells.ring(context.company.id, "import")


def skip(context: Context, keys: Iterable[LinkKey], reason: str, actor: Actor) -> Rested:
    """Let problems rest: out of the count until the record changes."""
    at, skipped, left = context.at, 0, dict[LinkKey, str]()
    for some in chunks(keys, AT_ONCE):
        now = at.clock.now()
        groups: list[list[Write]] = []
        resting: list[LinkKey] = []
        links = at.links.many(some)
        left |= {key: "there is no such record" for key in some if key not in links}
        for link in links.values():
            if link.state not in WRONG:
                left[link.key] = "nothing is wrong with it"
                continue
            resting.append(link.key)
            rest = {"state": "skipped", "reason": "acknowledged", "error": None, "waits_on": "", "wake_at": None}
            entry = record_entry(
                link.key.record,
                at=now,
                mark=f"skip-v{link.version}",
                direction="here",
                action="acknowledged",
                reason=link.reason,
                message=reason,
                actor=actor.sub,
            )
            groups.append([PutLink(link.model_copy(update=rest)), PutEntry(entry)])
        stored = at.commit.each(groups)
        skipped += sum(stored)
        left |= {key: "it changed meanwhile" for key, done in zip(resting, stored, strict=True) if not done}
    return Rested(skipped, left)
