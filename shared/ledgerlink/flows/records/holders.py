"""Who holds the name: a refusal for a taken name or number is told with the document that has it (rule K5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.errors import Refused, Transient
from ledgerlink.kinds import BY_DOCUMENT, KINDS, Content
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
    known = {field.name for field in BY_DOCUMENT[dispatch.document_type].fields}
    for code, name in TAKEN.items():
        refused = [
            s for s in told if isinstance(s.verdict, Rejected) and s.verdict.code == code and not s.verdict.holder
        ]
        if not refused or name not in known:  # an invoice has no name; that of its customer is not at stake
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
    return tuple(_with_archived(ledger, dispatch, told) if "name" in known else told)


def _with_archived(ledger: Ledger, dispatch: Dispatch, settled: Sequence[Settled]) -> list[Settled]:
    """Refusals for an archived contact, naming it: the one of that name, else the one with the record's own mark."""
    refused = [s for s in settled if _met_archived(s)]
    if not refused:
        return list(settled)
    names = _values(ledger.sent(dispatch), refused, "name")
    marks = [s.part.reference for s in refused]
    try:
        found = ledger.having(dispatch.document_type, "name", list(names.values())) if names else []
        archived = {_key(_value(d.content, d.kind, "name")): d for d in found if d.status == "archived"}
        if any(_key(names.get(mark, "")) not in archived for mark in marks):
            by_mark = ledger.find(dispatch.document_type, marks)
            archived |= {d.reference: d for d in by_mark if d.status == "archived"}
    except (Transient, Refused):
        return list(settled)
    return [
        _met(s, archived.get(_key(names.get(s.part.reference, ""))) or archived.get(s.part.reference))
        if s in refused
        else s
        for s in settled
    ]


def _met_archived(settled: Settled) -> bool:
    verdict = settled.verdict
    return isinstance(verdict, Rejected) and verdict.code == "contact_archived" and not settled.part.document_id


def _met(settled: Settled, archived: Document | None) -> Settled:
    if archived is None:
        return settled
    assert isinstance(settled.verdict, Rejected)
    message = f"The details match the archived contact {_who(archived)}, which the ledger's API cannot edit."
    told = replace(settled.verdict, holder=archived.id, message=message)
    return replace(
        settled, verdict=replace(told, details=(*told.details, archived.url) if archived.url else told.details)
    )


def _who(document: Document) -> str:
    title = KINDS[document.kind].title(document.content)
    email = getattr(document.content, "email", "")
    return f"{title} ({email})" if email else title


def _naming(settled: Settled, holder: Document | None, name: str) -> Settled:
    if holder is None or holder.id == settled.part.document_id:
        return settled
    assert isinstance(settled.verdict, Rejected)
    noun = holder.type.replace("_", " ")
    message = f"The {noun} {_who(holder)} in the ledger already has this {name.replace('_', ' ')}."
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
