"""The catalogue: what Xero says when it refuses a document, and which of our reason codes that is.

The only place that matches on message text (``facts/xero.md §4.1, §6``): a pattern is looked for at the beginning of
the message unless it says otherwise, in any case. The first pattern that fits decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ledgerlink.ports import Rejected
from ledgerlink.reasons import reason

UNKNOWN = "refused_by_ledger"

_CATALOGUE: tuple[tuple[str, str], ...] = (
    (r"The contact name .* is already assigned to another contact", "name_taken"),
    (r"Please enter a unique Name", "name_taken"),
    (r"The contact number .* is already assigned to another contact", "reference_taken"),
    (r".*\bContact ?Number\b.*\b(unique|already exists)", "reference_taken"),
    (r"The Account Number already exists", "account_number_taken"),
    (r"The specified contact details matched an archived contact", "contact_archived"),
    (r"Unable to assign an Archived contact", "contact_archived"),
    (r"Archived contacts cannot", "contact_archived"),
    (r"The Contact could not be found", "contact_gone"),
    (r"The resource you're looking for cannot be found", "contact_gone"),
    (r"The Contact must contain at least 1 of", "contact_name_missing"),
    (r"Contact Name cannot be empty", "contact_name_missing"),
    (r"A Contact must be specified", "contact_name_missing"),
    (r"Organisation is not subscribed to currency", "currency_not_subscribed"),
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

CODES = frozenset(code for _, code in _CATALOGUE) | {UNKNOWN}


def code_of(message: str) -> str:
    """The reason code of one message; ``refused_by_ledger`` for one that nobody has met yet."""
    text = message.strip()
    return next((code for pattern, code in _PATTERNS if pattern.match(text)), UNKNOWN)


def rejected(messages: Iterable[str], *, code: str = "") -> Rejected:
    """Several messages are one refusal: named after the first that is known, with Xero's words as details."""
    details = tuple(dict.fromkeys(text for text in (message.strip() for message in messages) if text))
    known = [found for found in map(code_of, details) if found != UNKNOWN]
    code = code or (known[0] if known else UNKNOWN)
    return Rejected(code, reason(code).message, details)
