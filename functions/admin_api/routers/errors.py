"""Unresolved errors: what is wrong, what can be done, and doing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, StrictBool, model_validator

from admin_api.access import ALL, FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown
from admin_api.history import Diff
from admin_api.presenting import seen_on, shown_sync, standing
from admin_api.reading import Cursor, Limit, RecordId
from admin_api.shapes import FixOut, NamedRecord, RecordRef, Sync
from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import plain
from ledgerlink.flows.errors import fixing, safe_editing
from ledgerlink.flows.errors import problems as flow
from ledgerlink.kinds import KINDS, Value
from ledgerlink.kinds.amounts import Amount
from ledgerlink.ports import Page
from ledgerlink.reasons import REASONS
from ledgerlink.rules.fixes import fixes_of
from ledgerlink.rules.safe_edits import WAYS, Plan, Step
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .companies import COMPANY

routes = Router()


class StepOut(Shown):
    action: str = Field(description="take_off, update, put_back; credit, issue, allocate")
    record: RecordRef
    document_id: str | None
    amount: Amount
    currency: str
    date: dt.date | None
    method: str


class WayOut(Shown):
    fix: str
    label: str
    possible: bool
    steps: list[StepOut] = Field(description="What would be done, in this order; each is a write to the ledger")
    code: str | None = Field(description="Why it is not possible")
    message: str | None
    remedy: str | None
    diff: dict[str, Diff]


class WaysOut(Shown):
    items: list[WayOut]


class ErrorOut(Shown):
    record: RecordRef
    seen_on: RecordRef | None = Field(description="The record that shows it, where it has no page of its own")
    title: str
    code: str
    message: str
    remedy: str
    who_can_fix: str
    fixes: list[FixOut]
    since: datetime
    attempts: int
    details: list[str]
    ledger_url: str | None


class ErrorPage(Shown):
    count: int
    items: list[ErrorOut]
    next: str | None


class RetryIn(Value):
    records: list[NamedRecord] | None = Field(None, max_length=1000)
    code: str | None = None
    all: StrictBool = False

    @model_validator(mode="after")
    def _says_which(self) -> RetryIn:
        if sum((self.records is not None, self.code is not None, self.all)) != 1:
            raise ValueError("give records, a code, or all")
        return self


class Retried(Shown):
    retried: int
    left: list[RecordRef] = Field(description="Nothing is wrong with them, or a person must choose first")
    more: bool


class SkipIn(Value):
    records: list[NamedRecord] = Field(min_length=1, max_length=1000)
    reason: str = Field(min_length=1, max_length=500)


class LeftOut(Shown):
    record: RecordRef
    why: str


class Skipped(Shown):
    skipped: int
    left: list[LeftOut]


class FixIn(Value):
    record: NamedRecord
    fix: str
    params: dict[str, Any] = Field(default_factory=dict)
    dry_run: StrictBool = False


class FixedOut(Shown):
    record: RecordRef
    fix: str
    dry_run: bool
    outcome: str
    diff: dict[str, Diff]
    steps: list[StepOut] = Field(description="Of a safe edit: each a write to the ledger, in this order")
    note: str | None = Field(description="What else is to be known of it before it is done")
    document: dict[str, str] | None = Field(description="Whom it is about: {document_id, name, email}")
    sync: Sync | None


@routes.get(f"{COMPANY}/errors", tags=["errors"], **open_to(*ALL))
def list_errors(
    at: At,
    kind: Annotated[str | None, Query(description="With `id`: of this record alone")] = None,
    id: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ErrorPage:
    """What is wrong, oldest first, with the fixes the hub can run; `count` is of all."""
    if kind is not None and id is not None:
        page = Page([LinkKey(*RecordKey(at.company.id, kind, id))], None)
    else:
        page = at.at.links.errors(at.company.id, after=cursor, limit=limit)
    links = at.at.links.many(page.items)
    records = at.at.records.many(key.record for key in page.items)
    now, homes = standing(at), seen_on(at, [key.record for key in page.items])
    items = [
        _shown(records[key.record], links[key], now.trouble_url(links[key]), homes.get(key.record))
        for key in page.items
        if key in links and key.record in records and links[key].error is not None
    ]
    return ErrorPage(count=at.at.links.count_errors(at.company.id), items=items, next=page.next)


def _shown(record: Record, link: Link, url: str | None, home: RecordRef | None) -> ErrorOut:
    assert link.error is not None
    known = REASONS.get(link.error.code)
    return ErrorOut(
        record=RecordRef(kind=link.kind, id=link.id),
        seen_on=home,
        title=link.title,
        code=link.error.code,
        message=link.error.message,
        remedy=known.remedy if known else "",
        who_can_fix=known.who_can_fix if known else "admin",
        fixes=[FixOut(id=each.id, label=each.label, params=each.params) for each in fixes_of(record, link)],
        since=link.error.since,
        attempts=link.attempts,
        details=list(link.error.details),
        ledger_url=url,
    )


@routes.post(f"{COMPANY}/errors:retry", tags=["errors"], **open_to(*FINANCE))
def retry_errors(at: At, who: Who, body: RetryIn) -> Retried:
    """Try again: these records, all with one cause, or all."""
    keys = links_of(at, body.records) if body.records is not None else None
    tried = flow.retry(at, who.actor, keys=keys, code=body.code or "")
    left = [RecordRef(kind=key.kind, id=key.id) for key in tried.left]
    return Retried(retried=tried.retried, left=left, more=tried.more)


@routes.post(f"{COMPANY}/errors:skip", tags=["errors"], **open_to(*FINANCE))
def skip_errors(at: At, who: Who, body: SkipIn) -> Skipped:
    """Let them rest with a reason: out of the count, and back when the record changes."""
    rested = flow.skip(at, links_of(at, body.records), body.reason, who.actor)
    left = [LeftOut(record=RecordRef(kind=key.kind, id=key.id), why=why) for key, why in rested.left.items()]
    return Skipped(skipped=rested.skipped, left=left)


@routes.get(f"{COMPANY}/<kind>/<id>/safe-edits", tags=["errors"], **open_to(*READERS))
def list_safe_edits(at: At, kind: str, id: RecordId) -> WaysOut:
    """How a document on which money stands can be edited all the same: every way, step by step, or why it is closed.
    Reads the ledger."""
    [key] = links_of(at, [RecordRef(kind=kind, id=id)])
    return WaysOut(items=[_way(at, key, plan) for plan in safe_editing.plans(at, key.record)])


def _way(at: Context, key: LinkKey, plan: Plan) -> WayOut:
    known = REASONS.get(plan.closed)
    return WayOut(
        fix=plan.way,
        label=WAYS[plan.way],
        possible=not plan.closed,
        steps=_steps(at, key, plan.steps),
        code=plan.closed or None,
        message=plan.message or (known.message if known else None),
        remedy=known.remedy if known else None,
        diff={name: Diff(from_=plain(before), to=plain(after)) for name, (before, after) in plan.diff.items()},
    )


def _steps(at: Context, key: LinkKey, steps: Iterable[Step]) -> list[StepOut]:
    record = at.at.records.get(key.record) if steps else None
    currency = getattr(record.content, "currency", "") if record is not None else ""
    return [
        StepOut(
            action=step.action,
            record=RecordRef(kind=step.record.kind, id=step.record.id),
            document_id=step.document_id or None,
            amount=step.amount,
            currency=currency or at.reference.base_currency,
            date=step.date,
            method=step.method,
        )
        for step in steps
    ]


@routes.post(f"{COMPANY}/errors:fix", tags=["errors"], **open_to(*FINANCE))
def fix_error(at: At, who: Who, body: FixIn) -> FixedOut:
    """Run one of the fixes that the error offers, or a safe edit; with `dry_run` tell what it would do."""
    [key] = links_of(at, [body.record])
    fixed = fixing.fix(at, key.record, body.fix, body.params, who.actor, dry_run=body.dry_run)
    document = fixed.document
    return FixedOut(
        record=body.record,
        fix=body.fix,
        dry_run=body.dry_run,
        outcome=fixed.outcome,
        diff={name: Diff(from_=told["from"], to=told["to"]) for name, told in fixed.diff.items()},
        steps=_steps(at, key, fixed.steps),
        note=fixed.note or None,
        document=None
        if document is None
        else {
            "document_id": document.id,
            "name": KINDS[document.kind].title(document.content),
            "email": getattr(document.content, "email", ""),
        },
        sync=_sync(at, key),
    )


def _sync(at: Context, key: LinkKey) -> Sync | None:
    record, link = at.at.records.get(key.record), at.at.links.get(key)
    return shown_sync(at, record, link) if record is not None and link is not None else None


def links_of(at: Context, records: Iterable[RecordRef]) -> list[LinkKey]:
    """The main links of the records named. Raises Invalid for a kind there is none of."""
    unknown = [f"records.{i}.kind" for i, each in enumerate(records) if each.kind not in KINDS]
    if unknown:
        raise Invalid(*(FieldProblem(where, f"is not one of {', '.join(KINDS)}") for where in unknown))
    return [LinkKey(*RecordKey(at.company.id, each.kind, each.id)) for each in dict.fromkeys(records)]
