"""What changed: the CRM's feed, a record's history, and values brought back from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from admin_api.access import ALL, FINANCE, At, Who, open_to
from admin_api.answers import Shown, answer
from admin_api.history import EntryPage, shown_page
from admin_api.presenting import shown
from admin_api.reading import Cursor, Limit, RecordId
from ledgerlink.flows.records import feed, history, restoring
from ledgerlink.kinds import LISTED, Kind, Value
from ledgerlink.state.record import RecordKey

from .companies import COMPANY

routes = Router()


class ChangeOut(Shown):
    kind: str
    id: str
    revision: int
    changed_by: Literal["crm", "ledger", "admin"]
    deleted: bool
    updated_at: datetime


class ChangePage(Shown):
    items: list[ChangeOut]
    next: str = Field(description="Send it as `since`; it is there even when nothing follows yet")


class RestoreIn(Value):
    fields: list[str] | None = Field(None, description="Of the entry's diff; absent: all of them")


@routes.get(f"{COMPANY}/changes", tags=["changes"], **open_to(*ALL))
def changes(
    at: At,
    since: Annotated[str | None, Query(max_length=8000, description="`next` of the last answer, or a time")] = None,
    limit: Limit = 200,
) -> ChangePage:
    """Records by time of change, at least once; dedupe by id and revision."""
    page = feed.changes(at.company.id, at.at, since=since, limit=limit)
    items = [
        ChangeOut(
            kind=record.kind,
            id=record.id,
            revision=record.revision,
            changed_by=record.changed_by,
            deleted=record.deleted,
            updated_at=record.updated_at,
        )
        for record in page.records
    ]
    return ChangePage(items=items, next=page.next)


@routes.post(f"{COMPANY}/activity/<id>:restore", tags=["changes"], **open_to(*FINANCE))
def restore(at: At, who: Who, id: str, body: RestoreIn | None = None) -> Any:
    """Bring overwritten values back, as an edit of yours. Answers the record."""
    saved = restoring.restore(at, id, body.fields if body is not None else None, who.actor)
    return answer(shown(at, saved.record, saved.link), revision=saved.record.revision)


def _routes_of_kind(kind: Kind[Any]) -> None:
    @routes.get(f"{COMPANY}/{kind.name}/<id>/activity", tags=[kind.name], **open_to(*ALL))
    def activity(at: At, id: RecordId, limit: Limit = 50, cursor: Cursor = None) -> EntryPage:
        """The record's history, newest first; it stays when the record is deleted."""
        key = RecordKey(at.company.id, kind.name, id)
        return shown_page(at, history.of_record(at, key, after=cursor, limit=limit))


for _kind in LISTED.values():
    _routes_of_kind(_kind)
