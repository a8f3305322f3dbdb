"""Reading a kind: one document, or a list with its paging, filters and order (facts/xero.md §3.4)."""

import math
from bisect import bisect_left
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from local.xero import dates, where
from local.xero.books import Row
from local.xero.envelope import envelope
from local.xero.errors import bad_query, not_found
from local.xero.kinds import Kind, Work
from local.xero.messages import Answer, Json, Request, json_answer
from local.xero.world import World

PAGE_SIZE, LARGEST_PAGE = 100, 1000
_CHEAP_ORDERS = frozenset(("UpdatedDateUTC", "Date"))


def one(world: World, work: Work, kind: Kind, key: str) -> Answer:
    row = kind.locate(work.books, key)
    if row is None:
        raise not_found()
    return json_answer(200, envelope(world, kind.segment, [kind.single(work, row)]))


def many(world: World, work: Work, kind: Kind, request: Request) -> Answer:
    """A list. What pages it depends on the kind; without a page all rows come, with data left out."""
    rows = _filtered(work, kind, request)
    asked_since = request.headers.get("if-modified-since")
    if asked_since and not rows and world.settings.modified_since_304:
        return Answer(304)
    if not _paged(kind, request):
        return json_answer(200, envelope(world, kind.segment, [kind.listed(work, row) for row in rows]))
    page = max(1, _whole_number(request, "page", 1))
    size = min(LARGEST_PAGE, max(1, _whole_number(request, "pageSize", PAGE_SIZE)))
    shown = rows[(page - 1) * size : page * size]
    pagination = {"page": page, "pageSize": size, "pageCount": math.ceil(len(rows) / size), "itemCount": len(rows)}
    show = kind.summary if request.flag("summaryOnly") and "summaryOnly" in kind.forcing else kind.whole
    return json_answer(200, envelope(world, kind.segment, [show(work, row) for row in shown], pagination))


def _paged(kind: Kind, request: Request) -> bool:
    if kind.paging != "asked":
        return kind.paging == "always"
    if request.parameter("page") is not None or request.parameter("pageSize") is not None:
        return True
    return any(request.flag(name) if name == "summaryOnly" else request.parameter(name) for name in kind.forcing)


def _filtered(work: Work, kind: Kind, request: Request) -> list[Row]:
    """Parameters a kind does not have are not heeded, as Xero does."""
    rows = _since(work, kind, request, _named(work, kind, request))
    archived_too = request.flag("includeArchived")
    rows = [row for row in rows if kind.listable(work, row) and (archived_too or not kind.archived(row))]
    rows = kind.narrowed(work, rows, {name.lower(): value for name, value in request.query.items()})
    condition = request.parameter("where") if kind.conditions else None
    if condition and condition.strip():
        test = where.parse(condition, kind, work)
        _affordable(work, kind, test.fields, kind.optimised)
        rows = [row for row in rows if test.holds(row)]
    term = (request.parameter("searchTerm") or "").casefold()
    if term and kind.searched:
        rows = [
            row for row in rows if any(term in str(row.fields.get(name) or "").casefold() for name in kind.searched)
        ]
    return _sorted(work, rows, kind, request.parameter("order"))


def _named(work: Work, kind: Kind, request: Request) -> list[Row]:
    """Every row, or those that a list of ids, numbers, contacts or statuses names."""
    table = work.table(kind.name)
    wanted = {name: given for name in kind.filters if (given := request.parameter(name))}
    if not wanted:
        return table.ordered()
    found: dict[str, Row] | None = None
    for name, given in wanted.items():
        index, values = kind.filters[name], [value.strip() for value in given.split(",")]
        if index:
            rows = [row for value in values for row in table.find_all(index, value.casefold())]
        else:
            rows = [row for value in values if (row := table.get(value))]
        found = {row.id: row for row in rows if found is None or row.id in found}
    return sorted((found or {}).values(), key=lambda row: (row.updated, row.id))


def _since(work: Work, kind: Kind, request: Request, rows: list[Row]) -> list[Row]:
    """Rows are in order of their update, so the newer ones are the tail."""
    text = request.headers.get("if-modified-since") if kind.modified_since else None
    since = dates.modified_since(text, strict=work.settings.modified_since_strict) if text else None
    if since is None:
        return rows
    first = since if work.settings.modified_since_inclusive else since + timedelta(seconds=1)
    return rows[bisect_left(rows, first, key=lambda row: row.updated) :]


def _affordable(work: Work, kind: Kind, fields: frozenset[str], cheap: frozenset[str]) -> None:
    """Over many records Xero refuses what it cannot answer from an index (§3.4)."""
    most = work.settings.high_volume
    if kind.optimised and most and len(work.table(kind.name)) > most and not fields <= cheap:
        dear = ", ".join(sorted(fields - cheap))
        raise bad_query(f"There are too many records for this query: {dear} is not optimised")


def _sorted(work: Work, rows: list[Row], kind: Kind, order: str | None) -> list[Row]:
    """`order=Name DESC, UpdatedDateUTC`; the default order decides among equals."""
    for part in reversed((order or kind.natural).split(",")):
        name, _, direction = part.strip().partition(" ")
        if not name:
            continue
        path = tuple(name.split("."))
        if path[0] not in kind.fields or direction.strip().upper() not in ("", "ASC", "DESC"):
            raise bad_query(f"'{part.strip()}' is not something to order by")
        _affordable(work, kind, frozenset((name,)), _CHEAP_ORDERS | {kind.id_field, kind.natural})
        rows.sort(key=_sort_key(work, kind, path), reverse=direction.strip().upper() == "DESC")
    return rows


def _sort_key(work: Work, kind: Kind, path: tuple[str, ...]) -> Callable[[Row], Any]:
    if path == ("UpdatedDateUTC",):
        return lambda row: row.updated

    def key(row: Row) -> tuple[int, float, str]:
        """Numbers before texts before nothing, so that any two can be compared."""
        value = kind.value(work, row, path)
        if isinstance(value, date):
            return 0, float(value.toordinal()), ""
        if isinstance(value, int | float | Decimal):
            return 0, float(value), ""
        return (2, 0.0, "") if value is None else (1, 0.0, str(value).casefold())

    return key


def _whole_number(request: Request, name: str, default: int) -> int:
    text = request.parameter(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise bad_query(f"{name} is not a number") from None


def organisation(world: World, work: Work) -> Answer:
    shown: list[Json] = [work.books.organisation]
    return json_answer(200, envelope(world, "Organisations", shown))
