"""What the export may decide about one part: small values that flows carry out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ledgerlink.kinds import Content
from ledgerlink.places import sentence
from ledgerlink.state.link import LinkKey

from .merge import Clash


@dataclass(frozen=True)
class Create:
    """Make the document from this content."""

    content: Content
    lines: tuple[str, ...] = ()  # our ids of its lines, in their order


@dataclass(frozen=True)
class Update:
    """Change these fields of the document to what ``content`` says."""

    content: Content
    fields: tuple[str, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Archive:
    """Archive the document."""

    content: Content


@dataclass(frozen=True)
class Nothing:
    """Both sides agree already."""


@dataclass(frozen=True)
class Skip:
    """A rule or a hold keeps it back until something changes."""

    reason: str


@dataclass(frozen=True)
class Wait:
    """It will go once ``on`` has happened: ``setting:…``, ``record:…``, ``suggestion``, or ``time`` after ``delay``."""

    reason: str
    on: str
    delay: timedelta | None = None


@dataclass(frozen=True)
class Problem:
    """One thing that would be refused, told before sending. ``field`` counts lines from 1."""

    code: str
    field: str
    message: str

    @property
    def sentence(self) -> str:
        """It as people read it."""
        return sentence(self.field, self.message, first=1)


@dataclass(frozen=True)
class Refuse:
    """It cannot go as it is. All problems at once."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Park:
    """A person must act before it can go."""

    reason: str


@dataclass(frozen=True)
class Disagree:
    """Both sides changed the same fields; a person chooses."""

    clashes: tuple[Clash, ...]


@dataclass(frozen=True)
class First:
    """It goes with this round's next turn, once ``order`` is made: nothing is stored about it meanwhile.

    ``otherwise`` is what it is where those cannot go now.
    """

    order: tuple[LinkKey, ...]
    otherwise: Wait


Send = Create | Update | Archive
Decision = Send | Nothing | Skip | Wait | Refuse | Park | Disagree | First
