"""Currencies an organisation is subscribed to, and the day's rates (facts/xero.md §4.7): they can only be added."""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from local.xero.books import Key, Row
from local.xero.errors import Refused
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json
from local.xero.money import ONE, half_up

# Units per US dollar. They never change, so that the same calls give the same answers.
_PER_DOLLAR = {
    "USD": "1",
    "GBP": "0.7812",
    "EUR": "0.9153",
    "CHF": "0.8841",
    "AUD": "1.5234",
    "NZD": "1.6521",
    "CAD": "1.3617",
    "SGD": "1.3432",
    "HKD": "7.8123",
    "JPY": "149.32",
    "DKK": "6.8271",
    "SEK": "10.4213",
    "NOK": "10.6134",
    "PLN": "3.9872",
    "CZK": "22.8431",
    "ZAR": "18.2345",
    "INR": "83.1276",
    "CNY": "7.2314",
}
NAMES = {
    "USD": "United States Dollar",
    "GBP": "British Pound",
    "EUR": "Euro",
    "CHF": "Swiss Franc",
    "AUD": "Australian Dollar",
    "NZD": "New Zealand Dollar",
    "CAD": "Canadian Dollar",
    "SGD": "Singapore Dollar",
    "HKD": "Hong Kong Dollar",
    "JPY": "Japanese Yen",
    "DKK": "Danish Krone",
    "SEK": "Swedish Krona",
    "NOK": "Norwegian Krone",
    "PLN": "Polish Zloty",
    "CZK": "Czech Koruna",
    "ZAR": "South African Rand",
    "INR": "Indian Rupee",
    "CNY": "Chinese Yuan Renminbi",
}
_ODD = Decimal(2)


class Currencies(Kind):
    name: ClassVar[str] = "currencies"
    singular: ClassVar[str] = "currency"
    segment: ClassVar[str] = "Currencies"
    id_field: ClassVar[str] = "Code"
    scope: ClassVar[str] = "accounting.settings"
    verbs: ClassVar[frozenset[str]] = frozenset(("PUT",))
    summarized: ClassVar[tuple[str, ...]] = ()
    largest_batch: ClassVar[int | None] = 1
    paging: ClassVar[str] = "never"
    natural: ClassVar[str] = "Code"
    modified_since: ClassVar[bool] = False
    fields: ClassVar[frozenset[str]] = frozenset(("Code", "Description"))

    def keys(self, row: Row) -> Iterable[Key]:
        return ()

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        code = str(sent.get("Code") or "").upper()
        if code not in NAMES:
            raise Refused(f"'{code}' is not a currency that can be added.")
        if work.table(self.name).get(code):
            raise Refused(f"Currency {code} is already in use.")
        return self.save(work, code, {"Description": NAMES[code]})

    def seeded(self, work: Work, sent: Json) -> Row:
        code = str(sent.get("Code") or "").upper()
        return self.save(work, code, {"Description": str(sent.get("Description") or NAMES.get(code, code))})

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action != "create":
            return super().person(work, action, id, fields)
        return [self.write(work, fields, verb="PUT")]

    def whole(self, work: Work, row: Row) -> Json:
        return {"Code": row.id, "Description": row.fields["Description"]}

    def refused(self, sent: Json, messages: Iterable[str], id: str | None) -> Json:
        return {**sent, "ValidationErrors": [{"Message": message} for message in messages]}


def day_rate(work: Work, code: str) -> Decimal:
    """Units of that currency for one of the organisation's own, as `CurrencyRate` has it (§3.5)."""
    if code == work.base_currency:
        return ONE
    return half_up(_dollars(code) / _dollars(work.base_currency), 6)


def _dollars(code: str) -> Decimal:
    return Decimal(_PER_DOLLAR.get(code, "1"))


def subscribed(work: Work, code: str) -> bool:
    return work.table("currencies").get(code) is not None


def odd(rate: Decimal, expected: Decimal) -> bool:
    """Far from the day's rate, which Xero warns of since April 2026 (§4.2)."""
    return not expected / _ODD <= rate <= expected * _ODD
