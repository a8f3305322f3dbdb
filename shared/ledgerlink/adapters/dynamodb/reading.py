"""Reading many and reading in pages, the same way for every table."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.ports import Page

from .errors import code_of, translated

M = TypeVar("M", bound=Model)

LOOKED_AT = 1000  # items in the first call of a filtered query, where most may fit; DynamoDB stops at 1 MB anyway
MOST_LOOKED_AT = 20_000  # items for one page of a filtered list: an answer has seconds, however long the list is


def many(model: type[M], keys: Iterable[tuple[str, str]]) -> list[M]:
    """Items by key, strongly read, in batches of 100; missing ones are absent."""
    wanted = list(dict.fromkeys(keys))
    found: list[M] = []
    with translated():
        for start in range(0, len(wanted), 100):
            found += model.batch_get(wanted[start : start + 100], consistent_read=True)
    return found


def page(
    query: Callable[..., Any], *args: Any, make: Callable[[Any], Any], after: str | None, limit: int, **kw: Any
) -> Page:
    """One page of a query; the cursor is the key of the last item read, as opaque text.

    With a filter the page may be short, or empty, though there are more: the cursor goes on where looking ended.
    """
    start = cursor_key(after)
    with translated(), _of_ours(after):
        # With a filter, "page size" is how many are looked at in one call, and most may not fit.
        filtered = kw.get("filter_condition") is not None
        page_size = max(limit, LOOKED_AT) if filtered else limit
        rows = query(*args, limit=limit, page_size=page_size, last_evaluated_key=start, **kw)
        if filtered:
            rows.page_iter = _Bounded(rows.page_iter)
        items = [make(row) for row in rows]
        return Page(items, cursor_text(rows.last_evaluated_key))


class _Bounded:
    """The answers to a query, until enough items were looked at; asked where it ended, it says so like any. Where the
    first found too few, each further call looks at as many as it can."""

    def __init__(self, answers: Any) -> None:
        self._answers = answers

    def __next__(self) -> Any:
        if self._answers.total_scanned_count >= MOST_LOOKED_AT:
            raise StopIteration
        if self._answers.total_scanned_count:
            self._answers.page_size = MOST_LOOKED_AT
        return next(self._answers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answers, name)


@contextmanager
def _of_ours(cursor: str | None) -> Iterator[None]:
    """A start that the table does not accept came from outside: the caller's mistake, not ours."""
    try:
        yield
    except PynamoDBException as error:
        if cursor and code_of(error) == "ValidationException":
            raise Invalid(FieldProblem("cursor", "not a cursor of ours", "cursor")) from error
        raise


def cursor_text(key: Any) -> str | None:
    """A place in a list as opaque text."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode() if key else None


def cursor_key(text: str | None) -> Any:
    """The place again. Raises Invalid for a text that is none of ours."""
    if not text:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(text))
    except ValueError as error:
        raise Invalid(FieldProblem("cursor", "not a cursor of ours", "cursor")) from error
    if not isinstance(key, dict):
        raise Invalid(FieldProblem("cursor", "not a cursor of ours", "cursor"))
    return key
