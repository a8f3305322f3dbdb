"""Mappings: the CRM's own codes on the left, the ledger's on the right (rule D14)."""

from __future__ import annotations

from typing import Literal

from ledgerlink.kinds import Value

MappingKind = Literal["tax", "account", "payment-method", "location"]
Side = Literal["sales", "purchase", ""]


class Mapped(Value):
    """One pair; ``side`` where the same code means different things on sales and purchases."""

    source: str
    side: Side = ""
    target: str


class Mappings(Value):
    """All of a company's."""

    tax: tuple[Mapped, ...] = ()
    account: tuple[Mapped, ...] = ()
    payment_method: tuple[Mapped, ...] = ()
    location: tuple[Mapped, ...] = ()
    version: int = 0

    def of(self, kind: MappingKind) -> tuple[Mapped, ...]:
        found: tuple[Mapped, ...] = getattr(self, kind.replace("-", "_"))
        return found

    def target(self, kind: MappingKind, source: str, side: Side = "") -> str | None:
        """What a code maps to: for its side first, else for either; None where nobody said."""
        pairs = [pair for pair in self.of(kind) if pair.source == source]
        exact = next((pair.target for pair in pairs if pair.side == side), None)
        return exact if exact is not None else next((pair.target for pair in pairs if not pair.side), None)
