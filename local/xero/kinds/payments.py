"""Payments: on invoices, and back from credits; never edited, and kept once DELETED (facts/xero.md §4.4)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from local.xero.books import Key, Row
from local.xero.dates import calendar_date, echoed, moment
from local.xero.errors import Refused, not_found
from local.xero.ids import ZERO as NO_ID
from local.xero.kinds import shown
from local.xero.kinds.accounts import first_bank, meant, takes_payments
from local.xero.kinds.base import Kind, Work
from local.xero.kinds.documents import day, flag, locked, rate, text
from local.xero.kinds.settlement import payments_of, reckon
from local.xero.messages import Json
from local.xero.money import decimal, half_up

AUTHORISED, PAID, DELETED = "AUTHORISED", "PAID", "DELETED"
OVER_TEXT = "Payment amount exceeds the amount outstanding on this document"
STATUS_TEXT = "Payments can only be made against Authorised documents"
EDIT_TEXT = "Only Status accepted for updates."
BATCH_TEXT = "Payments within a batch cannot be deleted."


class Target(NamedTuple):
    """How a payment may name what it pays."""

    field: str
    kind: str
    id_field: str
    number_field: str = ""


TARGETS = (
    Target("Invoice", "invoices", "InvoiceID", "InvoiceNumber"),
    Target("CreditNote", "credit_notes", "CreditNoteID", "CreditNoteNumber"),
    Target("Prepayment", "prepayments", "PrepaymentID"),
    Target("Overpayment", "overpayments", "OverpaymentID"),
)
_TARGET = {target.kind: target for target in TARGETS}
TYPE_OF = {
    "ACCREC": "ACCRECPAYMENT",
    "ACCPAY": "ACCPAYPAYMENT",
    "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT",
    "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT",
    "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT",
}


class Payments(Kind):
    name: ClassVar[str] = "payments"
    singular: ClassVar[str] = "payment"
    segment: ClassVar[str] = "Payments"
    id_field: ClassVar[str] = "PaymentID"
    scope: ClassVar[str] = "accounting.payments"
    summarized: ClassVar[tuple[str, ...]] = ("PUT",)
    fields: ClassVar[frozenset[str]] = frozenset(
        (
            *("PaymentID", "PaymentType", "Status", "Date", "Amount", "Reference", "IsReconciled", "CurrencyRate"),
            *("Invoice", "CreditNote", "Prepayment", "Overpayment", "Account", "BatchPaymentID", "UpdatedDateUTC"),
        )
    )
    optimised: ClassVar[frozenset[str]] = frozenset(
        ("PaymentType", "Status", "Date", "Invoice.InvoiceID", "Reference", "PaymentID")
    )

    def keys(self, row: Row) -> Iterable[Key]:
        yield "document", row.fields["DocumentID"]
        yield "account", row.fields["AccountID"]
        if row.fields.get("BatchPaymentID"):
            yield "batch", row.fields["BatchPaymentID"]

    def listable(self, work: Work, row: Row) -> bool:
        return bool(row.fields["Status"] != DELETED or work.settings.deleted_payments_listed)

    # Writing.

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        known = id or (sent.get("PaymentID") if verb == "POST" else None)
        if known and known != NO_ID:
            row = work.table(self.name).get(str(known))
            if row is None:
                raise not_found()
            return self._delete_asked(work, row, sent)
        return self._create(work, sent)

    def _create(self, work: Work, sent: Json) -> Row:
        complaints: list[str] = []
        target, document = self._document(work, sent, complaints)
        account = self._account(work, sent, complaints)
        amount = half_up(decimal("Amount", sent.get("Amount") or 0))
        on = day("Date", sent["Date"]) if sent.get("Date") else work.today()
        reference = text("Reference", sent.get("Reference") or "")
        complaints += _wrong(work, document, amount, on, reference)
        if complaints or document is None or account is None or target is None:
            raise Refused(*complaints)
        given = rate("CurrencyRate", sent["CurrencyRate"]) if sent.get("CurrencyRate") else None
        fields = {"Date": on, "Amount": amount, "Reference": reference, "CurrencyRate": given}
        fields["IsReconciled"] = flag("IsReconciled", sent.get("IsReconciled") or False)
        return self.make(work, target, document, account, fields)

    def make(self, work: Work, target: Target, document: Row, account: Row, fields: Json) -> Row:
        """A payment that is in order: saved, and its document reckoned again."""
        used: Decimal = fields.get("CurrencyRate") or document.fields["CurrencyRate"]
        foreign = account.fields.get("CurrencyCode", work.base_currency) != document.fields["CurrencyCode"]
        whole = {
            **fields,
            "CurrencyRate": used,
            "BankAmount": half_up(fields["Amount"] / used) if foreign else fields["Amount"],
            "DocumentKind": target.kind,
            "DocumentID": document.id,
            "AccountID": account.id,
            "Status": AUTHORISED,
            "PaymentType": TYPE_OF[document.fields["Type"]],
        }
        id = str(fields.get("PaymentID") or work.ids.guid())
        row = self.save(work, id, whole, stamp=fields.get("_stamp"))
        reckon(work, target.kind, document.id)
        return row

    def _document(self, work: Work, sent: Json, complaints: list[str]) -> tuple[Target | None, Row | None]:
        named = [(target, sent[target.field]) for target in TARGETS if isinstance(sent.get(target.field), dict)]
        named = [(target, given) for target, given in named if given]
        if not named:
            named = [
                (target, {target.number_field: sent[target.number_field]})
                for target in TARGETS
                if target.number_field and sent.get(target.number_field)
            ]
        if len(named) > 1:
            complaints.append("Payment is applied to more than one document.")
            return None, None
        for target, given in named:
            row = _find(work, target, given)
            if row is None:
                complaints.append(f"{target.field} could not be found")
            return target, row
        complaints.append("Payment must be applied to an Invoice, CreditNote, Prepayment or Overpayment.")
        return None, None

    def _account(self, work: Work, sent: Json, complaints: list[str]) -> Row | None:
        given = sent.get("Account") or ({"Code": sent["Code"]} if sent.get("Code") else {})
        account = meant(work, given)
        if not given:
            complaints.append("You must specify an Account code or Account ID for the payment.")
        elif account is None or account.fields["Status"] != "ACTIVE":
            complaints.append("The Account for the payment could not be found or is not active.")
        elif not takes_payments(account):
            complaints.append("The Account must be of type BANK or have EnablePaymentsToAccount set.")
        return account

    # Deleting.

    def _delete_asked(self, work: Work, row: Row, sent: Json) -> Row:
        """Other fields than Status are refused, even unchanged ones (XeroAPI/xero-node#178)."""
        if {name for name, value in sent.items() if value is not None} - {"Status", "PaymentID"}:
            raise Refused(EDIT_TEXT, id=row.id)
        if sent.get("Status") != DELETED:
            raise Refused(EDIT_TEXT, id=row.id)
        if row.fields.get("BatchPaymentID"):
            raise Refused(BATCH_TEXT, id=row.id)
        if row.fields["IsReconciled"] and not work.settings.reconciled_payment_deletable:
            raise Refused("A reconciled payment cannot be deleted.", id=row.id)  # approximate
        return self.remove(work, row)

    def remove(self, work: Work, row: Row) -> Row:
        """Keeps it as DELETED with a new timestamp; the document is open again."""
        if row.fields["Status"] == DELETED:
            raise Refused("Payment has already been deleted.", id=row.id)  # approximate
        for complaint in locked(work, row.fields["Date"]):
            raise Refused(complaint, id=row.id)
        gone = self.save(work, row.id, {**row.fields, "Status": DELETED})
        reckon(work, row.fields["DocumentKind"], row.fields["DocumentID"])
        return gone

    # People and seeds.

    def pay(self, work: Work, kind: str, document: Row, fields: Json, *, batch: str = "") -> Row:
        """A person pays `{amount, account, date, reference}`; left out, it is what is due, from the bank, today."""
        given = {name.lower(): value for name, value in fields.items()}
        wanted = given.get("account")
        account = meant(work, wanted if isinstance(wanted, dict) else {"Code": wanted}) if wanted else first_bank(work)
        if account is None and isinstance(wanted, str):
            account = work.table("accounts").get(wanted)
        if account is None:
            raise Refused("there is no such account to pay from")
        left = outstanding(document)
        amount = left if given.get("amount") is None else half_up(decimal("amount", given["amount"]))
        on = calendar_date(given.get("date")) or (document.fields["Date"] if work.seeding else work.today())
        complaints = list(_wrong(work, document, amount, on, ""))
        if complaints:
            raise Refused(*complaints, id=document.id)
        whole: Json = {"Date": on, "Amount": amount, "Reference": str(given.get("reference") or "")}
        whole |= {"IsReconciled": bool(given.get("isreconciled", False)), "BatchPaymentID": batch}
        if work.seeding:
            whole |= {"PaymentID": given.get("paymentid"), "_stamp": moment(given.get("updateddateutc"))}
        return self.make(work, _TARGET[kind], document, account, whole)

    def unpay(self, work: Work, document: Row) -> None:
        """A person takes all payments off a document."""
        payments = payments_of(work, document.id)
        if not payments:
            raise Refused("there is no payment on this document", id=document.id)
        for row in payments:
            self.remove(work, row)

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action in ("create", "pay"):
            return [self._create(work, fields)]
        if action in ("unpay", "delete", "void"):
            return [self.remove(work, self.existing(work, id))]
        row = self.existing(work, id)
        if action == "edit":
            allowed = {"IsReconciled": flag, "Reference": text}
            changes = {name: allowed[name](name, value) for name, value in fields.items() if name in allowed}
            return [self.save(work, row.id, {**row.fields, **changes})]
        return super().person(work, action, id, fields)

    def seeded(self, work: Work, sent: Json) -> Row:
        complaints: list[str] = []
        target, document = self._document(work, sent, complaints)
        if target is None or document is None:
            raise Refused(*complaints)
        row = self.pay(work, target.kind, document, sent)
        if sent.get("Status") == DELETED:
            row = self.save(work, row.id, {**row.fields, "Status": DELETED}, stamp=row.updated)
            reckon(work, target.kind, document.id)
        return row

    # Answers.

    def echo(self, sent: Json) -> Json:
        return echoed(sent, ("Date",))

    def whole(self, work: Work, row: Row) -> Json:
        return self._shown(work, row, full=False)

    def single(self, work: Work, row: Row) -> Json:
        return self._shown(work, row, full=True)

    def _shown(self, work: Work, row: Row, *, full: bool) -> Json:
        fields = row.fields
        told: Json = {"PaymentID": row.id, **_batch(work, fields), **shown.day(fields, "Date")}
        told |= {"BankAmount": float(fields["BankAmount"]), "Amount": float(fields["Amount"])}
        told |= {"Reference": fields["Reference"], "CurrencyRate": float(fields["CurrencyRate"])}
        told |= {"PaymentType": fields["PaymentType"], "Status": fields["Status"], **shown.stamped(row)}
        told |= {"HasAccount": True, "IsReconciled": fields["IsReconciled"], "Account": self._account_shown(work, row)}
        return {**told, **self._paid(work, row, full=full), "HasValidationErrors": False}

    def _account_shown(self, work: Work, row: Row) -> Json:
        account = work.table("accounts").get(row.fields["AccountID"])
        assert account is not None, "accounts are never taken away"
        return {"AccountID": account.id, **shown.filled(account.fields, "Code", "Name")}

    def _paid(self, work: Work, row: Row, *, full: bool) -> Json:
        target = _TARGET[row.fields["DocumentKind"]]
        document = work.table(target.kind).get(row.fields["DocumentID"])
        if document is None:
            return {}
        head = shown.head(document, target.id_field, target.number_field)
        show = shown.in_payment if full else shown.in_payment_list
        if target.kind == "invoices" or work.settings.refunds_name_an_invoice:
            return {"Invoice": show(work, document, head)}
        named = {target.id_field: document.id, "Type": document.fields["Type"]}
        if target.number_field:
            named[target.number_field] = document.fields[target.number_field]
        return {target.field: {**named, "CurrencyCode": document.fields["CurrencyCode"]}}

    def value(self, work: Work, row: Row, path: tuple[str, ...]) -> Any:
        if len(path) == 1:
            return row.fields.get(path[0])
        found: Any = {"Account": self._account_shown(work, row), **self._paid(work, row, full=False)}
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def outstanding(document: Row) -> Decimal:
    """AmountDue of an invoice, RemainingCredit of a credit."""
    fields = document.fields
    left: Decimal = fields["AmountDue"] if "AmountDue" in fields else fields["RemainingCredit"]
    return left


def _wrong(work: Work, document: Row | None, amount: Decimal, on: date, reference: str) -> Iterator[str]:
    if document and document.fields["Status"] != AUTHORISED:
        yield STATUS_TEXT
    if document and amount > outstanding(document):
        yield OVER_TEXT
    if amount <= 0:
        yield "Payment amount must be greater than zero."  # approximate
    longest = work.settings.payment_reference_length
    if longest and len(reference) > longest:
        yield f"Reference must not be longer than {longest} characters."
    yield from locked(work, on)


def _find(work: Work, target: Target, given: Json) -> Row | None:
    table, number = work.table(target.kind), str(given.get(target.number_field) or "").casefold()
    if given.get(target.id_field):
        return table.get(str(given[target.id_field]))
    if not number:
        return None
    return table.find("number", number) or table.find("numbers", number)


def _batch(work: Work, fields: Json) -> Json:
    id = fields.get("BatchPaymentID")
    batch = work.table("batch_payments").get(id) if id else None
    if batch is None:
        return {}
    told: Json = {
        "Account": {"AccountID": fields["AccountID"]},
        "BatchPaymentID": id,
        **shown.day(batch.fields, "Date"),
    }
    told |= {"Type": batch.fields["Type"], "Status": batch.fields["Status"]}
    told |= {"TotalAmount": float(batch.fields["TotalAmount"]), "UpdatedDateUTC": batch.fields["UpdatedDateUTC"]}
    return {"BatchPaymentID": id, "BatchPayment": {**told, "IsReconciled": False}}


PAYMENTS = Payments()
