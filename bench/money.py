"""Money in: what asking for payments costs with many open invoices, few of which changed, and a burst about one."""

from __future__ import annotations

import math
import time
from typing import Any

from ledgerlink.flows.inbound import payment_schedule as payments
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.inbound.import_ import import_due
from ledgerlink.flows.inbound.intake import Change, take_note
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.ports import PutCompany
from ledgerlink.state.record import RecordKey

from .contacts import CRM, drain
from .report import Line
from .world import World, world

ALWAYS = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "23:59"}
LISTS = 5  # payments, prepayments, overpayments, credit notes, invoices: one call of up to 1,000 each
BURST = 500


def invoice(number: int) -> dict[str, Any]:
    line = {"description": "A day", "quantity": "1", "unit_price": "100", "tax_code": "OUTPUT2", "account_code": "200"}
    return {
        "number": f"B-{number}",
        "organization_id": "o1",
        "issue_date": "2026-11-20",
        "lines": [line],
        "total": "120.00",
    }


def run(count: int) -> list[Line]:
    """``count`` open invoices; a tenth is paid; then one is paid in many steps."""
    paid = max(1, count // 10)
    with world("inventory") as here:
        _sent(here, count)
        ids = [row["InvoiceID"] for row in here.ledger.get("/_sim/state").json()["invoices"]]
        _ask(here)
        nothing = _counted(here, lambda: _ask(here))
        for id_ in ids[:paid]:
            _pay(here, id_, "120.00")
        began = time.perf_counter()
        some = _counted(here, lambda: _ask(here))
        seconds = time.perf_counter() - began
        burst = _counted(here, lambda: _burst(here, ids[-1]))
    reads = LISTS - 2 + 2 * math.ceil(paid / 1000)
    return [
        Line(f"payments of {count} open invoices, none changed: GET calls", nothing["GET"], LISTS),
        Line(f"payments of {count} open invoices, {paid} paid: GET calls", some["GET"], reads),
        Line(f"payments of {count} open invoices, {paid} paid: other calls", some["PUT"] + some["POST"], 0),
        Line(f"payments of {count} open invoices, {paid} paid: seconds", round(seconds, 2)),
        Line(f"{BURST} events about one invoice: GET calls", burst["GET"], 1),
    ]


def _sent(here: World, count: int) -> None:
    company = here.at.companies.get(here.company)
    assert company is not None
    overrides = {"create_linked_contact_on_create": True, "business_hours": ALWAYS}
    here.at.commit.all(PutCompany(company.model_copy(update={"overrides": overrides})))
    reference_data.refresh(here.context)
    save(here.context, RecordKey(here.company, "organizations", "o1"), Push({"name": "Customer"}), CRM)
    drain(here)
    for number in range(count):
        save(here.context, RecordKey(here.company, "invoices", f"i{number}"), Push(invoice(number)), CRM)
    drain(here)
    import_due(here.company, here.at, seconds_left=lambda: 100.0)


def _ask(here: World) -> None:
    done = payments.run(here.at, seconds_left=lambda: 100.0)
    assert done.left == 0


def _pay(here: World, id_: str, amount: str) -> None:
    body = {"kind": "invoices", "action": "pay", "id": id_, "fields": {"amount": amount}}
    here.ledger.post("/_sim/human", json=body).raise_for_status()


def _burst(here: World, id_: str) -> None:
    _pay(here, id_, "10.00")
    for _ in range(BURST):
        take_note([Change(here.context.organisation, "invoice", id_)], here.at)
    import_due(here.company, here.at, seconds_left=lambda: 100.0)


def _counted(here: World, work: Any) -> Any:
    here.ledger_calls()
    work()
    return here.ledger_calls()
