"""The catalogue: what Xero says when it refuses a document or warns of it, and which of our reason codes that is.

The only place that matches on message text (``facts/xero.md §4.1, §6``): a pattern is looked for at the beginning of
the message unless it says otherwise, in any case. The first pattern that fits decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ledgerlink.ports import Rejected
from ledgerlink.reasons import reason
from ledgerlink.state.link import Warned

UNKNOWN = "refused_by_ledger"

_CATALOGUE: tuple[tuple[str, str], ...] = (
    (r"The contact name .* is already assigned to another contact", "name_taken"),
    (r"Please enter a unique Name", "name_taken"),
    (r"The contact number .* is already assigned to another contact", "reference_taken"),
    (r".*\bContact ?Number\b.*\b(unique|already exists)", "reference_taken"),
    (r"The Account Number already exists", "account_number_taken"),
    (r"The specified contact details matched an archived contact", "contact_archived"),
    (r"The contact with the specified contact details has been archived", "contact_archived"),
    (r"Unable to assign an Archived contact", "contact_archived"),
    (r"Archived contacts cannot", "contact_archived"),
    (r"The Contact could not be found", "contact_gone"),
    (r"The resource you're looking for cannot be found", "contact_gone"),
    (r"The Contact must contain at least 1 of", "contact_name_missing"),
    (r"Contact Name cannot be empty", "contact_name_missing"),
    (r"A Contact must be specified", "contact_name_missing"),
    (r"Organisation is not subscribed to currency", "currency_not_subscribed"),
    # documents and items (§6)
    (r"(Invoice|Credit ?Note|Order number).*must be unique", "number_taken"),
    (r"Price List Item with Code .* already exists", "item_code_taken"),
    (r"Item code .* is not valid", "item_not_valid"),
    (r".*\bnot of valid status for (modification|creation)", "document_not_editable"),
    (r"This document cannot be edited as it has a payment", "document_has_money"),
    (r".*\bcannot be changed on .* that has payments", "document_has_money"),
    (r"To update fields on a paid invoice", "document_has_money"),
    (r"The status (VOIDED|DELETED) cannot be applied to .* because it has payments", "void_has_payments"),
    (r"The status \w+ cannot be applied to .* because it has payments", "document_has_money"),
    (r"Account code .* has been archived, or has been deleted", "account_archived"),
    (r"Account code .* is not a valid code", "account_not_valid"),
    (r"Account code .* has been removed as it does not match", "account_removed"),
    (r"Account code or ID must be specified", "account_not_mapped"),
    (r"The TaxType code .* cannot be used with account code", "tax_not_for_account"),
    (r"The TaxType code .* does not exist", "tax_not_valid"),
    (r"Tax rate must be Active", "tax_not_valid"),
    (r"The tax amount cannot be greater", "tax_too_large"),
    (r"The tracking (category|option) .* is not valid", "tracking_unknown"),
    (r"A line item can have no more than \d+ tracking", "tracking_too_many"),
    (r".*\bdate cannot be before the .*lock date", "period_locked"),
    (r".*\bperiod lock date", "period_locked"),
    (r"One or more line items must be specified", "lines_missing"),
    (r"Description must be at least", "description_missing"),
    (r"The Total for this document must be", "total_negative"),
    (r"The (line total|quantity value) .* is too large", "amount_too_large"),
    (r"Value was either too large or too small", "amount_too_large"),
    (r"The line total .* does not match the expected", "totals_differ"),
    (r"(DiscountRate|DiscountAmount) is only supported|The discount rate .* is invalid", "discount_not_allowed"),
    (r"Url must not contain", "url_not_allowed"),
    (r"\w+Number must be at most .* ASCII", "number_not_allowed"),
    (r"The line item with LineItemID .* could not be found", "line_gone"),
    (r"An existing .* could not be found", "document_gone"),
    (r".*\bquantity on hand\b.*\bbelow zero", "stock_below_zero"),
    (r"Payment amount exceeds the amount outstanding", "exceeds_outstanding"),
    (r".*\bamount is greater than amount outstanding", "exceeds_outstanding"),
    (r"The invoice you are trying to allocate to has already been paid", "exceeds_outstanding"),
    (r"Payments can only be made against Authorised", "document_not_open"),
    (r"Only AUTHORISED and BILLED purchase orders may", "document_not_open"),
    (r"(Invoice|CreditNote|Prepayment|Overpayment) could not be found", "document_gone"),
    (r"You must specify an Account", "payment_method_not_mapped"),
    (r"The Account for the payment could not be found", "mapping_inactive"),
    (r".*\bmust be of type BANK or have EnablePaymentsToAccount", "mapping_no_payments"),
    (r".*\bmust be AUTHORISED to be allocated", "document_not_open"),
    (r".*\bcan only be allocated to an? .*", "allocation_not_fitting"),
    (r".*\bcannot be allocated to an incorrect invoice type", "allocation_not_fitting"),
    (r"Payments within a batch cannot be deleted", "payment_in_batch"),
    (r".*\breconciled payment cannot be deleted", "payment_reconciled"),
    (r"(Payment amount|The amount to allocate) must be greater than zero", "amount_not_positive"),
    (r"Email address must be valid", "email_not_allowed"),
    (r".*\bangle brackets\b", "name_not_allowed"),
    (r".*\bmust not be longer than \d+ characters", "field_too_long"),
    (r".*\b(exceeds?|maximum|max) .*\b(length|characters)\b", "field_too_long"),
    (r".*\b(leading|trailing|double) spaces?\b", "value_not_accepted"),
    (r".*\bmust contain letters only", "value_not_accepted"),
    (r"A contact cannot have more than \d+ contact persons", "value_not_accepted"),
    (r"Error converting value", "value_not_accepted"),
    (r"Cannot deserialize", "value_not_accepted"),
    (r".*\bis not a valid\b", "value_not_accepted"),
    (r"Request entity too large", "too_large"),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), code) for pattern, code in _CATALOGUE)

WARNINGS = frozenset({"account_removed"})  # said of documents that were taken
CODES = frozenset(code for _, code in _CATALOGUE) | {UNKNOWN}


def code_of(message: str) -> str:
    """The reason code of one message; ``refused_by_ledger`` for one that nobody has met yet."""
    text = message.strip()
    return next((code for pattern, code in _PATTERNS if pattern.match(text)), UNKNOWN)


def warned(messages: Iterable[str]) -> tuple[Warned, ...]:
    """What Xero warns of in a document that it took; what nobody has met yet keeps its words alone."""
    told = dict.fromkeys(text for text in (message.strip() for message in messages) if text)
    return tuple(Warned(code=_warning(text), message=text) for text in told)


def _warning(message: str) -> str:
    return code if (code := code_of(message)) in WARNINGS else ""


def rejected(messages: Iterable[str], *, code: str = "") -> Rejected:
    """Several messages are one refusal: named after the first that is known, with Xero's words as details."""
    details = tuple(dict.fromkeys(text for text in (message.strip() for message in messages) if text))
    known = [found for found in map(code_of, details) if found != UNKNOWN]
    code = code or (known[0] if known else UNKNOWN)
    said = "; ".join(details)[:300] if code == UNKNOWN else ""  # words nobody has met yet say more than ours
    return Rejected(code, f"The ledger refused it: {said}" if said else reason(code).message, details)
