"""Batch payments: read only here, made by people; their members cannot be deleted singly (facts/xero.md §4.4)."""

from collections.abc import Iterable
from typing import ClassVar

from local.xero.books import Key, Row
from local.xero.dates import calendar_date
from local.xero.errors import Refused, not_found
from local.xero.kinds import shown
from local.xero.kinds.accounts import first_bank, meant
from local.xero.kinds.base import Kind, Work
from local.xero.kinds.payments import AUTHORISED, DELETED, PAYMENTS
from local.xero.messages import Json
from local.xero.money import ZERO

_EMPTY: Json = {"Payments": [], "CreditNotes": [], "Prepayments": [], "Overpayments": [], "LineItems": []}


class BatchPayments(Kind):
    name: ClassVar[str] = "batch_payments"
    singular: ClassVar[str] = "batch_payment"
    segment: ClassVar[str] = "BatchPayments"
    id_field: ClassVar[str] = "BatchPaymentID"
    scope: ClassVar[str] = "accounting.payments"
    verbs: ClassVar[frozenset[str]] = frozenset()
    paging: ClassVar[str] = "never"
    fields: ClassVar[frozenset[str]] = frozenset(
        ("BatchPaymentID", "Type", "Status", "Date", "TotalAmount", "Reference")
    )

    def keys(self, row: Row) -> Iterable[Key]:
        return ()

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        """`create` (or `pay`) `{invoices: [{id, amount?}], account?, date?}`; `unpay` takes the whole batch back."""
        if action in ("create", "pay"):
            return [self._create(work, fields)]
        if action not in ("unpay", "delete"):
            return super().person(work, action, id, fields)
        row = self.existing(work, id)
        for payment in work.table("payments").find_all("batch", row.id):
            if payment.fields["Status"] == AUTHORISED:
                PAYMENTS.remove(work, payment)
        return [self.save(work, row.id, {**row.fields, "Status": DELETED})]

    def _create(self, work: Work, fields: Json) -> Row:
        account = meant(work, fields.get("account")) or first_bank(work)
        wanted = [each if isinstance(each, dict) else {"id": each} for each in fields.get("invoices") or ()]
        if not wanted or account is None:
            raise Refused("a batch payment needs invoices: [{id, amount?}]")
        paid = {name: fields[name] for name in ("date", "reference") if fields.get(name)}
        id = work.ids.guid()
        on = calendar_date(fields.get("date")) or work.today()
        whole: Json = {"AccountID": account.id, "Date": on, "Reference": str(fields.get("reference") or "")}
        self.save(work, id, {**whole, "Type": "RECBATCH", "Status": AUTHORISED, "TotalAmount": ZERO})
        types, total = set(), ZERO
        for each in wanted:
            row = work.table("invoices").get(str(each.get("id")))
            if row is None:
                raise not_found()
            given = {**paid, "amount": each.get("amount"), "account": {"AccountID": account.id}}
            total += PAYMENTS.pay(work, "invoices", row, given, batch=id).fields["Amount"]
            types.add("RECBATCH" if row.fields["Type"] == "ACCREC" else "PAYBATCH")
        if len(types) > 1:
            raise Refused("a batch pays either sales invoices or bills")
        return self.save(work, id, {**whole, "Type": types.pop(), "Status": AUTHORISED, "TotalAmount": total})

    def whole(self, work: Work, row: Row) -> Json:
        fields = row.fields
        told: Json = {"Account": {"AccountID": fields["AccountID"], "CurrencyCode": work.base_currency}}
        told |= {"Reference": fields["Reference"], "BatchPaymentID": row.id, **shown.dated(fields, "Date")}
        told["Payments"] = [
            {
                "Invoice": {
                    "InvoiceID": each.fields["DocumentID"],
                    **_EMPTY,
                    "HasErrors": False,
                    "IsDiscounted": False,
                },
                "PaymentID": each.id,
                "Amount": float(each.fields["Amount"]),
                "BankAmount": float(each.fields["BankAmount"]),
            }
            for each in work.table("payments").find_all("batch", row.id)
            if each.fields["Status"] == AUTHORISED
        ]
        told |= {"Type": fields["Type"], "Status": fields["Status"], "TotalAmount": float(fields["TotalAmount"])}
        return {**told, "UpdatedDateUTC": fields["UpdatedDateUTC"], "IsReconciled": False}
