"""Who asks for something: told to every flow that changes anything, and kept in the history."""

from __future__ import annotations

from dataclasses import dataclass

from ledgerlink.state.record import ChangedBy


@dataclass(frozen=True)
class Actor:
    """Who asks: the token's subject and role."""

    sub: str
    role: str = "admin"
    email: str = ""

    @property
    def changed_by(self) -> ChangedBy:
        return "crm" if self.role == "crm" else "admin"
