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
NOTE = f"{ACME}/credit-notes/c1"
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


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"amount": "1.001"}, "amount", "too_many_decimals"),
        ({"amount": "0"}, "amount", "amount_not_positive"),
        ({"amount": "-1.00"}, "amount", "amount_not_positive"),
        ({"amount": "1.00", "date": "1899-12-31"}, "date", "date_not_allowed"),
    ],
)
def test_an_allocation_that_nobody_can_book_is_refused_at_once(
    api: Api, said: dict[str, str], field: str, code: str
) -> None:
    for path in (INVOICE, NOTE):
        assert api.put(path, BODY).status == 201
    refused = api.post(f"{NOTE}/allocations", {"document_id": "i1", **said})
    assert (refused.status, refused.json["code"]) == (422, code)
    assert [each["field"] for each in refused.json["errors"]] == [field]
    assert refused.json["remedy"]
    assert api.get(f"{NOTE}/allocations").json["items"] == [], "nothing is kept of it"


def test_a_wrong_line_is_told_by_its_place_as_people_count_and_by_its_path_for_machines(api: Api) -> None:
    refused = api.put(INVOICE, {**BODY, "lines": [{**BODY["lines"][0], "quantity": "two"}]})
    assert refused.status == 422
    assert refused.json["errors"] == [{"field": "lines.0.quantity", "message": "should be a number"}]
    assert refused.json["detail"] == "line 1, quantity: should be a number"
