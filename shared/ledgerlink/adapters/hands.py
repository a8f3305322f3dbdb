"""Fresh names and a few hands at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letters that look like digits


class TimeSortedIds:
    """ULIDs: 48 bits of milliseconds, 80 bits of chance, in an alphabet that sorts."""

    def new(self) -> str:
        number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
        return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


class Hands:
    """A small thread pool, made for each use and joined before it returns, so nothing runs on after a function ends."""

    def __init__(self, most: int = 4) -> None:
        self._most = most

    def map(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        if len(items) < 2:
            return [work(item) for item in items]
        with ThreadPoolExecutor(min(self._most, len(items))) as pool:
            return list(pool.map(work, items))
