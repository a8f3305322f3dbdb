"""Documents out, over the real adapters and the simulator: what reaches the ledger, call by call."""

from __future__ import annotations

from tests.flows.documents import LINE, Office, office

__all__ = ["office"]


def test_an_invoice_of_a_linked_customer_goes_by_itself(office: Office) -> None:
    customer = office.customer()
    office.invoice("1", total="120.00")
    office.drain()
    link, made = office.at_rest("invoices", "1"), office.books()["N-1"]
    assert (link.state, link.document_id) == ("linked", made["InvoiceID"])
    assert (made["Status"], made["Total"], made["Contact"]["ContactID"]) == ("AUTHORISED", 120.0, customer)
    assert link.line_ids == {"1": made["LineItems"][0]["LineItemID"]}
    assert link.settlement is not None
    assert link.settlement.outstanding == 120


def test_a_credit_note_goes_likewise(office: Office) -> None:
    office.customer()
    office.credit_note("1")
    office.drain()
    assert office.at_rest("credit-notes", "1").state == "linked"
    made = office.books("credit_notes")["C-1"]
    assert (made["Status"], made["Total"], made["Reference"]) == ("AUTHORISED", 120.0, "LL-1")


def test_an_update_keeps_every_line_id(office: Office) -> None:
    office.customer()
    lines = [{**LINE, "id": name, "description": name} for name in "abc"]
    office.invoice("1", *lines)
    office.drain()
    before = {line["Description"]: line["LineItemID"] for line in office.books()["N-1"]["LineItems"]}
    office.invoice("1", {**LINE, "id": "new", "description": "new"}, {**lines[0], "quantity": "5"}, lines[2])
    office.drain()
    after = {line["Description"]: line["LineItemID"] for line in office.books()["N-1"]["LineItems"]}
    assert list(after) == ["new", "a", "c"]
    assert (after["a"], after["c"]) == (before["a"], before["c"])
    assert office.at_rest("invoices", "1").state == "linked"


def test_a_repeated_push_costs_no_call(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.drain()
    office.here.ledger_calls()
    office.invoice("1")
    office.drain()
    assert not office.here.ledger_calls()
