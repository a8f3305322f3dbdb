"""Lists of documents: what pages them, what filters them, what an unpaged one leaves out (§3.4)."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.local.xero.papers import a_line, a_payment, bill, credit, pay, sale, update
from tests.local.xero.rig import Rig


def numbers(documents: list[dict[str, Any]]) -> list[str]:
    return [each["InvoiceNumber"] for each in documents]


@pytest.fixture
def books(xero: Rig) -> Rig:
    """Four invoices a minute apart: a part-paid one, a draft of Bob's, a bill, a voided one."""
    pay(xero, sale(xero, InvoiceNumber="S1", Reference="tents", Date="2026-10-01", DueDate="2026-10-31"), 50)
    xero.clock.advance(60)
    sale(xero, InvoiceNumber="S2", Status="DRAFT", Contact={"Name": "Bob", "ContactNumber": "n2"}, Date="2026-11-05")
    xero.clock.advance(60)
    bill(xero, InvoiceNumber="B1", Date="2026-11-07")
    xero.clock.advance(60)
    update(xero, sale(xero, InvoiceNumber="S3", Date="2026-11-09"), Status="VOIDED")
    return xero


def test_an_unpaged_list_drops_the_lines_and_a_page_has_them(books: Rig) -> None:
    assert [each["LineItems"] for each in books.get("Invoices")] == [[]] * 4
    assert all(each["LineItems"] for each in books.get("Invoices?page=1"))
    body = books.call("GET", "/Invoices?page=1&pageSize=3").json()
    assert body["pagination"] == {"page": 1, "pageSize": 3, "pageCount": 2, "itemCount": 4}
    assert "pagination" not in books.call("GET", "/Invoices").json()


def test_contacts_in_lists_are_short_and_in_single_reads_whole(books: Rig) -> None:
    (first, *_) = books.get("Invoices?page=1")
    assert first["Contact"] == {
        "ContactID": first["Contact"]["ContactID"],
        "Name": "Ada",
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }
    assert books.one(f"Invoices/{first['InvoiceID']}")["Contact"]["ContactStatus"] == "ACTIVE"


def test_voided_and_deleted_documents_are_listed_with_their_status(books: Rig) -> None:
    statuses = {each["InvoiceNumber"]: each["Status"] for each in books.get("Invoices")}
    assert statuses == {"S1": "AUTHORISED", "S2": "DRAFT", "B1": "AUTHORISED", "S3": "VOIDED"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("InvoiceNumbers=S1,b1,nope", ["S1", "B1"]),
        ("Statuses=DRAFT,VOIDED", ["S2", "S3"]),
        ("Statuses=AUTHORISED&InvoiceNumbers=B1,S2", ["B1"]),
        ("searchTerm=TENT", ["S1"]),
        ("searchTerm=s2", ["S2"]),
        ("where=" + quote('Type=="ACCPAY"'), ["B1"]),
        ("where=" + quote('Type=="ACCREC" AND Status=="AUTHORISED"'), ["S1"]),
        ("where=" + quote('Contact.Name=="bob"'), ["S2"]),
        ("where=" + quote('Contact.ContactNumber=="n2"'), ["S2"]),
        ("where=" + quote("Date>=DateTime(2026, 11, 05) AND Date<DateTime(2026, 11, 09)"), ["S2", "B1"]),
        ("where=" + quote("AmountDue>0 AND AmountPaid==50"), ["S1"]),
        ("where=" + quote("AmountDue==70.00"), ["S1"]),
        ("where=" + quote('Reference!="" AND Reference!=null'), ["S1"]),
        ("where=" + quote('InvoiceNumber=="S1" OR InvoiceNumber=="S3"'), ["S1", "S3"]),
        ("order=Date DESC", ["S3", "B1", "S2", "S1"]),
        ("order=AmountDue,InvoiceNumber DESC", ["S3", "S1", "S2", "B1"]),
        ("order=Contact.Name DESC&where=" + quote('Status!="VOIDED"'), ["S2", "S1", "B1"]),
    ],
)
def test_filters_and_orders(books: Rig, query: str, found: list[str]) -> None:
    assert numbers(books.get(f"Invoices?{query}")) == found


def test_ids_and_contacts_are_lists_too(books: Rig) -> None:
    listed = {each["InvoiceNumber"]: each for each in books.get("Invoices")}
    ids = ",".join(listed[number]["InvoiceID"].upper() for number in ("S3", "S1"))
    assert numbers(books.get(f"Invoices?IDs={ids}")) == ["S1", "S3"]
    ada = listed["S1"]["Contact"]["ContactID"]
    assert numbers(books.get(f"Invoices?ContactIDs={ada}")) == ["S1", "B1", "S3"]


@pytest.mark.parametrize("spelling", ["InvoiceID", "InvoiceId"])
def test_a_guid_is_named_in_either_spelling(books: Rig, spelling: str) -> None:
    id = books.get("Invoices")[1]["InvoiceID"]
    assert numbers(books.get("Invoices?where=" + quote(f'{spelling}==guid("{id.upper()}")'))) == ["S2"]


