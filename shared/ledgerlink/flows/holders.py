"""Who holds the name: a refusal for a taken name or number is told with the document that has it (rule K5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.errors import Refused, Transient
from ledgerlink.kinds import KINDS, Content
from ledgerlink.ports import Ledger, Rejected
from ledgerlink.rules.dispatch import Settled
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.document import Document

TAKEN = {
    "name_taken": "name",
    "account_number_taken": "account_number",
    "number_taken": "number",
    "item_code_taken": "code",
}


def with_holders(ledger: Ledger, dispatch: Dispatch, settled: Sequence[Settled]) -> tuple[Settled, ...]:
    """The verdicts, refusals naming the holder where one call finds it. What fails here changes no verdict."""
    told = list(settled)
    for code, name in TAKEN.items():
        refused = [
            s for s in told if isinstance(s.verdict, Rejected) and s.verdict.code == code and not s.verdict.holder
        ]
        if not refused:
            continue
        values = _values(ledger.sent(dispatch), refused, name)
        try:
            found = ledger.having(dispatch.document_type, name, list(values.values()))
        except (Transient, Refused):
            continue
        active = [document for document in found if document.status == "active"]  # archived ones hold no name
        holders = {_key(_value(document.content, refused[0].part.kind, name)): document for document in active}
        told = [
            _naming(s, holders.get(_key(values.get(s.part.reference, ""))), name) if s in refused else s for s in told
        ]
    return tuple(told)


def _naming(settled: Settled, holder: Document | None, name: str) -> Settled:
    if holder is None or holder.id == settled.part.document_id:
        return settled
    assert isinstance(settled.verdict, Rejected)
    title = KINDS[holder.kind].title(holder.content)
    email = getattr(holder.content, "email", "")
    who = f"{title} ({email})" if email else title
    noun = holder.type.replace("_", " ")
    message = f"The {noun} {who} in the ledger already has this {name.replace('_', ' ')}."
    return replace(settled, verdict=replace(settled.verdict, holder=holder.id, message=message))


def _values(sent: dict[str, Content], refused: Sequence[Settled], name: str) -> dict[str, str]:
    found = {
        s.part.reference: _value(sent[s.part.reference], s.part.kind, name) for s in refused if s.part.reference in sent
    }
    return {reference: value for reference, value in found.items() if value}


def _value(content: Content, kind: str, name: str) -> str:
    return str(KINDS[kind].field(name).of(content) or "")


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
