"""The kinds of document the simulator knows, one file each; a new kind is a file and a line here."""

from collections.abc import Callable, Iterable, Mapping

from local.xero.books import Key, Row
from local.xero.kinds.accounts import Accounts
from local.xero.kinds.attachments import ATTACHMENTS
from local.xero.kinds.bank_transactions import BANK_TRANSACTIONS
from local.xero.kinds.base import Kind, Work
from local.xero.kinds.batch_payments import BatchPayments
from local.xero.kinds.branding_themes import BrandingThemes
from local.xero.kinds.contacts import CONTACTS
from local.xero.kinds.credit_notes import CreditNotes
from local.xero.kinds.currencies import Currencies
from local.xero.kinds.invoices import Invoices
from local.xero.kinds.items import Items
from local.xero.kinds.payments import PAYMENTS
from local.xero.kinds.prepayments import Overpayments, Prepayments
from local.xero.kinds.purchase_orders import PurchaseOrders
from local.xero.kinds.settlement import ALLOCATIONS, allocation_keys
from local.xero.kinds.tax_rates import TaxRates
from local.xero.kinds.tracking_categories import TrackingCategories

__all__ = ["ATTACHMENTS", "KINDS", "TABLES", "UNBUILT", "Kind", "Work", "by_any_name", "by_segment"]

# In the order in which a seed is applied: what others refer to comes first.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *(Currencies(), TaxRates(), Accounts(), TrackingCategories(), BrandingThemes()),
        *(CONTACTS, Items(), Invoices(), CreditNotes(), BANK_TRANSACTIONS, Prepayments(), Overpayments()),
        *(PAYMENTS, BatchPayments(), PurchaseOrders(), ATTACHMENTS),
    )
}
# Every table of an organisation's books, and what its rows are found by.
TABLES: Mapping[str, Callable[[Row], Iterable[Key]]] = {
    **{name: kind.keys for name, kind in KINDS.items()},
    ALLOCATIONS: allocation_keys,
}

# Resources of the real API that answer 501 here.
UNBUILT = frozenset(
    [
        "banktransfers",
        "budgets",
        "contactgroups",
        "employees",
        "invoicereminders",
        "journals",
        "linkedtransactions",
        "manualjournals",
        "quotes",
        "repeatinginvoices",
        "reports",
        "users",
    ]
)

_BY_SEGMENT = {kind.segment.lower(): kind for kind in KINDS.values() if kind.segment}


def by_segment(segment: str) -> Kind | None:
    """The kind a URL names, `/Contacts` in any case."""
    return _BY_SEGMENT.get(segment.lower())


def by_any_name(name: str) -> Kind | None:
    """The kind a person means: contact, contacts, Contacts, credit-notes."""
    wanted = name.lower().replace("-", "_")
    return next((kind for kind in KINDS.values() if wanted in _names(kind)), None)


def _names(kind: Kind) -> tuple[str, ...]:
    return kind.name, kind.singular, kind.segment.lower() or kind.name
