"""Open suggestions and what settles them: which close with an answer, and who is free then (K2).

A contact may be like several organizations, and an organization like several contacts. Each pair is a question of its
own: a record waits while any of its questions is open, and so does a contact.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledgerlink.flows.context import Context
from ledgerlink.ports import Claimed, PutLink, PutSuggestion, Unclaim, Write
from ledgerlink.rules import export as export_rules
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.suggestion import Suggestion

HELD = "possible_duplicate"  # the tombstone of a contact that people are asked about


def linking(context: Context, link: Link, document_id: str, *, asked: bool = True) -> list[Write]:
    """What goes with linking the record to the document: nothing is asked about either any more. The link and the claim
    are the caller's to write. ``asked``: people may be asked about the document too."""
    beside = context.at.suggestions.of_document(link.company, document_id) if asked else []
    open_ones = {each.id: each for each in (*_of(context, link), *beside) if each.state == "open"}
    answers = [
        each.model_copy(
            update={"state": "linked" if (each.record, each.document_id) == (link.id, document_id) else "moot"}
        )
        for each in open_ones.values()
    ]
    return answered(context, answers, but=link.key, taken=document_id)


def leaving(context: Context, link: Link) -> list[Write]:
    """What goes with a record that is no more: what was asked about it."""
    open_ones = [each for each in _of(context, link) if each.state == "open"]
    return answered(context, [each.model_copy(update={"state": "moot"}) for each in open_ones], but=link.key)


def _of(context: Context, link: Link) -> list[Suggestion]:
    found = (context.at.suggestions.get(link.company, id_) for id_ in link.suggestions)
    return [each for each in found if each is not None]


def answered(
    context: Context,
    answers: Sequence[Suggestion],
    *,
    but: LinkKey | None = None,
    taken: str = "",
    tombstone: str = "",
) -> list[Write]:
    """The writes that store these suggestions, as answered, and let go whom they held.

    Of the records all go on but ``but``, of the contacts all but ``taken``: those the caller writes. A contact that
    somebody is still asked about stays; ``tombstone`` is what keeps the others from being asked about again.
    """
    closed = {each.id for each in answers}
    return [
        *(PutSuggestion(each) for each in answers),
        *_records(context, {key for each in answers if (key := _key(each)) != but}, closed),
        *_contacts(
            context, {each.document_id: each for each in answers if each.document_id != taken}, closed, tombstone
        ),
    ]


def _key(suggestion: Suggestion) -> LinkKey:
    return LinkKey(suggestion.company, suggestion.kind, suggestion.record)


def _records(context: Context, keys: set[LinkKey], closed: set[str]) -> list[Write]:
    held = {key: link for key, link in context.at.links.many(keys).items() if link.suggestions}
    records = context.at.records.many(key.record for key in held) if held else {}
    writes: list[Write] = []
    for key, link in held.items():
        left = tuple(id_ for id_ in link.suggestions if id_ not in closed)
        if left != link.suggestions and key.record in records:
            free = link.model_copy(update={"suggestions": left})
            decision = export_rules.decide(records[key.record], free, context.settings)
            writes.append(PutLink(export_rules.follow(free, decision, context.at.clock.now())))
    return writes


def _contacts(context: Context, asked: dict[str, Suggestion], closed: set[str], tombstone: str) -> list[Write]:
    at, company = context.at, context.company.id
    writes: list[Write] = []
    for id_, suggestion in asked.items():
        beside = [each for each in at.suggestions.of_document(company, id_) if each.state == "open"]
        if still := [each for each in beside if each.id not in closed]:
            # Stored again as they are: of the last two that are answered at once, one then sees the other.
            writes += [PutSuggestion(each) for each in still]
            continue
        claim = at.links.claimed(company, suggestion.document_type, [id_]).get(id_, Claimed())
        if claim.link is None:
            writes.append(Unclaim(_key(suggestion), suggestion.document_type, id_, tombstone=tombstone))
    return writes
