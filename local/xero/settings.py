"""What can be set while the simulator runs: limits, latency, and every behaviour of Xero that nobody has confirmed.

A behaviour with two readings has a name here; the default is the likely reading, or the harsher one where a client
ought to survive both. `docs/simulator.md` lists them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


def _named(default: Any, about: str, *choices: Any) -> Any:
    return field(default=default, metadata={"about": about, "choices": choices})


class UnknownSetting(ValueError):
    """A name or value that `POST /_sim/settings` does not know."""


@dataclass(slots=True)
class Settings:
    minute_limit: int | None = _named(60, "calls a minute per organisation; null or 0 lifts it (§2.1)")
    day_limit: int | None = _named(5000, "calls a day per organisation, 1000 on Starter; null or 0 lifts it (§2.1)")
    concurrent: int | None = _named(5, "calls in flight per organisation; null or 0 lifts it (§2.1)")
    app_minute_limit: int | None = _named(10_000, "calls a minute over all organisations; null or 0 lifts it (§2.1)")
    latency_ms: int = _named(0, "every API and identity answer takes this long")
    max_body_bytes: int | None = _named(10_000_000, "a larger request body is refused with 413 (§3.2)")
    summarize_errors_default: bool = _named(
        True, "what leaving out summarizeErrors means; the OpenAPI file says false, recordings show true (§3.2)"
    )
    answer_order: str = _named("sent", "order of the elements in a write's answer (§3.2)", "sent", "shuffled")
    post_matches_name: bool = _named(
        True, "POST Contacts without an id updates the active contact of that name; false refuses it as a duplicate"
    )
    post_unknown_id_is_404: bool = _named(True, "one unknown id in a POST answers 404 for the whole request (§4.1)")
    archived_name_blocks_create: bool = _named(
        False, "a name held only by an archived contact refuses a create with the archived text (§4.1, §8 no. 6)"
    )
    archived_number_blocks_create: bool = _named(
        True, "a ContactNumber held by an archived contact refuses a create with the archived text (§4.1)"
    )
    name_spaces: str = _named(
        "refuse", "leading, trailing and double spaces in a contact's name (§3.1)", "refuse", "tidy", "keep"
    )
    slots: str = _named(
        "merge",
        "a sent phone or address keeps the parts it leaves out, or replaces its slot (§4.1)",
        "merge",
        "replace",
    )
    null_clears: bool = _named(False, "null in an update empties the field; false reads it as left out")
    modified_since_inclusive: bool = _named(
        False, "If-Modified-Since includes its own second (§3.4, §8 no. 7); false makes a missing overlap show"
    )
    modified_since_strict: bool = _named(
        False, "a spelling other than yyyy-mm-ddThh:mm:ss is ignored and everything returned (§3.4)"
    )
    modified_since_304: bool = _named(False, "nothing newer is answered with 304 instead of an empty list (§8 no. 7)")
    updated_precision: str = _named(
        "second", "precision of UpdatedDateUTC; real answers show milliseconds (§3.5)", "second", "millisecond"
    )
    merge_is_silent: bool = _named(
        False, "merging contacts moves no timestamp and raises no event, not even for the loser (§3.4, §7)"
    )
    high_volume: int | None = _named(
        100_000, "over so many records a `where` or `order` on fields that are not optimised is a 400 (§3.4)"
    )
    invoice_prefix: str = _named("INV-", "of numbers given to sales invoices (§4.2)")
    credit_note_prefix: str = _named("CN-", "of numbers given to sales credit notes (§4.3)")
    purchase_order_prefix: str = _named("PO-", "of numbers given to purchase orders (§4.6)")
    post_matches_number: bool = _named(
        True, "POST without an id updates the sales document of that number; false refuses the number as taken (§4.2)"
    )
    post_matches_bill_number: bool = _named(
        True,
        "POST without an id updates the bill or supplier credit note of that contact and number; false makes another",
    )
    deleted_number_free: bool = _named(False, "the number of a deleted draft can be used again (§4.2, §8 no. 5)")
    bill_reference_kept: bool = _named(
        True,
        "bills and supplier credit notes keep a Reference, as in recorded answers; the pages say sales only (§4.2)",
    )
    embedded_contact_updates: bool = _named(
        True, "contact fields inside a document update the contact, ContactPersons included (§4.1)"
    )
    due_date_missing: str = _named(
        "date",
        "an approved invoice without DueDate or payment terms is due on its date, or refused (§4.2)",
        "date",
        "refuse",
    )
    unknown_account_on_draft: str = _named(
        "warn",
        "an unknown account on a draft's line is an error, or a warning and the line is saved without it (§6)",
        "refuse",
        "warn",
    )
    rounding_account_usable: bool = _named(
        True, "lines may name the Rounding account, other system accounts never (§4.7)"
    )
    tracked_purchase_account: str = _named(
        "refuse",
        "a tracked item bought on another account than its inventory asset account is refused, or moved there (§4.5)",
        "refuse",
        "replace",
    )
    negative_quantity_refused: bool = _named(True, "a line's Quantity must not be below zero; UnitAmount may be")
    discount_rate_places: int = _named(2, "decimal places that a DiscountRate keeps")
    tax_amount_limit: str = _named(
        "line",
        "a TaxAmount sent must not exceed the line's amount, its unit amount, or anything (§4.2, §8 no. 11)",
        "line",
        "unit",
        "none",
    )
    zero_total_is_paid: bool = _named(True, "a document over 0.00 is PAID as soon as it is approved")
    paid_bills_editable: bool = _named(True, "part-paid and paid bills take the edits that sales invoices take (§4.2)")
    paid_due_date_is_silent: bool = _named(
        True, "editing only DueDate or SentToContact of a part-paid document moves no timestamp (§3.4)"
    )
    payment_raises_invoice_event: bool = _named(
        True, "a payment or allocation that comes or goes raises INVOICE UPDATE (§5, §8 no. 1)"
    )
    deleted_payments_listed: bool = _named(True, "lists of payments have the deleted ones (§7, §8 no. 2)")
    reconciled_payment_deletable: bool = _named(False, "the API may delete a reconciled payment (§4.4, §8 no. 9)")
    payment_reference_length: int | None = _named(255, "a longer Reference of a payment is refused (§4.4, §8 no. 12)")
    refunds_name_an_invoice: bool = _named(
        True,
        "a refund shows what it pays back under Invoice, with its type, as in Xero's examples; false: under its name",
    )
    allocation_date: str = _named(
        "derived",
        "an allocation's date is the later of the two documents' dates, or the one sent (§4.3)",
        "derived",
        "sent",
    )
    zero_total_supplier_credit: bool = _named(
        True, "a supplier credit note over 0.00 may take stock down; false refuses it (§4.5)"
    )
    stock_moves_item_timestamp: bool = _named(False, "a change of QuantityOnHand moves the item's UpdatedDateUTC")
    items_need_settings_scope: bool = _named(
        False, "writing Items needs accounting.settings; false lets accounting.invoices do (§1.5, §8 no. 4)"
    )
    purchase_order_errors_are_200: bool = _named(
        True, "refused purchase orders come under HTTP 200 with the all-zero GUID, whatever summarizeErrors says (§4.6)"
    )
    attachment_limit_bytes: int = _named(
        10_000_000, "a larger file is refused; Xero's pages say 10 and 25 MB (§8 no. 8)"
    )
    attachment_moves_timestamp: bool = _named(False, "attaching a file moves the document's UpdatedDateUTC")
    xml_default: bool = _named(
        False, "answer XML unless JSON is asked for, as Xero does (§3.1); false only where XML is asked for"
    )

    def update(self, values: Mapping[str, Any]) -> None:
        """Sets all or nothing; raises UnknownSetting."""
        for name, value in values.items():
            self._check(name, value)
        for name, value in values.items():
            setattr(self, name, value)

    def _check(self, name: str, value: object) -> None:
        known = next((each for each in fields(self) if each.name == name), None)
        if known is None:
            raise UnknownSetting(f"no setting {name!r}")
        choices = known.metadata["choices"]
        if choices and value not in choices:
            raise UnknownSetting(f"{name} is one of {', '.join(map(repr, choices))}")
        wanted = bool if known.type is bool else str if known.type is str else int
        optional = "None" in str(known.type)
        right = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if not right and not (optional and value is None):
            raise UnknownSetting(f"{name} is {'null or ' if optional else ''}a {wanted.__name__}")

    def as_json(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def described() -> list[tuple[str, Any, str]]:
    """(name, default, what it means) of every setting, for the page and the documentation's test."""
    return [(each.name, each.default, each.metadata["about"]) for each in fields(Settings)]
