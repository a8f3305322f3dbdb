"""What bulk jobs say and count: a plan's line for each record, figures by outcome, calls and time, and whether a plan
may still be applied (J1). Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from ledgerlink.kinds import KINDS, Content, Field
from ledgerlink.ports import Budget
from ledgerlink.state.job import Failure, Job, JobItem, Progress
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

from .decisions import Archive, Create, Decision, Disagree, First, Nothing, Park, Refuse, Skip, Update, Wait
from .export import as_json
from .limits import DAY_LIMITS, FLOORS, PER_MINUTE
from .merge import is_blank

PLAN_HOLDS = timedelta(hours=24)
KEPT_FAILURES = 20
_DAY = timedelta(days=1)

# What a plan says will happen, and how it is counted: by what happened.
COUNTED_AS = {
    "create": "created",
    "update": "updated",
    "archive": "archived",
    "link": "linked",
    "unlink": "unlinked",
    "delete": "deleted",
    "skip": "skipped",
    "suggest": "suggested",
    "fail": "failed",
}
PLANNED_AS = {done: planned for planned, done in COUNTED_AS.items()}
OUTCOMES = (*COUNTED_AS, *(name for name in Progress.model_fields if name not in ("total", "done")))
_FOR_APPLYING: dict[str, Any] = {"document": None, "row": None, "before": None, "put_back": None}
NAME_ARCHIVED = (
    "An archived contact in the ledger has this name: it may refuse it until that one is restored or renamed."
)
SENDING = frozenset({"create", "update", "archive"})


# ------------------------------------------------------------------ counting


def counted(items: Iterable[JobItem], onto: Progress | None = None) -> Progress:
    """The figures of these items, added to ``onto``. The total is not a count of items, and stays."""
    figures = (onto or Progress()).model_dump()
    for item in items:
        figures["done"] += 1
        figures[COUNTED_AS.get(item.outcome, item.outcome)] += 1
    return Progress(**figures)


def with_failures(known: tuple[Failure, ...], items: Iterable[JobItem]) -> tuple[Failure, ...]:
    """The first few failures of a job, for its e-mail."""
    found = list(known)
    for item in items:
        if len(found) >= KEPT_FAILURES:
            break
        if item.outcome == "failed":
            found.append(
                Failure(
                    kind=item.kind,
                    id=item.id[:100],
                    title=item.title[:100],
                    reason=item.reason,
                    message=item.message[:300],
                    line=item.line,
                )
            )
    return tuple(found)


def done_as(item: JobItem) -> JobItem:
    """A plan's line that needs nothing done, as a result."""
    return item.model_copy(update={**_FOR_APPLYING, "outcome": COUNTED_AS.get(item.outcome, item.outcome)})


def left_out(item: JobItem, reason: str) -> JobItem:
    """The line when it was not carried out after all."""
    return done_as(item).model_copy(update={"outcome": "left_out", "reason": reason, "message": ""})


# ------------------------------------------------------------------ time


def finishes_at(now: datetime, calls: int, budget: Budget) -> datetime:
    """When so many calls will have been made: at the paced rate, and not below what is kept for live traffic."""
    limit = budget.day_limit or DAY_LIMITS[0]
    kept = FLOORS["backfill"] * limit
    today = calls if budget.day_remaining is None else max(0.0, budget.day_remaining - kept)
    if calls <= today:
        return now + timedelta(minutes=calls / PER_MINUTE)
    days = ceil((calls - today) / (limit - kept))
    rest = (calls - today) % (limit - kept)
    return now + days * _DAY + timedelta(minutes=rest / PER_MINUTE)


def why_outdated(job: Job, *, settings_version: int, organisation: str, now: datetime) -> str:
    """Why a plan may no longer be applied, in words; "" if it may."""
    if settings_version != job.settings_version:
        return "settings changed since it was planned, or mappings"
    if organisation != job.organisation:
        return "the company is connected to another organisation than when it was planned"
    if job.planned_at is None or now - job.planned_at > PLAN_HOLDS:
        return "the plan is older than 24 hours"
    return ""


# ------------------------------------------------------------------ a plan's lines


def planned_as(record: Record, link: Link, decision: Decision) -> JobItem:
    """What exporting the record would do if the job ordered it now."""
    item = JobItem(
        kind=record.kind,
        id=record.id,
        title=KINDS[record.kind].title(record.content),
        outcome="unchanged",
        revision=record.revision,
        link_version=link.version,
        document_id=link.document_id,
    )
    return item.model_copy(update=_told(decision, link))


