"""The registry: every kind of record the hub knows, by the name it has in paths."""

from __future__ import annotations

from typing import Any

from .allocation import ALLOCATIONS
from .base import Content, Field, Kind, Limit, Value
from .money_documents import CREDIT_NOTES, INVOICES
from .organization import ORGANIZATIONS
from .payment import PAYMENTS
from .product import PRODUCTS

_ALL = (ORGANIZATIONS, PRODUCTS, INVOICES, CREDIT_NOTES, PAYMENTS, ALLOCATIONS)

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in _ALL}

LISTED: dict[str, Kind[Any]] = {name: kind for name, kind in KINDS.items() if kind.listed}
"""Those that people see as records of a kind."""

BY_DOCUMENT: dict[str, Kind[Any]] = {kind.document_type: kind for kind in KINDS.values()}

__all__ = ["BY_DOCUMENT", "KINDS", "LISTED", "Content", "Field", "Kind", "Limit", "Value"]
