"""Bank transactions: money spent and received, and what makes prepayments and overpayments (facts/xero.md §4.4).

Their LineAmountTypes default to Inclusive, where invoices' are Exclusive.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.xero.books import Row
from local.xero.dates import moment, wire
from local.xero.errors import Refused
from local.xero.kinds import shown
from local.xero.kinds.accounts import first_bank, meant
from local.xero.kinds.base import Work
from local.xero.kinds.contacts import CONTACTS
from local.xero.kinds.documents import (
    AUTHORISED,
    DELETED,
    HEADER,
    VOIDED,
    Documents,
    Read,
    Type,
    choice,
    flag,
    locked,
    whole,
)
from local.xero.kinds.lines import INCLUSIVE, NO_TAX, Policy
from local.xero.kinds.settlement import reckoned
from local.xero.kinds.stock import moved
from local.xero.messages import Json

PLAIN = ("SPEND", "RECEIVE")
CREDIT_OF = {"PREPAYMENT": "prepayments", "OVERPAYMENT": "overpayments"}
_CREDIT_ID = {"prepayments": "PrepaymentID", "overpayments": "OverpaymentID"}


class BankTransactions(Documents):
    name: ClassVar[str] = "bank_transactions"
    singular: ClassVar[str] = "bank_transaction"
    segment: ClassVar[str] = "BankTransactions"
    id_field: ClassVar[str] = "BankTransactionID"
    number_field: ClassVar[str] = "_number"
    noun: ClassVar[str] = "BankTransaction"
    scope: ClassVar[str] = "accounting.banktransactions"
    error_flag: ClassVar[str] = "HasErrors"
    types: ClassVar[Mapping[str, Type]] = {
        f"{way}{what}": Type(way == "RECEIVE") for way in PLAIN[::-1] for what in ("", "-PREPAYMENT", "-OVERPAYMENT")
    }
    readers: ClassVar[Mapping[str, Read]] = {
        **{name: reader for name, reader in HEADER.items() if name not in ("SentToContact", "BrandingThemeID")},
        "Type": choice(*types),
        "BankAccount": whole,
        "IsReconciled": flag,
        "Status": choice(AUTHORISED, DELETED, VOIDED),
    }
    mode: ClassVar[str] = INCLUSIVE
    first_status: ClassVar[str] = AUTHORISED
    creatable: ClassVar[tuple[str, ...]] = (AUTHORISED,)
    fields: ClassVar[frozenset[str]] = frozenset(
        (*readers, "BankTransactionID", "SubTotal", "TotalTax", "Total", "HasAttachments", "UpdatedDateUTC")
    ) - {"LineItems"}

    def _create(self, work: Work, given: Json, *, id: str = "", stamp: datetime | None = None) -> Row:
        account = meant(work, given.get("BankAccount"))
        if account is None or account.fields["Type"] != "BANK":
            raise Refused("The specified bank account details do not match a known bank account")
        if given.get("Type", "").endswith("OVERPAYMENT"):
            given = _as_overpayment(work, given)
        currency = account.fields.get("CurrencyCode", work.base_currency)
        fields = {**given, "CurrencyCode": given.get("CurrencyCode") or currency, "_bank": account.id}
        return super()._create(work, fields, id=id, stamp=stamp)

    def _policy(self, work: Work, fields: Json, type: Type) -> Policy:
        control = fields["Type"].endswith("OVERPAYMENT")
        return Policy(type.sale, fields["LineAmountTypes"], True, places=work.places, control=control)

    def _update(self, work: Work, row: Row, given: Json) -> Row:
        """Only plain ones can be changed or deleted (§4.4)."""
        if row.fields["Type"] not in PLAIN or row.fields["Status"] != AUTHORISED:
            raise Refused(f"{self.noun} not of valid status for modification", id=row.id)
        if row.fields.get("IsReconciled"):
            raise Refused("This bank transaction cannot be edited as it has been reconciled.", id=row.id)
        self._contact_usable(work, row)
        for complaint in locked(work, row.fields["Date"]):
            raise Refused(complaint, id=row.id)
        return self._changed(work, row, given)

    def _keep(self, work: Work, id: str, fields: Json, old: Row | None, stamp: datetime | None) -> Row:
        fields = {name: value for name, value in fields.items() if name != "BankAccount"}
        before = old.fields.get("_stock") or {} if old else {}
        posted = fields["Status"] == AUTHORISED and fields["Type"] in PLAIN
        lines, mode, rate = fields["LineItems"], fields["LineAmountTypes"], fields["CurrencyRate"]
        fields["_stock"] = moved(work, fields["Type"], lines, mode, rate, before, posted=posted)
        kind = CREDIT_OF.get(fields["Type"].partition("-")[2])
        if kind and old is None:
            fields["_credit"] = self._make_credit(work, kind, fields, stamp)
        return self.save(work, id, fields, stamp=stamp)

    def _make_credit(self, work: Work, kind: str, fields: Json, stamp: datetime | None) -> str:
        """The prepayment or overpayment that stands beside the bank transaction."""
        id, at = fields.pop("_credit_id", None) or work.ids.guid(), stamp or work.stamp()
        named = {"InvoiceNumber": fields["Reference"] if fields["Type"] == "RECEIVE-PREPAYMENT" else ""}
        credit: Json = reckoned(work, kind, id, {**fields, **named, _CREDIT_ID[kind]: id})
        work.books.put(kind, Row(id, {**credit, "UpdatedDateUTC": wire(at)}, at), silent=work.seeding)
        return id

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action == "create":
            return [self._create(work, self.read(work, _by_hand(work, fields), person=True))]
        row = self.existing(work, id)
        if action == "edit":
            return [self._update(work, row, self.read(work, fields, person=True))]
        if action in ("delete", "void"):
            return [self._update(work, row, {"Status": DELETED})]
        return super().person(work, action, id, fields)

    def seeded(self, work: Work, sent: Json) -> Row:
        given = self.read(work, _by_hand(work, sent))
        credit = sent.get("PrepaymentID") or sent.get("OverpaymentID")
        given |= {"_credit_id": str(credit).lower()} if credit else {}
        return self._create(work, given, id=self.seed_id(work, sent), stamp=moment(sent.get("UpdatedDateUTC")))

    # Answers.

    def echo(self, sent: Json) -> Json:
        return {"Type": "SPEND", "LineItems": [], "BankAccount": {}, **super().echo(sent)}

    def whole(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
        return self._shown(work, row, contact, shown.lines(row.fields, work.places))

    def single(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        return self._shown(work, row, contact, shown.lines(row.fields, work.places))

    def listed(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"], short=True)
        return self._shown(work, row, contact, [])

    def written(self, work: Work, row: Row) -> Json:
        contact = CONTACTS.in_document(work, row.fields["ContactID"])
        return self._shown(work, row, contact, shown.lines(row.fields, work.places, written=True))

    def _shown(self, work: Work, row: Row, contact: Json, lines: list[Json]) -> Json:
        fields = row.fields
        account = work.table("accounts").get(fields["_bank"])
        told: Json = {"BankTransactionID": row.id}
        if account:
            told["BankAccount"] = {"AccountID": account.id, **shown.filled(account.fields, "Code", "Name")}
        told |= {"Type": fields["Type"], "Reference": fields["Reference"] or ""}
        told |= {"IsReconciled": bool(fields.get("IsReconciled"))}
        kind = CREDIT_OF.get(fields["Type"].partition("-")[2])
        told |= {_CREDIT_ID[kind]: fields["_credit"]} if kind else {}
        told |= {"HasAttachments": shown.has_files(work, row.id), **shown.filled(fields, "Url"), "Contact": contact}
        told |= {**shown.dated(fields, "Date"), "Status": fields["Status"]}
        told |= {"LineAmountTypes": fields["LineAmountTypes"], "LineItems": lines}
        told |= {name: float(fields[name]) for name in ("SubTotal", "TotalTax", "Total", "CurrencyRate")}
        return {**told, "UpdatedDateUTC": fields["UpdatedDateUTC"], "CurrencyCode": fields["CurrencyCode"]}


def _as_overpayment(work: Work, given: Json) -> Json:
    """One line without tax, on the receivable or payable account (§4.4)."""
    lines = given.get("LineItems") or []
    if len(lines) != 1:
        raise Refused("An overpayment has exactly one line item.")
    control = "DEBTORS" if given["Type"].startswith("RECEIVE") else "CREDITORS"
    account = work.table("accounts").find("system", control)
    code = account.fields["Code"] if account else ""
    line = {"AccountCode": code, "Description": "Overpayment", **lines[0], "TaxType": "NONE"}
    return {**given, "LineItems": [line], "LineAmountTypes": NO_TAX}


def _by_hand(work: Work, fields: Json) -> Json:
    """What a person may leave out: the bank account, and lines where an `amount` says enough."""
    bank = first_bank(work)
    told: Json = {"BankAccount": {"AccountID": bank.id}} if bank else {}
    if fields.get("amount") is not None:
        told["LineItems"] = [_amount_line(work, str(fields.get("Type")), fields["amount"])]
    return {**told, **fields}


def _amount_line(work: Work, type: str, amount: Any) -> Json:
    sale = type.startswith("RECEIVE")
    usual = "REVENUE" if sale else "EXPENSE"
    accounts = (row for row in work.table("accounts").ordered() if row.fields["Type"] == usual and row.fields["Code"])
    code = min((str(row.fields["Code"]) for row in accounts), default="")
    line: Json = {"Description": "Paid in advance", "UnitAmount": amount}
    return line if type.endswith("OVERPAYMENT") else {**line, "AccountCode": code, "TaxType": "NONE"}


BANK_TRANSACTIONS = BankTransactions()
