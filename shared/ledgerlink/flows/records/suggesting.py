"""Suggestions: a person says whether a contact and an organization are the same (K2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ledgerlink.errors import Conflict, LedgerlinkError, NotFound, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.flows.inbound.batch import Intake, Known
from ledgerlink.flows.inbound.taking_in import take_in
from ledgerlink.flows.inbound.unlinked import link_to
from ledgerlink.ports import Claimed, PutEntry, PutLink, PutSuggestion, Unclaim, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.suggestion import Suggestion

from .linking import check_free, pair_of

Action = Literal["link", "create", "ignore"]
STATE: dict[Action, Literal["linked", "created", "ignored"]] = {
    "link": "linked",
    "create": "created",
    "ignore": "ignored",
}
IDS_AT_ONCE = 40  # documents in one read

Decided = Suggestion | LedgerlinkError


def decide(context: Context, ids: Sequence[str], action: Action, actor: Actor) -> dict[str, Decided]:
    """Decide suggestions; each ends by itself, decided or with the reason why not.

    ``link``: they are the same; where both say something the contact's value is taken over, as the import would.
    ``create``: they are not, and the contact becomes a record of its own now. ``ignore``: they are not, for good.
    Raises NotConnected, LedgerBusy (reading the contacts).
    """
    done: dict[str, Decided] = {}
    for some in chunks(dict.fromkeys(ids), IDS_AT_ONCE):
        suggestions = [context.at.suggestions.get(context.company.id, id_) for id_ in some]
        documents = _documents(context, suggestions) if action != "ignore" else {}
        for id_, suggestion in zip(some, suggestions, strict=True):
            try:
                if suggestion is None:
                    raise NotFound("suggestion")
                done[id_] = _decide(context, suggestion, action, actor, documents.get(suggestion.document_id))
            except LedgerlinkError as error:
                done[id_] = error
    context.at.doorbells.ring(context.company.id, "export")
    return done


def _documents(context: Context, suggestions: Iterable[Suggestion | None]) -> dict[str, Document]:
    wanted = [s for s in suggestions if s is not None and s.state == "open"]
    found: dict[str, Document] = {}
    for document_type in sorted({s.document_type for s in wanted}):
        ids = [s.document_id for s in wanted if s.document_type == document_type]
        found |= {d.id: d for d in context.ledger.read(document_type, ids, purpose="person")}
    return found


def _decide(
    context: Context, suggestion: Suggestion, action: Action, actor: Actor, document: Document | None
) -> Suggestion:
    if suggestion.state != "open":
        if suggestion.state == STATE[action]:
            return suggestion
        raise Refused("already_decided", f"the suggestion was {suggestion.state}")
    if action != "ignore" and document is None:
        raise Refused("contact_gone", "the ledger no longer knows the contact")
    key = LinkKey(context.company.id, suggestion.kind, suggestion.record)
    decided = suggestion.model_copy(update={"state": STATE[action]})

    def writes() -> list[Write]:
        if action == "link" and document is not None:
            return [PutSuggestion(decided), *_linked(context, suggestion, document, actor)]
        return [PutSuggestion(decided), *_apart(context, suggestion, action, actor)]

    lanes.turn(key.company, [key], context.at, writes)
    if action == "create" and document is not None:
        take_in(Intake(context, "job", context.at.clock.now(), actor=actor.sub), [document])
    return decided


def _linked(context: Context, suggestion: Suggestion, document: Document, actor: Actor) -> list[Write]:
    """The pair, merged as an import merges it; what else was suggested for the record is free again."""
    key = LinkKey(context.company.id, suggestion.kind, suggestion.record)
    record, link = pair_of(context, key.record)
    if link.document_id:
        raise Refused("link_taken", "the record is linked to another document by now")
    claims = context.at.links.claimed(key.company, document.type, [document.id])
    check_free(claims.get(document.id, Claimed()), key)
    intake = Intake(context, "job", context.at.clock.now(), actor=actor.sub)
    _, writes = link_to(intake, Known(set(), {}, {}, {}), document, record, link)
    if not writes:
        raise Conflict("the pair changed meanwhile")
    return [*writes, *_others(context, suggestion, link)]


def _others(context: Context, suggestion: Suggestion, link: Link) -> list[Write]:
    writes: list[Write] = []
    for id_ in link.suggestions:
        other = context.at.suggestions.get(link.company, id_)
        if other is not None and other.id != suggestion.id and other.state == "open":
            writes.append(PutSuggestion(other.model_copy(update={"state": "ignored"})))
            writes.append(Unclaim(link.key, other.document_type, other.document_id))
    return writes


def _apart(context: Context, suggestion: Suggestion, action: Action, actor: Actor) -> list[Write]:
    """They are two: each goes its own way from now on, and they are not suggested again."""
    at, now = context.at, context.at.clock.now()
    key = LinkKey(context.company.id, suggestion.kind, suggestion.record)
    record, link = at.records.get(key.record), at.links.get(key)
    writes: list[Write] = []
    if record is not None and link is not None and suggestion.id in link.suggestions:
        left = tuple(id_ for id_ in link.suggestions if id_ != suggestion.id)
        free = link.model_copy(update={"suggestions": left})
        writes.append(PutLink(export_rules.follow(free, export_rules.decide(record, free, context.settings), now)))
    claim = at.links.claimed(key.company, suggestion.document_type, [suggestion.document_id])
    if claim.get(suggestion.document_id, Claimed()).link is None:
        writes.append(Unclaim(key, suggestion.document_type, suggestion.document_id, tombstone="not_duplicate"))
    entry = record_entry(
        key.record,
        at=now,
        mark=f"suggestion-{suggestion.id}",
        direction="here",
        action="not_duplicate",
        message=suggestion.document_title,
        document_id=suggestion.document_id,
        actor=actor.sub,
    )
    return [*writes, PutEntry(entry)]
