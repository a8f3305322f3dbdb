"""Where one company stands, as counting what is left needs to know it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """Of one company: its parts in open dispatches (company, kind, id, part), and why nothing of it goes, if so."""

    flying: Mapping[Any, str]
    closed: str

    def state(self, link: Row) -> str:
        """As `ledgerlink.rules.standing.state_of` has it."""
        state = str(link["state"])
        if not self.flying or state not in ("due", "unlinked"):
            return state
        return self.flying.get((link["company"], *link["sk"].split("#")), state)


NOTHING_KNOWN = Standing({}, "")
