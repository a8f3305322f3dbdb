"""Prepayments and overpayments: made by bank transactions, applied to invoices or refunded (facts/xero.md §4.4)."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from local.xero.books import Key, Row
from local.xero.errors import Refused
from local.xero.kinds import credits, shown
from local.xero.kinds.bank_transactions import BANK_TRANSACTIONS
from local.xero.kinds.base import Kind, Work
from local.xero.kinds.contacts import CONTACTS
from local.xero.kinds.credit_notes import event_data
from local.xero.kinds.payments import PAYMENTS
from local.xero.kinds.settlement import is_settled
from local.xero.messages import Json
from local.xero.money import ZERO

VOIDED = "VOIDED"
_FIELDS = (
    *("Type", "Status", "Date", "Contact", "Total", "RemainingCredit", "AppliedAmount", "CurrencyCode"),
    *("Reference", "UpdatedDateUTC", "HasAttachments", "LineAmountTypes", "SubTotal", "TotalTax"),
)


class BankCredit(Kind):
    """Read, allocate and take back; everything else is a person's (§4.4)."""

    scope: ClassVar[str] = "accounting.payments"
    verbs: ClassVar[frozenset[str]] = frozenset()
    what: ClassVar[str]  # PREPAYMENT, as the types of bank transactions end

    def keys(self, row: Row) -> Iterable[Key]:
        fields = row.fields
        yield "contact", fields["ContactID"]
        yield ("customer" if fields["Type"].startswith("RECEIVE") else "supplier"), fields["ContactID"]
        yield "reference", str(fields["Reference"] or "").casefold()
        if fields["InvoiceNumber"]:
            yield "numbers", fields["InvoiceNumber"].casefold()

    def event_data(self, row: Row) -> Json:
        return event_data(row)

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        """`create` with Xero's field names of a bank transaction, or `{Contact, amount}`."""
        if action == "create":
            return [self._credit(work, BANK_TRANSACTIONS.person(work, "create", "", self._typed(fields))[0])]
        row = self.existing(work, id)
        if action in ("allocate", "deallocate"):
            credits.by_person(work, self.name, row, action, fields)
        elif action == "pay":
            PAYMENTS.pay(work, self.name, row, fields)
        elif action == "unpay":
            PAYMENTS.unpay(work, row)
        elif action == "void":
            return [self._void(work, row)]
        else:
            return super().person(work, action, id, fields)
        return [self.existing(work, row.id)]

    def _void(self, work: Work, row: Row) -> Row:
        if is_settled(work, row.id):
            raise Refused("it has been allocated or refunded", id=row.id)
        nothing = {"RemainingCredit": ZERO, "AppliedAmount": ZERO}
        return self.save(work, row.id, {**row.fields, **nothing, "Status": VOIDED})

    def seeded(self, work: Work, sent: Json) -> Row:
        row = self._credit(work, BANK_TRANSACTIONS.seeded(work, self._typed(sent)))
        for each in sent.get("Allocations") or ():
            credits.allocate(work, self.name, self.existing(work, row.id), each)
        return self.existing(work, row.id)

    def _typed(self, fields: Json) -> Json:
        type = str(fields.get("Type") or f"RECEIVE-{self.what}")
        return {
            **fields,
            "Type": {"ARPREPAYMENT": "RECEIVE-PREPAYMENT", "APPREPAYMENT": "SPEND-PREPAYMENT"}.get(type, type),
        }

    def _credit(self, work: Work, made: Row) -> Row:
        return self.existing(work, made.fields["_credit"])

    # Answers.

    def whole(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
        return self._shown(work, row, contact, shown.lines(row.fields, work.places))

    def single(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        told = self._shown(work, row, contact, shown.lines(row.fields, work.places))
        return {**told, **shown.files(work, row.id)}

    def listed(self, work: Work, row: Row) -> Json:
        return {**self.whole(work, row), "LineItems": []}

    def _shown(self, work: Work, row: Row, contact: Json, lines: list[Json]) -> Json:
        fields = row.fields
        told: Json = {self.id_field: row.id, "ID": row.id, "CurrencyRate": float(fields["CurrencyRate"])}
        told |= {"Type": fields["Type"], **self._named(fields)}
        told |= {name: float(fields[name]) for name in ("RemainingCredit", "AppliedAmount")}
        told |= {"Allocations": shown.allocations(work, row.id), "Payments": shown.payments(work, row.id)}
        told |= {"HasAttachments": shown.has_files(work, row.id), "Contact": contact, **shown.dated(fields, "Date")}
        told |= {"Status": fields["Status"], "LineAmountTypes": fields["LineAmountTypes"], "LineItems": lines}
        told |= {name: float(fields[name]) for name in ("SubTotal", "TotalTax", "Total")}
        return {**told, **shown.stamped(row), "CurrencyCode": fields["CurrencyCode"]}

    def _named(self, fields: Json) -> Json:
        return {"Reference": fields["Reference"] or ""}

    def value(self, work: Work, row: Row, path: tuple[str, ...]) -> Any:
        return BANK_TRANSACTIONS.value(work, row, path)


class Prepayments(BankCredit):
    name: ClassVar[str] = "prepayments"
    singular: ClassVar[str] = "prepayment"
    segment: ClassVar[str] = "Prepayments"
    id_field: ClassVar[str] = "PrepaymentID"
    category: ClassVar[str] = "PREPAYMENT"
    what: ClassVar[str] = "PREPAYMENT"
    filters: ClassVar[Mapping[str, str]] = {"InvoiceNumbers": "numbers"}
    fields: ClassVar[frozenset[str]] = frozenset((*_FIELDS, "PrepaymentID", "InvoiceNumber"))

    def _named(self, fields: Json) -> Json:
        return {"Reference": fields["Reference"] or "", **shown.filled(fields, "InvoiceNumber")}


class Overpayments(BankCredit):
    name: ClassVar[str] = "overpayments"
    singular: ClassVar[str] = "overpayment"
    segment: ClassVar[str] = "Overpayments"
    id_field: ClassVar[str] = "OverpaymentID"
    category: ClassVar[str] = "OVERPAYMENT"
    what: ClassVar[str] = "OVERPAYMENT"
    filters: ClassVar[Mapping[str, str]] = {"References": "reference"}
    fields: ClassVar[frozenset[str]] = frozenset((*_FIELDS, "OverpaymentID"))
