"""What time it is for the simulator: a callable that answers an aware UTC datetime.

The local stack keeps one time for everybody in an offset file `{"offset_s": float}`; tests bring their own clock.
"""

import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]
Advance = Callable[[float], None]


class ClockStuck(Exception):
    """Whoever moves the time did not."""


def system_clock() -> datetime:
    return datetime.now(UTC)


class FileClock:
    """Real time plus the offset in a file, which is read again whenever it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    @property
    def offset(self) -> timedelta:
        try:
            stat = os.stat(self._path)
        except FileNotFoundError:
            return timedelta()
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            self._offset = timedelta(seconds=float(json.loads(self._path.read_text())["offset_s"]))
            self._seen = seen
        return self._offset

    def advance(self, seconds: float) -> None:
        """Replaces the file in one step, so that no reader ever sees half of it."""
        wanted = {"offset_s": self.offset.total_seconds() + seconds}
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
        with os.fdopen(handle, "w") as file:
            json.dump(wanted, file)
        os.replace(temporary, self._path)


class OffsetClock:
    """Another clock, moved by hand: what the app uses when nobody gave it a way to move time."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return self._base() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += timedelta(seconds=seconds)
