"""Lines of documents: what completes them, what is wrong with them, and their arithmetic (facts/xero.md §4.2, §7).

LineAmount is quantity times unit less discount, the tax of each line is rounded half up, totals are sums of lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from local.xero.books import Row
from local.xero.errors import bad_data
from local.xero.ids import ZERO as NO_ID
from local.xero.kinds.accounts import TAX_FLAG
from local.xero.kinds.base import Work
from local.xero.messages import Json
from local.xero.money import HUNDRED, ONE, ZERO, decimal, half_up

EXCLUSIVE, INCLUSIVE, NO_TAX = "Exclusive", "Inclusive", "NoTax"
LARGEST_LINE = Decimal("9999999999.99")
LARGEST_QUANTITY = Decimal(10) ** 9
_LONGEST_DESCRIPTION = 4000
_MOST_TRACKED = 2
_CONTROL = ("DEBTORS", "CREDITORS")
PAID_LINE_TEXT = "To update fields on a paid invoice line item, you must supply a LineItemID"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a document allows on its lines."""

    sale: bool
    mode: str
    approved: bool  # drafts may have gaps
    discounts: str = ""  # rate, or both rate and amount
    places: int = 2
    control: bool = False  # overpayments stand on the receivable or payable account
    accounts: bool = True  # purchase orders do without


@dataclass(slots=True)
class Line:
    """One line; never changed in place."""

    id: str
    description: str = ""
    quantity: Decimal | None = None
    unit: Decimal | None = None
    amount: Decimal = ZERO
    tax: Decimal = ZERO
    tax_sent: bool = False
    tax_type: str = ""
    account: str = ""
    account_id: str = ""
    item: str = ""
    item_id: str = ""
    item_name: str = ""
    tracked: bool = False
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: tuple[Json, ...] = ()

    @property
    def discount(self) -> Decimal:
        """What the line would cost more without it."""
        if not self.discount_rate and not self.discount_amount:
            return ZERO
        return half_up((self.quantity or ZERO) * (self.unit or ZERO)) - self.amount

    def show(self, places: int) -> Json:
        """In the order of recorded answers."""
        shown: Json = {"ItemCode": self.item} if self.item else {}
        shown["Description"] = self.description
        if self.unit is not None:
            shown["UnitAmount"] = float(self.unit if places == 4 else half_up(self.unit, places))
        if self.tax_type:
            shown["TaxType"] = self.tax_type
        shown["TaxAmount"] = float(self.tax)
        shown["LineAmount"] = float(self.amount)
        if self.account_id:
            shown["AccountCode"] = self.account
        if self.item_id:
            shown["Item"] = {"ItemID": self.item_id, "Name": self.item_name, "Code": self.item}
        shown["Tracking"] = list(self.tracking)
        if self.quantity is not None:
            shown["Quantity"] = float(self.quantity)
        if self.discount_rate:
            shown["DiscountRate"] = float(self.discount_rate)
        if self.discount_amount:
            shown["DiscountAmount"] = float(self.discount_amount)
        shown["LineItemID"] = self.id
        if self.account_id:
            shown["AccountID"] = self.account_id
        return shown


@dataclass(frozen=True, slots=True)
class Totals:
    sub: Decimal
    tax: Decimal
    total: Decimal
    discount: Decimal


