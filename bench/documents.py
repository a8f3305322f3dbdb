"""Invoices: what sending new ones, with their customers and products, and sending them again costs per record."""

from __future__ import annotations

import math
from typing import Any

from ledgerlink.flows.company import companies
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.state.record import RecordKey

from .contacts import CRM, UPDATED, drain, step
from .report import Line
from .world import World, world

PRODUCTS = 20
# Write units for one of them, as derived in docs/decisions/0008-history-before-the-link.md.
SENT = 17  # with its customer, who is not in the ledger yet
ORDERED = 9  # a product that is made on the way
REPRICED = 8  # its record learns the new totals


def invoice(number: int, **changed: Any) -> dict[str, Any]:
    """As a rental business writes one: two products and a line of work, for a customer of its own."""
    line = {"quantity": "3", "unit_price": "42.375", "tax_code": "OUTPUT2", "account_code": "200"}
    return {
        "number": f"R-{number:06}",
        "organization_id": f"o{number}",
        "issue_date": "2026-11-20",
        "due_date": "2026-12-20",
        "lines": [
            {**line, "id": "1", "product_id": f"p{number % PRODUCTS}"},
            {**line, "id": "2", "product_id": f"p{(number + 1) % PRODUCTS}", "discount_percent": "10"},
            {**line, "id": "3", "description": "Delivery and collection"},
        ],
        **changed,
    }


def push(here: World, numbers: range, **changed: Any) -> None:
    for number in numbers:
        _save(here, "invoices", f"i{number}", invoice(number, **changed))


def _save(here: World, kind: str, id_: str, fields: dict[str, Any]) -> None:
    save(here.context, RecordKey(here.company, kind, id_), Push(fields), CRM)


def run(count: int) -> list[Line]:
    """``count`` new invoices of customers not in the ledger yet; all of them again; then edited."""
    lines: list[Line] = []
    with world("inventory") as here:
        companies.change_settings(here.context, {"lock_after_transfer": False}, CRM)
        reference_data.refresh(here.context)
        for number in range(PRODUCTS):
            _save(here, "products", f"p{number}", {"code": f"P{number}", "name": f"Product {number}"})
        for number in range(count):
            _save(here, "organizations", f"o{number}", {"name": f"Customer {number}"})
        push(here, range(count))
        puts = 2 * math.ceil(count / 50) + math.ceil(PRODUCTS / 50)
        units = SENT + ORDERED * PRODUCTS / count
        lines += step(here, f"send {count} invoices", count, lambda: drain(here), PUT=puts, POST=0, units=units)
        push(here, range(count))
        lines += step(here, f"push {count} invoices again", count, lambda: drain(here), PUT=0, POST=0, GET=0, units=0)
        push(here, range(count), reference="Purchase order 7")
        posts, reads = math.ceil(count / 50), math.ceil(count / 1000)
        how = {"POST": posts, "GET": reads}
        lines += step(here, f"update {count} invoices", count, lambda: drain(here), units=UPDATED, **how)
        dearer = [{**line, "unit_price": "45"} for line in invoice(0)["lines"]]
        push(here, range(count), reference="Purchase order 7", lines=dearer)
        lines += step(here, f"update {count} invoices' prices", count, lambda: drain(here), units=REPRICED, **how)
    return lines
