"""What a search just found, for as long as somebody goes on typing: a letter taken back costs no second call.

In this process's memory only: another one that is asked calls once more, which costs a call and is never wrong for
longer than this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ledgerlink.ports import Clock
from ledgerlink.state.document import Document

GOOD_FOR = timedelta(seconds=30)
MOST = 1000

_Key = tuple[str, str]


class Searches:
    """Answers by organisation and text; letters' case and spaces make no difference to the ledger."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: dict[_Key, tuple[datetime, list[Document]]] = {}

    def of(self, organisation: str, text: str, ask: Callable[[str], list[Document]]) -> list[Document]:
        """What is known, or what ``ask`` answers. Raises what it raises."""
        key = (organisation, " ".join(text.casefold().split()))
        now = self._clock.now()
        until, found = self._found.get(key, (now, []))
        if until <= now:
            found = ask(text)
            if len(self._found) >= MOST:
                self._found.clear()
            self._found[key] = (now + GOOD_FOR, found)
        return found
