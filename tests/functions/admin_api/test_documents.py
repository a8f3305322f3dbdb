"""Documents over the API: guarded once they are sent (D9, D10)."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.flows.company import companies
from ledgerlink.flows.context import open_context
from ledgerlink.ports import Claim, PutLink
from ledgerlink.state.link import LinkKey
from tests.support.api import ACME, Api
from tests.support.hub import ANN

INVOICE = f"{ACME}/invoices/i1"
BODY: dict[str, Any] = {
    "number": "N-1",
    "organization_id": "o1",
    "total": "120.00",
    "lines": [{"description": "Work", "quantity": "2", "unit_price": "50.00", "tax_code": "T", "account_code": "200"}],
}


@pytest.fixture
def sent(api: Api) -> Api:
    """An invoice that is in the ledger, where sent ones are locked."""
    companies.change_settings(open_context("acme", api.wired), {"lock_after_transfer": True}, ANN)
    assert api.put(INVOICE, BODY).status == 201
    link = api.wired.links.get(LinkKey("acme", "invoices", "i1"))
    assert link is not None
    linked = link.model_copy(update={"state": "linked", "document_type": "invoice", "document_id": "d1", "exported": 1})
    api.wired.commit.all(PutLink(linked), Claim(link.key, "invoice", "d1"))
    return api


def test_amounts_are_decimals_and_lines_have_ids(api: Api) -> None:
    body = api.put(INVOICE, BODY).json
    assert (body["total"], body["lines"][0]["unit_price"], body["lines"][0]["id"]) == ("120.00", "50.00", "1")
    assert body["sync"]["reason"] == "export_by_hand"


def test_a_sent_invoice_answers_423_with_the_advice_but_may_be_voided(sent: Api) -> None:
    assert sent.put(INVOICE, BODY).status == 200, "the same again is no edit"
    refused = sent.patch(INVOICE, {"reference": "other"})
    assert (refused.status, refused.json["code"]) == (423, "locked")
    assert "Credit it" in refused.json["remedy"]
    assert sent.patch(INVOICE, {"do_not_export": {"on": True, "reason": "x"}}).status == 200
    assert sent.patch(INVOICE, {"status": "void"}).status == 200


def test_a_sent_invoice_is_deleted_by_force_alone(sent: Api) -> None:
    assert (sent.delete(INVOICE).status, sent.delete(INVOICE).json["code"]) == (409, "synced")
    assert sent.delete(INVOICE, force=True, reason="twice").status == 204
