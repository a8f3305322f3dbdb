"""Suggestions: a person says whether a contact and an organization are the same (K2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Literal

from ledgerlink.errors import Conflict, LedgerlinkError, NotFound, Refused, StoreBusy
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.flows.inbound.batch import Intake, Known
from ledgerlink.flows.inbound.taking_in import take_in
from ledgerlink.flows.inbound.unlinked import link_to
from ledgerlink.ports import Claimed, PutEntry, Write
from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.document import Document
from ledgerlink.state.suggestion import Answer, Suggestion

from . import questions
from .linking import check_free, pair_of

Action = Literal["link", "create", "ignore"]
STATE: dict[Action, Answer] = {
    "link": "linked",
    "create": "created",
    "ignore": "ignored",
}
WORDS = {
    "linked": "the two are linked",
    "created": "the contact became a record of its own",
    "ignored": "somebody said that they are not the same",
    "moot": "one of the two was linked to somebody else, or deleted",
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
        documents = _documents(context, suggestions, action) if action != "ignore" else {}
        for id_, suggestion in zip(some, suggestions, strict=True):
            try:
                if suggestion is None:
                    raise NotFound("suggestion")
                done[id_] = _decide(context, suggestion, action, actor, documents.get(suggestion.document_id))
            except LedgerlinkError as error:
                done[id_] = error
    context.at.doorbells.ring(context.company.id, "export")
    return done


def _documents(context: Context, suggestions: Iterable[Suggestion | None], action: Action) -> dict[str, Document]:
    wanted = [s for s in suggestions if s is not None and s.state in ("open", STATE[action])]
    found: dict[str, Document] = {}
    for document_type in sorted({s.document_type for s in wanted}):
        ids = [s.document_id for s in wanted if s.document_type == document_type]
        found |= {d.id: d for d in context.ledger.read(document_type, ids, purpose="person")}
    return found


def _decide(
    context: Context, suggestion: Suggestion, action: Action, actor: Actor, document: Document | None
) -> Suggestion:
    if suggestion.state != "open":
        if suggestion.state != STATE[action]:
            raise Refused("already_decided", WORDS[suggestion.state])
        if action == "create":  # whoever answered so may have died before it was done
            _finish_create(context, suggestion, document, actor)
        return suggestion
    key = questions.key_of(suggestion)
    if action != "ignore" and questions.is_moot(context, suggestion):
        questions.close(context, suggestion, "moot")
        raise Refused("already_decided", WORDS["moot"])
    if action != "ignore" and document is None:
        raise _gone()
    if action == "link" and document is not None:
        held = _link(context, suggestion, document, actor)
        questions.after_linking(context, key, document.id, held)
        return suggestion.model_copy(update={"state": "linked"})
    if action == "create" and document is not None and document.status == "archived":
        raise _archived()
    _apart(context, suggestion, STATE[action], actor)
    if action == "create":
        _finish_create(context, suggestion, document, actor)
    return suggestion.model_copy(update={"state": STATE[action]})


def _finish_create(context: Context, suggestion: Suggestion, document: Document | None, actor: Actor) -> None:
    """The contact becomes a record of its own: it is none of the others that it is like either.

    Raises StoreBusy (the answer is stored: giving it again goes on here) and Refused, with the reason why there is no
    record and will be none by asking again.
    """
    for other in context.at.suggestions.of_document(suggestion.company, suggestion.document_id):
        if other.state == "open":
            with suppress(Refused):  # somebody else answered it meanwhile
                _apart(context, other, "ignored", actor)
    claimed = context.at.links.claimed(suggestion.company, suggestion.document_type, [suggestion.document_id])
    if claimed.get(suggestion.document_id, Claimed()).link is not None:
        return
    if document is None:
        raise _gone()
    [taken] = take_in(Intake(context, "job", context.at.clock.now(), actor=actor.sub), [document])
    if taken.outcome == "again":
        raise StoreBusy("the contact changed while it was made a record; answer once more")
    if taken.outcome == "skipped":
        raise _archived() if taken.reason == "archived" else Refused(taken.reason)


def _gone() -> Refused:
    return Refused("contact_gone", "the ledger no longer knows the contact")


def _archived() -> Refused:
    return Refused("contact_archived", "somebody archived the contact in the ledger: it cannot become a record")


def _link(context: Context, suggestion: Suggestion, document: Document, actor: Actor) -> tuple[str, ...]:
    """The pair, merged as an import merges it; answers what was open for the record."""
    key = questions.key_of(suggestion)
    held: list[str] = []

    def writes() -> list[Write]:
        record, link = pair_of(context, key.record)
        if link.document_id:
            raise Refused("link_taken", "the record is linked to another document by now")
        claims = context.at.links.claimed(key.company, document.type, [document.id])
        check_free(claims.get(document.id, Claimed()), key)
        intake = Intake(context, "job", context.at.clock.now(), actor=actor.sub)
        _, found = link_to(intake, Known(set(), {}, {}, {}), document, record, link)
        if not found:
            raise Conflict("the pair changed meanwhile")
        held.extend(link.suggestions)
        return found

    lanes.turn(key.company, [key], context.at, writes)
    return tuple(dict.fromkeys((suggestion.id, *held)))


def _apart(context: Context, suggestion: Suggestion, answer: Answer, actor: Actor) -> None:
    """They are two: each goes its own way from now on, and they are not suggested again."""
    key = questions.key_of(suggestion)

    def writes() -> list[Write]:
        current = context.at.suggestions.get(key.company, suggestion.id)
        if current is None or current.state != "open":
            raise Refused("already_decided", "somebody else answered meanwhile")
        entry = record_entry(
            key.record,
            at=context.at.clock.now(),
            mark=f"suggestion-{suggestion.id}",
            direction="here",
            action="not_duplicate",
            message=suggestion.document_title,
            document_id=suggestion.document_id,
            actor=actor.sub,
        )
        return [*questions.closing(context, current, answer), PutEntry(entry)]

    lanes.turn(key.company, [key], context.at, writes)
