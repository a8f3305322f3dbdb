"""Who wrote what: every value is written once by one author, so wherever it turns up, its story is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Author = Literal["crm", "human", "shared"]


@dataclass(frozen=True)
class Value:
    """A value and who wrote it. ``number`` grows with time; ``shared`` values are nobody's (a name used twice)."""

    field: str
    text: str
    author: Author
    number: int
    owner: str  # the record (crm) or contact (human) it was made for
    at: float


@dataclass
class Values:
    """All values of a world, by field and text."""

    known: dict[tuple[str, str], Value] = field(default_factory=dict)
    _count: int = 0

    def number(self) -> int:
        self._count += 1
        return self._count

    def wrote(self, field: str, text: str, author: Author, number: int, owner: str, at: float) -> None:
        before = self.known.get((field, text))
        if before is not None and before.owner != owner:
            author = "shared"
        if before is None or author == "shared":
            self.known[field, text] = Value(field, text, author, number, owner, at)

    def of(self, field: str, text: str) -> Value | None:
        """The story of a value; None for blank, and for what several share."""
        found = self.known.get((field, text))
        return found if found is not None and found.author != "shared" else None
