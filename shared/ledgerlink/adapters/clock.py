"""The clock: real time, moved by an offset file where there is one (the local stack's and the simulator's too)."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

LONGEST_SLEEP = 1.0  # a function that sleeps is paid for waiting; longer waits go through the wake index


class SystemClock:
    """Real time plus the offset in ``clock_file``, read again at every look (a few microseconds)."""

    def __init__(self, clock_file: str = "") -> None:
        self._file = Path(clock_file) if clock_file else None

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, min(seconds, LONGEST_SLEEP)))

    def _offset(self) -> timedelta:
        if self._file is None:
            return timedelta()
        try:
            return timedelta(seconds=float(json.loads(self._file.read_text())["offset_s"]))
        except (OSError, ValueError, KeyError):
            return timedelta()  # not written yet
