"""One clock for the hub, the simulator and the runner: real time plus an offset kept in a small file."""

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """The local stack's time. JWTs and SQS keep real time; everything else asks here."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def offset_s(self) -> float:
        """Seconds this clock is ahead of real time; 0 when nobody has moved it."""
        try:
            return float(json.loads(self.path.read_text())["offset_s"])
        except FileNotFoundError:
            return 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_s())

    def advance(self, seconds: float) -> datetime:
        """Moves the clock forward and answers its new time; readers never see half a file."""
        self._write(self.offset_s() + seconds)
        return self.now()

    def reset(self) -> None:
        self._write(0.0)

    def _write(self, offset_s: float) -> None:
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        with os.fdopen(handle, "w") as file:
            json.dump({"offset_s": offset_s}, file)
        os.replace(name, self.path)