def totals(lines: Sequence[Line], mode: str) -> Totals:
    """Sums of lines; amounts sent for the whole document are ignored (§4.2)."""
    amount = sum((line.amount for line in lines), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    discount = sum((line.discount for line in lines), ZERO)
    if mode == INCLUSIVE:
        return Totals(amount - tax, tax, amount, discount)
    return Totals(amount, tax, amount + tax, discount)


def tax_of(amount: Decimal, percent: Decimal, mode: str) -> Decimal:
    """The tax on or in a line, half up (§7)."""
    if mode == NO_TAX or not percent:
        return ZERO
    return half_up(amount * percent / (HUNDRED + percent if mode == INCLUSIVE else HUNDRED))


def rate_of(work: Work, tax_type: str) -> Decimal:
    row = work.table("tax_rates").get(tax_type) if tax_type else None
    return row.fields["EffectiveRate"] if row else ZERO


def retaxed(work: Work, lines: Sequence[Line], mode: str) -> tuple[Line, ...]:
    """The same lines in another LineAmountTypes."""
    return tuple(
        replace(line, tax=tax_of(line.amount, rate_of(work, line.tax_type), mode), tax_sent=False) for line in lines
    )


class Reader:
    """Reads the lines of one document; complaints gather in `complaints`, so that all are told at once."""

    def __init__(self, work: Work, policy: Policy, complaints: list[str]) -> None:
        self._work, self._policy, self._complaints = work, policy, complaints

    def lines(self, sent: Any, old: Sequence[Line] = ()) -> tuple[Line, ...]:
        """A line without id is new, one that is not sent is gone, parts left out of a line stay (§4.2)."""
        if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
            raise bad_data("Cannot deserialize the current JSON value. Path 'LineItems'.")
        known = {line.id: line for line in old}
        return tuple(self._line(each, self._known(each, known)) for each in sent)

    def _known(self, sent: Json, known: dict[str, Line]) -> Line | None:
        id = str(sent.get("LineItemID") or NO_ID).lower()
        if id == NO_ID or not known:
            return None
        if id not in known:
            self._complaints.append(f"The line item with LineItemID '{id}' could not be found on this document.")
        return known.get(id)

    def _line(self, sent: Json, old: Line | None) -> Line:
        line = replace(old) if old else Line(id=self._work.ids.guid())
        line.description = str(sent["Description"]) if sent.get("Description") is not None else line.description
        item = self._item(sent, line)
        self._amounts(sent, line, old, item)
        account = self._account(sent, line, item)
        self._tax(sent, line, old, account, item)
        if sent.get("Tracking") is not None:
            line.tracking = tuple(self._tracking(sent["Tracking"]))
        self._complaints += self._unfit(line)
        return line

    # What an item fills in.

    def _item(self, sent: Json, line: Line) -> Row | None:
        code = str(sent["ItemCode"]) if sent.get("ItemCode") is not None else line.item
        if not code:
            line.item = line.item_id = line.item_name = ""
            return None
        item = self._work.table("items").find("code", code.casefold())
        if item is None:
            self._complaints.append(f"Item code '{code}' is not valid.")
            return None
        fresh = item.id != line.item_id
        fields = item.fields
        line.item, line.item_id, line.item_name = fields["Code"], item.id, fields.get("Name") or ""
        line.tracked = fields["IsTrackedAsInventory"]
        if fresh and not line.description:
            line.description = fields.get("Description" if self._policy.sale else "PurchaseDescription") or ""
        return item

    def _details(self, item: Row) -> Json:
        details: Json = item.fields["SalesDetails" if self._policy.sale else "PurchaseDetails"]
        return details

    # Amounts.

    def _amounts(self, sent: Json, line: Line, old: Line | None, item: Row | None) -> None:
        """Two of quantity, unit and amount make the third; three of them must agree."""
        quantity, unit = self._quantity(sent, line), self._unit(sent, line, item)
        rate, off = self._discounts(sent, line)
        given = half_up(decimal("LineAmount", sent["LineAmount"])) if sent.get("LineAmount") is not None else None
        if quantity is None and unit is None and given is None:
            line.quantity = line.unit = None
            line.amount = ZERO
            return
        if unit is None and given is not None:
            quantity = ONE if quantity is None else quantity
            unit = half_up(given / quantity, self._policy.places) if quantity else ZERO
            line.amount = given
        else:
            unit = unit or ZERO
            if quantity is None:
                quantity = half_up(given / unit, 4) if given is not None and unit else ONE
            line.amount = self._expected(quantity, unit, rate, off)
            if given is not None and given != line.amount:
                self._complaints.append(f"The line total {given} does not match the expected line total {line.amount}")
        line.quantity, line.unit, line.discount_rate, line.discount_amount = quantity, unit, rate, off

    def _quantity(self, sent: Json, line: Line) -> Decimal | None:
        if sent.get("Quantity") is None:
            return line.quantity
        quantity = half_up(decimal("Quantity", sent["Quantity"]), 4)
        if quantity < 0 and self._work.settings.negative_quantity_refused:
            self._complaints.append(
                f"The quantity value '{quantity:.4f}' is invalid. Quantity must not be less than zero."
            )
        if abs(quantity) >= LARGEST_QUANTITY:
            self._complaints.append(f"The quantity value '{quantity:.4f}' is too large.")
        return quantity

    def _unit(self, sent: Json, line: Line, item: Row | None) -> Decimal | None:
        """More than two decimals are lost without unitdp=4 (§7)."""
        if sent.get("UnitAmount") is not None:
            return half_up(decimal("UnitAmount", sent["UnitAmount"]), self._policy.places)
        if line.unit is None and item and sent.get("LineAmount") is None:
            price: Decimal | None = self._details(item).get("UnitPrice")
            return half_up(price, self._policy.places) if price is not None else None
        return line.unit

    def _discounts(self, sent: Json, line: Line) -> tuple[Decimal | None, Decimal | None]:
        """A rate counts before an amount. Bills and credit notes take none, purchase orders a rate (§4.2)."""
        rate, off = line.discount_rate, line.discount_amount
        if sent.get("DiscountRate") is not None:
            rate = half_up(decimal("DiscountRate", sent["DiscountRate"]), self._work.settings.discount_rate_places)
            off = None
        if sent.get("DiscountAmount") is not None:
            off = half_up(decimal("DiscountAmount", sent["DiscountAmount"]))
            rate = rate if sent.get("DiscountRate") is not None else None
        if rate and not self._policy.discounts:
            self._complaints.append("DiscountRate is only supported on sales invoices.")  # approximate
        if off and self._policy.discounts != "both":
            self._complaints.append("DiscountAmount is only supported on sales invoices.")  # approximate
        if rate is not None and not ZERO <= rate <= HUNDRED:
            self._complaints.append(f"The discount rate '{rate:.2f}' is invalid. Discount must be between 0 and 100.")
        return rate or None, off or None

    def _expected(self, quantity: Decimal, unit: Decimal, rate: Decimal | None, off: Decimal | None) -> Decimal:
        full = quantity * unit
        if rate:
            return half_up(full * (HUNDRED - rate) / HUNDRED)
        if off:
            if off > half_up(full):
                self._complaints.append(
                    f"The discount rate '{off:.2f}' is invalid. Discount must not be greater than the line total."
                )
            return half_up(full - off)
        return half_up(full)

    # Accounts.

    def _account(self, sent: Json, line: Line, item: Row | None) -> Row | None:
        table, code = self._work.table("accounts"), sent.get("AccountCode")
        asset = item.fields["InventoryAssetAccountCode"] if line.tracked and not self._policy.sale and item else ""
        if code in (None, "") and sent.get("AccountID"):
            found = table.get(str(sent["AccountID"]))
            code = (found.fields.get("Code") or found.fields["Name"]) if found else sent["AccountID"]
        if code in (None, ""):
            code = line.account or asset or (self._details(item).get("AccountCode") if item else "") or ""
        if asset and code != asset and self._work.settings.tracked_purchase_account == "replace":
            code = asset
        account = table.find("code", str(code).casefold()) if code else None
        if code and account is None and not self._policy.approved and self._forgiving():
            self._work.warnings.append(
                f"Account code '{code}' has been removed as it does not match a recognised account."
            )
            code = ""
        elif code:
            problem = self._account_problem(str(code), account, str(asset))
            self._complaints += [problem] if problem else []
            account = None if problem else account
        line.account, line.account_id = (account.fields.get("Code", ""), account.id) if account else ("", "")
        if not code and self._policy.approved and self._policy.accounts and line.unit is not None:
            self._complaints.append("Account code or ID must be specified")
        return account

    def _forgiving(self) -> bool:
        return self._work.settings.unknown_account_on_draft == "warn"

    def _account_problem(self, code: str, account: Row | None, asset: str) -> str:
        """Tracked items are bought on their inventory asset account, and nothing else is posted there."""
        not_valid = f"Account code '{code}' is not a valid code for this document."
        if account is None:
            return not_valid
        fields = account.fields
        if fields["Status"] != "ACTIVE":
            return (
                f"Account code '{code}' has been archived, or has been deleted. "
                "Each line item must reference a valid account."
            )
        system = fields.get("SystemAccount")
        if system in _CONTROL and self._policy.control:
            return ""
        usable = not system or (system == "ROUNDING" and self._work.settings.rounding_account_usable)
        if fields["Type"] == "BANK" or not usable:
            return not_valid
        if asset:
            return "" if code.casefold() == asset.casefold() else not_valid
        return not_valid if fields["Type"] == "INVENTORY" else ""

    # Tax.

    def _tax(self, sent: Json, line: Line, old: Line | None, account: Row | None, item: Row | None) -> None:
        """Left out, the tax type is the item's, else the account's (README of recorded answers)."""
        tax_type = sent.get("TaxType") or line.tax_type
        if not tax_type and self._policy.mode == NO_TAX:
            tax_type = "NONE" if line.unit is not None else ""
        if not tax_type and item:
            tax_type = self._details(item).get("TaxType")
        if not tax_type and account:
            tax_type = account.fields["TaxType"]
        line.tax_type = str(tax_type or "")
        self._complaints += self._tax_problems(line, account)
        expected = tax_of(line.amount, rate_of(self._work, line.tax_type), self._policy.mode)
        same = old and (old.amount, old.tax_type) == (line.amount, line.tax_type)
        if sent.get("TaxAmount") is not None and self._policy.mode != NO_TAX:
            line.tax = half_up(decimal("TaxAmount", sent["TaxAmount"]))
            line.tax_sent = line.tax != expected
            self._complaints += self._tax_too_high(line)
        elif self._policy.mode == NO_TAX or not (same and line.tax_sent):
            line.tax, line.tax_sent = expected, False

    def _tax_problems(self, line: Line, account: Row | None) -> Iterator[str]:
        if not line.tax_type or line.tax_type == "NONE":
            return
        row = self._work.table("tax_rates").get(line.tax_type)
        if row is None or row.fields["Status"] == "DELETED":
            yield f"The TaxType code {line.tax_type} does not exist or cannot be used for this type of transaction."
        elif row.fields["Status"] != "ACTIVE":
            yield "Tax rate must be Active"
            return
        if account and (row is None or not row.fields[TAX_FLAG[account.fields["Class"]]]):
            yield f"The TaxType code '{line.tax_type}' cannot be used with account code '{line.account}'."

    def _tax_too_high(self, line: Line) -> Iterator[str]:
        limit = self._work.settings.tax_amount_limit
        most = {"line": line.amount, "unit": line.unit or ZERO}.get(limit)
        if most is not None and abs(line.tax) > abs(most):
            yield f"The tax amount cannot be greater than the {limit} amount."

    # Tracking, and what is wrong with the whole line.

    def _tracking(self, sent: Any) -> Iterator[Json]:
        """By name and option, or by their ids."""
        if len(sent) > _MOST_TRACKED:
            self._complaints.append(f"A line item can have no more than {_MOST_TRACKED} tracking categories.")
        table = self._work.table("tracking_categories")
        for each in sent:
            name = str(each.get("TrackingCategoryID") or each.get("Name") or "")
            category = table.get(name) or table.find("name", name.casefold())
            wanted = str(each.get("TrackingOptionID") or each.get("Option") or "").casefold()
            options = category.fields["Options"] if category else ()
            option = next((o for o in options if wanted in (o["TrackingOptionID"], o["Name"].casefold())), None)
            if category is None or category.fields["Status"] != "ACTIVE":
                self._complaints.append(f"The tracking category '{each.get('Name') or name}' is not valid.")
            elif option is None or option["Status"] != "ACTIVE":
                told = each.get("Option") or each.get("TrackingOptionID")
                self._complaints.append(f"The tracking option '{told}' is not valid.")
            else:
                ids = {"TrackingCategoryID": category.id, "TrackingOptionID": option["TrackingOptionID"]}
                yield {"Name": category.fields["Name"], "Option": option["Name"], **ids}

    def _unfit(self, line: Line) -> Iterator[str]:
        if len(line.description) > _LONGEST_DESCRIPTION:
            yield f"Description must not be longer than {_LONGEST_DESCRIPTION} characters."
        if not line.description and not line.item and self._policy.approved:
            yield "Description must be at least 1 character long."
        if abs(line.amount) > LARGEST_LINE:
            yield f"The line total {line.amount} is too large."
