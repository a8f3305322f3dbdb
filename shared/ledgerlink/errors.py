"""The one error tree: what can go wrong, in the hub's own words, wherever it happened.

    LedgerlinkError
    ├── Invalid            the caller's input is wrong; carries the fields (HTTP 422)
    ├── NotFound           nothing by that name that the caller may see (404)
    ├── Refused            a rule says no, and why; carries a reason code (409, or the status given)
    │   └── NotConnected   no usable connection to the ledger (409 ``not_connected``)
    ├── Conflict           somebody else was faster; re-read and decide again (409)
    │   └── Stale          the caller's If-Match is not the current revision (412)
    └── Transient          nothing is wrong with the request, try again (503); carries when
        ├── LedgerBusy     the ledger's limits or its own trouble
        └── StoreBusy      our own tables throttled or a transaction was in conflict

Adapters translate at the edge with ``raise … from``. One dictionary in the admin API maps this tree to HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .places import sentence


class LedgerlinkError(Exception):
    """Root of the tree; never raised itself."""


@dataclass(frozen=True)
class FieldProblem:
    """One field that is wrong: where (dotted path, lists from 0), and in plain words what."""

    field: str
    message: str
    code: str = "invalid"

    @property
    def sentence(self) -> str:
        """It as people read it: they count lines from 1."""
        return sentence(self.field, self.message)


class Invalid(LedgerlinkError):
    """The input cannot be used. ``problems`` names every field at once, so that people mend it in one go."""

    def __init__(self, *problems: FieldProblem, detail: str = "", code: str = "invalid", status: int = 422) -> None:
        self.problems = problems
        self.detail = detail or "; ".join(p.sentence for p in problems)
        self.code = code
        self.status = status
        super().__init__(self.detail)


class NotFound(LedgerlinkError):
    """There is no such thing, or none the caller may know of."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"no such {what}")


class Refused(LedgerlinkError):
    """A rule refuses. ``code`` is a reason code (``ledgerlink.reasons``); ``extra`` goes into the answer's body."""

    def __init__(
        self, code: str, detail: str = "", *, status: int = 409, extra: dict[str, object] | None = None
    ) -> None:
        self.code = code
        self.detail = detail
        self.status = status
        self.extra = extra or {}
        super().__init__(f"{code}: {detail}")


class NotConnected(Refused):
    """The company has no connection that can be used now (or, ``missing_scope``, not for this)."""

    def __init__(self, detail: str = "", *, code: str = "not_connected") -> None:
        super().__init__(code, detail)


class Conflict(LedgerlinkError):
    """A conditional write lost: what it was decided on has changed meanwhile. Re-read and decide again."""


class Stale(Conflict):
    """The revision the caller named in If-Match is no longer the current one."""

    def __init__(self, current: int) -> None:
        self.current = current
        super().__init__(f"the current revision is {current}")


class Transient(LedgerlinkError):
    """Nothing is wrong with the request itself. ``retry_at`` is when trying again makes sense, if known."""

    def __init__(self, detail: str, *, retry_at: datetime | None = None) -> None:
        self.detail = detail
        self.retry_at = retry_at
        super().__init__(detail)


class LedgerBusy(Transient):
    """The ledger's limits are used up, or the ledger is in trouble."""


class StoreBusy(Transient):
    """Our own tables throttled, or two transactions met."""
