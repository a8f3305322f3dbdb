"""Which branches a world has seen, told by what happened outside and by what is stored: nothing in the product tells.

A long run fails when one was never reached: an invariant that was never at risk has not been tested.
"""

from __future__ import annotations

from collections import Counter

ALWAYS = (  # in any dozen seeds
    "created",
    "updated",
    "rejected",
    "same key again",
    "unknown",
    "adopted after looking up",
    "never arrived, sent anew",
    "half-open lane",
    "person refused: in flight",
    "look found a newer document",
    "import put a document off",
    "imported an edit",
    "born in the ledger",
    "unlinked by a person",
    "deleted with force",
    "held by a person",
    "conflict",
    "lane taken over",
    "killed",
    "index lagged",
    "webhook delivered",
    "CRM told",
    "CRM told again",
    "loaded many at a time",
    "compared",
    "difference listed",
    "payments asked for",
    "payment sent",
    "payment born in the ledger",
)
RARELY = (
    "linked by a person",
    "archived",
    "conflict resolved",
    "several matches",
    "batch halved",
    "released unsent",
    "turn lost: somebody wrote first",
    "suggestion",
    "suggestion decided",
    "linked as exact",
    "merged: link follows",
    "merged into a linked one",
    "archived in the ledger",
    "restored in the ledger",
    "integration switched off and on",
    "name taken",
    "deleted and pushed again",
    "token renewed",
    "day limit",
    "same document for two records refused",
    "sent in several calls at once",
    "edit during sending",
    "CRM not told yet, and it shows",
    "many calls at once",
    "job undone",
    "put back as it was",
    "edited since, and left alone",
    "document taken back",
    "our payment copied by a person",
    "our own payment found by the import",
    "payment reversed",
    "credit allocated here",
    "allocation taken back here",
    "money push refused",
    "document differs, and says why",
    "refund sent",
    "payment lifted",
    "payment put back",
    "credited and issued anew",
    "safe edit closed",
)


class Reached(Counter[str]):
    """Counts by name; names that are in neither list are mistakes."""

    def __call__(self, name: str, times: int = 1) -> None:
        assert name in _KNOWN, name
        self[name] += times


_KNOWN = frozenset((*ALWAYS, *RARELY))
