"""The one list of kinds that Xero holds, by our noun for the document."""

from __future__ import annotations

from . import allocation, credit_note, invoice, item, payment
from .base import WireKind
from .credits import OVERPAYMENTS, PREPAYMENTS
from .organization import CONTACTS

_ALL = (CONTACTS, item.WIRE, invoice.WIRE, credit_note.WIRE, payment.WIRE, allocation.WIRE)

WIRE: dict[str, WireKind] = {wire.document_type: wire for wire in _ALL}

READ: dict[str, WireKind] = WIRE | {wire.document_type: wire for wire in (PREPAYMENTS, OVERPAYMENTS)}
"""With those that are only followed."""

BY_CATEGORY: dict[str, str] = {wire.category: name for name, wire in READ.items() if wire.category}
"""Webhook category -> our noun."""

__all__ = ["BY_CATEGORY", "READ", "WIRE", "WireKind"]