def test_a_filter_by_status_pages_by_itself_and_has_lines(books: Rig) -> None:
    body = books.call("GET", "/Invoices?Statuses=DRAFT").json()
    assert body["pagination"]["itemCount"] == 1
    assert body["Invoices"][0]["LineItems"]


def test_summary_only_pages_by_itself_and_drops_lines_and_payments(books: Rig) -> None:
    body = books.call("GET", "/Invoices?summaryOnly=True").json()
    assert body["pagination"]["itemCount"] == 4
    assert not {"LineItems", "Payments", "HasAttachments"} & set(body["Invoices"][0])


def test_if_modified_since_sees_payments_and_voids(books: Rig) -> None:
    assert numbers(books.get("Invoices", If_Modified_Since="2026-11-20T09:02:00")) == ["B1", "S3"]
    first = books.get("Invoices?InvoiceNumbers=S1")[0]
    books.put("Payments", a_payment(first, 1))
    assert sorted(numbers(books.get("Invoices", If_Modified_Since="2026-11-20T09:03:00"))) == ["S1", "S3"]


def test_created_by_my_app_leaves_out_what_people_and_others_made(books: Rig) -> None:
    books.person("create", "invoice", Type="ACCREC", Contact={"Name": "Ada"}, InvoiceNumber="H1", LineItems=[a_line()])
    assert numbers(books.get("Invoices?createdByMyApp=true")) == ["S1", "S2", "B1", "S3"]
    assert "H1" in numbers(books.get("Invoices"))


def test_an_invoice_is_read_by_its_number(books: Rig) -> None:
    assert books.one("Invoices/s1")["InvoiceNumber"] == "S1"
    assert books.call("GET", "/Invoices/nope").status_code == 404


@pytest.mark.parametrize("where", ["Mood==1", 'LineItems=="x"', "AmountDue>="])
def test_a_condition_that_cannot_be_read_is_refused(books: Rig, where: str) -> None:
    assert books.call("GET", f"/Invoices?where={quote(where)}").json()["Type"] == "QueryParseException"


def test_over_many_records_only_optimised_fields_may_be_asked_for(books: Rig) -> None:
    books.set(high_volume=3)
    for cheap in ('where=Status=="DRAFT"', "where=AmountDue>1", "order=UpdatedDateUTC", "order=Date DESC"):
        assert books.call("GET", f"/Invoices?{cheap}").status_code == 200
    for dear in ("where=Total>1", 'where=Status=="DRAFT" AND CurrencyCode=="GBP"', "order=Total"):
        answer = books.call("GET", f"/Invoices?{dear}")
        assert (answer.status_code, answer.json()["Type"]) == (400, "QueryParseException")
    books.set(high_volume=4)
    assert books.call("GET", "/Invoices?where=Total>1").status_code == 200


def test_credit_notes_and_payments_have_lists_of_their_own(books: Rig) -> None:
    noted = credit(books)
    pay(books, noted, 20, Reference="back")
    assert books.get("CreditNotes")[0]["LineItems"] == []
    assert books.get("CreditNotes?page=1")[0]["LineItems"]
    assert len(books.get("Payments?page=1&pageSize=1")) == 1
    invoice = books.get("Invoices")[0]["InvoiceID"]
    for where, count in (
        (f'Invoice.InvoiceId==guid("{invoice}")', 1),
        ('PaymentType=="ARCREDITPAYMENT"', 1),
        ('Reference=="back"', 1),
        ("Date>=DateTime(2026,11,10) AND Amount<30", 1),
        ('Status=="DELETED"', 0),
        ('Account.Code=="090"', 2),
    ):
        assert len(books.get(f"Payments?where={quote(where)}")) == count, where


def test_parameters_a_kind_does_not_have_are_not_heeded(books: Rig) -> None:
    credit(books)
    assert len(books.get("CreditNotes?Statuses=DRAFT&IDs=x&searchTerm=nobody")) == 1
    assert "pagination" not in books.call("GET", "/CreditNotes?summaryOnly=true").json()


def test_scopes_are_those_of_each_kind(rig: Rig) -> None:
    rig.connect(scope="accounting.invoices.read accounting.payments.read")
    for segment in ("Invoices", "CreditNotes", "PurchaseOrders", "Items", "Payments", "Prepayments", "Overpayments"):
        assert rig.call("GET", f"/{segment}").status_code == 200, segment
        if segment not in ("Prepayments", "Overpayments"):
            assert rig.call("PUT", f"/{segment}", {}).status_code == 401, segment
    for segment in ("BankTransactions", "Accounts", "TaxRates", "TrackingCategories", "Currencies", "Contacts"):
        assert rig.call("GET", f"/{segment}").status_code == 401, segment
