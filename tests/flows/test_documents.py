"""Documents out, over the real adapters and the simulator: what reaches the ledger, call by call."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain, repeat
from typing import Any
from unittest.mock import patch

import pytest

from ledgerlink.errors import Refused
from ledgerlink.flows.company import mapping
from ledgerlink.flows.errors import fixing
from ledgerlink.flows.inbound.intake import Change, take_note
from ledgerlink.flows.outbound import export, settling
from ledgerlink.flows.records import conflicts, linking
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.ports import PutReference
from ledgerlink.rules.fixes import fixes_of
from ledgerlink.state.link import LinkKey
from ledgerlink.state.mapping import Mapped
from ledgerlink.state.record import RecordKey
from tests.flows.documents import LINE, Office, office, pass_time
from tests.flows.hub import ADA, CRM

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
    told = office.said("invoices", "1").model_dump(mode="json")
    assert (told["subtotal"], told["total_tax"], told["total"]) == ("100.00", "20.00", "120.00")


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


def test_the_customer_and_the_products_go_first(office: Office) -> None:
    office.put("products", "p1", code="DRILL", name="Drill", sale={"price": "12.345", "account_code": "200"})
    office.put("organizations", "o2", name="New customer")
    office.set(create_linked_contact_on_create=False)
    office.invoice("1", {"product_id": "p1", "quantity": 2, "tax_code": "OUTPUT2"}, organization_id="o2")
    office.here.ledger_calls()
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"
    line = office.books()["N-1"]["LineItems"][0]
    assert (line["ItemCode"], line["Description"], line["LineAmount"]) == ("DRILL", "Drill", 24.69)
    assert office.here.ledger_calls() == {"PUT": 3}


def test_without_a_contact_it_waits_and_goes_by_itself_once_there_is_one(office: Office) -> None:
    office.set(create_linked_contact_for_document=False, create_linked_contact_on_create=False)
    office.push("o1")
    office.invoice("1")
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason, link.is_due) == ("due", "contact_not_linked", False)
    office.drain()
    assert office.at_rest("invoices", "1").version == link.version, "nothing new, nothing written"
    office.set(create_linked_contact_for_document=True)
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"


def test_two_of_one_number_that_wait_for_a_customer_go_on_waiting(office: Office) -> None:
    office.set(create_linked_contact_for_document=False, create_linked_contact_on_create=False)
    office.push("o1")
    for id_ in ("1", "2"):  # each due by itself: neither is sent with the other
        office.invoice(id_, number="SAME")
        left = chain(repeat(100.0, 100), repeat(0.0))
        drained = export.export_due("bench", office.at, seconds_left=left.__next__)
        assert not drained.more, "found the same to be done again and again"
    links = [office.at_rest("invoices", id_) for id_ in ("1", "2")]
    assert [(link.reason, link.is_due) for link in links] == [("contact_not_linked", False)] * 2


def test_what_depends_on_a_held_customer_waits_with_that_reason(office: Office) -> None:
    office.customer()
    office.push("o1", do_not_export=True)
    office.invoice("1")
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.reason, link.waits_on, link.attempts) == ("do_not_export", "record:organizations/o1", 0)
    office.push("o1", do_not_export=False)
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"


def test_a_product_that_cannot_go_keeps_its_documents_and_burns_no_attempt(office: Office) -> None:
    office.customer()
    office.put("products", "p1", code="X" * 31, name="Too long a code")
    office.invoice("1", {**LINE, "product_id": "p1"})
    office.invoice("2")
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason, link.attempts) == ("due", "field_too_long", 0)
    assert office.at_rest("invoices", "2").state == "linked"


def test_a_person_on_a_document_becomes_the_primary_one(office: Office) -> None:
    office.customer()
    office.invoice("1", person={"first_name": "Ida", "last_name": "Hall", "email": "ida@hall.example"})
    office.drain()
    assert office.contacts()["Org o1"]["FirstName"] == "Ida"


def test_the_person_of_a_document_that_goes_late_leaves_a_later_ones(office: Office) -> None:
    ida, ben = ({"first_name": name, "last_name": "Hall", "email": f"{name}@hall.example"} for name in ("Ida", "Ben"))
    office.customer()
    office.invoice("1", LINE | {"account_code": "no-such"}, person=ida, made_at="2026-11-20T10:01:00Z")
    office.drain()
    office.invoice("2", person=ben, made_at="2026-11-20T10:02:00Z")
    office.drain()
    office.invoice("1", person=ida, made_at="2026-11-20T10:01:00Z")
    office.drain()
    assert len(office.books()) == 2
    assert office.contacts()["Org o1"]["FirstName"] == "Ben"
    office.invoice("3", person=ida, made_at="2026-11-20T10:03:00Z")
    office.drain()
    assert office.contacts()["Org o1"]["FirstName"] == "Ida"


def knows_account(office: Office, code: str) -> None:
    """The lists were read before the account was deleted in the ledger."""
    known = office.at.reference.get("bench")
    gone = known.account("200").model_copy(update={"code": code, "id": f"acc-{code}"})  # type: ignore[union-attr]
    office.at.commit.all(PutReference("bench", known.model_copy(update={"accounts": (*known.accounts, gone)})))


def test_a_draft_that_was_taken_without_its_account_is_an_error_and_goes_again_with_one(office: Office) -> None:
    office.set(document_target_status="draft")
    office.customer()
    knows_account(office, "476")
    office.invoice("1", LINE | {"account_code": "476"}, total="120.00")
    office.invoice("2")
    office.drain()
    words = "Account code '476' has been removed as it does not match a recognised account."
    link, made = office.at_rest("invoices", "1"), office.books()["N-1"]
    assert (link.state, link.reason, link.document_id) == ("error", "account_removed", made["InvoiceID"])
    assert link.error is not None
    assert words in link.error.message
    assert office.at_rest("invoices", "2").state == "linked"
    (entry, *_) = office.at.activity.of_record(RecordKey("bench", "invoices", "1")).items
    assert (entry.action, entry.outcome, entry.reason) == ("created", "ok", "account_removed")
    assert words in entry.message
    fixing.fix(
        office.context, link.key.record, "refresh_and_retry", {}, ADA
    )  # the lists say now that there is no such account
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason) == ("error", "account_not_mapped")
    office.invoice("1", LINE)
    office.drain()
    link, again = office.at_rest("invoices", "1"), office.books()["N-1"]
    assert (link.state, link.reason, link.warnings) == ("linked", "", ())
    assert (again["InvoiceID"], again["LineItems"][0]["AccountCode"]) == (made["InvoiceID"], "200")
    assert again["LineItems"][0]["LineItemID"] == made["LineItems"][0]["LineItemID"]


@pytest.mark.parametrize("weather", ["answered", "lost"])
def test_an_edit_that_is_taken_without_its_account_is_no_agreement(office: Office, weather: str) -> None:
    office.set(document_target_status="draft")
    office.customer()
    office.invoice("1")
    office.drain()
    knows_account(office, "476")
    office.invoice("1", LINE | {"account_code": "476"})
    if weather == "lost":
        office.fault(match={"method": "POST", "path": "/Invoices"}, kind="timeout_after_apply", times=1)
    office.drain()
    if weather == "lost":
        pass_time(office)
        office.drain()
    link = office.at_rest("invoices", "1")
    assert office.books()["N-1"]["LineItems"][0].get("AccountCode", "") == ""
    assert (link.state, link.reason) == ("error", "account_removed")
    office.invoice("1", LINE)
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"
    assert office.books()["N-1"]["LineItems"][0]["AccountCode"] == "200"


def test_a_create_whose_answer_was_lost_is_seen_to_stand_without_its_account(office: Office) -> None:
    office.set(document_target_status="draft")
    office.customer()
    knows_account(office, "476")
    office.fault(match={"method": "PUT", "path": "/Invoices"}, kind="timeout_after_apply", times=1)
    office.invoice("1", LINE | {"account_code": "476"})
    office.drain()
    pass_time(office)
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason, len(office.books())) == ("error", "account_removed", 1)


def test_an_edit_to_an_account_that_means_nothing_is_an_error_and_no_agreement(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.drain()
    office.invoice("1", LINE | {"account_code": "hire"})
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason) == ("error", "account_not_mapped")


@pytest.mark.parametrize("edit", [{"made_at": "2026-11-21T10:00:00Z"}, {"location": "shop"}])
def test_a_code_archived_since_keeps_back_no_edit_of_something_else(office: Office, edit: dict[str, str]) -> None:
    office.customer()
    taxed = LINE | {"tax_code": "OUTPUT2"}
    office.invoice("1", taxed)
    office.drain()
    known = office.context.reference
    accounts = tuple(a.model_copy(update={"status": "archived"}) if a.code == "200" else a for a in known.accounts)
    rates = tuple(r.model_copy(update={"status": "archived"}) if r.code == "OUTPUT2" else r for r in known.tax_rates)
    gone = known.model_copy(update={"accounts": accounts, "tax_rates": rates})
    assert accounts != known.accounts
    assert rates != known.tax_rates
    office.at.commit.all(PutReference("bench", gone))
    office.invoice("1", taxed, **edit)
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"
    office.invoice("1", taxed | {"account_code": "hire"})
    office.drain()
    assert office.at_rest("invoices", "1").state == "error"


@pytest.mark.parametrize("kind", ["invoices", "credit-notes"])
@pytest.mark.parametrize(
    "discount", [{"discount_amount": "10.00"}, {"discount_percent": "10"}, {"discount_amount": "3.33"}]
)
def test_a_discount_on_a_line_taken_back_mirrors_the_line_sold(
    office: Office, kind: str, discount: dict[str, str]
) -> None:
    """Sold and taken back at the same discount comes to nothing, however it is written."""
    office.customer()
    sold = {**LINE, "id": "a", "quantity": "2", "unit_price": "50.00", **discount}
    push = office.invoice if kind == "invoices" else office.credit_note
    push(
        "1",
        LINE,
        sold,
        sold | {"id": "b", "quantity": "-2"},
        sold | {"id": "c", "unit_price": "-50.00"},
        sold,
        total="120.00",
    )
    office.drain()
    assert office.at_rest(kind, "1").state == "linked"
    (made,) = office.books(kind.replace("-", "_")).values()
    amounts = [line["LineAmount"] for line in made["LineItems"]]
    assert amounts[1:] == [amounts[1], -amounts[1], -amounts[1], amounts[1]]
    assert (amounts[0], made["Total"]) == (100.0, 120.0)


def test_an_unknown_warning_is_kept_in_the_ledgers_words_and_is_agreement(office: Office) -> None:
    office.customer()
    office.invoice("1", currency="EUR", exchange_rate="9.5")
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, [each.code for each in link.warnings]) == ("linked", [""])
    (entry, *_) = office.at.activity.of_record(RecordKey("bench", "invoices", "1")).items
    assert (entry.outcome, entry.reason) == ("ok", "")
    assert entry.message == f"The ledger took it with a warning: {link.warnings[0].message}"


def test_a_bookkeepers_edits_of_other_fields_and_lines_stay(office: Office) -> None:
    office.customer()
    office.set(payments_from_ledger=True)
    office.invoice("1", {**LINE, "id": "a"}, {**LINE, "id": "b", "description": "b"})
    office.drain()
    lines = [{"LineItemID": line["LineItemID"]} for line in office.books()["N-1"]["LineItems"]]
    edited = [{**lines[0], "AccountCode": "260"}, lines[1]]
    office.person("edit", "1", LineItems=edited)
    office.invoice("1", {**LINE, "id": "a", "quantity": "3"}, {**LINE, "id": "b", "description": "b"}, reference="PO 7")
    office.drain()
    assert office.books()["N-1"]["Reference"] == "", "not before the import has looked"
    office.read()
    office.drain()
    made = office.books()["N-1"]
    assert made["Reference"] == "PO 7"
    assert [(line["AccountCode"], line["Quantity"]) for line in made["LineItems"]] == [("260", 3.0), ("200", 2.0)]
    assert [line["LineItemID"] for line in made["LineItems"]] == [line["LineItemID"] for line in lines]


def test_a_bookkeepers_lines_stay_however_often_others_are_edited_here(office: Office) -> None:
    """Recoded, repriced, added and taken out there: an update that keeps all that does not make it ours."""
    office.customer()
    office.set(payments_from_ledger=True)
    three = [{**LINE, "id": name, "description": name} for name in "abc"]
    office.invoice("1", *three)
    office.drain()
    first, second, _ = office.books()["N-1"]["LineItems"]
    added = {"Description": "theirs", "Quantity": 1, "UnitAmount": 7, "AccountCode": "260"}
    office.person("edit", "1", LineItems=[{"LineItemID": first["LineItemID"], "UnitAmount": 11}, second, added])
    office.read()

    def says() -> list[tuple[str, float, float]]:
        return [(row["Description"], row["UnitAmount"], row["Quantity"]) for row in office.books()["N-1"]["LineItems"]]

    kept = [("a", 11.0, 2.0), ("b", second["UnitAmount"], 2.0), ("theirs", 7.0, 1.0)]
    assert says() == kept
    for quantity in ("3", "4"):
        kept[1] = ("b", second["UnitAmount"], float(quantity))
        office.invoice("1", three[0], {**three[1], "quantity": quantity}, three[2])
        office.drain()
        office.read()
        assert says() == kept
        link = office.at_rest("invoices", "1")
        assert (link.state, link.seen is not None) == ("linked", True), "both sides differ, and the link knows"
    office.invoice("1", three[0], {**three[1], "quantity": "4"}, three[2], reference="PO 7")
    office.drain()
    assert says() == kept


def test_a_taken_number_names_who_has_it_and_neighbours_go_through(office: Office) -> None:
    office.customer()
    office.invoice("1", number="SAME")
    office.drain()
    office.invoice("2", number="SAME")
    office.invoice("3")
    office.drain()
    link = office.at_rest("invoices", "2")
    assert link.error is not None
    assert (link.reason, link.error.holder) == ("number_taken", office.at_rest("invoices", "1").document_id)
    assert office.at_rest("invoices", "3").state == "linked"


def test_a_void_here_voids_there(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.drain()
    office.set(document_target_status="draft")
    office.invoice("2")
    office.drain()
    office.invoice("1", status="void")
    office.invoice("2", status="void")
    office.drain()
    assert {number: row["Status"] for number, row in office.books().items()} == {"N-1": "VOIDED", "N-2": "DELETED"}
    assert office.at_rest("invoices", "1").document_status == "archived"


def test_documents_go_in_the_order_they_were_made(office: Office) -> None:
    office.customer()
    for id_, made in (
        ("late", "2026-11-20T12:00:00Z"),
        ("early", "2026-11-20T09:00:00Z"),
        ("mid", "2026-11-20T10:00:00Z"),
    ):
        office.invoice(id_, number="", reference=id_, made_at=made)
    office.drain()
    rows = sorted(office.books().values(), key=lambda row: row["InvoiceNumber"])
    assert [row["Reference"] for row in rows] == ["early", "mid", "late"]


def test_an_item_that_is_there_already_is_adopted_and_its_documents_go(office: Office) -> None:
    office.customer()
    item = {"kind": "items", "action": "create", "fields": {"Code": "DRILL", "Name": "Old name"}}
    office.here.ledger.post("/_sim/human", json=item).raise_for_status()
    office.put("products", "p1", code="DRILL", name="Drill")
    office.invoice("1", {**LINE, "product_id": "p1"})
    office.drain()
    product = office.at_rest("products", "p1")
    assert (product.state, product.reason) == ("error", "item_code_taken")
    assert office.at_rest("invoices", "1").reason == "item_code_taken"
    fixing.fix(office.context, product.key.record, "link_to_holder", {}, ADA)
    office.drain()
    assert office.at_rest("products", "p1").state == "linked"
    assert office.at_rest("invoices", "1").state == "linked"
    assert office.books("items")["DRILL"]["Name"] == "Drill"


def test_a_code_is_mapped_from_the_error_and_it_goes(office: Office) -> None:
    office.customer()
    office.invoice("1", {**LINE, "tax_code": "standard"})
    office.drain()
    link = office.at_rest("invoices", "1")
    record = office.at.records.get(link.key.record)
    assert record is not None
    offered = fixes_of(record, link)[0]
    assert (offered.id, offered.params) == (
        "map",
        {"mapping": "tax", "from": "standard", "to": None, "side": "sales"},
    )
    fixing.fix(office.context, link.key.record, "map", {**offered.params, "to": "OUTPUT2"}, ADA)
    office.drain()
    assert office.at_rest("invoices", "1").state == "linked"


def sums(office: Office) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    said = office.said("invoices", "1")
    return said.subtotal, said.total_tax, said.total


def test_totals_are_those_of_the_lines_after_an_edit_and_after_a_repetition(office: Office) -> None:
    office.customer()
    office.invoice("1")
    office.drain()
    office.invoice("1")
    assert sums(office) == (100, 20, 120), "saying the same again changes nothing"
    assert office.at_rest("invoices", "1").state == "linked"
    office.invoice("1", {**LINE, "unit_price": "70.00"})
    assert sums(office) == (None, None, None)
    office.drain()
    assert sums(office) == (140, 28, 168)


def test_totals_of_what_was_sent_are_not_told_of_what_was_edited_meanwhile(office: Office) -> None:
    office.customer()
    office.invoice("1")
    sent = settling.settle_parts

    def edited(*what: Any, **how: Any) -> Any:
        office.invoice("1", {**LINE, "unit_price": "70.00"})
        return sent(*what, **how)

    with patch.object(settling, "settle_parts", edited):
        office.drain()
    office.drain()
    assert (office.at_rest("invoices", "1").state, sums(office)) == ("linked", (140, 28, 168))


def test_a_customer_archived_since_is_told_of_its_invoice(office: Office) -> None:
    customer = office.customer()
    archived = {"kind": "contacts", "action": "archive", "id": customer}
    office.here.ledger.post("/_sim/human", json=archived).raise_for_status()
    office.invoice("1")
    office.drain()
    link = office.at_rest("invoices", "1")
    assert (link.state, link.reason) == ("error", "contact_archived")


def test_a_conflict_about_lines_kept_as_the_ledger_has_them_speaks_the_crms_codes(office: Office) -> None:
    office.set(field_owner="ask", sync_item_descriptions=True)
    mapping.put(office.context, "tax", [Mapped(source="STD", side="sales", target="OUTPUT2")], ADA)
    office.customer()
    office.put("products", "p1", code="P1", name="Drill")
    ours = {**LINE, "id": "1", "tax_code": "STD", "product_id": "p1", "description": "red"}
    office.invoice("1", ours)
    office.drain()
    said = office.books()["N-1"]["LineItems"][0]
    there = {name: said[name] for name in ("LineItemID", "TaxType", "AccountCode", "ItemCode", "UnitAmount")}
    office.person("edit", "1", LineItems=[{**there, "Description": "Drill\nblue", "Quantity": 7}])
    office.invoice("1", {**ours, "quantity": "3"})
    office.drain()
    office.read()
    office.drain()
    assert office.at_rest("invoices", "1").state == "conflict"
    conflicts.resolve(office.context, LinkKey("bench", "invoices", "1"), "ledger", ADA)
    [line] = office.said("invoices", "1").lines
    assert (line.id, line.quantity, line.tax_code, line.product_id, line.description) == ("1", 7, "STD", "p1", "blue")
    office.here.ledger_calls()
    office.drain()
    assert "POST" not in office.here.ledger_calls()


def test_an_edit_while_the_invoice_is_on_its_way_does_not_pass_the_lock(office: Office) -> None:
    office.set(lock_after_transfer=True)
    office.customer()
    office.invoice("1")
    office.fault(match={"method": "PUT", "path": "/Invoices"}, kind="error_after", status=503, times=3)
    office.drain()
    assert office.at.lanes.open_dispatches("bench")
    with pytest.raises(Refused, match="in_flight"):
        office.invoice("1", reference="late")
    office.invoice("1", status="void")
    assert office.said("invoices", "1").status == "void", "what a sent one allows may be saved meanwhile"
    office.invoice("2")
    office.invoice("2", reference="in time")
    assert office.said("invoices", "2").reference == "in time"


def test_the_tax_of_a_line_follows_its_price_whoever_changed_that_there(office: Office) -> None:
    office.set(field_owner="crm")
    office.customer()
    office.invoice("1")
    office.drain()
    office.read()
    [line] = office.books()["N-1"]["LineItems"]
    office.person("edit", "1", LineItems=[{"LineItemID": line["LineItemID"], "UnitAmount": 10}])
    take_note([Change(office.context.organisation, "invoice", office.at_rest("invoices", "1").document_id)], office.at)
    office.read()
    office.invoice("1", {**LINE, "unit_price": "70.00"})
    office.drain()
    made = office.books()["N-1"]
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (140.0, 28.0, 168.0)


@pytest.mark.parametrize("tax_mode", ["exclusive", "none"])
@pytest.mark.parametrize("checked", [False, True], ids=["untouched", "edited in the ledger since"])
def test_a_line_that_was_added_is_there_once_although_the_answer_was_lost(
    office: Office, tax_mode: str, checked: bool
) -> None:
    office.customer()
    office.invoice("1", tax_mode=tax_mode)
    office.drain()
    office.read()
    office.invoice("1", LINE, {**LINE, "description": "Delivery"}, tax_mode=tax_mode)
    office.fault(match={"method": "POST", "path": "/Invoices"}, kind="error_after", status=503, times=4)
    office.drain()
    if checked:
        old, new = office.books()["N-1"]["LineItems"]
        office.person("edit", "1", LineItems=[{**old, "Description": "A day's work, checked"}, new])
    for _ in range(3):
        pass_time(office)
        office.drain()
        office.read()
    made = office.books()["N-1"]
    assert [line["Description"].partition(",")[0] for line in made["LineItems"]] == ["A day's work", "Delivery"]
    assert made["SubTotal"] == 200.0
    assert office.at_rest("invoices", "1").state == "linked"


def made(office: Office) -> list[str]:
    """An invoice, a credit note, another invoice and a payment, made in this order and pushed in another; the calls."""
    office.customer()
    office.here.ledger_calls()
    day = "2026-11-20T10:0{}:00Z"
    office.put("payments", "p", document_id="1", date="2026-11-20", amount="5.00", method="090")
    office.invoice("3", made_at=day.format(3))
    office.credit_note("2", made_at=day.format(2))
    office.invoice("1", made_at=day.format(1))
    office.drain()
    writes = [r for r in office.here.ledger.get("/_sim/requests").json() if r["method"] == "PUT"]
    return [r["path"].rpartition("/")[2] for r in writes]


def test_where_stock_is_kept_documents_of_all_kinds_go_in_the_order_they_were_made(office: Office) -> None:
    assert made(office) == ["Invoices", "CreditNotes", "Invoices", "Payments"]


def test_elsewhere_each_kind_goes_together_and_the_kind_that_was_made_first_goes_first(office: Office) -> None:
    office.set(sync_inventory=False)
    assert made(office) == ["Invoices", "CreditNotes", "Payments"]


@pytest.mark.parametrize("together", [False, True])
def test_a_credit_note_edited_there_is_not_written_over_beside_an_invoice(office: Office, *, together: bool) -> None:
    office.customer()
    office.invoice("1")
    office.credit_note("1")
    office.drain()
    office.read()
    [line] = office.books("credit_notes")["C-1"]["LineItems"]
    office.person("edit", "1", kind="credit-notes", LineItems=[{**line, "Quantity": 7, "LineAmount": None}])
    assert [each["Quantity"] for each in office.books("credit_notes")["C-1"]["LineItems"]] == [7]
    if together:
        office.invoice("1", {**LINE, "quantity": "4"})
    office.credit_note("1", {**LINE, "quantity": "3"})
    office.drain()
    assert [each["Quantity"] for each in office.books("credit_notes")["C-1"]["LineItems"]] == [7], (
        "not before the import has looked"
    )


@pytest.mark.parametrize("parted_first", [True, False])
def test_a_relinked_document_is_updated_by_its_own_lines(office: Office, *, parted_first: bool) -> None:
    office.customer()
    office.invoice("1")
    office.invoice("2")
    office.drain()
    other = office.at_rest("invoices", "2").document_id
    linking.unlink(office.context, RecordKey("bench", "invoices", "2"), ADA)
    if parted_first:
        linking.unlink(office.context, RecordKey("bench", "invoices", "1"), ADA)
    linking.link(office.context, RecordKey("bench", "invoices", "1"), other, ADA, confirm=True)
    office.invoice("1", {**LINE, "quantity": "3"}, number="N-2")
    for _ in range(3):
        office.read()
        office.drain()
    link, there = office.at_rest("invoices", "1"), office.books()["N-2"]["LineItems"]
    assert (link.state, link.error) == ("linked", None), link.error
    assert [line["Quantity"] for line in there] == [3]


def test_a_fix_adds_its_pair_to_what_somebody_else_mapped_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.customer()
    office.invoice("1", {**LINE, "tax_code": "standard"})
    office.drain()
    key, check, others = office.at_rest("invoices", "1").key.record, mapping._check, list[None]()

    def somebody_is_faster(*args: Any) -> None:
        check(*args)
        if not others:
            others.append(None)
            mapping.put(office.context, "tax", [Mapped(source="reduced", side="sales", target="RROUTPUT")], ADA)

    monkeypatch.setattr(mapping, "_check", somebody_is_faster)
    said = {"mapping": "tax", "from": "standard", "side": "sales", "to": "OUTPUT2"}
    fixing.fix(office.context, key, "map", said, ADA)
    assert {pair.source for pair in office.context.mappings.of("tax")} == {"standard", "reduced"}


def test_none_is_passed_by_one_made_after_it_where_a_round_is_full(office: Office) -> None:
    office.customer()
    for n in range(1, 13):
        line = {**LINE, "account_code": "no-such"} if n in (1, 5) else LINE
        office.invoice(f"{n:02}", line, number="", reference=f"{n:02}", made_at=f"2026-11-20T10:{n:02}:00Z")
    with patch.object(export, "PAGE", 4), patch.object(export, "ROUND", 4):
        office.drain()
    made = [row["Reference"] for _, row in sorted(office.books().items())]
    assert made == [f"{n:02}" for n in range(1, 13) if n not in (1, 5)]


@pytest.mark.parametrize("here", ["draft", "awaiting_approval"])
def test_what_the_ledger_approved_as_it_was_sent_is_approved_here(office: Office, here: str) -> None:
    office.set(exportable_statuses=["any"], document_target_status="approved")
    office.customer()
    office.invoice("1", status=here)
    office.credit_note("1", status=here)
    office.drain()
    assert office.books()["N-1"]["Status"] == "AUTHORISED"
    assert [office.said(kind, "1").status for kind in ("invoices", "credit-notes")] == ["approved", "approved"]
    office.invoice("1", status=here)
    office.here.ledger_calls()
    office.drain()
    assert not office.here.ledger_calls(), "the CRM repeats itself, which is no edit"
    assert office.said("invoices", "1").status == "approved"
    office.invoice("1", {**LINE, "quantity": "3"}, status=here)
    office.drain()
    office.person("pay", "1", amount=10)
    office.read()
    assert (office.said("invoices", "1").status, office.books()["N-1"]["Total"]) == ("part_paid", 180.0)


def test_what_is_a_draft_there_by_choice_keeps_its_status_here(office: Office) -> None:
    office.set(document_target_status="draft")
    office.customer()
    office.invoice("1")
    office.drain()
    assert (office.books()["N-1"]["Status"], office.said("invoices", "1").status) == ("DRAFT", "approved")


def patched(office: Office, kind: str = "invoices", id_: str = "1", **fields: Any) -> None:
    save(office.context, RecordKey("bench", kind, id_), Push(fields, "merge"), CRM)


@pytest.mark.parametrize("kind", ["invoices", "credit-notes"])
@pytest.mark.parametrize("sent", [True, False])
def test_a_total_vouches_for_the_lines_it_came_with_and_for_no_later_ones(
    office: Office, kind: str, sent: bool
) -> None:
    office.customer()
    make = office.invoice if kind == "invoices" else office.credit_note
    make("1", subtotal="100.00", total="120.00")
    if sent:
        office.drain()
    patched(office, kind, lines=[{**LINE, "quantity": "3"}])
    office.drain()
    [made] = office.books(kind.replace("-", "_")).values()
    assert (office.at_rest(kind, "1").state, made["Total"]) == ("linked", 180.0)
    assert (office.said(kind, "1").subtotal, office.said(kind, "1").total) == (150, 180)
    patched(office, kind, lines=[{**LINE, "quantity": "4"}], total="180.00")
    office.drain()
    assert office.at_rest(kind, "1").reason == "totals_differ", "one that is said with them is checked as ever"


@pytest.mark.parametrize(
    "fields", [{"reference": "x"}, {"lines": [LINE]}, {"tax_mode": "exclusive"}, {"status": "approved"}]
)
def test_a_total_stays_checked_where_the_lines_stay(office: Office, fields: dict[str, Any]) -> None:
    office.customer()
    office.invoice("1", total="130.00")
    patched(office, **fields)
    office.drain()
    assert office.at_rest("invoices", "1").reason == "totals_differ"


def test_a_total_that_was_found_to_differ_is_what_the_lines_are_mended_to(office: Office) -> None:
    office.customer()
    office.invoice("1", total="180.00")
    office.drain()
    assert office.at_rest("invoices", "1").reason == "totals_differ"
    patched(office, lines=[{**LINE, "quantity": "30"}])
    office.drain()
    assert office.at_rest("invoices", "1").reason == "totals_differ", "a slip of the pen while mending"
    patched(office, lines=[{**LINE, "quantity": "3"}])
    office.drain()
    assert (office.at_rest("invoices", "1").state, office.books()["N-1"]["Total"]) == ("linked", 180.0)


def test_a_document_made_a_draft_again_while_it_was_sent_stays_one(office: Office) -> None:
    office.customer()
    office.invoice("1")

    settle_parts = settling.settle_parts

    def edited(*given: Any, **how: Any) -> Any:
        patched(office, status="draft", reference="being edited")
        return settle_parts(*given, **how)

    with patch.object(settling, "settle_parts", edited):
        office.drain()
    assert office.books()["N-1"]["Status"] == "AUTHORISED"
    office.drain()
    assert (office.said("invoices", "1").status, office.at_rest("invoices", "1").reason) == (
        "draft",
        "status_not_exportable",
    )


def test_a_total_found_to_differ_stays_whatever_else_was_found_with_it(office: Office) -> None:
    office.customer()
    office.invoice("1", {**LINE, "account_code": "no-such"}, total="999.00")
    office.drain()
    error = office.at_rest("invoices", "1").error
    assert error is not None
    assert error.codes == ("account_not_mapped", "totals_differ")
    patched(office, lines=[{**LINE, "quantity": "3"}])
    office.drain()
    assert (office.at_rest("invoices", "1").reason, office.books()) == ("totals_differ", {})
