"""The one list of kinds that Xero holds, by our noun for the document."""

from __future__ import annotations

from . import credit_note, invoice, item
from .base import WireKind
from .organization import CONTACTS

WIRE: dict[str, WireKind] = {wire.document_type: wire for wire in (CONTACTS, item.WIRE, invoice.WIRE, credit_note.WIRE)}

BY_CATEGORY: dict[str, str] = {wire.category: name for name, wire in WIRE.items() if wire.category}
"""Webhook category -> our noun."""

__all__ = ["BY_CATEGORY", "WIRE", "WireKind"]
