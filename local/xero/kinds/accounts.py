"""The chart of accounts: one per call, archived alone, deleted only when unused (facts/xero.md §4.7)."""

from collections.abc import Iterable
from typing import ClassVar

from local.xero.books import Books, Key, Row
from local.xero.charts import USUAL
from local.xero.errors import Refused, bad_data, not_found
from local.xero.ids import is_guid
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json

ACTIVE, ARCHIVED, DELETED = "ACTIVE", "ARCHIVED", "DELETED"
CLASS_OF = {
    **dict.fromkeys(("BANK", "CURRENT", "FIXED", "INVENTORY", "NONCURRENT", "PREPAYMENT"), "ASSET"),
    **dict.fromkeys(("CURRLIAB", "LIABILITY", "TERMLIAB", "PAYG"), "LIABILITY"),
    **dict.fromkeys(("DEPRECIATN", "DIRECTCOSTS", "EXPENSE", "OVERHEADS"), "EXPENSE"),
    **dict.fromkeys(("OTHERINCOME", "REVENUE", "SALES"), "REVENUE"),
    "EQUITY": "EQUITY",
}
TAX_FLAG = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}
_LENGTHS = {"Code": 10, "Name": 150, "Description": 4000}
_WRITABLE = (
    *("Code", "Name", "Type", "Description", "TaxType", "EnablePaymentsToAccount", "ShowInExpenseClaims"),
    *("BankAccountNumber", "BankAccountType", "CurrencyCode", "AddToWatchlist"),
)
_REPORTING = {"ASSET": "ASS", "EQUITY": "EQU", "EXPENSE": "EXP", "LIABILITY": "LIA", "REVENUE": "REV"}
# Tables whose rows name accounts they stand on.
_USERS = ("invoices", "credit_notes", "purchase_orders", "bank_transactions", "payments", "items")


