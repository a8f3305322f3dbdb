"""Time, names and hands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")


R = TypeVar("R")


class Clock(Protocol):
    """The only source of time. Locally and in tests it can be moved."""

    def now(self) -> datetime:
        """Aware, UTC, microseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Pause; never more than one second at a time."""
        ...


class Ids(Protocol):
    """Fresh names: sortable by time of making, unique without asking anyone."""

    def new(self) -> str: ...


class Parallel(Protocol):
    """A few hands at once, joined before it returns."""

    def map(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]: ...
