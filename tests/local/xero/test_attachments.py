"""Attachments: raw bytes under a name, ten to a document, the same name overwrites (§4.7)."""

from typing import Any

import httpx
import pytest

from tests.local.xero.papers import a_cost, bill, credit, sale
from tests.local.xero.rig import API, Rig, messages


def attach(
    xero: Rig, path: str, name: str, content: bytes = b"%PDF", *, method: str = "PUT", query: str = "", **headers: str
) -> httpx.Response:
    named = {"Content-Type": "application/pdf", **{key.replace("_", "-"): value for key, value in headers.items()}}
    address = f"{API}/{path}/Attachments/{name}{query}"
    return xero.http.request(method, address, headers={**xero.headers, **named}, content=content)


def files(xero: Rig, path: str) -> list[dict[str, Any]]:
    return list(xero.call("GET", f"/{path}/Attachments").json()["Attachments"])


def test_a_file_is_put_listed_and_read_by_name_or_id(xero: Rig) -> None:
    path = f"Invoices/{sale(xero)['InvoiceID']}"
    (put,) = attach(xero, path, "a%20b.pdf", b"%PDF-1", query="?IncludeOnline=True").json()["Attachments"]
    assert (put["FileName"], put["MimeType"], put["ContentLength"]) == ("a b.pdf", "application/pdf", 6)
    assert put["IncludeOnline"] is True
    assert put["Url"].endswith(f"/{path}/Attachments/a%20b.pdf")
    assert files(xero, path) == [put]
    for key in ("a%20b.pdf", put["AttachmentID"]):
        read = xero.http.get(f"{API}/{path}/Attachments/{key}", headers=xero.headers)
        assert (read.content, read.headers["content-type"]) == (b"%PDF-1", "application/pdf")
    assert xero.call("GET", f"/{path}/Attachments/other.pdf").status_code == 404


def test_the_same_name_overwrites(xero: Rig) -> None:
    path = f"Invoices/{sale(xero)['InvoiceID']}"
    attach(xero, path, "a.pdf", b"one")
    attach(xero, path, "a.pdf", b"three", method="POST")
    assert [each["ContentLength"] for each in files(xero, path)] == [5]


def test_no_more_than_ten_to_a_document(xero: Rig) -> None:
    path = f"Invoices/{sale(xero)['InvoiceID']}"
    assert [attach(xero, path, f"{number}.pdf").status_code for number in range(11)] == [200] * 10 + [400]
    assert attach(xero, path, "3.pdf").status_code == 200


@pytest.mark.parametrize("name", ["a%3Cb.pdf", "a%3Ab.pdf", "a%2Bb.pdf", "a%7Cb.pdf", "a%2A.pdf", "a%5Cb.pdf"])
def test_some_characters_are_forbidden_in_names(xero: Rig, name: str) -> None:
    answer = attach(xero, f"Invoices/{sale(xero)['InvoiceID']}", name)
    assert answer.status_code == 400
    assert "characters that are not allowed" in messages(answer.json()["Elements"][0])[0]


def test_brackets_come_percent_encoded(xero: Rig) -> None:
    path = f"Invoices/{sale(xero)['InvoiceID']}"
    attach(xero, path, "a%5B1%5D.pdf")
    assert [each["FileName"] for each in files(xero, path)] == ["a[1].pdf"]


def test_the_size_is_limited_apart_from_other_bodies(xero: Rig) -> None:
    path = f"Invoices/{sale(xero)['InvoiceID']}"
    xero.set(attachment_limit_bytes=100, max_body_bytes=10)
    assert attach(xero, path, "a.pdf", b"x" * 100).status_code == 200
    assert attach(xero, path, "b.pdf", b"x" * 101).status_code == 400
    assert attach(xero, path, "c.pdf", b"").status_code == 400


def test_only_sales_documents_show_files_online_and_only_by_put(xero: Rig) -> None:
    online = "?IncludeOnline=true"
    shown = [
        attach(xero, path, "a.pdf", query=online, method=method).json()["Attachments"][0].get("IncludeOnline", False)
        for path, method in (
            (f"CreditNotes/{credit(xero)['CreditNoteID']}", "PUT"),
            (f"Invoices/{sale(xero)['InvoiceID']}", "POST"),
            (f"Invoices/{bill(xero)['InvoiceID']}", "PUT"),
        )
    ]
    assert shown == [True, False, False]


def test_documents_say_that_they_have_files_and_which(xero: Rig) -> None:
    made = sale(xero)
    path = f"Invoices/{made['InvoiceID']}"
    assert xero.one(path)["HasAttachments"] is False
    attach(xero, path, "a.pdf")
    assert xero.one(path)["Attachments"] == files(xero, path)
    (listed,) = xero.get("Invoices?page=1")
    assert listed["HasAttachments"] is True
    assert "Attachments" not in listed
    assert [each["InvoiceID"] for each in xero.get("Invoices?where=HasAttachments==true")] == [made["InvoiceID"]]


def test_contacts_orders_and_accounts_hold_files_too(xero: Rig) -> None:
    (ada,) = xero.create({"Name": "Ada"})
    sent = {"Contact": {"ContactID": ada["ContactID"]}, "LineItems": [a_cost()]}
    (order,) = xero.put("PurchaseOrders", sent)
    account = xero.one("Accounts/200")
    for path in (
        f"Contacts/{ada['ContactID']}",
        f"PurchaseOrders/{order['PurchaseOrderID']}",
        f"Accounts/{account['AccountID']}",
    ):
        assert attach(xero, path, "a.pdf").status_code == 200
        assert xero.one(path)["HasAttachments"] is True
    assert xero.call("GET", f"/Items/{ada['ContactID']}/Attachments").status_code == 404


@pytest.mark.parametrize(("moves", "moved"), [(False, False), (True, True)])
def test_whether_a_file_moves_the_documents_timestamp_can_be_set(xero: Rig, moves: bool, moved: bool) -> None:
    xero.set(attachment_moves_timestamp=moves)
    made = sale(xero)
    xero.clock.advance(60)
    attach(xero, f"Invoices/{made['InvoiceID']}", "a.pdf")
    assert (xero.one(f"Invoices/{made['InvoiceID']}")["UpdatedDateUTC"] > made["UpdatedDateUTC"]) is moved


def test_files_need_a_scope_of_their_own(rig: Rig) -> None:
    rig.connect(scope="accounting.invoices accounting.contacts")
    path = f"Invoices/{sale(rig)['InvoiceID']}"
    assert rig.call("GET", f"/{path}/Attachments").status_code == 401
    assert attach(rig, path, "a.pdf").status_code == 401


def test_a_person_attaches_and_the_state_tells_what(xero: Rig) -> None:
    made = sale(xero)
    xero.person("attach", "invoice", made["InvoiceID"], FileName="note.txt", text="hello")
    (known,) = xero.state()["attachments"]
    assert (known["FileName"], known["MimeType"], known["ContentLength"]) == ("note.txt", "text/plain", 5)
    assert (known["Endpoint"], known["DocumentID"]) == ("Invoices", made["InvoiceID"])
    assert known["Sha256"] == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert xero.refused("attach", "payment", made["InvoiceID"], FileName="a", text="x")
    seed = {"Endpoint": "Invoices", "DocumentID": made["InvoiceID"], "FileName": "b.txt", "text": "x"}
    assert xero.sim("POST", "seed", {"attachments": [seed]}).status_code == 200
    assert len(files(xero, f"Invoices/{made['InvoiceID']}")) == 2
    assert xero.sim("POST", "seed", {"attachments": [{**seed, "Endpoint": "Payments"}]}).status_code == 409