class Accounts(Kind):
    name: ClassVar[str] = "accounts"
    singular: ClassVar[str] = "account"
    segment: ClassVar[str] = "Accounts"
    id_field: ClassVar[str] = "AccountID"
    scope: ClassVar[str] = "accounting.settings"
    verbs: ClassVar[frozenset[str]] = frozenset(("PUT", "POST one", "DELETE one"))
    summarized: ClassVar[tuple[str, ...]] = ()
    largest_batch: ClassVar[int | None] = 1
    paging: ClassVar[str] = "never"
    natural: ClassVar[str] = "Code"
    fields: ClassVar[frozenset[str]] = frozenset(
        (*_WRITABLE, "AccountID", "Status", "Class", "SystemAccount", "ReportingCode", "UpdatedDateUTC")
    )

    def keys(self, row: Row) -> Iterable[Key]:
        if row.fields.get("Code"):
            yield "code", str(row.fields["Code"]).casefold()
        yield "name", str(row.fields["Name"]).casefold()
        if row.fields.get("SystemAccount"):
            yield "system", row.fields["SystemAccount"]
        if row.fields["Type"] == "BANK" and row.fields["Status"] == ACTIVE:
            yield "bank", ""

    def locate(self, books: Books, key: str) -> Row | None:
        return books.tables[self.name].get(key) or books.tables[self.name].find("code", key.casefold())

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        if id is None:
            return self._save(work, work.ids.guid(), {"Status": ACTIVE}, sent)
        row = work.table(self.name).get(id)
        if row is None:
            raise not_found()
        edited = {name for name in _WRITABLE if sent.get(name) is not None and sent[name] != row.fields.get(name)}
        if sent.get("Status") == ARCHIVED and row.fields["Status"] == ACTIVE:
            if edited:
                raise Refused("An account can only be archived on its own, without other changes.", id=row.id)
            if row.fields.get("SystemAccount"):
                raise Refused("System accounts cannot be archived.", id=row.id)
            return self.save(work, row.id, {**row.fields, "Status": ARCHIVED})
        if row.fields["Status"] != ACTIVE:
            raise Refused("Only active accounts can be updated.", id=row.id)
        return self._save(work, row.id, row.fields, sent)

    def _save(self, work: Work, id: str, old: Json, sent: Json) -> Row:
        fields = {**old, **{name: sent[name] for name in _WRITABLE if sent.get(name) is not None}}
        known = work.table(self.name).get(id)
        if fields.get("Type") is not None and fields["Type"] not in CLASS_OF:
            raise bad_data(f"Error converting value \"{fields['Type']}\" to type 'AccountType'. Path 'Type'.")
        complaints = [*self._complaints(fields), *self._clashes(work, id, fields)]
        if complaints:
            raise Refused(*complaints, id=known.id if known else None)
        fields["Class"] = CLASS_OF[fields["Type"]]
        if not fields.get("TaxType"):
            fields["TaxType"] = _usual_tax(work, fields["Class"])
        if fields["Type"] == "BANK":
            fields = {"BankAccountType": "BANK", "CurrencyCode": work.base_currency, **fields}
        return self.save(work, id, fields)

    def _complaints(self, fields: Json) -> Iterable[str]:
        if not fields.get("Name"):
            yield "Please enter a Name."
        if not fields.get("Type"):
            yield "Account type must be specified."
        elif not fields.get("Code") and fields["Type"] != "BANK":
            yield "Please enter a Code."
        if fields.get("Type") == "BANK" and not fields.get("BankAccountNumber"):
            yield "You must enter a Bank Account Number."
        for name, length in _LENGTHS.items():
            if len(str(fields.get(name) or "")) > length:
                yield f"{name} must not be longer than {length} characters."

    def _clashes(self, work: Work, id: str, fields: Json) -> Iterable[str]:
        for index, name in (("code", "Code"), ("name", "Name")):
            holders = work.table(self.name).find_all(index, str(fields.get(name) or "").casefold())
            if fields.get(name) and any(each.id != id and each.fields["Status"] != DELETED for each in holders):
                yield f"Please enter a unique {name}."

    def delete(self, work: Work, row: Row) -> Row | None:
        if row.fields.get("SystemAccount"):
            raise Refused("System accounts cannot be deleted.")
        if any(work.table(name).has("account", row.id) for name in _USERS):
            raise Refused("This account cannot be deleted because it has been used. It can be archived.")
        return self.save(work, row.id, {**row.fields, "Status": DELETED})

    def seeded(self, work: Work, sent: Json) -> Row:
        id = str(sent.get("AccountID") or work.ids.guid()).lower()
        if not is_guid(id):
            raise bad_data(f"AccountID {id!r} is not a GUID")
        given: Json = {name: sent[name] for name in ("SystemAccount", "Status") if name in sent}
        return self._save(work, id, {"Status": ACTIVE, "BankAccountNumber": "000000", **given}, sent)

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action == "create":
            return [self._save(work, work.ids.guid(), {"Status": ACTIVE}, fields)]
        row = self.existing(work, id)
        if action == "edit":
            return [self._save(work, row.id, row.fields, fields)]
        if action in ("archive", "restore"):
            status = ARCHIVED if action == "archive" else ACTIVE
            return [self.save(work, row.id, {**row.fields, "Status": status})]
        if action == "delete":
            return [each for each in (self.delete(work, row),) if each]
        return super().person(work, action, id, fields)

    def whole(self, work: Work, row: Row) -> Json:
        """As in recorded answers: what a bank account has no Code for is left out."""
        fields = row.fields
        shown = {name: fields[name] for name in ("AccountID", "Code", "Name", "Status", "Type") if fields.get(name)}
        shown["TaxType"] = fields["TaxType"]
        shown |= {"Description": fields["Description"]} if fields.get("Description") else {}
        shown |= {"Class": fields["Class"]}
        if fields.get("SystemAccount"):
            shown["SystemAccount"] = fields["SystemAccount"]
        shown["EnablePaymentsToAccount"] = bool(fields.get("EnablePaymentsToAccount"))
        shown["ShowInExpenseClaims"] = bool(fields.get("ShowInExpenseClaims"))
        for name in ("BankAccountNumber", "BankAccountType", "CurrencyCode"):
            if fields["Type"] == "BANK" and fields.get(name):
                shown[name] = fields[name]
        shown |= {"ReportingCode": _REPORTING[fields["Class"]], "ReportingCodeName": fields["Class"].capitalize()}
        shown |= {"HasAttachments": work.table("attachments").has("document", row.id)}
        return {
            **shown,
            "UpdatedDateUTC": fields["UpdatedDateUTC"],
            "AddToWatchlist": bool(fields.get("AddToWatchlist")),
        }


def _usual_tax(work: Work, account_class: str) -> str:
    """What an account gets that names no tax rate: the organisation's usual one for sales or purchases."""
    usual = USUAL[work.books.organisation["Version"]]
    return {"REVENUE": usual.sale, "EXPENSE": usual.purchase}.get(account_class, "NONE")


def takes_payments(account: Row) -> bool:
    """BANK, or EnablePaymentsToAccount (§4.4)."""
    return account.fields["Type"] == "BANK" or bool(account.fields.get("EnablePaymentsToAccount"))


def meant(work: Work, sent: object) -> Row | None:
    """The account a document names by AccountID or Code."""
    given = sent if isinstance(sent, dict) else {}
    table = work.table("accounts")
    if given.get("AccountID"):
        return table.get(str(given["AccountID"]))
    return table.find("code", str(given["Code"]).casefold()) if given.get("Code") else None


def first_bank(work: Work) -> Row | None:
    """Where a person's payment goes who names no account."""
    banks = work.table("accounts").find_all("bank", "")
    return min(banks, key=lambda row: str(row.fields.get("Code") or "~")) if banks else None
