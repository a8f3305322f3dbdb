"""What goes out, and what went both ways: the export queue and the history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from admin_api.access import READERS, At, open_to
from admin_api.answers import Shown
from admin_api.finding import aware
from admin_api.history import EntryPage, shown_page
from admin_api.presenting import Standing, seen_on, standing
from admin_api.reading import Cursor, Limit
from admin_api.shapes import RecordRef
from ledgerlink.flows.outbound import queue as flow
from ledgerlink.flows.records import history as past
from ledgerlink.kinds import KINDS
from ledgerlink.reasons import REASONS
from ledgerlink.rules.decisions import Archive, Create, Decision, Update
from ledgerlink.state.link import ON_RECORD, Link, SyncState

from .companies import COMPANY

routes = Router()


class QueuedOut(Shown):
    record: RecordRef
    seen_on: RecordRef | None = Field(description="The record that shows it, where it has no page of its own")
    title: str
    part: str
    state: SyncState
    action: Literal["create", "update", "archive", "none"] = Field(description="What will be done in the ledger")
    fields: list[str] = Field(description="What an update will change")
    why: str = Field(description="In plain words")
    waiting_for: str | None = Field(description="A code of GET /v1/reasons; null if it goes next")
    since: datetime | None
    until: datetime | None = Field(description="When it is looked at again, where it waits for a time")


class QueuePage(Shown):
    items: list[QueuedOut]
    next: str | None


@routes.get(f"{COMPANY}/export-queue", tags=["queue"], **open_to(*READERS))
def export_queue(at: At, limit: Limit = 50, cursor: Cursor = None) -> QueuePage:
    """What is due in its order, then what waits, each with why and what will be done."""
    queued, following = flow.export_queue(at, after=cursor, limit=limit)
    now, homes = standing(at), seen_on(at, [each.link.key.record for each in queued])
    return QueuePage(items=[_shown(each, now, homes.get(each.link.key.record)) for each in queued], next=following)


def _shown(queued: flow.Queued, now: Standing, home: RecordRef | None) -> QueuedOut:
    link, waiting = queued.link, now.waits_for(queued.link)
    action, fields = _plan(queued.decision)
    return QueuedOut(
        record=RecordRef(kind=link.kind, id=link.id),
        seen_on=home,
        title=link.title,
        part=link.part,
        state=now.state(link),
        action=action,
        fields=fields,
        why=_why(link, action, fields, waiting),
        waiting_for=waiting,
        since=link.queued_at or link.updated_at,
        until=link.wake_at,
    )


def _plan(decision: Decision) -> tuple[Literal["create", "update", "archive", "none"], list[str]]:
    match decision:
        case Create():
            return "create", []
        case Update(fields=fields):
            return "update", list(fields)
        case Archive():
            return "archive", []
    return "none", []


def _why(link: Link, action: str, fields: list[str], waiting: str | None) -> str:
    noun = KINDS[link.kind].document_type.replace("_", " ")
    what = f"{', '.join(fields)} of " if fields else ""
    gone = "Inactive here: the {} will be archived." if link.kind == "organizations" else "The {} will be taken back."
    words = {
        "create": f"New here: {'an' if noun[0] in 'aeiou' else 'a'} {noun} will be created.",
        "update": f"Edited here: {what}the {noun} will be updated.",
        "archive": gone.format(noun),
        "none": "",
    }[action]
    wait = REASONS[waiting].message if waiting in REASONS else ""
    return " ".join(part for part in (words, _on(link) if wait else "", wait) if part) or "It will be looked at."


def _on(link: Link) -> str:
    """Which record it waits for, where it is one."""
    kind, _, id_ = link.waits_on.removeprefix(ON_RECORD).partition("/")
    is_other = link.waits_on.startswith(ON_RECORD) and not link.is_due and kind in KINDS
    return f"It waits for the {KINDS[kind].singular} {id_}:" if is_other else ""


@routes.get(f"{COMPANY}/history", tags=["queue"], **open_to(*READERS))
def history(
    at: At,
    direction: Literal["export", "import", "here"] | None = None,
    kind: Annotated[str | None, Query(max_length=50)] = None,
    outcome: Literal["ok", "failed", "skipped", "conflict"] | None = None,
    since: Annotated[datetime | None, Query(description="UTC, ISO 8601")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> EntryPage:
    """Attempts and changes in both directions, newest first. A page may be short before the end: read on."""
    where = past.Where(direction=direction, kind=kind, outcome=outcome, since=aware(since))
    page = past.history(at, where, after=cursor, limit=limit)
    return shown_page(at, page)
