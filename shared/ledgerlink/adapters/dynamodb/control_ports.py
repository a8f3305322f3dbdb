"""What lies in the control table, port by port: lanes, companies, cursors, jobs, notices, what must wake."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pynamodb.exceptions import DeleteError

from ledgerlink.kinds import Value
from ledgerlink.ports import Cursor, Page, Woken
from ledgerlink.state.company import Company, Connection
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.job import Job
from ledgerlink.state.lane import Direction, Lane
from ledgerlink.state.mapping import Mappings
from ledgerlink.state.notice import Notice
from ledgerlink.state.reference import Reference
from ledgerlink.state.subscription import Subscription
from ledgerlink.state.suggestion import Suggestion

from . import control
from .errors import code_of, translated
from .operations import dispatch_of
from .pack import stamp
from .reading import many, page
from .tables import SHARDS, ControlItem


class DynamoLanes:
    """``ports.Lanes``."""

    def get(self, company: str, direction: Direction) -> Lane:
        stored = control.load(company, f"lane#{direction}", Lane)
        return stored or Lane(company=company, direction=direction)

    def open_dispatches(self, company: str) -> list[Dispatch]:
        with translated():
            items = list(ControlItem.query(company, ControlItem.sk.startswith("dispatch#"), consistent_read=True))
        return [dispatch_of(item) for item in items]


class DynamoCompanies:
    """Companies, connections, the pairing, and OAuth states (``ports.Companies`` but for its tokens)."""

    def get(self, company: str) -> Company | None:
        return control.load(company, "company", Company)

    def all(self) -> list[Company]:
        with translated():
            names = [item.sk for item in ControlItem.query("companies")]
        found = (self.get(name) for name in names)
        return [company for company in found if company is not None]

    def connection(self, company: str) -> Connection:
        return control.load(company, "connection", Connection) or Connection(company=company)

    def of_organisation(self, organisation: str) -> str | None:
        claim = control.get(f"organisation#{organisation}", "claim")
        return claim.status if claim else None

    def remember_state(self, state: str, data: Mapping[str, Any], *, expires_at: datetime) -> None:
        item = ControlItem(
            f"state#{state}",
            "state",
            version=1,
            data=json.dumps({**data, "expires_at": stamp(expires_at)}),
            expires_at=int(expires_at.timestamp()) + 3600,
        )
        control.put(item, 0)

    def take_state(self, state: str) -> dict[str, Any] | None:
        item = control.get(f"state#{state}", "state")
        if item is None:
            return None
        with translated():
            try:
                item.delete(condition=ControlItem.company.exists())
            except DeleteError as error:
                if code_of(error) == "ConditionalCheckFailedException":
                    return None  # somebody else took it just now
                raise
        data: dict[str, Any] = json.loads(item.data)
        return data  # the caller knows its clock, and with it whether this expired


class _CursorRow(Value):
    document_type: str
    newest: datetime | None = None
    next_poll_at: datetime | None = None
    behind: bool = False
    version: int = 0


class DynamoCursors:
    """``ports.Cursors``; the next poll is in the wake index."""

    def get(self, company: str, document_type: str) -> Cursor:
        row = control.load(company, f"cursor#{document_type}", _CursorRow)
        return Cursor(**row.model_dump()) if row else Cursor(document_type)

    def put(self, company: str, cursor: Cursor) -> None:
        row = _CursorRow(**dataclasses.asdict(cursor))
        item = control.item(
            company, f"cursor#{cursor.document_type}", row, version=cursor.version, wake_at=cursor.next_poll_at
        )
        control.put(item, cursor.version)


class DynamoWakes:
    """``ports.Wakes``."""

    def due(self, now: datetime, *, limit: int = 200) -> list[Woken]:
        found: list[Woken] = []
        with translated():
            for shard in range(SHARDS):
                rows = ControlItem.wake_index.query(f"wake{shard}", ControlItem.wake_at < f"{stamp(now)}~", limit=limit)
                for row in rows:
                    what, _, name = row.sk.partition("#")
                    found.append(Woken(row.company, what, name))
        return found


class DynamoJobItems:
    """The jobs themselves; their chunks are another adapter's."""

    def get(self, company: str, job: str) -> Job | None:
        return control.load(company, f"job#{job}", Job)

    def page(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        return page(
            ControlItem.query,
            company,
            ControlItem.sk.startswith("job#"),
            make=lambda item: control.value_of(item, Job),
            after=after,
            limit=limit,
            scan_index_forward=False,
            consistent_read=True,
        )


class DynamoNotices:
    """``ports.Notices``."""

    def get(self, company: str, notice: str) -> Notice | None:
        return control.load(company, f"notice#{notice}", Notice)


class DynamoSubscriptions:
    """``ports.Subscriptions``."""

    def get(self, company: str, who: str) -> Subscription | None:
        return control.load(company, f"subscription#{who}", Subscription)

    def all(self, company: str) -> list[Subscription]:
        with translated():
            rows = ControlItem.query(company, ControlItem.sk.startswith("subscription#"), consistent_read=True)
            return [control.value_of(item, Subscription) for item in rows]


class DynamoSuggestions:
    """``ports.Suggestions``."""

    def get(self, company: str, suggestion: str) -> Suggestion | None:
        return control.load(company, f"suggestion#{suggestion}", Suggestion)

    def many(self, company: str, suggestions: Iterable[str]) -> list[Suggestion]:
        stored = many(ControlItem, ((company, f"suggestion#{id_}") for id_ in suggestions))
        return [control.value_of(item, Suggestion) for item in stored]

    def of_document(self, company: str, document_id: str) -> list[Suggestion]:
        with translated():
            of_it = ControlItem.sk.startswith(f"suggestion#{document_id}-")  # ids begin so (``state.suggestion``)
            rows = ControlItem.query(company, of_it, consistent_read=True)
            return [control.value_of(item, Suggestion) for item in rows]

    def open(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        return page(
            ControlItem.query,
            company,
            ControlItem.sk.startswith("suggestion#"),
            make=lambda item: control.value_of(item, Suggestion),
            after=after,
            limit=limit,
            filter_condition=ControlItem.status == "open",
            consistent_read=True,
        )

    def count(self, company: str) -> int:
        with translated():
            return int(
                ControlItem.count(
                    company,
                    ControlItem.sk.startswith("suggestion#"),
                    filter_condition=ControlItem.status == "open",
                )
            )


class DynamoReferenceData:
    """``ports.ReferenceData``."""

    def get(self, company: str) -> Reference:
        return control.load(company, "reference", Reference) or Reference()

    def mappings(self, company: str) -> Mappings:
        return control.load(company, "mappings", Mappings) or Mappings()
