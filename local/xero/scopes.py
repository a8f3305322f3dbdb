"""Scopes an app may ask for: granular ones only, as for every app made since March 2026 (facts/xero.md §1.5)."""

_WITH_READ = [
    "invoices",
    "payments",
    "banktransactions",
    "manualjournals",
    "contacts",
    "settings",
    "attachments",
    "classicexpenses",
]
_READ_ONLY = (
    *(
        f"accounting.reports.{name}.read"
        for name in (
            *("aged", "balancesheet", "banksummary", "budgetsummary", "executivesummary", "profitandloss"),
            *("trialbalance", "taxreports", "tenninetynine"),
        )
    ),
    "accounting.budgets.read",
    "accounting.journals.read",
)
GRANULAR = frozenset(
    (
        *("offline_access", "openid", "profile", "email"),
        *(f"accounting.{name}{suffix}" for name in _WITH_READ for suffix in ("", ".read")),
        *_READ_ONLY,
    )
)
# Where a resource needs another scope than its own kind says, and for resources without a kind.
ORGANISATION = "accounting.settings"


def refusal(wanted: tuple[str, ...]) -> str:
    """The OAuth error for these scopes, "" if all can be had. A broad one such as accounting.transactions cannot."""
    return "" if wanted and set(wanted) <= GRANULAR else "invalid_scope"


def allows(granted: tuple[str, ...], needed: str, *, write: bool) -> bool:
    return needed in granted or (not write and f"{needed}.read" in granted)
