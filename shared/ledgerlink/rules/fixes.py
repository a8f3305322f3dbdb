"""What can be done about an error, as a list of fixes the hub can run (Q3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ledgerlink.kinds import KINDS
from ledgerlink.state.link import Link, SyncError
from ledgerlink.state.mapping import MappingKind
from ledgerlink.state.record import Record

from . import mapping, reissue, safe_edits
from .codes import SALES_KINDS, codes_of

MUST_CHOOSE = frozenset({"several_matches", "linked_elsewhere"})  # trying again would only find the same


@dataclass(frozen=True)
class Fix:
    """One fix; ``params`` are ready to be sent back, with null where a person must fill something in."""

    id: str
    label: str
    params: dict[str, Any] = field(default_factory=dict)


def fixes_of(record: Record, link: Link) -> tuple[Fix, ...]:
    """The fixes for what is wrong with this part, the likeliest first; for an edit that money keeps back, safe ones."""
    safe = tuple(_safe(record, link)) if safe_edits.offered(record, link) else ()
    if link.error is None:
        return safe
    return (*_known(record, link.error), *safe)


def _safe(record: Record, link: Link) -> Iterator[Fix]:
    for way, label in safe_edits.WAYS.items():
        if way != reissue.WAY and not safe_edits.may_be_lifted(link):
            continue
        numbered = {"number": reissue.next_number(link.number)} if way == reissue.WAY else {}
        yield Fix(way, label, numbered)


def _known(record: Record, error: SyncError) -> tuple[Fix, ...]:
    code = error.code
    holder = {"document_id": error.holder or None}
    listed = "method" if record.kind == "payments" else "lines"
    edit = _edit(record, error.field or _ABOUT.get(code) or (listed if code in _LISTS else "name"))
    retry = Fix("retry", "Try again")
    match code:
        case "name_taken" | "account_number_taken":
            return (Fix("link_to_holder", "Link to the contact that has it", holder), edit, retry)
        case "number_taken" | "item_code_taken":
            other = _edit(record, "code" if code == "item_code_taken" else "number")
            adopt = (Fix("link_to_holder", "Adopt the one that has it", holder),) if error.holder else ()
            return (*adopt, other, retry)
        case "payment_off_and_locked":
            return (Fix("retry", "The period was unlocked: go on"),)
        case "period_locked":
            return (Fix("retry", "The period was unlocked: go on"), _edit(record, _DATES.get(record.kind, "date")))
        case "void_in_ledger":
            return (Fix("edit", "Void it here too", {"fields": {"status": "void"}}),)
        case "reference_taken":
            return (Fix("link_to_holder", "Link to the contact that carries this record's mark", holder), retry)
        case "several_matches" | "linked_elsewhere":
            return (Fix("link", "Link to the right document", {"document_id": None}),)
        case "contact_gone" | "item_gone" | "document_gone":
            return (Fix("unlink_and_create", "Unlink it and create it anew"), retry)
        case "tax_not_mapped" | "account_not_mapped" | "location_not_mapped" | "payment_method_not_mapped":
            return (*_map(record, error), edit, retry)
        case _ if code in _LISTS:
            again = Fix("refresh_and_retry", "Read the ledger's lists again and retry")
            return (
                (*_map(record, error), edit, again)
                if code.startswith("mapping_")
                else (again, *_map(record, error), edit)
            )
        case "archived_in_ledger":
            return (Fix("retry", "It was restored in the ledger: go on"),)
        case "contact_archived":
            return (Fix("retry", "It was restored in the ledger: go on"), edit)
        case "currency_not_subscribed":
            return (retry, edit)
        case "missing_scope" | "too_large":
            return (retry,)
    return (edit, retry)


_ABOUT = {
    "account_number_taken": "account_number",
    "exceeds_outstanding": "amount",
    "document_not_editable": "number",
    "number_not_allowed": "number",
    "currency_not_subscribed": "currency",
    "document_not_open": "document_id",
    "document_void": "document_id",
    "allocation_not_fitting": "document_id",
    "approval_not_allowed": "status",
}
"""The field that mends it, where the ledger named none."""
_DATES = {"invoices": "issue_date", "credit-notes": "issue_date"}
# What another look at the ledger's own lists may mend: a person has just changed something there.
_LISTS = frozenset(
    {"mapping_unknown", "mapping_inactive", "mapping_wrong_side", "mapping_control_account", "mapping_no_payments"}
    | {
        "mapping_other_currency",
        "account_archived",
        "account_not_valid",
        "account_removed",
        "tax_not_valid",
        "tax_not_for_account",
        "tracking_unknown",
    }
    | {"approval_not_allowed", "mapping_bank_account"}
)


_CODES: dict[str, MappingKind] = {
    "tax_code": "tax",
    "account_code": "account",
    "location": "location",
    "method": "payment-method",
}
"""What a field's code is a code of, by the end of the field's name."""
_NOT_MAPPED = {code: kind for kind, code in mapping.NOT_MAPPED.items()}
_REFUSED: dict[str, MappingKind] = {
    "account_archived": "account",
    "account_not_valid": "account",
    "account_removed": "account",
    "tax_not_valid": "tax",
    "tax_not_for_account": "tax",
}
"""What the ledger took no more is a code of this kind there; which of ours stands for it may have to be chosen."""


def _map(record: Record, error: SyncError) -> tuple[Fix, ...]:
    """Say what one of our codes is in the ledger. Nothing is mapped where it is one of the ledger's own, or where the
    record names none."""
    end = error.field.rpartition(".")[2]
    kind = _CODES.get(end) or _NOT_MAPPED.get(error.code) or _REFUSED.get(error.code)
    if kind is None and record.kind == "payments":
        kind = "payment-method"
    if kind is None:
        return ()
    source = _source(record, error, kind)
    if source is None and error.field:
        return ()
    params: dict[str, Any] = {"mapping": kind, "from": source, "to": None}
    if kind in mapping.HAS_SIDES and record.kind in SALES_KINDS:  # what was said of sales alone would outrank it
        params["side"] = "sales"
    return (Fix("map", "Say what the code is in the ledger", params),)


def _source(record: Record, error: SyncError, kind: MappingKind) -> str | None:
    """The code of ours that it is about: we quote it first and name the field; the ledger quotes a code of its own."""
    quoted = re.search(r"'([^']+)'", f"{error.message} {' '.join(error.details)}")
    if error.field and quoted:
        return quoted[1]
    if error.field:
        return _at(record, error.field)
    ours = {code.source for code in codes_of(record.kind, record.content) if code.kind == kind}
    if quoted and quoted[1] in ours:
        return quoted[1]
    return next(iter(ours)) if len(ours) == 1 else None


def _at(record: Record, field: str) -> str | None:
    """What the record says there: ``method``, ``lines.2.tax_code``."""
    said: Any = record.content.model_dump(mode="json")
    for part in field.split("."):
        said = dict(enumerate(said, 1)).get(int(part)) if isinstance(said, list) else (said or {}).get(part)
    return said or None


def _edit(record: Record, name: str) -> Fix:
    """Change the field that is wrong, wherever that is the whole answer."""
    head = name.split(".")[0]
    labels = {each.name.split(".")[0]: each.label for each in KINDS[record.kind].fields}
    said = record.content.model_dump(mode="json")
    if head not in said:
        return Fix("edit", "Change the record", {"fields": {}})
    label = labels.get(head) or head.replace("_", " ").capitalize()
    return Fix("edit", f"Change: {label}", {"fields": {head: said[head]}})
