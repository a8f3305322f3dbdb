"""Items: found by Code, tracked ones counted by transactions alone (facts/xero.md §4.5)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, ClassVar

from local.xero.books import Books, Key, Row
from local.xero.dates import moment
from local.xero.errors import Refused, bad_data, not_found
from local.xero.ids import ZERO as NO_ID
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json
from local.xero.money import ZERO, decimal, half_up

LENGTHS = {"Code": 30, "Name": 50, "Description": 4000, "PurchaseDescription": 4000}
_FLAGS = ("IsSold", "IsPurchased")
_DETAILS = {
    "SalesDetails": ("UnitPrice", "AccountCode", "TaxType"),
    "PurchaseDetails": ("UnitPrice", "AccountCode", "COGSAccountCode", "TaxType"),
}
# What becomes nothing once the item is not sold, or not bought (§4.5).
_WITHOUT = {"IsSold": ("Description", "SalesDetails"), "IsPurchased": ("PurchaseDescription", "PurchaseDetails")}
_USERS = ("invoices", "credit_notes", "bank_transactions")


class Items(Kind):
    name: ClassVar[str] = "items"
    singular: ClassVar[str] = "item"
    segment: ClassVar[str] = "Items"
    id_field: ClassVar[str] = "ItemID"
    scope: ClassVar[str] = "accounting.invoices"
    other_scope: ClassVar[str] = "accounting.settings"
    verbs: ClassVar[frozenset[str]] = frozenset(("PUT", "POST", "POST one", "DELETE one"))
    largest_batch: ClassVar[int | None] = 500
    paging: ClassVar[str] = "never"
    fields: ClassVar[frozenset[str]] = frozenset(
        (*LENGTHS, *_FLAGS, *_DETAILS, "ItemID", "IsTrackedAsInventory", "QuantityOnHand", "UpdatedDateUTC")
    )

    def keys(self, row: Row) -> Iterable[Key]:
        yield "code", row.fields["Code"].casefold()
        for account in row.fields["_accounts"]:
            yield "account", account

    def locate(self, books: Books, key: str) -> Row | None:
        """GET /Items/{Code} works as well; a code may hold a slash."""
        return books.tables[self.name].get(key) or books.tables[self.name].find("code", key.casefold())

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        given = _read(sent, work.places)
        existing = self._meant(work, given, verb, id)
        if existing is None:
            return self._save(work, work.ids.guid(), _NEW, given)
        return self._save(work, existing.id, existing.fields, given)

    def _meant(self, work: Work, given: Json, verb: str, id: str | None) -> Row | None:
        """POST updates by ItemID, else by Code (§4.5)."""
        if verb == "PUT":
            return None
        wanted = id or given.get("ItemID")
        if wanted:
            row = work.table(self.name).get(wanted)
            if row is None and id:
                raise not_found()
            if row is None:
                raise Refused("An existing Item with the specified ItemID could not be found")
            return row
        return work.table(self.name).find("code", given.get("Code", "").casefold())

    def _save(self, work: Work, id: str, old: Json, given: Json, stamp: Any = None) -> Row:
        fields = {**old, **given}
        for name in _DETAILS:
            fields[name] = {**old[name], **given.get(name, {})}
        for flag, lost in _WITHOUT.items():
            if not fields[flag]:
                fields |= {name: {} if name in _DETAILS else "" for name in lost}
        known = work.table(self.name).get(id)
        complaints = [*_too_long(fields), *self._clash(work, id, fields), *_accounts_wrong(work, fields)]
        complaints += _tracking_wrong(work, fields)
        if complaints:
            raise Refused(*complaints, id=known.id if known else None)
        fields["IsTrackedAsInventory"] = bool(fields.get("InventoryAssetAccountCode"))
        fields["_accounts"] = tuple(_account_ids(work, fields))
        fields.pop("ItemID", None)
        return self.save(work, id, fields, stamp=stamp)

    def _clash(self, work: Work, id: str, fields: Json) -> Iterator[str]:
        code = fields.get("Code") or ""
        holder = work.table(self.name).find("code", code.casefold())
        if not code:
            yield "The Item Code is required."
        elif holder and holder.id != id:
            yield f"Price List Item with Code '{code}' already exists"

    def delete(self, work: Work, row: Row) -> Row | None:
        if row.fields["IsTrackedAsInventory"] and any(work.table(name).has("item", row.id) for name in _USERS):
            raise Refused("This item cannot be deleted because it has been used on transactions.")
        work.books.remove(self.name, row.id)
        return None

    def seeded(self, work: Work, sent: Json) -> Row:
        """QuantityOnHand and TotalCostPool are what was there before the books began."""
        given = _read(sent, 4)
        quantity = decimal("QuantityOnHand", sent.get("QuantityOnHand", 0))
        price = given.get("PurchaseDetails", {}).get("UnitPrice") or ZERO
        pool = decimal("TotalCostPool", sent.get("TotalCostPool", half_up(quantity * price)))
        fields = {**_NEW, "QuantityOnHand": quantity, "TotalCostPool": pool}
        return self._save(work, self.seed_id(work, sent), fields, given, moment(sent.get("UpdatedDateUTC")))

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action == "create":
            return [self._save(work, work.ids.guid(), _NEW, _read(fields, 4))]
        row = self.existing(work, id)
        if action == "edit":
            return [self._save(work, row.id, row.fields, _read(fields, 4, cleared=True))]
        if action == "delete":
            self.delete(work, row)
            return []
        return super().person(work, action, id, fields)

    def whole(self, work: Work, row: Row) -> Json:
        """In the order of recorded answers; empty texts are left out."""
        fields = row.fields
        shown: Json = {"ItemID": row.id, "Code": fields["Code"]}
        shown |= {name: fields[name] for name in ("Description", "PurchaseDescription") if fields.get(name)}
        shown["UpdatedDateUTC"] = fields["UpdatedDateUTC"]
        for name in ("PurchaseDetails", "SalesDetails"):
            shown[name] = {key: _number(value, work.places) for key, value in fields[name].items()}
        shown |= {"Name": fields["Name"]} if fields.get("Name") else {}
        shown["IsTrackedAsInventory"] = fields["IsTrackedAsInventory"]
        if fields["IsTrackedAsInventory"]:
            shown["InventoryAssetAccountCode"] = fields["InventoryAssetAccountCode"]
            shown["TotalCostPool"] = float(half_up(fields["TotalCostPool"]))
            shown["QuantityOnHand"] = float(fields["QuantityOnHand"])
        return {**shown, "IsSold": fields["IsSold"], "IsPurchased": fields["IsPurchased"]}

    def refused(self, sent: Json, messages: Iterable[str], id: str | None) -> Json:
        told = [{"Message": message} for message in messages]
        return {**sent, "ItemID": id or NO_ID, "ValidationErrors": told}


_NEW: Json = {
    "IsSold": True,
    "IsPurchased": True,
    "SalesDetails": {},
    "PurchaseDetails": {},
    "QuantityOnHand": ZERO,
    "TotalCostPool": ZERO,
    "_accounts": (),
}


def _read(sent: Json, places: int, *, cleared: bool = False) -> Json:
    """Known writable fields; quantities and the like are read-only and ignored."""
    given: Json = {}
    for name, value in sent.items():
        if value is None:
            if cleared and name in LENGTHS:
                given[name] = ""
        elif name in LENGTHS or name == "InventoryAssetAccountCode":
            given[name] = str(value).strip() if name == "Code" else str(value)
        elif name in _FLAGS:
            given[name] = value is True or str(value).lower() == "true"
        elif name in _DETAILS:
            if not isinstance(value, dict):
                raise bad_data(f"Cannot deserialize the current JSON value. Path '{name}'.")
            given[name] = {
                key: _detail(key, value[key], places) for key in _DETAILS[name] if value.get(key) is not None
            }
        elif name == "ItemID" and value != NO_ID:
            given[name] = str(value).lower()
    return given


def _detail(name: str, value: object, places: int) -> object:
    return half_up(decimal(name, value), places) if name == "UnitPrice" else str(value)


def _number(value: object, places: int) -> object:
    return float(half_up(value, places)) if isinstance(value, Decimal) else value


def _too_long(fields: Json) -> Iterator[str]:
    for name, length in LENGTHS.items():
        if len(fields.get(name) or "") > length:
            yield f"{name} must not be longer than {length} characters."


def _codes(fields: Json) -> Iterator[str]:
    yield from (fields[name][key] for name in _DETAILS for key in fields[name] if key.endswith("AccountCode"))
    if fields.get("InventoryAssetAccountCode"):
        yield fields["InventoryAssetAccountCode"]


def _account_ids(work: Work, fields: Json) -> Iterator[str]:
    found = (work.table("accounts").find("code", code.casefold()) for code in _codes(fields))
    yield from (row.id for row in found if row)


def _accounts_wrong(work: Work, fields: Json) -> Iterator[str]:
    for code in _codes(fields):
        account = work.table("accounts").find("code", code.casefold())
        if account is None:
            yield f"Account code '{code}' is not a valid code for this item."
        elif account.fields["Status"] != "ACTIVE":
            yield f"Account code '{code}' has been archived, or has been deleted."


def _tracking_wrong(work: Work, fields: Json) -> Iterator[str]:
    """Tracked means both accounts, the first of type INVENTORY, and no purchase account of its own (§4.5)."""
    asset, bought = fields.get("InventoryAssetAccountCode"), fields["PurchaseDetails"]
    if bool(asset) != bool(bought.get("COGSAccountCode")):
        yield "A tracked item needs both InventoryAssetAccountCode and COGSAccountCode."
    if asset and bought.get("AccountCode"):
        yield "The purchase AccountCode is not applicable to tracked items."
    account = work.table("accounts").find("code", (asset or "").casefold())
    if account and account.fields["Type"] != "INVENTORY":
        yield f"Account code '{asset}' is not an inventory asset account."
