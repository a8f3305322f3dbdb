"""How many functions run now and how many have started since the beginning: what `drain` and the clock wait for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Traffic:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._started = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        with self._lock:
            self._running += 1
            self._started += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def now(self) -> tuple[int, int]:
        """(running, started so far), taken together."""
        with self._lock:
            return self._running, self._started
