"""How many requests an organisation has open: counted by whoever owns the wire, judged by `limits`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class InFlight:
    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def one_more(self, tenant: str) -> Iterator[int]:
        """Counts one request for as long as it lasts; gives how many are open, this one included."""
        tenant = tenant.lower()
        with self._lock:
            self._open[tenant] += 1
            count = self._open[tenant]
        try:
            yield count
        finally:
            with self._lock:
                self._open[tenant] -= 1
