"""Which of the CRM's own codes a record carries: what has to be mapped before it can go (rule D14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledgerlink.kinds import Content
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.kinds.payment import Payment
from ledgerlink.kinds.product import Product
from ledgerlink.state.mapping import MappingKind, Side

SALES_KINDS = frozenset({"invoices", "credit-notes"})


class Code(NamedTuple):
    """A code in use, and on which side where that matters."""

    kind: MappingKind
    source: str
    side: Side = ""


def side_of(kind: str) -> Side:
    """Sales or purchase, by the kind of document."""
    return "sales" if kind in SALES_KINDS else "purchase"


def codes_of(kind: str, content: Content) -> Iterator[Code]:
    """Every code of a record; blanks are none."""
    return (code for code in _codes(kind, content) if code.source)


def _codes(kind: str, content: Content) -> Iterator[Code]:
    if isinstance(content, Product):
        yield Code("tax", content.sale.tax_code, "sales")
        yield Code("tax", content.purchase.tax_code, "purchase")
        yield Code("account", content.sale.account_code or content.revenue_group, "sales")
        yield Code("account", content.purchase.account_code, "purchase")
    elif isinstance(content, MoneyDocument):
        side = side_of(kind)
        yield Code("location", content.location)
        for line in content.lines:
            yield Code("tax", line.tax_code, side)
            yield Code("account", line.account_code, side)
            yield Code("location", line.location)
    elif isinstance(content, Payment):
        yield Code("payment-method", content.method)
