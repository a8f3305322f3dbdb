"""What can be done about an error, as a list of fixes the hub can run (Q3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledgerlink.kinds import KINDS
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

MUST_CHOOSE = frozenset({"several_matches", "linked_elsewhere"})  # trying again would only find the same


@dataclass(frozen=True)
class Fix:
    """One fix; ``params`` are ready to be sent back, with null where a person must fill something in."""

    id: str
    label: str
    params: dict[str, Any] = field(default_factory=dict)


def fixes_of(record: Record, link: Link) -> tuple[Fix, ...]:
    """The fixes for what is wrong with this part, the likeliest first."""
    assert link.error is not None
    code = link.error.code
    holder = {"document_id": link.error.holder or None}
    edit = _edit(record, link.error.field or ("account_number" if code == "account_number_taken" else "name"))
    retry = Fix("retry", "Try again")
    match code:
        case "name_taken" | "account_number_taken":
            return (Fix("link_to_holder", "Link to the contact that has it", holder), edit, retry)
        case "reference_taken":
            return (Fix("link_to_holder", "Link to the contact that carries this record's mark", holder), retry)
        case "several_matches" | "linked_elsewhere":
            return (Fix("link", "Link to the right document", {"document_id": None}),)
        case "contact_gone":
            return (Fix("unlink_and_create", "Unlink it and create it anew"), retry)
        case "archived_in_ledger":
            return (Fix("retry", "It was restored in the ledger: go on"),)
        case "contact_archived" | "currency_not_subscribed":
            return (retry, edit)
        case "missing_scope" | "too_large":
            return (retry,)
    return (edit, retry)


def _edit(record: Record, name: str) -> Fix:
    """Change the field that is wrong, wherever that is the whole answer."""
    head = name.split(".")[0]
    kind = KINDS[record.kind]
    known = {each.name.split(".")[0]: each.label for each in kind.fields}
    if head not in known:
        return Fix("edit", "Change the record", {"fields": {}})
    value = record.content.model_dump(mode="json")[head]
    return Fix("edit", f"Change: {known[head]}", {"fields": {head: value}})