def _told(decision: Decision, link: Link) -> dict[str, Any]:
    match decision:
        case Create(content):
            return {"outcome": "create", "diff": born_diff(link.kind, content)}
        case Update(content, fields):
            diff = field_diff(link.kind, link.seen or link.base, content, fields)
            return {"outcome": "update", "diff": diff, "overwritten": overwritten(diff)}
        case Archive():
            return {"outcome": "archive", "diff": {"status": {"from": "active", "to": "archived"}}}
        case Nothing():
            return {}
        case Skip(reason) | Wait(reason) | Park(reason):
            return {"outcome": "skip", "reason": reason}
        case First(otherwise=wait):
            return {"outcome": "skip", "reason": wait.reason}
        case Refuse(problems):
            told = "; ".join(p.sentence for p in problems)
            return {"outcome": "fail", "reason": problems[0].code, "message": told}
        case Disagree(clashes):
            return {"outcome": "skip", "reason": "conflict", "message": ", ".join(c.field for c in clashes)}


def new_name(item: JobItem) -> str:
    """The name that this line of a plan gives a contact; "" where it gives none."""
    gives = item.kind == "organizations" and item.outcome in ("create", "update")
    told = item.diff.get("name", {}) if gives else {}
    return str(told.get("to") or "")


def as_name(name: str) -> str:
    """A name as the ledger compares it (``facts/xero.md §4.1``)."""
    return " ".join(name.split()).casefold()


def with_names_taken(
    items: Iterable[JobItem],
    holders: Mapping[str, tuple[str, str]],
    earlier: Mapping[str, str],
    archived: Collection[str] = (),
) -> list[JobItem]:
    """The lines, those failed whose name another document has, or a record earlier in the plan will have.

    ``holders``: id and name by name as compared; ``archived``: the names of archived documents, which are tried all
    the same (``facts/xero.md §8`` no. 6). What is foreseen here the ledger has the last word about.
    """
    found: list[JobItem] = []
    given = dict(earlier)
    for item in items:
        name = as_name(new_name(item))
        holder, twin = holders.get(name), given.get(name)
        if not name or (twin is None and (holder is None or holder[0] == item.document_id)):
            given |= {name: item.id} if name else {}
            doubtful = name in archived and item.outcome == "create" and not item.message
            found.append(item.model_copy(update={"message": NAME_ARCHIVED}) if doubtful else item)
            continue
        if twin is None and holder is not None:
            words = f"Another contact in the ledger is called {holder[1]}."
        else:
            words = f"{twin} in this plan gets the same name."
        told = {"outcome": "fail", "reason": "name_taken", "message": words, "overwritten": ()}
        found.append(item.model_copy(update=told))
    return found


def same_plan(planned: JobItem, now: JobItem) -> bool:
    """Whether a record would still be treated as it was planned. What was foreseen is the ledger's to refuse."""
    foreseen = planned.foreseen or (planned.outcome, planned.reason) == ("fail", "name_taken")
    if foreseen and now.outcome in SENDING:
        planned = planned.model_copy(update={"outcome": now.outcome, "reason": now.reason})
    mattering = ("outcome", "reason", "diff", "document_id", "revision")
    return all(getattr(planned, name) == getattr(now, name) for name in mattering)


def field_diff(kind: str, before: Content | None, after: Content, fields: Iterable[str]) -> dict[str, dict[str, Any]]:
    """``{field: {from, to}}`` as plain data."""
    known: dict[str, Field] = {field.name: field for field in KINDS[kind].fields}
    return {
        name: {"from": plain(known[name].of(before)) if before else None, "to": plain(known[name].of(after))}
        for name in fields
    }


def born_diff(kind: str, content: Content) -> dict[str, dict[str, Any]]:
    """Everything a new document or record says."""
    return field_diff(kind, None, content, [f.name for f in KINDS[kind].fields if not is_blank(f.of(content))])


def overwritten(diff: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """The fields of a diff in which a value is replaced."""
    return tuple(name for name, change in diff.items() if change["from"] not in (None, "", [], {}))


def plain(value: Any) -> Any:
    """A field's value as plain JSON data."""
    return json.loads(as_json(value))
