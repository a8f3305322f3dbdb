"""Open suggestions and what settles them: which close with an answer, and who is free then (K2).

A contact may be like several organizations, and an organization like several contacts. Each pair is a question of its
own: a record waits while any of its questions is open, and so does a contact. A question closes in a small transaction
of its own, after what made it moot was stored: there may be many, and whoever asked meanwhile is seen. Should we die
in between, the question that stayed is found moot when somebody answers it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledgerlink.errors import Conflict, StoreBusy
from ledgerlink.flows.context import Context
from ledgerlink.ports import Claimed, PutLink, PutSuggestion, Unclaim, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.state.link import LinkKey
from ledgerlink.state.suggestion import Answer, Suggestion

HELD = "possible_duplicate"  # the tombstone of a contact that people are asked about
TRIES = 6


def after_linking(
    context: Context, key: LinkKey, document_id: str, asked: Iterable[str], *, of_it: bool = True
) -> None:
    """The two are linked: nobody is asked about either any more. ``asked``: the ids of what was open for the record;
    ``of_it``: people may be asked about the document too. Raises StoreBusy."""
    found = {each.id: each for each in _stored(context, asked)}
    if of_it:
        found |= {each.id: each for each in context.at.suggestions.of_document(key.company, document_id)}
    for each in found.values():
        theirs = (each.kind, each.record, each.document_id) == (key.kind, key.id, document_id)
        close(context, each, "linked" if theirs else "moot")


def after_deleting(context: Context, asked: Iterable[str]) -> None:
    """The record is no more: what was open for it. Raises StoreBusy."""
    for each in _stored(context, asked):
        close(context, each, "moot")


def _stored(context: Context, ids: Iterable[str]) -> list[Suggestion]:
    found = (context.at.suggestions.get(context.company.id, id_) for id_ in ids)
    return [each for each in found if each is not None]


def close(context: Context, suggestion: Suggestion, answer: Answer) -> None:
    """Store the answer, unless there is one. Raises StoreBusy."""
    for _ in range(TRIES):
        current = context.at.suggestions.get(suggestion.company, suggestion.id)
        if current is None or current.state != "open":
            return
        try:
            context.at.commit.all(*closing(context, current, answer))
        except Conflict:
            continue
        return
    raise StoreBusy("the suggestion is contended")


def closing(context: Context, suggestion: Suggestion, answer: Answer) -> list[Write]:
    """The four writes at most that store the answer and let go whom only this question held.

    What a person told apart is not asked about again (``not_duplicate``).
    """
    writes: list[Write] = [PutSuggestion(suggestion.model_copy(update={"state": answer}))]
    writes += _record(context, suggestion)
    beside = context.at.suggestions.of_document(suggestion.company, suggestion.document_id)
    still = next((each for each in beside if each.state == "open" and each.id != suggestion.id), None)
    if still is not None:
        # Stored again as it is: of those answered at once that are the last, one then sees the other.
        return [*writes, PutSuggestion(still)]
    document = (suggestion.document_type, suggestion.document_id)
    claimed = context.at.links.claimed(suggestion.company, document[0], [document[1]])
    if claimed.get(document[1], Claimed()).link is None:
        tombstone = "not_duplicate" if answer in ("ignored", "created") else ""
        writes.append(Unclaim(key_of(suggestion), *document, tombstone=tombstone))
    return writes


def is_moot(context: Context, suggestion: Suggestion) -> bool:
    """Whether nobody can link the two any more: one is linked elsewhere, or the record is deleted."""
    key = key_of(suggestion)
    link, record = context.at.links.get(key), context.at.records.get(key.record)
    claimed = context.at.links.claimed(key.company, suggestion.document_type, [suggestion.document_id])
    holder = claimed.get(suggestion.document_id, Claimed()).link
    return link is None or record is None or record.deleted or bool(link.document_id) or holder is not None


def key_of(suggestion: Suggestion) -> LinkKey:
    """The link of the record that the question is about."""
    return LinkKey(suggestion.company, suggestion.kind, suggestion.record)


def _record(context: Context, suggestion: Suggestion) -> list[Write]:
    key = key_of(suggestion)
    link, record = context.at.links.get(key), context.at.records.get(key.record)
    if link is None or record is None or suggestion.id not in link.suggestions:
        return []
    left = tuple(id_ for id_ in link.suggestions if id_ != suggestion.id)
    free = link.model_copy(update={"suggestions": left})
    decision = export_rules.decide(record, free, context.settings)
    return [PutLink(export_rules.follow(free, decision, context.at.clock.now()))]
