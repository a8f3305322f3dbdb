"""What unlinked documents of a batch may be, and what people were asked about them.

All of it is read for the whole batch once one document is looked at: one by one it would be four reads each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ledgerlink.flows.context import Context
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.rules import export as export_rules
from ledgerlink.rules.duplicates import Candidates, Match
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record
from ledgerlink.state.suggestion import Suggestion, suggestion_id

MOST_ASKED = 5  # records that one document is held for
MOST_LIKE = 25  # records that one document may be: whoever said of so many that it is none of them was asked enough
APART = ("ignored", "created")  # answers that say they are two

Pair = tuple[Link | None, Record | None]


@dataclass
class Alike:
    """``documents``: those that nobody holds. ``candidates`` are asked for when the first of them is looked at."""

    context: Context
    documents: Sequence[Document]
    candidates: Callable[[], Candidates]
    _found: dict[str, list[Match]] = field(default_factory=dict)
    _asked: dict[str, Suggestion | None] = field(default_factory=dict)
    _pairs: dict[LinkKey, Pair] = field(default_factory=dict)

    def all(self, document: Document) -> list[Match]:
        """The records it shares a key with, surest first."""
        if document.id not in self._found:
            keys = export_rules.RULES[BY_DOCUMENT[document.type].name].match_keys(document.content)
            self._found[document.id] = self.candidates().of(keys)[:MOST_LIKE]
        return self._found[document.id]

    def left(self, document: Document) -> list[Match]:
        """The same without those that a person said it is not."""
        self._look(document)
        return [match for match in self.all(document) if not self._told_apart(document, match)]

    def asked(self, document: Document, match: Match) -> Suggestion | None:
        """What people were asked about the two, answered or not."""
        self._look(document)
        return self._asked[_id(document, match)]

    def pair(self, key: LinkKey) -> Pair:
        """One of the likeliest records of a document, as of the batch's beginning."""
        return self._pairs.get(key, (None, None))

    def key(self, document: Document, match: Match) -> LinkKey:
        """The link of a record that the document may be."""
        return LinkKey(self.context.company.id, BY_DOCUMENT[document.type].name, match.record)

    def _told_apart(self, document: Document, match: Match) -> bool:
        asked = self._asked[_id(document, match)]
        return asked is not None and asked.state in APART

    def _look(self, document: Document) -> None:
        """Read what is known of the document and, the first time, of all others that may be looked at in this pass:
        of those that are like the same record, the first."""
        if all(_id(document, match) in self._asked for match in self.all(document)):
            return
        others = () if self._asked else self._firsts(document.type)
        some = [document, *(each for each in others if each.id != document.id)]
        at, company = self.context.at, self.context.company.id
        ids = [_id(each, match) for each in some for match in self.all(each)]
        told = {each.id: each for each in at.suggestions.many(company, ids)}
        self._asked |= {id_: told.get(id_) for id_ in ids}
        likely = [[m for m in self.all(each) if not self._told_apart(each, m)] for each in some]
        keys = {self.key(each, m) for each, left in zip(some, likely, strict=True) for m in left[:MOST_ASKED]}
        keys -= self._pairs.keys()
        links, records = at.links.many(keys), at.records.many(key.record for key in keys)
        self._pairs |= {key: (links.get(key), records.get(key.record)) for key in keys}

    def _firsts(self, document_type: str) -> Iterator[Document]:
        taken: set[LinkKey] = set()
        for document in (each for each in self.documents if each.type == document_type):
            keys = {self.key(document, match) for match in self.all(document)[:MOST_ASKED]}
            if keys and taken.isdisjoint(keys):
                taken |= keys
                yield document


def _id(document: Document, match: Match) -> str:
    return suggestion_id(document.id, match.record)
