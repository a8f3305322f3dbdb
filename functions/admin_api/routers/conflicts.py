"""Conflicts, where both sides changed the same field; suggestions, where both may be the same."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field, model_validator

from admin_api.access import FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown, answer
from admin_api.presenting import shown, standing
from admin_api.problems import of_error
from admin_api.reading import LONGEST_ID, Cursor, Limit
from admin_api.shapes import RecordRef
from ledgerlink.errors import LedgerlinkError, NotFound
from ledgerlink.flows.records import conflicts, suggesting
from ledgerlink.kinds import KINDS, Value
from ledgerlink.reasons import REASONS
from ledgerlink.rules.merge import Side
from ledgerlink.state.activity import Entry
from ledgerlink.state.link import Clashing, Link, LinkKey
from ledgerlink.state.record import RecordKey
from ledgerlink.state.suggestion import Suggestion

from .companies import COMPANY

routes = Router()


# ------------------------------------------------------------------ conflicts


class InDispute(Shown):
    field: str
    crm: Any
    crm_by: str | None = Field(description="Who set the value here")
    crm_at: datetime | None
    ledger: Any
    ledger_by: str = Field(description="The ledger does not tell which person edited it")
    ledger_at: datetime | None = Field(description="When the document was last changed there")
    since: datetime


class ConflictOut(Shown):
    id: str
    record: RecordRef
    title: str
    code: str = Field(description="conflict, or merged_into_linked, which is not about fields")
    message: str
    remedy: str
    fields: list[InDispute]
    other: RecordRef | None = Field(description="Of merged_into_linked: the record that has the contact that is left")
    since: datetime | None
    ledger_url: str | None


class ConflictPage(Shown):
    items: list[ConflictOut]
    next: str | None


class ResolveIn(Value):
    keep: Side | None = None
    fields: dict[str, Side] | None = None

    @model_validator(mode="after")
    def _says_one(self) -> ResolveIn:
        if (self.keep is None) == (not self.fields):
            raise ValueError("give keep, or fields, one of the two")
        return self


@routes.get(f"{COMPANY}/conflicts", tags=["conflicts"], **open_to(*READERS))
def list_conflicts(at: At, limit: Limit = 50, cursor: Cursor = None) -> ConflictPage:
    """Both values of each field in dispute, oldest first."""
    pairs, following = conflicts.listed(at, after=cursor, limit=limit)
    links = [link for _, link in pairs]
    now, authors, others = standing(at), conflicts.authors(at, links), conflicts.others(at, links)
    items = [_conflict(link, now.url(link), authors[link.key], others.get(link.key)) for link in links]
    return ConflictPage(items=items, next=following)


def _conflict(link: Link, url: str | None, authors: dict[str, Entry], other: RecordKey | None) -> ConflictOut:
    known = REASONS[link.reason]
    return ConflictOut(
        id=f"{link.kind}:{link.id}:{link.part}",
        record=RecordRef(kind=link.kind, id=link.id),
        title=link.title,
        code=link.reason,
        message=known.message,
        remedy=known.remedy,
        fields=[_in_dispute(clash, link, authors.get(clash.field)) for clash in link.clashes],
        other=RecordRef(kind=other.kind, id=other.id) if other is not None else None,
        since=min((c.since for c in link.clashes), default=link.error.since if link.error else None),
        ledger_url=url,
    )


def _in_dispute(clash: Clashing, link: Link, entry: Entry | None) -> InDispute:
    return InDispute(
        field=clash.field,
        crm=json.loads(clash.crm),
        crm_by=(entry.actor or None) if entry is not None else None,
        crm_at=entry.at if entry is not None else None,
        ledger=json.loads(clash.ledger),
        ledger_by="ledger",
        ledger_at=link.base_at,
        since=clash.since,
    )


@routes.post(f"{COMPANY}/conflicts/<id>", tags=["conflicts"], **open_to(*FINANCE))
def resolve_conflict(at: At, who: Who, id: str, body: ResolveIn) -> Any:
    """Keep one side's values, for all fields in dispute or field by field. Answers the record."""
    kind, _, rest = id.partition(":")
    record_id, _, part = rest.partition(":")
    if kind not in KINDS or not record_id:
        raise NotFound("conflict")
    key = LinkKey(at.company.id, kind, record_id, part or "main")
    link = conflicts.resolve(at, key, body.keep or body.fields or {}, who.actor)
    record = at.at.records.get(key.record)
    assert record is not None
    return answer(shown(at, record, link), revision=record.revision)


# ------------------------------------------------------------------ suggestions


class Contact(Shown):
    document_id: str
    name: str
    email: str


class SuggestionOut(Shown):
    id: str
    record: RecordRef
    title: str
    contact: Contact
    reason: str
    score: float
    state: Literal["open", "linked", "created", "ignored", "moot"]
    made_at: datetime


class SuggestionPage(Shown):
    items: list[SuggestionOut]
    next: str | None


class DecideIn(Value):
    action: suggesting.Action


class DecideManyIn(Value):
    ids: list[Annotated[str, Field(max_length=LONGEST_ID)]] = Field(min_length=1, max_length=200)
    action: suggesting.Action


class DecidedOut(Shown):
    id: str
    suggestion: SuggestionOut | None
    problem: dict[str, Any] | None


class DecidedList(Shown):
    items: list[DecidedOut]


@routes.get(f"{COMPANY}/suggestions", tags=["suggestions"], **open_to(*READERS))
def list_suggestions(at: At, limit: Limit = 50, cursor: Cursor = None) -> SuggestionPage:
    """Contacts in the ledger that may be organizations here; neither is created until decided."""
    page = at.at.suggestions.open(at.company.id, after=cursor, limit=limit)
    return SuggestionPage(items=[_suggestion(each) for each in page.items], next=page.next)


def _suggestion(each: Suggestion) -> SuggestionOut:
    return SuggestionOut(
        id=each.id,
        record=RecordRef(kind=each.kind, id=each.record),
        title=each.record_title,
        contact=Contact(document_id=each.document_id, name=each.document_title, email=each.document_email),
        reason=each.reason,
        score=each.score,
        state=each.state,
        made_at=each.made_at,
    )


@routes.post(f"{COMPANY}/suggestions/<id>", tags=["suggestions"], **open_to(*FINANCE))
def decide_suggestion(at: At, who: Who, id: str, body: DecideIn) -> SuggestionOut:
    """Link: they are the same. Create: they are not, import the contact. Ignore: they are not."""
    decided = suggesting.decide(at, [id], body.action, who.actor)[id]
    if isinstance(decided, LedgerlinkError):
        raise decided
    return _suggestion(decided)


@routes.post(f"{COMPANY}/suggestions", tags=["suggestions"], **open_to(*FINANCE))
def decide_suggestions(at: At, who: Who, body: DecideManyIn) -> DecidedList:
    """Decide several; each ends by itself."""
    decided = suggesting.decide(at, body.ids, body.action, who.actor)
    return DecidedList(
        items=[
            DecidedOut(id=id, suggestion=None, problem=of_error(each))
            if isinstance(each, LedgerlinkError)
            else DecidedOut(id=id, suggestion=_suggestion(each), problem=None)
            for id, each in decided.items()
        ]
    )
