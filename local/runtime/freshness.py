"""Notices edited code, so that the next event runs it: a cheap look at modification times, at most twice a second."""

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic

EVERY_S = 0.5


class Freshness:
    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._version: tuple[int, int] = (0, 0)

    def version(self) -> tuple[int, int]:
        """Changes when a Python file or template of the code appears, disappears or is written."""
        with self._lock:
            if monotonic() - self._looked_at > EVERY_S:
                times = [time for folder in self._folders for time in modification_times(folder)]
                self._version = (len(times), max(times, default=0))
                self._looked_at = monotonic()
            return self._version


def modification_times(folder: Path) -> Iterator[int]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == "__pycache__" or entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from modification_times(Path(entry.path))
            else:
                yield entry.stat().st_mtime_ns
