"""The registry: every kind of record the hub knows, by the name it has in paths."""

from __future__ import annotations

from typing import Any

from .base import Content, Field, Kind, Limit, Value
from .money_documents import CREDIT_NOTES, INVOICES
from .organization import ORGANIZATIONS
from .payment import PAYMENTS
from .product import PRODUCTS

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (ORGANIZATIONS, PRODUCTS, INVOICES, CREDIT_NOTES, PAYMENTS)}

BY_DOCUMENT: dict[str, Kind[Any]] = {kind.document_type: kind for kind in KINDS.values()}

__all__ = ["BY_DOCUMENT", "KINDS", "Content", "Field", "Kind", "Limit", "Value"]
