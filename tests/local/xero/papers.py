"""Documents to start a test from: as plain as they can be, every field to be changed."""

from typing import Any

from tests.local.xero.rig import Rig, ok

Json = dict[str, Any]
NOBODY = "11111111-1111-4111-8111-111111111111"


def a_line(**changes: Any) -> Json:
    """100.00 of sales, 20.00 of tax on it."""
    return {"Description": "Hire", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200", **changes}


def a_cost(**changes: Any) -> Json:
    """100.00 of expenses."""
    return a_line(Description="Repairs", AccountCode="429", **changes)


def a_sale(*lines: Json, **changes: Any) -> Json:
    """An approved sales invoice over 120.00."""
    made = {
        "Type": "ACCREC",
        "Contact": {"Name": "Ada"},
        "Status": "AUTHORISED",
        "LineItems": list(lines or [a_line()]),
    }
    return {**made, "Date": "2026-11-01", "DueDate": "2026-12-01", **changes}


def a_bill(*lines: Json, **changes: Any) -> Json:
    return {**a_sale(*(lines or [a_cost()])), "Type": "ACCPAY", **changes}


def a_credit(*lines: Json, **changes: Any) -> Json:
    """An approved sales credit note over 120.00."""
    made = {"Type": "ACCRECCREDIT", "Contact": {"Name": "Ada"}, "Status": "AUTHORISED"}
    return {**made, "LineItems": list(lines or [a_line()]), "Date": "2026-11-02", **changes}


def a_supplier_credit(*lines: Json, **changes: Any) -> Json:
    return {**a_credit(*(lines or [a_cost()])), "Type": "ACCPAYCREDIT", **changes}


def sale(xero: Rig, *lines: Json, **changes: Any) -> Json:
    return ok(xero.put("Invoices", a_sale(*lines, **changes)))


def bill(xero: Rig, *lines: Json, **changes: Any) -> Json:
    return ok(xero.put("Invoices", a_bill(*lines, **changes)))


def credit(xero: Rig, *lines: Json, **changes: Any) -> Json:
    return ok(xero.put("CreditNotes", a_credit(*lines, **changes)))


def supplier_credit(xero: Rig, *lines: Json, **changes: Any) -> Json:
    return ok(xero.put("CreditNotes", a_supplier_credit(*lines, **changes)))


def a_payment(document: Json, amount: object = 50, **changes: Any) -> Json:
    """From the bank account, on an invoice, credit note, prepayment or overpayment."""
    made: Json = {"Account": {"Code": "090"}, "Amount": amount, "Date": "2026-11-10"}
    for name in ("Invoice", "CreditNote", "Prepayment", "Overpayment"):
        if f"{name}ID" in document:
            return {name: {f"{name}ID": document[f"{name}ID"]}, **made, **changes}
    raise AssertionError("not something to pay")


def pay(xero: Rig, document: Json, amount: object = 50, **changes: Any) -> Json:
    return ok(xero.put("Payments", a_payment(document, amount, **changes)))


def allocate(xero: Rig, document: Json, invoice: Json, amount: object) -> Json:
    id_field, segment = next(
        (f"{name}ID", f"{name}s") for name in ("CreditNote", "Prepayment", "Overpayment") if f"{name}ID" in document
    )
    sent = {"Amount": amount, "Date": "2026-11-20", "Invoice": {"InvoiceID": invoice["InvoiceID"]}}
    return ok(xero.put(f"{segment}/{document[id_field]}/Allocations", sent))


def invoice(xero: Rig, document: Json) -> Json:
    """As it is now."""
    return xero.one(f"Invoices/{document['InvoiceID']}")


def update(xero: Rig, document: Json, **changes: Any) -> Json:
    """A POST of these fields of an invoice: the verdict."""
    (answer,) = xero.post("Invoices", {"InvoiceID": document["InvoiceID"], **changes})
    return answer


def amounts(document: Json) -> tuple[float, ...]:
    return tuple(document[name] for name in ("AmountDue", "AmountPaid", "AmountCredited"))
