"""The fixes that an error offers."""

from __future__ import annotations

import pytest

from ledgerlink.kinds.money_documents import Invoice
from ledgerlink.kinds.product import Product
from ledgerlink.reasons import REASONS
from ledgerlink.rules.fixes import fixes_of
from ledgerlink.state.link import Link, SyncError
from tests.support.builders import DOCUMENT_ID, NOON, a_link, a_record


def wrong(code: str, **fields: str) -> Link:
    error = SyncError(code=code, message="no", since=NOON, **fields)
    return a_link(state="error", reason=code, error=error)


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("name_taken", ["link_to_holder", "edit", "retry"]),
        ("account_number_taken", ["link_to_holder", "edit", "retry"]),
        ("reference_taken", ["link_to_holder", "retry"]),
        ("several_matches", ["link"]),
        ("linked_elsewhere", ["link"]),
        ("contact_gone", ["unlink_and_create", "retry"]),
        ("archived_in_ledger", ["retry"]),
        ("currency_not_subscribed", ["retry", "edit"]),
        ("missing_scope", ["retry"]),
        ("field_too_long", ["edit", "retry"]),
        ("refused_by_ledger", ["edit", "retry"]),
    ],
)
def test_each_error_offers_what_can_mend_it(code: str, fixes: list[str]) -> None:
    assert code in REASONS
    assert [fix.id for fix in fixes_of(a_record(), wrong(code))] == fixes


def test_params_are_ready_to_be_sent_back() -> None:
    [link, edit, _] = fixes_of(a_record(), wrong("name_taken", holder=DOCUMENT_ID))
    assert link.params == {"document_id": DOCUMENT_ID}
    assert edit.params == {"fields": {"name": "Hall & Sons Ltd"}}


def test_what_is_mapped_wrongly_is_mapped_from_the_error_for_its_side() -> None:
    invoice = a_record(Invoice(organization_id="o1"), kind="invoices")  # type: ignore[arg-type]
    link = wrong("mapping_inactive", field="lines.1.tax_code")
    error = link.error and link.error.model_copy(update={"message": "lines.1.tax_code: 'VAT20' is mapped to 'Old'"})
    offered = fixes_of(invoice, link.model_copy(update={"error": error}))
    assert [fix.id for fix in offered] == ["map", "edit", "refresh_and_retry"]
    assert offered[0].params == {"mapping": "tax", "from": "VAT20", "to": None, "side": "sales"}


def test_a_code_of_the_ledgers_own_is_not_mapped() -> None:
    link = wrong("mapping_unknown", field="inventory_account_code")
    offered = fixes_of(a_record(Product(code="X"), kind="products"), link)  # type: ignore[arg-type]
    assert [fix.id for fix in offered] == ["edit", "refresh_and_retry"]


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("document_not_editable", ["number"]),
        ("tax_not_for_account", ["lines"]),
        ("currency_not_subscribed", ["currency"]),
    ],
)
def test_what_the_ledger_refused_opens_the_field_that_mends_it(code: str, fields: list[str]) -> None:
    offered = fixes_of(a_record(Invoice(organization_id="o1"), kind="invoices"), wrong(code))  # type: ignore[arg-type]
    [edit] = [fix for fix in offered if fix.id == "edit"]
    assert list(edit.params["fields"]) == fields


def test_the_field_that_is_wrong_is_the_one_to_edit() -> None:
    [edit, _] = fixes_of(a_record(), wrong("field_too_long", field="addresses.billing.line1"))
    assert list(edit.params["fields"]) == ["addresses"]
    [edit, _] = fixes_of(a_record(), wrong("too_strange", field="record"))
    assert edit.params == {"fields": {}}
