"""The kinds of document the simulator knows, one file each; a new kind is a file and a line here."""

from collections.abc import Iterator

from local.xero.kinds.base import Kind, Work
from local.xero.kinds.contacts import Contacts

__all__ = ["KINDS", "PLANNED", "Kind", "Work", "by_any_name", "by_segment", "names"]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Contacts(),)}

# What `GET /_sim/state` names already, as an empty list, before the kind is built.
PLANNED = [
    "items",
    "invoices",
    "credit_notes",
    "payments",
    "prepayments",
    "overpayments",
    "purchase_orders",
    "accounts",
    "tax_rates",
    "tracking_categories",
    "attachments",
]

# Resources of the real API that answer 501 here until they are built.
UNBUILT = frozenset(
    [
        "accounts",
        "attachments",
        "banktransactions",
        "banktransfers",
        "batchpayments",
        "brandingthemes",
        "budgets",
        "contactgroups",
        "creditnotes",
        "currencies",
        "employees",
        "invoices",
        "items",
        "journals",
        "linkedtransactions",
        "manualjournals",
        "overpayments",
        "payments",
        "prepayments",
        "purchaseorders",
        "quotes",
        "repeatinginvoices",
        "reports",
        "taxrates",
        "trackingcategories",
        "users",
    ]
)


def by_segment(segment: str) -> Kind | None:
    """The kind a URL names, `/Contacts` in any case."""
    wanted = segment.lower()
    return next((kind for kind in KINDS.values() if kind.segment.lower() == wanted), None)


def by_any_name(name: str) -> Kind | None:
    """The kind a person means: contact, contacts, Contacts, credit-notes."""
    wanted = name.lower().replace("-", "_")
    return next((kind for kind in KINDS.values() if wanted in _names(kind)), None)


def names() -> Iterator[str]:
    yield from KINDS
    yield from (name for name in PLANNED if name not in KINDS)


def _names(kind: Kind) -> tuple[str, ...]:
    return kind.name, kind.singular, kind.segment.lower()
