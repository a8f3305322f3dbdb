"""Reading a kind: one document, or a list with its paging, filters and order (facts/xero.md §3.4)."""

import math
from bisect import bisect_left
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from local.xero import dates, where
from local.xero.books import Books, Row
from local.xero.envelope import envelope
from local.xero.errors import bad_query, not_found
from local.xero.kinds import Kind
from local.xero.messages import Answer, Json, Request, json_answer
from local.xero.world import World

PAGE_SIZE, LARGEST_PAGE = 100, 1000


def one(world: World, books: Books, kind: Kind, key: str) -> Answer:
    row = kind.locate(books, key)
    if row is None:
        raise not_found()
    return json_answer(200, envelope(world, kind.segment, [kind.whole(row)]))


def many(world: World, books: Books, kind: Kind, request: Request) -> Answer:
    """A list. `page`, `pageSize` and summaryOnly page it; without them all rows come, with data left out."""
    rows = _filtered(world, books, kind, request)
    asked_since = request.headers.get("if-modified-since")
    if asked_since and not rows and world.settings.modified_since_304:
        return Answer(304)
    summary = _true(request.parameter("summaryOnly"))
    paging = summary or request.parameter("page") is not None or request.parameter("pageSize") is not None
    if not paging:
        return json_answer(200, envelope(world, kind.segment, [kind.listed(row) for row in rows]))
    page = max(1, _whole_number(request, "page", 1))
    size = min(LARGEST_PAGE, max(1, _whole_number(request, "pageSize", PAGE_SIZE)))
    shown = rows[(page - 1) * size : page * size]
    pagination = {"page": page, "pageSize": size, "pageCount": math.ceil(len(rows) / size), "itemCount": len(rows)}
    show = kind.summary if summary else kind.whole
    return json_answer(200, envelope(world, kind.segment, [show(row) for row in shown], pagination))


def _filtered(world: World, books: Books, kind: Kind, request: Request) -> list[Row]:
    rows = _since(world, request, _named(books, kind, request.parameter("IDs")))
    if not _true(request.parameter("includeArchived")):
        rows = [row for row in rows if not kind.archived(row)]
    condition = request.parameter("where")
    if condition and condition.strip():
        holds = where.parse(condition, kind)
        rows = [row for row in rows if holds(row)]
    term = (request.parameter("searchTerm") or "").casefold()
    if term:
        rows = [
            row for row in rows if any(term in str(row.fields.get(name) or "").casefold() for name in kind.searched)
        ]
    return _sorted(list(rows), kind, request.parameter("order"))


def _named(books: Books, kind: Kind, ids: str | None) -> list[Row]:
    table = books.tables[kind.name]
    if not ids:
        return table.ordered()
    found = {row.id: row for id in ids.split(",") if (row := table.get(id.strip()))}
    return sorted(found.values(), key=lambda row: (row.updated, row.id))


def _since(world: World, request: Request, rows: list[Row]) -> list[Row]:
    """Rows are in order of their update, so the newer ones are the tail."""
    text = request.headers.get("if-modified-since")
    since = dates.modified_since(text, strict=world.settings.modified_since_strict) if text else None
    if since is None:
        return rows
    first = since if world.settings.modified_since_inclusive else since + timedelta(seconds=1)
    return rows[bisect_left(rows, first, key=lambda row: row.updated) :]


def _sorted(rows: list[Row], kind: Kind, order: str | None) -> list[Row]:
    """`order=Name DESC, UpdatedDateUTC`; the default order decides among equals."""
    for part in reversed((order or "").split(",")):
        name, _, direction = part.strip().partition(" ")
        if not name:
            continue
        if name not in kind.fields or direction.strip().upper() not in ("", "ASC", "DESC"):
            raise bad_query(f"'{part.strip()}' is not something to order by")
        rows.sort(key=_sort_key(kind, name), reverse=direction.strip().upper() == "DESC")
    return rows


def _sort_key(kind: Kind, name: str) -> Callable[[Row], Any]:
    if name == "UpdatedDateUTC":
        return lambda row: row.updated

    def key(row: Row) -> tuple[int, float, str]:
        """Numbers before texts before nothing, so that any two can be compared."""
        value = kind.value(row, (name,))
        if isinstance(value, int | float):
            return 0, float(value), ""
        return (2, 0.0, "") if value is None else (1, 0.0, str(value).casefold())

    return key


def _true(text: str | None) -> bool:
    """Clients write True as well as true."""
    return (text or "").lower() == "true"


def _whole_number(request: Request, name: str, default: int) -> int:
    text = request.parameter(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise bad_query(f"{name} is not a number") from None


def organisation(world: World, books: Books) -> Answer:
    shown: list[Json] = [books.organisation]
    return json_answer(200, envelope(world, "Organisations", shown))
