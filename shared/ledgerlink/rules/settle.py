"""What a link becomes once the ledger has spoken about it. Pure; the flow stores it under the link's version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ledgerlink.kinds import KINDS, Content, Kind
from ledgerlink.ports import Rejected
from ledgerlink.state.dispatch import Dispatch, DispatchedPart
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link

from .export import plain_error
from .merge import same

_OUTCOME = {"create": "created", "update": "updated", "archive": "archived"}
_AT_REST: dict[str, Any] = {"queued_at": None, "order": "", "waits_on": "", "wake_at": None, "ordered_by": ""}


def confirmed(
    link: Link, dispatch: Dispatch, part: DispatchedPart, sent: Content | None, document: Document, now: datetime
) -> Link:
    """The link after the ledger took it. ``sent`` is what we sent of an update, None for a create.

    The base becomes what both sides now agree on: for a create all the ledger answered, for an update the fields sent.
    Where the answer shows more that is new, somebody else edited the document; that stays ``seen`` until imported.
    """
    kind = KINDS[link.kind]
    base = document.content if sent is None or link.base is None else _agreed(kind, link.base, sent, part.fields)
    return link.model_copy(
        update={
            **(_AT_REST if link.wanted <= part.revision else {"ordered_by": ""}),
            "state": "linked" if link.wanted <= part.revision else "due",
            "reason": "",
            "error": None,
            "attempts": 0,
            "document_type": document.type,
            "document_id": document.id,
            "document_status": document.status,
            "base": base,
            "base_at": document.updated_at,
            "seen": None if _agree(kind, base, document.content) else document.content,
            "exported": part.revision,
            "last_dispatch": dispatch.id,
            "last_export_at": now,
            "last_outcome": _OUTCOME[dispatch.action],
            "last_job": part.ordered_by,
            "tombstone": "",
            "suggestions": (),
            "clears": tuple(name for name in link.clears if name not in part.fields),
        }
    )


def rejected(link: Link, dispatch: Dispatch, part: DispatchedPart, verdict: Rejected, now: datetime) -> Link:
    """The link after the ledger refused it: an error that changes or a retry bring back; an edit since goes at once."""
    told = {
        "attempts": link.attempts + 1,
        "last_dispatch": dispatch.id,
        "last_outcome": "failed",
        "last_job": part.ordered_by,
        "ordered_by": "",
    }
    if link.wanted > part.revision:
        return link.model_copy(update=told)
    if verdict.code == "contact_archived" and link.document_id:
        error = plain_error("archived_in_ledger", now, details=verdict.details)
        parked = {"state": "parked", "reason": "archived_in_ledger", "document_status": "archived", "error": error}
        return link.model_copy(update={**_AT_REST, **told, **parked})
    plain = plain_error(verdict.code, now, verdict.message, verdict.details)
    error = plain.model_copy(update={"holder": verdict.holder})
    return link.model_copy(update={**_AT_REST, **told, "state": "error", "reason": verdict.code, "error": error})


def parked(link: Link, dispatch_id: str, reason: str, now: datetime, message: str = "") -> Link:
    """The link when a person must choose."""
    return link.model_copy(
        update={
            **_AT_REST,
            "state": "parked",
            "reason": reason,
            "error": plain_error(reason, now, message),
            "last_dispatch": dispatch_id,
            "last_outcome": "failed",
            "last_job": link.ordered_by,
        }
    )


def never_arrived(link: Link, dispatch_id: str) -> Link:
    """The link after it became certain that the ledger never applied this dispatch: due still, as a new generation."""
    return link.model_copy(update={"last_dispatch": dispatch_id, "generation": link.generation + 1})


def _agreed(kind: Kind[Any], base: Content, sent: Content, fields: tuple[str, ...]) -> Content:
    for name in fields:
        field = kind.field(name)
        base = field.put(base, field.of(sent))
    return base


def _agree(kind: Kind[Any], one: Content, other: Content) -> bool:
    return all(same(field.of(one), field.of(other)) for field in kind.fields)
