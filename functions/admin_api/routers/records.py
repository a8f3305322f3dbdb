"""Records of every kind in the registry: put, patched, shown, listed, deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from admin_api.access import ALL, CRM, At, Who, open_to
from admin_api.answers import answer, nothing
from admin_api.batches import BatchOut, put_many
from admin_api.finding import search, stamp
from admin_api.presenting import shown
from admin_api.reading import LARGE, Cursor, IfMatch, Limit, RecordId, revision
from admin_api.shapes import ClearIn, RenameIn, hold_of, own_fields, shapes
from ledgerlink.errors import FieldProblem, Invalid, NotFound, Refused
from ledgerlink.flows.context import Context
from ledgerlink.flows.records import clearing, deleting, linking, renaming, saving
from ledgerlink.flows.records.drafting import Push, Saved
from ledgerlink.kinds import LISTED, Kind
from ledgerlink.ports import SORTS, LinkFilter
from ledgerlink.state.link import Link, LinkKey, SyncState
from ledgerlink.state.record import Record, RecordKey

from .companies import COMPANY

F = TypeVar("F", bound=Callable[..., Any])

SORTED_AS = {"name": "title", "account_number": "number", "code": "number"}  # fields by the column they are copied to
Sort = Annotated[
    str,
    Query(
        pattern=f"^-?({'|'.join((*SORTS, *SORTED_AS))})$",
        description=f"One of {', '.join((*SORTS, *SORTED_AS))}; a minus before it turns it round",
    ),
]
Since = Annotated[datetime | None, Query(description="UTC, ISO 8601")]


def typed(**annotations: Any) -> Callable[[F], F]:
    """Give a handler made for one kind the types of that kind; ``returns`` is what it answers."""

    def tell(handler: F) -> F:
        if "returns" in annotations:
            annotations["return"] = Response[annotations.pop("returns")]  # type: ignore[misc]
        handler.__annotations__.update(annotations)
        return handler

    return tell


def routes_of_kind(kind: Kind[Any]) -> Router:
    """Everything about records of one kind."""
    routes, shape, tags = Router(), shapes(kind.name), [kind.name]
    path = f"{COMPANY}/{kind.name}"
    both = {
        200: {"description": "Changed", "content": {"application/json": {"model": shape.record}}},
        201: {"description": "Created", "content": {"application/json": {"model": shape.record}}},
    }

    @routes.put(f"{path}/<id>", tags=tags, responses=both, **open_to(*CRM))  # type: ignore[arg-type]
    @typed(body=shape.put, returns=shape.record)
    def put_record(at: At, who: Who, id: RecordId, body: Any, if_match: IfMatch = None) -> Any:
        """Create or replace; what is absent is blank, except for holds, which stay."""
        key = _key(at, kind, id, body.id)
        push = _push(body, own_fields(body, shape.fields), "replace", if_match)
        link = getattr(body, "link", None)
        if link is not None:
            return _saved(at, linking.save_linked(at, key, push, link.document_id, who.actor, confirm=link.confirm))
        return _saved(at, saving.save(at, key, push, who.actor))

    @routes.patch(f"{path}/<id>", tags=tags, **open_to(*CRM))
    @typed(body=shape.patch, returns=shape.record)
    def patch_record(at: At, who: Who, id: RecordId, body: Any, if_match: IfMatch = None) -> Any:
        """Merge: what is absent stays, null or "" is blank; phones and addresses merge by their kind.

        A document's subtotal and total go with its lines: other lines without them withdraw what was pushed."""
        key = _key(at, kind, id, body.id)
        push = _push(body, own_fields(body, shape.fields, given_only=True), "merge", if_match)
        return _saved(at, saving.save(at, key, push, who.actor))

    @routes.get(f"{path}/<id>", tags=tags, **open_to(*ALL))
    @typed(returns=shape.record)
    def get_record(at: At, id: RecordId) -> Any:
        """One record, with where it stands."""
        key = RecordKey(at.company.id, kind.name, id)
        record, link = at.at.records.get(key), at.at.links.get(LinkKey(*key))
        if record is not None and record.moved_to:
            raise Refused(
                "renamed", f"its id is {record.moved_to} now", status=404, extra={"renamed_to": record.moved_to}
            )
        if record is None or record.deleted or link is None:
            raise NotFound(kind.singular)
        return _answer(at, record, link)

    @routes.delete(f"{path}/<id>", tags=tags, status_code=204, **open_to(*CRM))
    def delete_record(
        at: At,
        who: Who,
        id: RecordId,
        force: Annotated[bool, Query(description="Although it is in the ledger; administrators only")] = False,
        reason: Annotated[str, Query(max_length=500)] = "",
        if_match: IfMatch = None,
    ) -> Response[None]:
        """Delete; one that is in the ledger only by force and with a reason, and its document stays there."""
        if force and who.role != "admin":
            raise Refused("not_allowed", "only an administrator may delete a synced record", status=403)
        key = RecordKey(at.company.id, kind.name, id)
        deleting.delete(at, key, who.actor, force=force, reason=reason, if_match=revision(if_match))
        return nothing()

    @routes.post(f"{path}:batch", tags=tags, **open_to(*CRM, most_bytes=LARGE))
    @typed(body=shape.batch)
    def put_batch(at: At, who: Who, body: Any) -> BatchOut:
        """Put up to 500 records; each has an outcome of its own, and a bad one spoils no other."""
        return put_many(at, kind.name, body.items, who.actor)

    @routes.post(f"{path}/<id>:clear", tags=tags, **open_to(*CRM))
    @typed(returns=shape.record)
    def clear_fields(at: At, who: Who, id: RecordId, body: ClearIn) -> Any:
        """Empty fields here, in the ledger, or on both sides: what emptying alone never does."""
        key = RecordKey(at.company.id, kind.name, id)
        clearing.clear(at, key, body.fields, body.side, body.reason, who.actor)
        return _answer(at, *linking.pair_of(at, key))

    @routes.post(f"{path}/<id>:rename", tags=tags, **open_to(*CRM))
    @typed(returns=shape.record)
    def rename_record(at: At, who: Who, id: RecordId, body: RenameIn) -> Any:
        """Give a record made from the ledger the CRM's own id; the old one stays as a tombstone."""
        return _answer(at, *renaming.rename(at, RecordKey(at.company.id, kind.name, id), body.id, who.actor))

    @routes.get(path, tags=tags, **open_to(*ALL))
    @typed(returns=shape.page)
    def list_records(
        at: At,
        state: SyncState | None = None,
        linked: bool | None = None,
        has_error: bool | None = None,
        do_not_export: bool | None = None,
        do_not_import: bool | None = None,
        status: Annotated[str | None, Query(max_length=50)] = None,
        accounting_code: Annotated[str | None, Query(max_length=64)] = None,
        q: Annotated[str | None, Query(max_length=100, description="In title, number or e-mail")] = None,
        updated_since: Since = None,
        exported_since: Since = None,
        exported_until: Since = None,
        imported_since: Since = None,
        imported_until: Since = None,
        sort: Sort = "title",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Any:
        """Records of this kind by title, narrowed down. A page may be short, or empty, and `next` lead on."""
        where = LinkFilter(
            state=state,
            linked=linked,
            has_error=has_error,
            do_not_export=do_not_export,
            do_not_import=do_not_import,
            status=status,
            accounting_code=accounting_code,
            q=q,
            updated_since=stamp(updated_since),
            exported_since=stamp(exported_since),
            exported_until=stamp(exported_until),
            imported_since=stamp(imported_since),
            imported_until=stamp(imported_until),
            sort="-" * sort.startswith("-") + SORTED_AS.get(sort.lstrip("-"), sort.lstrip("-")),
        )
        items, following = search(at, kind.name, where, after=cursor, limit=limit)
        return answer(shape.page.model_construct(items=items, next=following))

    return routes


def _key(at: Context, kind: Kind[Any], id: str, given: str | None) -> RecordKey:
    if given is not None and given != id:
        raise Invalid(FieldProblem("id", f"is not the id in the path, {id}"))
    return RecordKey(at.company.id, kind.name, id)


def _push(body: Any, fields: dict[str, Any], mode: Literal["replace", "merge"], if_match: str | None) -> Push:
    return Push(
        fields,
        mode,
        do_not_export=hold_of(body.do_not_export),
        do_not_import=hold_of(body.do_not_import),
        if_match=revision(if_match),
    )


def _answer(at: Context, record: Record, link: Link) -> Response[BaseModel]:
    return answer(shown(at, record, link), revision=record.revision)


def _saved(at: Context, saved: Saved) -> Response[BaseModel]:
    status = 201 if saved.created else 200
    return answer(shown(at, saved.record, saved.link), status, revision=saved.record.revision)


ROUTERS = [routes_of_kind(kind) for kind in LISTED.values()]
