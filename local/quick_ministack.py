"""What ministack 1.5.33 works out anew for every item it looks at, remembered: expressions do not change in between.

A query evaluates its key condition on each item of the partition and parses it each time; a projection is checked for
overlapping paths for each item. Both are functions of the expression alone. Only speed changes: the answers and the
errors are ministack's own.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from ministack.services import dynamodb

KNOWN = 2000  # expressions
Item = Mapping[str, Any]


@contextmanager
def quick() -> Iterator[None]:
    """While this lasts, DynamoDB's expressions are read once each."""
    tokenize, project = dynamodb._tokenize, dynamodb._project_item
    tokens = lru_cache(KNOWN)(lambda expression: tuple(tokenize(expression)))

    @lru_cache(KNOWN)
    def plain(expression: str, names: tuple[tuple[str, str], ...]) -> tuple[str, ...] | None:
        """The attributes that are asked for, where it is whole ones; None leaves it to ministack."""
        aliases = dict(names)
        asked = [path.strip() for path in expression.split(",")]
        if not all(path.startswith("#") and path in aliases for path in asked):
            return None
        found = tuple(aliases[path] for path in asked)
        # A dot in an attribute's name is not a path, yet ministack compares them as if it were.
        return None if len(set(found)) < len(found) or any(set(".[") & set(name) for name in found) else found

    def project_item(item: Item, expression: str, names: Mapping[str, str] | None) -> Any:
        asked = plain(expression, tuple((names or {}).items())) if expression else None
        if asked is None:
            return project(item, expression, names)
        return {name: dynamodb._compact_projection(item[name]) for name in asked if name in item}

    replaced = {
        "_tokenize": lambda expression: list(tokens(expression)),
        "_condition_syntax_error": lru_cache(KNOWN)(dynamodb._condition_syntax_error),
        "_project_item": project_item,
    }
    with ExitStack() as stack:
        for name, function in replaced.items():
            stack.enter_context(patch.object(dynamodb, name, function))
        yield
